"""Acts that carry their actor's own signature: a report signed with each kind of key is accepted, the signature stands in
its leaf and checks with openssl; one that is not by that key over that request is refused and changes nothing.

The leaf is read by the tables of schemas/events/README.md (check_examples.py), not by the program.
"""

import argparse
import base64
import hashlib
import http.client
import json
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "tests" / "processes"))

import check_examples  # noqa: E402
from content import Content
from harness import Deployment, plain_environment  # noqa: E402

KINDS = {  # name: how openssl makes the key, how it signs, bytes of r and of s
    "ed25519": (["genpkey", "-algorithm", "ED25519"], ["pkeyutl", "-sign", "-rawin"], 0),
    "ecdsa_p256_sha256": (["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                          ["pkeyutl", "-sign", "-rawin", "-digest", "sha256"], 32),
    "ecdsa_p384_sha384": (["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
                          ["pkeyutl", "-sign", "-rawin", "-digest", "sha384"], 48),
}


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30).stdout


def der_to_plain(der, half):
    """r || s of an ECDSA-Sig-Value (RFC 3279, 2.2.3)."""
    assert der[0] == 0x30 and der[1] == len(der) - 2
    numbers, place = b"", 2
    for _ in range(2):
        assert der[place] == 0x02
        length = der[place + 1]
        numbers += der[place + 2 : place + 2 + length].lstrip(b"\0").rjust(half, b"\0")
        place += 2 + length
    return numbers


def plain_to_der(plain):
    """The reverse, for openssl."""
    numbers = b""
    for part in (plain[: len(plain) // 2], plain[len(plain) // 2 :]):
        part = part.lstrip(b"\0") or b"\0"
        part = b"\0" * (part[0] >> 7) + part
        numbers += bytes([0x02, len(part)]) + part
    return bytes([0x30, len(numbers)]) + numbers


class Person:
    """Somebody with a key and a token of his own."""

    def __init__(self, deployment, folder, kind, role="csirt_head"):
        self.folder, self.kind, (make, self.sign_with, self.half) = folder, kind, KINDS[kind]
        self.key, self.public = folder / f"{kind}.pem", folder / f"{kind}.pub"
        openssl(*make, "-out", self.key)
        openssl("pkey", "-in", self.key, "-pubout", "-out", self.public)
        done = subprocess.run(
            [deployment.cli, "--data", deployment.data, "token", "issue", "--org", "jps", "--role", role, "--name", kind,
             "--signing-key", self.public], capture_output=True, text=True, timeout=60, env=plain_environment())
        assert done.returncode == 0, done.stderr
        self.token = done.stdout.strip()

    def signs(self, path, body):
        text = self.folder / "act"
        text.write_text(f"noroshi-act/v1\n{path}\n{hashlib.sha256(body).hexdigest()}\n")
        made = openssl(*self.sign_with, "-inkey", self.key, "-in", text)
        return der_to_plain(made, self.half) if self.half else made

    def made(self, text, signature):
        """Whether openssl finds the signature good, by the public key alone."""
        (self.folder / "text").write_text(text)
        (self.folder / "signature").write_bytes(plain_to_der(signature) if self.half else signature)
        verify = [word.replace("-sign", "-verify") for word in self.sign_with]
        done = subprocess.run(["openssl", *verify, "-pubin", "-inkey", self.public, "-in", self.folder / "text", "-sigfile",
                               self.folder / "signature"], capture_output=True, timeout=30)
        return done.returncode == 0


class SignedActs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment(PROGRAMS.daemon, PROGRAMS.cli)
        cls.deployment.start()
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.page = check_examples.Page()

    @classmethod
    def tearDownClass(cls):
        cls.deployment.clear_away()
        cls.temporary.cleanup()

    def post(self, token, path, body, signature=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.deployment.port, timeout=30,
                                                 context=self.deployment.client_context())
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "en",
                   "Idempotency-Key": str(uuid.uuid4())}
        if signature is not None:
            headers["Noroshi-Signature"] = signature if isinstance(signature, str) else base64.b64encode(signature).decode()
        connection.request("POST", path, body, headers)
        reply = connection.getresponse()
        answer = json.loads(reply.read())
        connection.close()
        return reply.status, answer

    def report(self):
        return json.dumps({"reference": f"signed {uuid.uuid4()}", "stage": "first", "title": "Signed by its reporter",
                           "times": {"recognized": {"value": "2018-08-01T09:00:00+09:00"}}, "assessment": "incident",
                           "cyberattack": "yes"}).encode()

    def first_leaf(self, incident):
        """The first event of an incident: its head, by the page's tables."""
        leaf, = self.deployment.sql(
            f"SELECT encode(leaf, 'hex') FROM event WHERE incident_id = '{incident}' ORDER BY at, id LIMIT 1")
        openings = [dict(zip(("field", "salt", "value"), row.split("|"))) for row in self.deployment.sql(
            "SELECT field, encode(salt, 'hex'), encode(value, 'hex') FROM event_opening WHERE event_id = ("
            f"SELECT id FROM event WHERE incident_id = '{incident}' ORDER BY at, id LIMIT 1)")]
        content = Content(self.deployment.content_keys, self.deployment.sql)
        for opening in openings:
            if not opening["salt"]:  # sealed, with its salt before it
                opened = content.open(bytes.fromhex(opening["value"]))
                opening["salt"], opening["value"] = opened[:32].hex(), opened[32:].hex()
            made = hashlib.sha256(bytes.fromhex(opening["salt"]) + bytes.fromhex(opening["value"]))
            opening["commitment"] = made.hexdigest()
        return check_examples.Leaf(self.page, bytes.fromhex(leaf), openings).fields(self.page.head)

    def events(self):
        return int(self.deployment.sql("SELECT count(*) FROM event")[0])

    def test_the_signature_of_a_report_stands_in_its_leaf_and_checks_with_openssl(self):
        for kind in KINDS:
            with self.subTest(kind):
                person, body = Person(self.deployment, self.folder, kind), self.report()
                status, answer = self.post(person.token, "/api/v1/reports", body, person.signs("/api/v1/reports", body))
                self.assertEqual(status, 201, answer)
                signature = self.first_leaf(answer["report"]["incident_id"])["signature"]
                self.assertEqual(signature["algorithm"], kind)
                public = openssl("pkey", "-pubin", "-in", person.public, "-outform", "DER")
                self.assertEqual(signature["key"], hashlib.sha256(public).hexdigest())
                opened = bytes.fromhex(signature["actor_signature"])
                length = 2 * person.half or 64
                digest, made, path = opened[:32], opened[32 : 32 + length], opened[32 + length :].decode()
                self.assertEqual((digest, path), (hashlib.sha256(body).digest(), "/api/v1/reports"))
                text = f"noroshi-act/v1\n{path}\n{digest.hex()}\n"
                self.assertTrue(person.made(text, made))
                self.assertFalse(person.made(text.replace("reports", "report5"), made))

    def test_what_is_not_signed_by_that_key_over_that_request_is_refused_and_leaves_nothing(self):
        person, body = Person(self.deployment, self.folder, "ed25519"), self.report()
        good = person.signs("/api/v1/reports", body)
        stranger = Person(self.deployment, self.folder, "ecdsa_p256_sha256")
        without_key = self.deployment.issue_token("jps", "csirt_head")
        for name, token, signature, code in (
            ("of another body", person.token, person.signs("/api/v1/reports", self.report()), "signature_invalid"),
            ("of another path", person.token, person.signs("/api/v1/report", body), "signature_invalid"),
            ("of another person", person.token, stranger.signs("/api/v1/reports", body), "signature_invalid"),
            ("a bit of it turned", person.token, bytes([good[0] ^ 1]) + good[1:], "signature_invalid"),
            ("cut", person.token, good[:-1], "signature_invalid"),
            ("no base64", person.token, "%%%", "signature_invalid"),
            ("nothing", person.token, "", "signature_invalid"),
            ("of a token without a key", without_key, good, "signature_key_unknown"),
        ):
            with self.subTest(name):
                before = self.events()
                status, answer = self.post(token, "/api/v1/reports", body, signature)
                self.assertEqual((status, answer["code"]), (422, code))
                self.assertEqual(self.events(), before)

    def verify(self, *arguments):
        done = subprocess.run([self.deployment.cli, "--json", *map(str, arguments)], capture_output=True, text=True,
                              timeout=120, env=plain_environment())
        return done.returncode, json.loads(done.stdout)

    def test_whoever_checks_the_record_checks_the_signatures_too(self):
        person, body = Person(self.deployment, self.folder, "ecdsa_p384_sha384"), self.report()
        status, answer = self.post(person.token, "/api/v1/reports", body, person.signs("/api/v1/reports", body))
        self.assertEqual(status, 201, answer)
        deadline = time.monotonic() + 30
        while self.deployment.sql("SELECT 1 FROM event WHERE sequence >= (SELECT coalesce(max(size), 0) FROM checkpoint) "
                                  "OR sequence IS NULL LIMIT 1"):
            self.assertLess(time.monotonic(), deadline, "the record is not sealed")
            time.sleep(0.05)
        code, said = self.verify("--data", self.deployment.data, "record", "verify")
        self.assertEqual((code, said["altered"]), (0, 0), said)
        signed = said["signed_acts"]
        self.assertGreater(signed, 0)

        export = self.folder / "record.jsonl"
        subprocess.run([self.deployment.cli, "--data", self.deployment.data, "record", "export", export], check=True,
                       capture_output=True, timeout=120, env=plain_environment())
        code, said = self.verify("record", "verify", export)
        self.assertEqual((code, said["signed_acts"]), (0, signed), said)

        lines = export.read_text().splitlines()
        header = json.loads(lines[0])
        header["actor_keys"] = []
        stripped = self.folder / "stripped.jsonl"
        stripped.write_text("\n".join([json.dumps(header), *lines[1:]]) + "\n")
        code, said = self.verify("record", "verify", stripped)
        self.assertEqual(said["signed_acts"], 0)
        self.assertIn("act_key_unknown", [finding["code"] for finding in said["findings"]])

    def test_it_is_never_asked_for(self):
        person, body = Person(self.deployment, self.folder, "ed25519"), self.report()
        status, answer = self.post(person.token, "/api/v1/reports", body)
        self.assertEqual(status, 201)
        self.assertIsNone(self.first_leaf(answer["report"]["incident_id"])["signature"])

    def test_every_command_can_be_signed_with_the_path_it_was_sent_to(self):
        person, body = Person(self.deployment, self.folder, "ed25519"), self.report()
        status, answer = self.post(person.token, "/api/v1/reports", body)
        self.assertEqual(status, 201)
        incident = answer["report"]["incident_id"]
        path = f"/api/v1/incidents/{incident}/transitions"
        act = json.dumps({"to": "contained", "reason": "cut off"}).encode()
        elsewhere = person.signs(path.replace(incident, str(uuid.uuid4())), act)
        self.assertEqual(self.post(person.token, path, act, elsewhere)[0], 422)
        status, answer = self.post(person.token, path, act, person.signs(path, act))
        self.assertEqual(status, 201, answer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    PROGRAMS = parser.parse_args()
    unittest.main(argv=sys.argv[:1], verbosity=2)
