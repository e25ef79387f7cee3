#!/usr/bin/env python3
"""A witness beside a daemon: its cosignatures arrive and are shown, it is killed and goes on, and it finds out what an
administrator of the database does behind the daemon's back.

  watching.py NOROSHID NOROSHI NOROSHI_WITNESS
"""

import base64
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from hashlib import sha256

from scene import CONFIGURATION, OK, REFUSED, REFUSED_LOG, Witness, check

from harness import Deployment, plain_environment

SEALING = 10.0  # seconds until an event that was answered stands in a checkpoint, on a busy machine


class Log:
    """A daemon, and its calls with a token of each role that the story needs."""

    def __init__(self, daemon, cli):
        self.cli = cli
        self.daemon = Deployment(daemon, cli)
        self.daemon.start()
        self.tokens = {}
        for organization, role in (("jps", "csirt_member"), ("nco", "auditor")):
            file = self.daemon.folder / f"{role}.token"
            file.write_text(self.daemon.issue_token(organization, role) + "\n")
            self.tokens[role] = file

    def call(self, method, path, role="auditor", body=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.daemon.port, context=self.daemon.client_context(), timeout=30)
        try:
            connection.request(method, "/api/v1" + path, body and json.dumps(body), {
                "Authorization": "Bearer " + self.tokens[role].read_text().strip(), "Content-Type": "application/json",
                **(headers or {})})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def report(self):
        status, answer = self.call("POST", "/reports", "csirt_member", {
            "reference": f"watched-{uuid.uuid4()}", "stage": "first", "title": "不審な通信",
            "times": {"recognized": {"value": time.strftime("%Y-%m-%dT%H:%M:%S+09:00", time.gmtime(time.time() + 9 * 3600 - 60))}},
            "assessment": "incident", "cyberattack": "possible"}, {"Idempotency-Key": str(uuid.uuid4())})
        check(status == 201, f"a report: {status} {answer}")
        return answer

    def checkpoint(self):
        status, answer = self.call("GET", "/record/checkpoint")
        return answer if status == 200 else None

    def grows_beyond(self, size):
        """The newest checkpoint, once it covers more."""
        deadline = time.monotonic() + SEALING
        while True:
            newest = self.checkpoint()
            if newest and newest["size"] > size:
                return newest
            check(time.monotonic() < deadline, f"no checkpoint beyond {size}\n{self.daemon.log_tail()}")
            time.sleep(0.05)

    def sealed_report(self):
        """A report, and the checkpoint that covers it."""
        before = self.checkpoint()
        self.report()
        return self.grows_beyond(before["size"] if before else 0)

    def at_rest(self):
        """The newest checkpoint, once no clock that a report started has added to it for a while."""
        newest, since = self.checkpoint(), time.monotonic()
        deadline = since + SEALING
        while time.monotonic() < since + 1.5:
            check(time.monotonic() < deadline, "the record does not come to rest")
            time.sleep(0.1)
            if (now := self.checkpoint())["size"] != newest["size"]:
                newest, since = now, time.monotonic()
        return newest

    def witness_command(self, *arguments):
        return subprocess.run([self.cli, "--data", self.daemon.data, "--lang", "en", "record", "witness", *arguments],
                              capture_output=True, text=True, timeout=60, env=plain_environment())

    def address(self, role="auditor"):
        return ["--url", f"https://127.0.0.1:{self.daemon.port}", "--ca", self.daemon.data / "tls/ca.pem", "--token-file",
                self.tokens[role]]

    def tamper(self, text):
        """As the database's superuser, past every trigger."""
        return self.daemon.sql("SET session_replication_role = replica; " + text)


