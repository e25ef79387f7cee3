#!/usr/bin/env python3
"""Bundles as bodies live them: the real daemon writes them, our command line opens them on a machine without a daemon, and
so do programs that are not ours: Debian's python3-jwcrypto for what is sealed, openssl for what is signed.

  test_bundle.py --daemon NOROSHID --cli NOROSHI [TEST...]
"""

import argparse
import base64
import hashlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from flow_scene import Flow, eventually

from harness import plain_environment

CANARY = "SECRET-canary-見せてはならない"
LEASE = 31.0  # seconds: the timeout of an attempt, and 30 to settle it
EXAMPLES = Path(__file__).resolve().parents[2] / "schemas/bundle/examples"
OPTIONS = None

# Run by the interpreter whose module jwcrypto is.
OPEN_JWE = """
import json, sys
from jwcrypto import jwe, jwk
asked = json.load(sys.stdin)
token = jwe.JWE()
token.deserialize(asked["jwe"])
token.decrypt(jwk.JWK.from_json(asked["key"]))
sys.stdout.write(token.payload.decode())
"""


class Session:
    """A transaction of the superuser that holds locks until it is ended."""

    def __init__(self, flow):
        self.psql = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", flow.socket_folder(), "-U", flow.superuser(),
             "-d", "noroshi"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=plain_environment())
        self.run("SET search_path = noroshi, pg_catalog; BEGIN;")

    def run(self, sql):
        self.psql.stdin.write(sql + "\n\\echo done\n")
        self.psql.stdin.flush()
        while (line := self.psql.stdout.readline().strip()) != "done":
            if not line and self.psql.poll() is not None:
                raise RuntimeError(f"psql has ended: {sql}")

    def end(self):
        if self.psql.poll() is None:
            self.psql.stdin.write("COMMIT;\n")
            self.psql.stdin.close()
            self.psql.wait(30)
        self.psql.stdout.close()


