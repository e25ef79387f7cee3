#!/usr/bin/env python3
"""A log that lies, over TLS: a smaller tree, a forked root, a wrong signature, another origin, junk. The witness signs none
of it, keeps what contradicts itself as evidence, and signs no more once the log has contradicted itself.

The log is played here, with its own small implementation of RFC 6962 and of notes; signatures are made by openssl(1).

  lying_log.py NOROSHID NOROSHI NOROSHI_WITNESS
"""

import base64
import json
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scene import CONFIGURATION, OK, REFUSED, REFUSED_LOG, UNAVAILABLE, USAGE, Witness, check

ORIGIN = "noroshi/0198f3a0-bd00-7000-8000-000000000001/1"
NEXT_ORIGIN = ORIGIN[:-1] + "2"


# -- RFC 6962, section 2.1 ---------------------------------------------------------------------------------------


def leaf(data):
    return sha256(b"\x00" + data).digest()


def split(size):
    """The largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def consistency(size, leaves, whole=True):
    """PROOF(m, D[n]) by SUBPROOF(m, D[n], b)."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if size <= k:
        return consistency(size, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(size - k, leaves[k:], False) + [root(leaves[:k])]


# -- Keys and notes ------------------------------------------------------------------------------------------------


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=True, timeout=30).stdout


def b64(data):
    return base64.b64encode(data).decode()


class Key:
    """An Ed25519 key in a file."""

    def __init__(self, folder, name):
        self.file = folder / f"{name}.pem"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.file)
        self.public = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")[-32:]

    def sign(self, data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", file.name)

    def hash(self, origin, kind=b"\x01"):
        return sha256(origin.encode() + b"\n" + kind + self.public).digest()[:4]

    def line(self, origin, kind=b"\x01"):
        return f"{origin}+{self.hash(origin, kind).hex()}+{b64(kind + self.public)}"


def note(text, *keys, origin=ORIGIN):
    return text + "\n" + "".join(
        f"\u2014 {origin} {b64(key.hash(origin) + key.sign(text.encode()))}\n" for key in keys)


def checkpoint(leaves, origin=ORIGIN):
    return f"{origin}\n{len(leaves)}\n{b64(root(leaves))}\n"


def verify_cosignature(text, line, public_line):
    """By the letter of C2SP tlog-cosignature; returns its time."""
    name, _, key = public_line.split("+", 2)
    raw = base64.b64decode(key)
    check(raw[0] == 4 and len(raw) == 33, "the witness's key is no key of a cosignature")
    dash, by, value = line.split(" ")
    check(dash == "\u2014" and by == name, f"the line is of {by}, not of {name}")
    value = base64.b64decode(value)
    check(value[:4] == sha256(name.encode() + b"\n" + raw).digest()[:4], "the line names another key")
    seconds = struct.unpack(">Q", value[4:12])[0]
    signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    der = bytes.fromhex("302a300506032b6570032100") + raw[1:]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "key").write_bytes(der)
        (Path(folder) / "text").write_bytes(signed)
        (Path(folder) / "signature").write_bytes(value[12:])
        openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key", "-in",
                f"{folder}/text", "-sigfile", f"{folder}/signature")
    return seconds


# -- The log -------------------------------------------------------------------------------------------------------


