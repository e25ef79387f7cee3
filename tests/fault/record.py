"""What tests of the record need: a daemon with somebody to report, and a second opinion on every head that was signed.

The tree is computed here from the leaves in the table, as RFC 6962 section 2.1 defines it, with Python's SHA-256; the
signatures are checked by openssl.
"""

import base64
import hashlib
import http.client
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Deployment, Fault

PATIENCE = 60.0
SPKI_BEFORE_KEY = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: then the 32 bytes of the key

Head = namedtuple("Head", "origin size root")
Problem = namedtuple("Problem", "status code retry_after")


def sha256(data):
    return hashlib.sha256(data).digest()


def root_of(leaves):
    """The root over all leaves, node by node."""
    if not leaves:
        return sha256(b"")
    hashes = [sha256(b"\0" + leaf) for leaf in leaves]

    def root(start, end):
        if end - start == 1:
            return hashes[start]
        split = 1
        while split * 2 < end - start:
            split *= 2
        return sha256(b"\1" + root(start, start + split) + root(start + split, end))

    return root(0, len(hashes))


def read_note(text):
    """(Head, [(name, the four bytes of the key, signature)])"""
    body, _, signatures = text.partition("\n\n")
    origin, size, root = body.split("\n")
    lines = []
    for line in signatures.splitlines():
        mark, name, blob = line.split(" ")
        assert mark == "—", line
        blob = base64.b64decode(blob, validate=True)
        lines.append((name, blob[:4], blob[4:]))
    return Head(origin, int(size), base64.b64decode(root, validate=True)), lines


def openssl_verifies(text, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "key").write_bytes(SPKI_BEFORE_KEY + key)
        (folder / "text").write_bytes(text)
        (folder / "signature").write_bytes(signature)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key",
                               "-rawin", "-in", folder / "text", "-sigfile", folder / "signature"],
                              capture_output=True, timeout=30)
    return done.returncode == 0