class Bundles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flow = Flow(OPTIONS, timeout="PT1S", backoff=["PT1S"])
        cls.addClassCleanup(cls.flow.clear_away)
        cls.flow.start()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def cli(self, *arguments, code=0, **environment):
        done = subprocess.run([OPTIONS.cli, "--lang", "en", *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, env=plain_environment() | environment)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def endpoint_of(self, organization, zone="closed", **settings):
        """(endpoint, file with its receiver's private key, the sender's public key)"""
        key = self.folder / f"{organization}.jwk"
        public = self.cli("sealing", "make-key", key).stdout.strip()
        ask, decide = (self.flow.person(organization, name=f"{organization} {name}") for name in ("甲野", "乙川"))
        asked = ask.do("/endpoints", {"channel": "bundle", "name": "可搬媒体", "zone": zone, "filter": {"kinds": ["report"]},
                                      "settings": {"key": public, **settings}})
        decide.do(f"/endpoints/{asked['id']}/decision", {"decision": "approved", "reason": "鍵を照合した"})
        return asked["id"], key, ask.read(f"/endpoints/{asked['id']}/secrets")["sender_key"]

    def bundles(self, organization, endpoint, count):
        """The files once there are that many, in the order of their numbers."""
        folder = self.flow.data / "bundles" / organization / endpoint
        eventually(f"{count} bundles", lambda: len(list(folder.glob("*.noroshi-bundle"))) >= count)
        found = sorted(folder.glob("*.noroshi-bundle"), key=lambda path: int(path.name.split(".")[0]))
        self.assertEqual([path.name for path in found], [f"{n}.noroshi-bundle" for n in range(1, count + 1)])
        return found

    def settled(self, organization, message, state="sent"):
        person = self.flow.person(organization)
        return eventually(state, lambda: (found := person.delivery_of(message))["state"] == state and found)

    def opened(self, path, key, sender, *more, code=0):
        return self.cli("bundle", "open", path, "--key", key, "--sender-key", sender, *more, code=code)

    def test_a_report_is_carried_opened_and_acknowledged_by_name(self):
        flow = self.flow
        endpoint, key, sender = self.endpoint_of("mhlw", medium="媒体管理番号 17")
        message, incident = flow.report("jps", "mhlw", title=f"題 {CANARY}", summary=f"概要 {CANARY}")
        [path] = self.bundles("mhlw", endpoint, 1)
        delivery = self.settled("mhlw", message)
        for place, mode in ((path, 0o600), (path.parent, 0o700), (path.parent.parent, 0o700), (flow.data / "bundles", 0o700)):
            self.assertEqual(stat.S_IMODE(os.stat(place).st_mode), mode, place)

        # The file tells nothing of the report, and header and sealed text belong together.
        text = path.read_text()
        file = json.loads(text)
        for secret in ("canary", "見せてはならない", "概要"):
            self.assertNotIn(secret, text)
        for secret in ("jps", "JPS", "mhlw", incident, message):
            self.assertNotIn(secret, file["header"])
        header = json.loads(file["header"])
        self.assertEqual((file["format"], header["number"], header["delivery"], header["endpoint"], header["previous"]),
                         ("noroshi-bundle/1", 1, delivery["id"], endpoint, None))
        jwe = json.loads(file["jwe"])
        self.assertEqual([each["header"]["kid"] for each in jwe["recipients"]], [header["receiver_key"]])
        self.assertEqual(list(header), list(json.loads(json.loads((EXAMPLES / "1.noroshi-bundle").read_text())["header"])))

        # Our command line, without a daemon.
        report, receipt = self.folder / "report", self.folder / "receipt"
        said = self.opened(path, key, sender, "--state", self.folder / "state", "--out", report, "--receipt", receipt,
                           "--by", "厚労 花子").stdout
        self.assertIn(CANARY, said)
        self.assertIn(CANARY, json.loads(report.read_text())["title"])
        self.assertNotIn("canary", receipt.read_text())
        self.assertEqual(stat.S_IMODE(os.stat(receipt).st_mode), 0o600)

        # Programs that are not ours.
        payload = json.loads(subprocess.run(
            ["/usr/bin/python3", "-c", OPEN_JWE], input=json.dumps({"jwe": file["jwe"], "key": key.read_text()}),
            capture_output=True, text=True, check=True).stdout)
        self.assertEqual((payload["message_id"], payload["incident_id"], payload["report"]),
                         (message, incident, report.read_text()))
        self.assertEqual(list(payload), list(json.loads((EXAMPLES / "message.json").read_text())))
        signed = f"noroshi-bundle/1\n{file['header']}\n{file['jwe']}\n"
        self.assertTrue(self.verified_by_openssl(signed, file["signature"], sender))
        self.assertFalse(self.verified_by_openssl(signed.replace('"number":1', '"number":2'), file["signature"], sender))

        # The receipt comes back.
        person = flow.person("mhlw")
        self.assertIsNone(person.read(f"/inbox/{message}")["acknowledged_by"])
        sent = self.cli("bundle", "receipt", receipt, NOROSHI_URL=f"https://127.0.0.1:{flow.port}",
                        NOROSHI_CA=str(flow.data / "tls" / "ca.pem"), NOROSHI_TOKEN=flow.person("nco", "operator").token)
        self.assertIn("Acknowledged", sent.stdout)
        shown = person.read(f"/inbox/{message}")
        self.assertEqual(shown["acknowledged_by"], "厚労 花子")
        altered = json.loads(receipt.read_text())
        altered["token"] = altered["token"][:-2] + ("AA" if altered["token"][-2:] != "AA" else "BB")
        (self.folder / "forged").write_text(json.dumps(altered))
        self.cli("bundle", "receipt", self.folder / "forged", code=1, NOROSHI_URL=f"https://127.0.0.1:{flow.port}",
                 NOROSHI_CA=str(flow.data / "tls" / "ca.pem"), NOROSHI_TOKEN=flow.person("nco", "operator").token)

        listed = json.loads(self.cli("--json", "--data", flow.data, "bundle", "list").stdout)["items"]
        self.assertIn((1, "mhlw", str(path)), [(item["header"]["number"], item["organization"], item["file"]) for item in listed])
        self.assertNotIn("canary", flow.log.read_text())

    def verified_by_openssl(self, text, signature, key):
        """`openssl pkeyutl` with the raw key in its SubjectPublicKeyInfo (RFC 8410)."""
        der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key)
        for name, content in (("key", der), ("text", text.encode()), ("signature", base64.b64decode(signature))):
            (self.folder / f"openssl.{name}").write_bytes(content)
        return subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", self.folder / "openssl.key", "-rawin",
             "-in", self.folder / "openssl.text", "-sigfile", self.folder / "openssl.signature"],
            capture_output=True, check=False).returncode == 0

    def test_what_is_missing_repeated_or_altered_is_told(self):
        flow = self.flow
        endpoint, key, sender = self.endpoint_of("mext")
        for _ in range(4):
            flow.report("kahaku", "mext")
        first, second, third, fourth = self.bundles("mext", endpoint, 4)
        # Each names the one before by its bytes.
        for before, after in ((first, second), (second, third), (third, fourth)):
            header = json.loads(json.loads(after.read_text())["header"])
            self.assertEqual(header["previous"], hashlib.sha256(before.read_bytes()).hexdigest())

        state = ("--state", self.folder / "state")
        self.opened(first, key, sender, *state)
        gap = self.opened(fourth, key, sender, *state, code=1)
        self.assertIn("title", gap.stdout)  # it is shown all the same
        self.assertIn("2-3", gap.stderr)
        left = self.opened(third, key, sender, *state, code=1)
        self.assertRegex(left.stderr, r"MISSING.*: 2;")
        self.assertNotIn("MISSING", self.opened(second, key, sender, *state).stderr)
        self.assertIn("repeat", self.opened(third, key, sender, *state).stderr)
        self.assertIn("repeat", self.opened(fourth, key, sender, *state).stderr)

        # Every part of it, and a receiver, a sender or a key of somebody else.
        text = second.read_text()
        altered = self.folder / "altered"
        for old, new in ((r'\"number\":2', r'\"number\":5'), (r'\"tag\":\"', r'\"tag\":\"A'), ('"signature":"', '"signature":"AAAA'),
                         (r'\"exercise\":false', r'\"exercise\":true')):
            self.assertIn(old, text)
            altered.write_text(text.replace(old, new, 1))
            refused = self.opened(altered, key, sender, *state, code=1)
            self.assertEqual(refused.stdout, "")
        other = self.folder / "other.jwk"
        self.cli("sealing", "make-key", other)
        self.assertEqual(self.opened(second, other, sender, code=1).stdout, "")
        self.assertEqual(self.opened(second, key, base64.b64encode(bytes(31) + b"\1").decode(), code=1).stdout, "")
        self.opened(second, key, "no key", code=2)
        altered.write_text("{}")
        self.opened(altered, key, sender, code=2)
        self.assertIn("repeat", self.opened(fourth, key, sender, *state).stderr)

    def test_keys_and_zones_are_checked_before_two_persons_agree(self):
        person = self.flow.person("meti")
        key = self.folder / "key.jwk"
        public = self.cli("sealing", "make-key", key).stdout.strip()
        body = {"channel": "bundle", "name": "媒体", "zone": "closed", "settings": {"key": public}}
        for change, pointer in (({"settings": {"key": key.read_text()}}, "/settings/key"), ({"settings": {"key": "x"}}, "/settings/key"),
                                ({"settings": {}}, "/settings/key"), ({"zone": "internet"}, "/zone"),
                                ({"settings": {"key": public, "medium": "二\n行"}}, "/settings/medium"),
                                ({"settings": {"key": public, "url": "x"}}, "/settings/url")):
            answer = person.post("/endpoints", body | change)
            self.assertEqual(answer.status, 422, change)
            self.assertEqual([error["pointer"] for error in answer.value["errors"]], [pointer])
            self.assertNotIn(json.loads(key.read_text())["d"], answer.text)
        for zone in ("closed", "government_lan"):
            self.assertEqual(person.post("/endpoints", body | {"zone": zone}).status, 201)
        described = {each["name"]: each for each in person.read("/channels")["items"]}
        self.assertEqual([each["name"] for each in described["bundle"]["settings"]], ["key", "medium"])

    def test_a_daemon_killed_after_writing_gives_the_same_number_and_the_same_bytes(self):
        flow = self.flow
        endpoint, key, sender = self.endpoint_of("maff")
        flow.person("famic")
        before, _ = flow.report("famic", "maff")
        self.bundles("maff", endpoint, 1)
        self.settled("maff", before)
        # Nothing is claimed until both reports are there and both incidents are locked: so nothing can be settled.
        holding, incidents = Session(flow), Session(flow)
        self.addCleanup(holding.end)
        self.addCleanup(incidents.end)
        holding.run(f"SELECT FROM endpoint_circuit WHERE endpoint_id = '{endpoint}' FOR UPDATE;")
        reported = [flow.report("famic", "maff") for _ in range(2)]
        for _, incident in reported:
            incidents.run(f"SELECT FROM incident WHERE id = '{incident}' FOR UPDATE;")
        holding.end()
        eventually("both are written and known to be", lambda: flow.sql(
            f"SELECT count(*) FROM bundle WHERE endpoint_id = '{endpoint}' AND sha256 IS NOT NULL;") == ["3"])
        files = self.bundles("maff", endpoint, 3)
        bytes_before = [path.read_bytes() for path in files]
        flow.kill_daemon()
        states = flow.sql(f"SELECT state FROM delivery WHERE endpoint_id = '{endpoint}' ORDER BY queued_at;")
        self.assertEqual(states, ["sent", "queued", "queued"])
        # As if it had been killed a moment before, when the last was written and nobody knew.
        flow.sql(f"UPDATE bundle SET sha256 = NULL WHERE endpoint_id = '{endpoint}' AND number = 3;")
        incidents.end()
        flow.start()
        later, _ = flow.report("famic", "maff")
        for message, _ in reported:
            eventually("settled", lambda each=message: flow.person("maff").delivery_of(each)["state"] == "sent", LEASE + 30)
        self.settled("maff", later)
        files = self.bundles("maff", endpoint, 4)
        self.assertEqual([path.read_bytes() for path in files[:3]], bytes_before)
        deliveries = [json.loads(json.loads(path.read_text())["header"])["delivery"] for path in files]
        self.assertEqual(sorted(deliveries), sorted(each["id"] for each in flow.person("maff").deliveries(endpoint)))
        self.assertGreaterEqual(int(flow.sql("SELECT count(*) FROM attempt WHERE outcome = 'lost';")[0]), 2)
        for path in files:
            self.opened(path, key, sender, "--state", self.folder / "state")

    def test_the_example_of_the_specification(self):
        key, sender = EXAMPLES / "receiver.jwk", EXAMPLES / "sender.pub"
        first, second = (EXAMPLES / f"{n}.noroshi-bundle" for n in (1, 2))
        message = json.loads((EXAMPLES / "message.json").read_text())
        shown = json.loads(self.cli("--json", "bundle", "open", first, "--key", key, "--sender-key", sender).stdout)
        self.assertEqual(shown["message"], message)
        file = json.loads(first.read_text())
        theirs = subprocess.run(["/usr/bin/python3", "-c", OPEN_JWE], capture_output=True, text=True, check=True,
                                input=json.dumps({"jwe": file["jwe"], "key": key.read_text()})).stdout
        self.assertEqual(json.loads(theirs), message)
        self.assertTrue(self.verified_by_openssl(f"{file['format']}\n{file['header']}\n{file['jwe']}\n", file["signature"],
                                                 sender.read_text()))
        state = ("--state", self.folder / "state")
        self.assertEqual(self.opened(first, key, sender, *state).stderr, "")
        self.assertEqual(self.opened(second, key, sender, *state).stderr, "")
        self.assertEqual(json.loads(file["header"])["previous"], None)
        self.assertEqual(json.loads(json.loads(second.read_text())["header"])["previous"],
                         hashlib.sha256(first.read_bytes()).hexdigest())

    def test_z_the_record_is_whole(self):
        self.assertGreater(self.flow.verify_record(), 0)


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