class Story:
    def __init__(self, log, program):
        self.log, self.program = log, program
        self.witnesses = []

    def witness(self, name, register=True):
        witness = Witness(self.program, name)
        self.witnesses.append(witness)
        key = witness.key()
        if register:
            done = self.log.witness_command("add", key)
            check(done.returncode == 0, f"witness add: {done.stderr}")
        return witness

    def look(self, witness, *arguments):
        return witness.run(*self.log.address(), *arguments)

    def pinned(self):
        return [part for key in self.log.checkpoint()["keys"] for part in ("--log-key", key)]

    def registration(self):
        self.log.sealed_report()
        stranger = self.witness("stranger.example", register=False)
        code, _, err = self.look(stranger, *self.pinned())
        check(code == CONFIGURATION and stranger.key() in err, f"a witness that nobody registered: exit {code}\n{err}")
        code, _, err = stranger.run(*self.log.address("csirt_member"))
        check(code == REFUSED, f"a token that is no auditor's: exit {code}\n{err}")
        check(self.log.witness_command("add", "junk").returncode == 2, "junk was registered")
        check(self.log.witness_command("add", self.pinned()[1]).returncode == 2, "a log's own key was registered")
        check(self.log.witness_command("add", stranger.key()).returncode == 0, "witness add")
        check(self.log.witness_command("add", stranger.key()).returncode == 0, "the same again")
        other = Witness(self.program, "stranger.example")
        check(self.log.witness_command("add", other.key()).returncode == 2, "another key under a name that is taken")
        other.clear_away()
        check(self.look(stranger)[0] == OK, "registered")
        check(self.log.witness_command("remove", "stranger.example").returncode == 0, "witness remove")
        check(self.log.witness_command("remove", "stranger.example").returncode == 1, "removed twice")
        self.log.sealed_report()
        check(self.look(stranger)[0] == CONFIGURATION, "a witness that was removed")
        listed = json.loads(subprocess.run([self.log.cli, "--data", self.log.daemon.data, "--json", "record", "witness", "list"],
                                           capture_output=True, text=True, timeout=60, check=True).stdout)["items"]
        check([item["name"] for item in listed] == ["stranger.example"] and listed[0]["removed_at"] and
              listed[0]["cosignatures"] == 1, f"listed {listed}")
        print("a witness counts from its registration to its removal")

    def two(self):
        first, second = self.witness("first.example"), self.witness("second.example")
        newest = self.log.sealed_report()
        for witness in (first, second):
            code, out, err = self.look(witness, *self.pinned())
            check(code == OK and "cosigned" in out, f"{witness.name}: exit {code}\n{err}")
        shown = self.log.call("GET", f"/record/checkpoint?size={newest['size']}")[1]
        check([one["witness"] for one in shown["cosignatures"]] == ["first.example", "second.example"],
              f"shown {shown['cosignatures']}")
        lines = shown["note"].split("\n\n")[1].splitlines()
        check(len(lines) == 3, f"the note has {len(lines)} lines of signatures")
        for witness, line in ((first, lines[1]), (second, lines[2])):
            check(witness.checkpoint().splitlines()[-1] == line, f"{witness.name} keeps another line than the log shows")
        # Receivers hold it too.
        inbox = self.log.call("GET", "/inbox", "csirt_member")[1]
        check(inbox["checkpoint"].startswith(shown["note"].split("\n\n")[0]), "the inbox has another checkpoint")
        check(self.look(first)[1].startswith("unchanged"), "nothing new")
        print("two witnesses cosign, and both are shown in order")

    def killed(self):
        """SIGKILL at any moment; what it then cosigns still continues what it had."""
        dice = random.Random("witness")
        witness = self.witness("killed.example")
        self.log.sealed_report()
        check(self.look(witness, *self.pinned())[0] == OK, "the first look")
        going = threading.Event()

        def keep_reporting():
            while not going.is_set():
                self.log.report()
                time.sleep(0.02)

        reporting = threading.Thread(target=keep_reporting)
        reporting.start()
        try:
            for _ in range(12):
                witness.spawn(*self.log.address(), "--every", "1")
                time.sleep(dice.uniform(0.02, 0.5))
                witness.end(how=9)
        finally:
            going.set()
            reporting.join()
        newest = self.log.sealed_report()
        witness.spawn(*self.log.address(), "--every", "1")
        deadline = time.monotonic() + 30
        while not any(one["witness"] == "killed.example" for one in self.log.checkpoint()["cosignatures"]):
            check(time.monotonic() < deadline, "it does not go on")
            time.sleep(0.05)
        code, _, err = witness.end()
        check(code == OK, f"SIGTERM: exit {code}\n{err}")
        check(not witness.evidence() and not witness.halted(), f"{witness.evidence()}")
        check(int(witness.checkpoint().splitlines()[1]) >= newest["size"], "it is behind")
        print("a witness that is killed goes on where it was")

    def rolled_back(self):
        """The administrator takes back what was signed: rows of the newest checkpoints are gone."""
        witness = self.witness("rollback.example")
        old = self.log.checkpoint()
        self.log.sealed_report()
        self.log.sealed_report()
        self.log.at_rest()
        check(self.look(witness, *self.pinned())[0] == OK, "before")
        held = witness.checkpoint()
        kept = self.log.tamper("SELECT jsonb_agg(c) FROM checkpoint c")
        self.log.tamper(f"DELETE FROM cosignature WHERE size > {old['size']}; DELETE FROM checkpoint WHERE size > {old['size']}")
        code, _, err = self.look(witness)
        check(code == REFUSED_LOG and "shrunk" in err, f"a smaller tree: exit {code}\n{err}")
        (folder,) = witness.evidence()
        check((folder / "held").read_text() == held, "what it held is not in the evidence")
        check((folder / "shown").read_text().splitlines()[1] == str(old["size"]), "what it was shown is not in the evidence")
        # Back again, as if nothing had been.
        self.log.tamper(f"INSERT INTO checkpoint SELECT c.* FROM jsonb_populate_recordset(NULL::checkpoint, '{kept[0]}') c "
                        "ON CONFLICT DO NOTHING")
        check(self.look(witness)[0] == REFUSED_LOG, "it went on by itself")
        (witness.state / "halted").unlink()
        check(self.look(witness)[0] == OK, "it does not go on after somebody looked")
        print("a record that was rolled back is refused, with both heads kept")

    def rewritten(self):
        """The administrator changes what the tree is made of, after it was cosigned."""
        witness = self.witness("rewritten.example")
        self.log.sealed_report()
        check(self.look(witness, *self.pinned())[0] == OK, "before")
        self.log.sealed_report()
        self.log.at_rest()
        self.log.tamper("CREATE TABLE tiles_before AS TABLE record_tile")
        self.log.tamper("UPDATE record_tile SET hashes = decode(translate(encode(hashes, 'hex'), '0123456789abcdef', "
                        "'123456789abcdef0'), 'hex')")
        code, _, err = self.look(witness)
        check(code == REFUSED_LOG and "does not prove" in err, f"changed nodes: exit {code}\n{err}")
        check(witness.halted() and len(witness.evidence()) == 1, "no evidence")
        # Nodes that are gone are told from a good answer too.
        self.log.tamper("UPDATE record_tile SET hashes = substr(hashes, 1, 32)")
        status, answer = self.log.call("GET", "/record/consistency?from=3")
        check(status == 500 and answer["code"] == "record_damaged", f"a tree without its nodes: {status} {answer}")
        self.log.tamper("UPDATE record_tile t SET hashes = b.hashes FROM tiles_before b "
                        "WHERE (t.origin, t.level, t.index) = (b.origin, b.level, b.index)")
        print("a tree that was changed behind the daemon is refused")

    def receipts(self):
        """What a reporter was promised stands in the tree, by an independent reading of both."""
        answer = self.log.report()
        receipt = answer["receipt"]
        checkpoint = self.log.grows_beyond(self.log.checkpoint()["size"] - 1)
        deadline = time.monotonic() + SEALING
        while True:
            events = self.log.call("GET", "/record/events?type=report.received&limit=200",)[1]
            # The centre's auditor sees the event once it was told; the reporter's own proof needs only its number.
            number = self.log.daemon.sql(f"SELECT sequence FROM event WHERE id = '{receipt['event_id']}'")
            if number and self.log.checkpoint()["size"] > int(number[0]):
                break
            check(time.monotonic() < deadline, f"never sealed: {events}")
            time.sleep(0.05)
        status, proof = self.log.call("GET", f"/record/proofs/{number[0]}", "csirt_member")
        check(status == 200 and proof["leaf_sha256"] == receipt["leaf_sha256"], f"the proof is of another leaf: {proof}")
        check(sha256(b"\x00" + base64.b64decode(proof["leaf"])).hexdigest() == receipt["leaf_sha256"], "the leaf is another")
        size, at, node = proof["size"], proof["leaf_index"], bytes.fromhex(receipt["leaf_sha256"])
        last = size - 1
        for step in map(base64.b64decode, proof["proof"]):  # RFC 9162 section 2.1.3.2
            if at % 2 or at == last:
                node = sha256(b"\x01" + step + node).digest()
                while at % 2 == 0 and at:
                    at, last = at // 2, last // 2
            else:
                node = sha256(b"\x01" + node + step).digest()
            at, last = at // 2, last // 2
        check(last == 0 and base64.b64encode(node).decode() == proof["note"].splitlines()[2], "the proof does not lead to the root")
        check(checkpoint["origin"] == receipt["origin"], "the receipt is of another tree")
        print("a receipt's leaf is proved to stand in the tree")

    def clear_away(self):
        for witness in self.witnesses:
            witness.clear_away()


def main(arguments):
    log = None
    story = None
    try:
        log = Log(*arguments[:2])
        story = Story(log, arguments[2])
        for part in (story.registration, story.two, story.receipts, story.killed, story.rolled_back, story.rewritten):
            part()
        check(log.daemon.stop() == 0, "the daemon did not end in order")
    except BaseException:
        if log:
            print(log.daemon.log_tail(), file=sys.stderr)
        raise
    finally:
        if story:
            story.clear_away()
        if log:
            log.daemon.clear_away()


if __name__ == "__main__":
    main(sys.argv[1:])