class LyingLog:
    """Serves what it is told to. `checkpoint`, `consistency` and `cosignatures` are functions (query or body) → (status,
    body) or bytes to be sent as they are."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="noroshi-lying-log-"))
        self.key, self.next_key = Key(self.folder, "log"), Key(self.folder, "next")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.folder / "tls.key", "-out", self.folder / "tls.pem", "-days", "2", "-subj", "/CN=127.0.0.1",
                "-addext", "subjectAltName=IP:127.0.0.1")
        self.posted, self.asked = [], []
        log = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, given):
                if callable(given):
                    return given(self)
                status, body = given
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                log.asked.append(self.path)
                url = urlsplit(self.path)
                query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
                self.answer(log.checkpoint if url.path.endswith("/checkpoint") else log.consistency(query))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                log.posted.append(body)
                self.answer(log.cosignatures(body))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tls.pem", self.folder / "tls.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_: None  # whoever breaks off is no fault of the server
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        (self.folder / "token").write_text("noroshi_token\n")
        self.be_honest([])

    def be_honest(self, leaves, *keys, origin=ORIGIN):
        self.leaves = leaves
        self.shown = note(checkpoint(leaves, origin), *(keys or (self.key,)), origin=origin)
        self.checkpoint = (200, {"note": self.shown})
        self.consistency = lambda query: (200, {"proof": [b64(node) for node in
                                                          consistency(query["from"], self.leaves[:query["to"]])]})
        self.cosignatures = lambda body: (201, {})

    def address(self):
        return ["--url", f"https://127.0.0.1:{self.server.server_address[1]}", "--ca", self.folder / "tls.pem",
                "--token-file", self.folder / "token"]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["rm", "-r", self.folder], check=True)


def leaves_of(text, count):
    return [leaf(f"{text} {n}".encode()) for n in range(count)]


class Story:
    def __init__(self, program):
        self.program = program
        self.log = LyingLog()
        self.told = 0

    def witness(self):
        """One that has cosigned the tree of five leaves."""
        witness = Witness(self.program, "witness.example")
        self.public = witness.key()
        self.log.be_honest(leaves_of("event", 5))
        code, _, err = witness.run(*self.log.address(), "--log-key", self.log.key.line(ORIGIN))
        check(code == OK, f"the first look: exit {code}\n{err}")
        self.log.posted.clear()
        self.log.asked.clear()
        return witness

    def look(self, witness, *arguments):
        return witness.run(*self.log.address(), *arguments)

    # What must be cosigned.

    def honest(self):
        witness = self.witness()
        before = witness.checkpoint()
        check(before.startswith(checkpoint(leaves_of("event", 5))), "the checkpoint was not kept")
        for size in (5, 6, 8, 13, 64, 65):
            self.log.be_honest(leaves_of("event", size))
            code, out, err = self.look(witness)
            check(code == OK, f"a tree of {size} that continues: exit {code}\n{err}")
            check(("cosigned" if size > 5 else "unchanged") in out, f"{size}: said {out!r}")
            body = self.log.posted[-1]
            check(body["size"] == size, f"cosigned {body['size']}, not {size}")
            seconds = verify_cosignature(checkpoint(self.log.leaves), body["line"], self.public)
            check(abs(seconds - time.time()) < 60, "the cosignature has another time")
        check(witness.evidence() == [], "evidence of nothing")
        witness.clear_away()
        print("trees that continue are cosigned, and the cosignatures verify")

    def sent_again(self):
        """A cosignature that the log did not take is sent again, the very same."""
        witness = self.witness()
        self.log.be_honest(leaves_of("event", 6))
        self.log.cosignatures = lambda body: (503, {"code": "unavailable"})
        code, _, err = self.look(witness)
        check(code == UNAVAILABLE, f"a log that cannot take it now: exit {code}\n{err}")
        self.log.cosignatures = lambda body: (422, {"code": "invalid", "errors": [{"code": "unknown_witness"}]})
        code, _, err = self.look(witness)
        check(code == CONFIGURATION and self.public in err, f"a log that does not know it: exit {code}\n{err}")
        self.log.cosignatures = lambda body: (403, {"code": "role_required"})
        check(self.look(witness)[0] == REFUSED, "a token of another role")
        self.log.cosignatures = lambda body: (201, {})
        check(self.look(witness)[0] == OK, "the log takes it at last")
        check(len({body["line"] for body in self.log.posted}) == 1, "it was signed again")
        # Where the log shows it, it need not be sent.
        self.log.posted.clear()
        self.log.checkpoint = (200, {"note": self.log.shown + witness.checkpoint().splitlines()[-1] + "\n"})
        check(self.look(witness)[0] == OK and not self.log.posted, "sent although the log shows it")
        witness.clear_away()
        print("a cosignature that did not arrive is sent again as it was")

    def rotation(self):
        witness = self.witness()
        self.log.be_honest(leaves_of("event", 6), self.log.key, self.log.next_key)
        code, _, err = self.look(witness)
        check(code == OK and self.log.next_key.hash(ORIGIN).hex() in err, f"an unknown second key is told: {code}\n{err}")
        self.log.be_honest(leaves_of("event", 7), self.log.next_key)
        code, _, err = self.look(witness)
        check(code == REFUSED_LOG and not witness.halted(), f"a key that nobody vouched for: {code}\n{err}")
        code, _, err = self.look(witness, "--log-key", self.log.next_key.line(ORIGIN))
        check(code == OK and "key" not in err, f"the new key: {code}\n{err}")
        check(self.look(witness)[0] == OK, "it is pinned now")
        code, _, _ = self.look(witness, "--log-key", self.log.key.line(NEXT_ORIGIN))
        check(code == USAGE, "a key of another tree is pinned by nobody")
        witness.clear_away()
        print("a new key of the log is told, and followed once an operator pins it")

    def new_origin(self):
        witness = self.witness()
        self.log.be_honest(leaves_of("another", 2), origin=NEXT_ORIGIN)
        code, _, err = self.look(witness)
        check(code == REFUSED_LOG and NEXT_ORIGIN in err, f"a new origin: {code}\n{err}")
        check(self.look(witness, "--accept-origin", "noroshi/other/1")[0] == REFUSED_LOG, "another name was accepted")
        self.log.be_honest(leaves_of("another", 2), self.log.next_key, origin=NEXT_ORIGIN)
        check(self.look(witness, "--accept-origin", NEXT_ORIGIN)[0] == REFUSED_LOG, "a stranger's new origin")
        check(witness.checkpoint().startswith(ORIGIN), "the old head was given up for a stranger's")
        self.log.be_honest(leaves_of("another", 2), origin=NEXT_ORIGIN)
        before = witness.checkpoint()
        code, _, err = self.look(witness, "--accept-origin", NEXT_ORIGIN)
        check(code == OK, f"accepted by an operator: {code}\n{err}")
        (folder,) = witness.evidence()
        check((folder / "held").read_text() == before, "the old head is not kept")
        self.log.be_honest(leaves_of("another", 3), origin=NEXT_ORIGIN)
        check(self.look(witness)[0] == OK, "the new tree is watched")
        # A tree that was left is never signed again: what was signed of it is no longer at hand.
        posted = len(self.log.posted)
        self.log.be_honest(leaves_of("forged", 5))
        for arguments in ((), ("--accept-origin", ORIGIN)):
            check(self.look(witness, *arguments)[0] == REFUSED_LOG, f"back to the old tree with {arguments}")
        (witness.state / "halted").unlink()
        check(self.look(witness, "--accept-origin", ORIGIN)[0] == REFUSED_LOG, "back to the old tree by an operator's word")
        check(len(self.log.posted) == posted, "it signed two trees of one name")
        witness.clear_away()
        print("a new origin is followed by an operator's word alone, and the old head is kept")

    # What contradicts what was seen: refused, kept, and the end of all signing.

    def contradictions(self):
        five = leaves_of("event", 5)
        forked = leaves_of("event", 3) + leaves_of("forged", 5)
        junk = lambda proof: lambda query: (200, {"proof": proof})  # noqa: E731
        lies = {
            "a smaller tree": lambda log: log.be_honest(five[:4]),
            "an empty tree": lambda log: log.be_honest([]),
            "no tree any more": lambda log: setattr(log, "checkpoint", (404, {"code": "no_checkpoint_yet"})),
            "another tree of the same size": lambda log: log.be_honest(forked[:5]),
            "a fork with a proof of its own": lambda log: log.be_honest(forked),
            "a fork with the proof of the true tree": lambda log: self.fork_with_true_proof(log, forked),
            "a proof that is empty": lambda log: self.with_proof(log, junk([])),
            "a proof of junk": lambda log: self.with_proof(log, junk(["junk"])),
            "a proof of numbers": lambda log: self.with_proof(log, junk([1, 2])),
            "a proof that is no list": lambda log: self.with_proof(log, junk("proof")),
            "a proof that never ends": lambda log: self.with_proof(log, junk([b64(bytes(32))] * 1000)),
            "a proof of hashes too short": lambda log: self.with_proof(log, junk([b64(bytes(31))])),
            "no proof": lambda log: self.with_proof(log, lambda query: (422, {"code": "invalid"})),
            "a damaged record": lambda log: self.with_proof(log, lambda query: (500, {"code": "record_damaged"})),
        }
        for what, lie in lies.items():
            witness = self.witness()
            held = witness.checkpoint()
            lie(self.log)
            code, out, err = self.look(witness)
            check(code == REFUSED_LOG and "REFUSED" in err, f"{what}: exit {code}, said {out!r}\n{err}")
            check(not self.log.posted, f"{what}: a cosignature was sent")
            check(witness.checkpoint() == held, f"{what}: the head that was held is gone")
            (folder,) = witness.evidence()
            check((folder / "held").read_text() == held, f"{what}: the head held is not in the evidence")
            if "no tree" not in what:
                check((folder / "shown").read_text() == self.log.shown, f"{what}: the head shown is not in the evidence")
            # Never again, until somebody has looked: not for the truth either, and not for the name of the same tree.
            self.log.be_honest(leaves_of("event", 9))
            for arguments in ((), ("--accept-origin", ORIGIN), ("--accept-origin", NEXT_ORIGIN)):
                check(self.look(witness, *arguments)[0] == REFUSED_LOG, f"{what}: it went on with {arguments}")
            check(not self.log.posted, f"{what}: it signed after it was halted")
            check(len(witness.evidence()) == 1, f"{what}: more evidence of the same")
            (witness.state / "halted").unlink()
            check(self.look(witness)[0] == OK, f"{what}: it does not go on after somebody looked")
            witness.clear_away()
            self.told += 1
        print(f"{self.told} ways of contradicting itself are refused, kept as evidence, and end all signing")

    @staticmethod
    def with_proof(log, answer):
        log.be_honest(leaves_of("event", 8))
        log.consistency = answer

    @staticmethod
    def fork_with_true_proof(log, forked):
        log.be_honest(forked)
        true = leaves_of("event", len(forked))
        log.consistency = lambda query: (200, {"proof": [b64(node) for node in consistency(query["from"], true)]})

    # What says nothing of the log: refused, nothing kept.

    def junk(self):
        log = self.log
        eight = leaves_of("event", 8)
        text = checkpoint(eight)

        def shows(bytes_of_note):
            return lambda: setattr(log, "checkpoint", (200, {"note": bytes_of_note}))

        def answers(status, body):
            return lambda: setattr(log, "checkpoint", (status, body))

        def endless(handler):
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.end_headers()
            for _ in range(10_000):
                handler.wfile.write(b"x" * 65_536)

        def cut(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            handler.wfile.write(b'{"note": "')
            handler.close_connection = True

        def redirected(handler):
            handler.send_response(302)
            handler.send_header("Location", f"https://127.0.0.1:{log.server.server_address[1]}/api/v1/record/checkpoint2")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        good = note(text, log.key)
        lies = {
            "a signature by another key under its name": (shows(note(text, log.next_key)), REFUSED_LOG),
            "a signature of another text": (shows(note(checkpoint(eight[:7]), log.key).replace("\n7\n", "\n8\n")), REFUSED_LOG),
            "a signature that claims the log's key": (
                shows(text + f"\n\u2014 {ORIGIN} {b64(log.key.hash(ORIGIN) + log.next_key.sign(text.encode()))}\n"), REFUSED_LOG),
            "a cosignature in the place of a signature": (
                shows(text + f"\n\u2014 {ORIGIN} {b64(log.key.hash(ORIGIN, bytes([4])) + bytes(8) + log.key.sign(text.encode()))}\n"),
                REFUSED_LOG),
            "no signature": (shows(text + "\n"), REFUSED_LOG),
            "another origin": (shows(note(checkpoint(eight, "noroshi/other/1"), log.key, origin="noroshi/other/1")), REFUSED_LOG),
            "another origin signed under the name of the first": (shows(note(checkpoint(eight, "x/1"), log.key)), REFUSED_LOG),
            "an extension line": (shows(note(text + "extension\n", log.key)), REFUSED_LOG),
            "a size with a zero before it": (shows(note(text.replace("\n8\n", "\n08\n"), log.key)), REFUSED_LOG),
            "a size beyond all numbers": (shows(note(text.replace("\n8\n", "\n99999999999999999999\n"), log.key)), REFUSED_LOG),
            "a negative size": (shows(note(text.replace("\n8\n", "\n-8\n"), log.key)), REFUSED_LOG),
            "a root that is no hash": (shows(note(f"{ORIGIN}\n8\nAAAA\n", log.key)), REFUSED_LOG),
            "a thousand signatures": (shows(good + good.split("\n\n")[1] * 1000), REFUSED_LOG),
            "carriage returns": (shows(good.replace("\n", "\r\n")), REFUSED_LOG),
            "a note that is cut": (shows(good[:-5]), REFUSED_LOG),
            "an empty note": (shows(""), REFUSED_LOG),
            "a note that is a number": (shows(7), REFUSED_LOG),
            "no note": (answers(200, {"size": 8}), REFUSED_LOG),
            "a list": (answers(200, [1, 2, 3]), REFUSED_LOG),
            "no JSON": (answers(200, b"<html>"), REFUSED_LOG),
            "nesting without end": (answers(200, b"[" * 100_000), REFUSED_LOG),
            "bytes that are no text": (answers(200, bytes(range(256))), REFUSED_LOG),
            "nothing": (answers(200, b""), REFUSED_LOG),
            "a body without end": (lambda: setattr(log, "checkpoint", endless), REFUSED_LOG),
            "a large body": (answers(200, {"note": "x" * 1_000_000}), REFUSED_LOG),
            "a redirection": (lambda: setattr(log, "checkpoint", redirected), REFUSED_LOG),
            "an answer that is cut": (lambda: setattr(log, "checkpoint", cut), UNAVAILABLE),
            "an error": (answers(503, {"code": "unavailable"}), UNAVAILABLE),
            "a token refused": (answers(401, {"code": "token_invalid"}), REFUSED),
            "not found": (answers(404, {"code": "not_found"}), REFUSED_LOG),
        }
        witness = self.witness()
        held = witness.checkpoint()
        for what, (lie, wanted) in lies.items():
            log.be_honest(eight)
            lie()
            code, out, err = self.look(witness)
            check(code == wanted, f"{what}: exit {code}, said {out!r}\n{err}")
            check(err.strip() and "internal" not in err, f"{what}: {err!r}")
            check(not log.posted, f"{what}: a cosignature was sent")
            check(witness.checkpoint() == held and not witness.evidence() and not witness.halted(), f"{what}: it left a trace")
        log.be_honest(eight)
        code, _, err = self.look(witness)
        check(code == OK, f"the truth after all of it: exit {code}\n{err}")
        witness.clear_away()
        print(f"{len(lies)} answers that are no checkpoint of the log are refused without a trace")

    def strangers(self):
        """No key pinned, another authority, no daemon."""
        witness = Witness(self.program, "witness.example")
        self.log.be_honest(leaves_of("event", 5))
        self.log.posted.clear()
        self.log.asked.clear()
        code, _, err = self.look(witness)
        check(code == CONFIGURATION and "--log-key" in err, f"no key pinned: exit {code}\n{err}")
        code, _, err = self.look(witness, "--log-key", "junk")
        check(code == USAGE, f"junk for a key: exit {code}\n{err}")
        other = self.log.folder / "other.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.log.folder / "other.key", "-out", other, "-days", "2", "-subj", "/CN=127.0.0.1")
        url, token = self.log.address()[1], ["--token-file", self.log.folder / "token"]
        code, _, err = witness.run("--url", url, *token, "--log-key", self.log.key.line(ORIGIN), "--ca", other)
        check(code == UNAVAILABLE and "--ca" in err and not self.log.asked, f"another authority: exit {code}\n{err}")
        code, _, err = witness.run("--url", "https://127.0.0.1:1", *token, "--ca", self.log.folder / "tls.pem")
        check(code == UNAVAILABLE, f"no daemon: exit {code}\n{err}")
        code, _, err = witness.run("--url", "http://127.0.0.1:1", *token)
        check(code == CONFIGURATION, f"no TLS: exit {code}\n{err}")
        witness.clear_away()
        print("without a pinned key and a trusted certificate nothing is signed")

    def watching(self):
        """With --every junk is told once and tried again; a contradiction ends it."""
        witness = self.witness()
        self.log.checkpoint = (200, b"junk")
        witness.spawn(*self.log.address(), "--every", "1")
        self.until(lambda: len(self.log.asked) >= 3, "it does not try again")
        self.log.be_honest(leaves_of("event", 6))
        self.until(lambda: self.log.posted, "it does not go on")
        self.log.be_honest(leaves_of("event", 5)[:4])
        code, out, err = self.until_end(witness)
        check(code == REFUSED_LOG and witness.halted(), f"a contradiction while watching: exit {code}\n{err}")
        check(err.count("no checkpoint") == 1, f"junk was told {err.count('no checkpoint')} times\n{err}")
        check(out.count("cosigned") == 1, f"said {out!r}")
        witness.clear_away()
        print("a witness that watches survives junk and ends at a contradiction")

    @staticmethod
    def until(holds, what, patience=30):
        deadline = time.monotonic() + patience
        while not holds():
            check(time.monotonic() < deadline, what)
            time.sleep(0.02)

    @staticmethod
    def until_end(witness, patience=30):
        out, err = witness.process.communicate(timeout=patience)
        return witness.process.returncode, out, err


def main(arguments):
    story = Story(arguments[2])
    try:
        for part in (story.honest, story.sent_again, story.rotation, story.new_origin, story.contradictions, story.junk,
                     story.strangers, story.watching):
            part()
    finally:
        story.log.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