class Recorded(Deployment):
    """A daemon whose record is looked at."""

    def __init__(self, daemon, cli, **more):
        super().__init__(daemon, cli, **more)
        self.tokens, self.count = {}, 0
        self.signed = {}  # (origin, size): root, of every head that was ever seen

    def prepare(self):
        self.tokens = {("jps", "csirt_head"): self.issue_token("jps", "csirt_head"),
                       ("nco", "operator"): self.issue_token("nco", "operator")}

    def ask(self, method, target, body=None, role=("nco", "operator"), headers=None):
        """(status, headers, text)"""
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.client_context(), timeout=30)
        try:
            line.request(method, target, body, {"Authorization": f"Bearer {self.tokens[role]}", "Accept-Language": "en",
                                                "Content-Type": "application/json", **(headers or {})})
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            line.close()

    def report(self):
        """Problem(201, None, None), or how it was refused."""
        self.count += 1
        recognized = datetime.now(timezone.utc) - timedelta(minutes=5)
        body = {"reference": f"record-{id(self)}-{self.count}", "stage": "first", "title": "不審な通信",
                "times": {"recognized": {"value": recognized.isoformat(timespec="seconds")}}, "assessment": "incident",
                "cyberattack": "yes"}
        status, headers, text = self.ask("POST", "/api/v1/reports", json.dumps(body), ("jps", "csirt_head"),
                                         {"Idempotency-Key": f"record-{id(self)}-{self.count}"})
        return Problem(status, json.loads(text).get("code"), headers.get("Retry-After"))

    def reports(self, count):
        for _ in range(count):
            answer = self.report()
            if answer.status != 201:
                raise Fault(f"a report was refused: {answer}")

    def readiness(self):
        """(status, what the check `record` says)"""
        status, _, text = self.ask("GET", "/readyz")
        return status, json.loads(text)["checks"]["record"]

    def metric(self, name):
        _, _, text = self.ask("GET", "/metrics")
        return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))

    def noroshi(self, *arguments):
        return subprocess.run([self.cli, "--lang", "en", "--data", self.data, *self.database, *arguments],
                              capture_output=True, text=True, timeout=120)

    # The record.

    def kept(self):
        path = self.data / "record" / "checkpoint"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def numbers(self):
        """(how many events are numbered and how many are not, size of the newest checkpoint, ordinal of the tree)"""
        row = self.sql("SELECT (SELECT next_sequence FROM sequencer) - o.first_sequence, (SELECT count(*) FROM event "
                       "WHERE sequence IS NULL), coalesce((SELECT max(size) FROM checkpoint c WHERE c.origin = o.ordinal), "
                       "0), o.ordinal FROM record_origin o ORDER BY o.ordinal DESC LIMIT 1;")[0].split("|")
        numbered, unnumbered, size, ordinal = map(int, row)
        return numbered + unnumbered, size, ordinal

    def wait_sealed(self, patience=PATIENCE):
        """Until every event there is stands under a checkpoint."""
        deadline = time.monotonic() + patience
        while True:
            events, size, _ = self.numbers()
            if events == size:
                return size
            if time.monotonic() > deadline:
                raise Fault(f"{size} of {events} events are sealed after {patience:.0f} s\n{self.log_tail()}")
            time.sleep(0.05)

    def wait_until(self, condition, what, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                raise Fault(f"not after {patience:.0f} s: {what}\n{self.log_tail()}")
            time.sleep(0.05)

    def leaves(self, ordinal):
        """Of the tree of that ordinal."""
        return [bytes.fromhex(row) for row in self.sql(
            "SELECT encode(e.leaf, 'hex') FROM event e, record_origin o WHERE o.ordinal = "
            f"{ordinal} AND e.sequence >= o.first_sequence AND e.sequence < coalesce((SELECT min(n.first_sequence) FROM "
            f"record_origin n WHERE n.ordinal > {ordinal}), 9223372036854775807) ORDER BY e.sequence;")]

    def keys(self):
        """{id: raw public key}"""
        return {row.split("|")[0]: bytes.fromhex(row.split("|")[1])[-32:] for row in
                self.sql("SELECT id, encode(public_key, 'hex') FROM signing_key WHERE purpose = 'record';")}

    def note_seen(self, text):
        """Remembers a head; Fault where one of that size had another root, or a signature is not good."""
        head, signatures = read_note(text)
        if self.signed.setdefault((head.origin, head.size), head.root) != head.root:
            raise Fault(f"two roots were signed for {head.size} leaves of {head.origin}")
        keys = {sha256(head.origin.encode() + b"\n\1" + key)[:4]: key for key in self.keys().values()}
        for name, short, signature in signatures:
            if name != head.origin or short not in keys:
                raise Fault(f"a signature of {name} by a key that is not registered")
            if not openssl_verifies(text.partition("\n\n")[0].encode() + b"\n", signature, keys[short]):
                raise Fault(f"a signature of {head.size} leaves of {name} is not good")
        return head, len(signatures)

    def check_record(self):
        """Every checkpoint, and the head kept, is that of so many first leaves; how many were looked at."""
        checked = 0
        for ordinal in map(int, self.sql("SELECT ordinal FROM record_origin ORDER BY 1;")):
            leaves = self.leaves(ordinal)
            for row in self.sql("SELECT size, encode(root, 'hex'), encode(convert_to(note, 'UTF8'), 'hex') FROM checkpoint "
                                f"WHERE origin = {ordinal} ORDER BY size;"):
                size, root, note = row.split("|")
                head, _ = self.note_seen(bytes.fromhex(note).decode())
                if (head.size, head.root) != (int(size), bytes.fromhex(root)):
                    raise Fault(f"the note of {size} leaves says {head.size}, or another root")
                if head.size > len(leaves) or root_of(leaves[:head.size]) != head.root:
                    raise Fault(f"the head of {size} leaves of {head.origin} is not that of its events")
                checked += 1
        if kept := self.kept():
            self.note_seen(kept)
        self.check_histories()
        return checked

    def check_histories(self):
        """Nothing was taken away, so no history may say that something was."""
        done = self.noroshi("--json", "record", "verify")
        try:
            found = json.loads(done.stdout)["findings"]
        except ValueError:
            raise Fault(f"record verify: exit {done.returncode}: {done.stderr}") from None
        wrong = [finding for finding in found if finding["code"].startswith(("history_", "checkpoints_", "cosignatures_"))
                 or "signed_at" in finding.get("place", "")]
        if wrong:
            raise Fault(f"record verify: {wrong}")
