#!/usr/bin/env python3
"""Files that go with an incident: large ones in flat memory, uploads that are cut, wrong or too many, whoever else asks, a daemon
that is killed in the middle; and that the bytes are the bytes.

  test_attachments.py --daemon NOROSHID --cli NOROSHI [TEST...]
"""

import argparse
import hashlib
import http.client
import json
import random
import ssl
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "delivery"))  # flow_scene.py

from flow_scene import Flow, eventually

from harness import plain_environment

MIB = 1024 * 1024
PIECE = 256 * 1024
LARGEST = 64 * MIB
SLACK = 48 * MIB  # of resident memory while a file of 64 MiB goes through: buffers of TLS, a few pieces, the heap's own
OPTIONS = None


def some_bytes(size, seed=1):
    return random.Random(seed).randbytes(size)


class Attachments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flow = flow = Flow(OPTIONS)
        cls.addClassCleanup(flow.clear_away)
        flow.start()
        cls.jps, cls.mhlw, cls.meti = flow.person("jps"), flow.person("mhlw"), flow.person("meti")

    def setUp(self):
        _, self.incident = self.flow.report("jps", "mhlw")

    def line(self):
        return http.client.HTTPSConnection("127.0.0.1", self.flow.port, context=self.flow.client_context(), timeout=120)

    def upload(self, person, content, name="%E8%A8%98%E9%8C%B2.bin", key=None, media_type="application/x-pcap", query=""):
        line = self.line()
        headers = {"Authorization": f"Bearer {person.token}", "Content-Type": media_type, "Accept-Language": "en"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            line.request("POST", f"/api/v1/incidents/{self.incident}/attachments?name={name}{query}", content, headers)
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), json.loads(answer.read())
        finally:
            line.close()

    def download(self, person, attachment, **headers):
        line = self.line()
        try:
            line.request("GET", f"/api/v1/attachments/{attachment}", headers={"Authorization": f"Bearer {person.token}", **headers})
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            line.close()

    def held(self):
        return self.mhlw.read(f"/incidents/{self.incident}/attachments")["items"]

    def pieces(self):
        return int(self.flow.sql("SELECT count(*) FROM attachment_piece;")[0])

    def resident(self):
        status = Path(f"/proc/{self.flow.process.pid}/status").read_text()
        return {key: int(value.split()[0]) * 1024 for key, value in
                (row.split(":", 1) for row in status.splitlines()) if key in ("VmRSS", "VmHWM")}

    def test_the_bytes_are_the_bytes_for_whoever_sees_the_case(self):
        for size in (1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 1_000_003):
            content = some_bytes(size, size)
            status, _, said = self.upload(self.jps, content)
            self.assertEqual(status, 201, said)
            self.assertEqual((said["name"], said["size"], said["sha256"], said["media_type"]),
                             ("記録.bin", size, hashlib.sha256(content).hexdigest(), "application/x-pcap"))
            for person in (self.jps, self.mhlw):
                status, headers, got = self.download(person, said["id"])
                self.assertEqual((status, got == content), (200, True))
                self.assertEqual(headers["ETag"], f'"{said["sha256"]}"')
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Content-Type"], "application/octet-stream")
                self.assertEqual(headers["Content-Disposition"],
                                 "attachment; filename=\"attachment\"; filename*=UTF-8''%E8%A8%98%E9%8C%B2.bin")
            self.assertEqual(self.download(self.jps, said["id"], **{"If-None-Match": f'"{said["sha256"]}"'})[0], 304)
        self.assertEqual(len(self.held()), 6)
        self.flow.verify_record()

    def test_another_body_is_told_that_nothing_is_there(self):
        _, _, said = self.upload(self.jps, b"secret")
        nothing = self.meti.get("/attachments/01980000-0000-7000-8000-000000000000")
        for target in (f"/attachments/{said['id']}", f"/incidents/{self.incident}/attachments"):
            answer = self.meti.get(target)
            self.assertEqual((answer.status, answer.text), (404, nothing.text))
        before = self.pieces()
        status, _, refused = self.upload(self.meti, some_bytes(3 * PIECE))
        self.assertEqual((status, refused["code"]), (404, json.loads(nothing.text)["code"]))
        self.assertEqual(self.pieces(), before)

    def shared_with(self, **more):
        """A case of the body whose report may be shared, and its first version."""
        body = self.flow.report_body(consent_to_share=True, **more)
        said = self.jps.do("/reports", body, Idempotency_Key=body["reference"])
        self.incident = said["incident"]["id"]
        return body, said

    def listed_for(self, person):
        answer = self.flow.ask("GET", f"/api/v1/incidents/{self.incident}/attachments", token=person.token)
        return [item["id"] for item in json.loads(answer.text)["items"]] if answer.status == 200 else None

    def test_files_are_no_part_of_the_view_of_the_police(self):
        _, said = self.shared_with(cyberattack="yes")
        duty = next(duty for duty in said["obligations"] if duty["clause"] == "2.2.4(2)(h)" and duty["holder"] == "jps")
        self.jps.do(f"/obligations/{duty['id']}/fulfillments", {"method": "report"})
        police = self.flow.person(duty["recipient"], "police_desk")
        before = len(police.items("/inbox"))
        self.assertGreater(before, 0)
        _, _, added = self.upload(self.jps, b"a customer list")
        self.assertIn(added["id"], self.listed_for(self.mhlw))
        self.assertNotIn(added["id"], self.listed_for(police) or [])
        self.assertEqual(self.download(police, added["id"])[0], 404)
        self.assertEqual(len(police.items("/inbox")), before)

    def test_what_comes_after_sharing_has_ended_stays_away(self):
        body, _ = self.shared_with()
        self.jps.do(f"/incidents/{self.incident}/sharings", {"organization": "meti", "note": "同種の事案"})
        _, _, first = self.upload(self.jps, b"while it was shared")
        self.assertEqual(self.listed_for(self.meti), [first["id"]])
        later = {"reference": body["reference"], "stage": "followup", "consent_to_share": False, "summary": "SECRET-LATER"}
        self.jps.do("/reports", later, Idempotency_Key=body["reference"] + "-2")
        before = len(self.meti.items("/inbox"))
        _, _, second = self.upload(self.jps, b"after that")
        self.assertEqual(self.listed_for(self.meti), [first["id"]])
        self.assertEqual(self.download(self.meti, second["id"])[0], 404)
        self.assertEqual(len(self.meti.items("/inbox")), before)
        self.assertNotIn("SECRET-LATER", self.meti.get(f"/incidents/{self.incident}").text)

    def test_no_file_goes_with_a_case_of_confidentiality_3(self):
        body = self.flow.report_body(classification={"confidentiality": 3})
        self.incident = self.jps.do("/reports", body, Idempotency_Key=body["reference"])["incident"]["id"]
        before = self.pieces()
        status, _, refused = self.upload(self.jps, b"of confidentiality 3")
        self.assertEqual((status, refused["code"]), (422, "annex_not_available"))
        self.assertEqual(self.listed_for(self.jps), [])
        self.assertLessEqual(self.pieces(), before + 1)  # swept in time; seen by nobody

    def test_a_large_one_in_flat_memory(self):
        content = some_bytes(LARGEST)
        self.upload(self.jps, content[:MIB])  # whatever is made at the first one
        before = self.resident()["VmRSS"]
        Path(f"/proc/{self.flow.process.pid}/clear_refs").write_text("5")  # the high water mark begins anew
        status, _, said = self.upload(self.jps, content)
        self.assertEqual(status, 201, said)
        digest = hashlib.sha256(content).hexdigest()
        self.assertEqual(said["sha256"], digest)
        status, _, got = self.download(self.mhlw, said["id"])
        self.assertEqual((status, hashlib.sha256(got).hexdigest()), (200, digest))
        self.assertLess(self.resident()["VmHWM"] - before, SLACK)

    def test_what_is_too_large_or_wrong_is_refused_before_it_is_read(self):
        for content, name, query, status, code in (
                (b"x" * (LARGEST + 1), "a", "", 413, None), (b"x", "..%2Fa", "", 422, "file_name"), (b"x", "", "", 422, "file_name"),
                (b"x", "a", "&confidentiality=3", 422, "annex_required"), (b"", "a", "", 422, "empty"),
                (b"x", "a", "&other=1", 422, "unknown_member")):
            with self.subTest(name=name, query=query, size=len(content)):
                try:
                    answered, _, said = self.upload(self.jps, content, name, query=query)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.assertEqual(status, 413)
                    continue
                self.assertEqual(answered, status, said)
                if code:
                    self.assertIn(code, [error["code"] for error in said["errors"]])
        self.assertEqual(self.held(), [])

    def begin(self, announced, sent):
        """A connection on which so much of so much was sent."""
        line = self.line()
        line.putrequest("POST", f"/api/v1/incidents/{self.incident}/attachments?name=cut.bin")
        line.putheader("Authorization", f"Bearer {self.jps.token}")
        line.putheader("Content-Length", str(announced))
        line.putheader("Content-Type", "application/octet-stream")
        line.endheaders()
        line.send(some_bytes(sent))
        return line

    def test_a_cut_upload_leaves_nothing_behind(self):
        before = self.pieces()
        line = self.begin(8 * PIECE, 5 * PIECE + 17)
        eventually("pieces are kept", lambda: self.pieces() == before + 5)
        self.assertEqual(self.held(), [])
        line.close()
        eventually("pieces are dropped", lambda: self.pieces() == before)
        self.assertEqual(self.held(), [])

    def test_a_client_that_stands_still_is_told_and_cut(self):
        before = self.pieces()
        line = self.begin(2 * PIECE, PIECE + 10)
        answer = line.getresponse()  # its piece has its own time, some 14 seconds
        self.assertEqual((answer.status, json.loads(answer.read())["code"]), (408, "body_timeout"))
        line.close()
        eventually("pieces are dropped", lambda: self.pieces() == before)

    def test_only_a_few_are_on_their_way_at_once(self):
        before = self.pieces()
        lines = [self.begin(2 * PIECE, PIECE) for _ in range(4)]  # of one body; 16 of all
        eventually("all have begun", lambda: self.pieces() == before + 4)
        status, _, refused = self.upload(self.jps, b"x")
        self.assertEqual((status, refused["code"]), (503, "overloaded"))
        for line in lines:
            line.close()
        eventually("pieces are dropped", lambda: self.pieces() == before)
        eventually("there is room again", lambda: self.upload(self.jps, b"x")[0] == 201)

    def test_killed_in_the_middle_and_swept(self):
        before = self.pieces()
        line = self.begin(8 * PIECE, 5 * PIECE)
        eventually("pieces are kept", lambda: self.pieces() >= before + 4)
        self.flow.kill_daemon()
        line.close()
        self.flow.start()
        self.assertEqual(self.held(), [])
        self.assertGreater(self.pieces(), before)
        # A day later nobody is sending it any more: as the daemon asks, with a later id.
        self.flow.sql("SELECT sweep_attachment_pieces('ffffffff-0000-7000-8000-000000000000');")
        self.assertEqual(self.pieces(), before)
        status, _, _ = self.upload(self.jps, some_bytes(2 * PIECE))
        self.assertEqual((status, len(self.held())), (201, 1))

    def test_the_same_key_is_the_same_file(self):
        content = some_bytes(PIECE + 5)
        before = self.pieces()
        _, _, first = self.upload(self.jps, content, key="the-file")
        status, headers, again = self.upload(self.jps, content, key="the-file")
        self.assertEqual((status, headers.get("Idempotency-Replayed"), again), (201, "true", first))
        eventually("the second copy is dropped", lambda: self.pieces() == before + 2)
        status, _, refused = self.upload(self.jps, content + b"x", key="the-file")
        self.assertEqual((status, refused["code"]), (422, "idempotency_key_reused"))
        eventually("the third copy is dropped", lambda: self.pieces() == before + 2)
        self.assertEqual(len(self.held()), 1)

    def test_too_many(self):
        for number in range(64):
            self.assertEqual(self.upload(self.jps, b"x", f"{number}")[0], 201)
        before = self.pieces()
        status, _, refused = self.upload(self.jps, b"x", "one-more")
        self.assertEqual((status, refused["code"]), (409, "attachment_limit"))
        eventually("what was refused is dropped", lambda: self.pieces() == before)

    def test_what_is_altered_is_found(self):
        _, _, said = self.upload(self.jps, some_bytes(2 * PIECE))
        self.flow.verify_record()
        with self.assertRaises(Exception):
            self.flow.sql(f"UPDATE attachment_piece SET bytes = 'x' WHERE attachment_id = '{said['id']}' AND place = 1;")
        self.flow.sql("ALTER TABLE attachment_piece DISABLE TRIGGER ALL; UPDATE attachment_piece SET bytes = "
                      f"set_byte(bytes, 99, (get_byte(bytes, 99) + 1) % 256) WHERE attachment_id = '{said['id']}' AND place = 1; "
                      "ALTER TABLE attachment_piece ENABLE TRIGGER ALL;")
        with self.assertRaises(Exception) as found:
            self.flow.verify_record()
        self.assertIn("attachment", str(found.exception))
        self.flow.sql("ALTER TABLE attachment_piece DISABLE TRIGGER ALL; UPDATE attachment_piece SET bytes = "
                      f"set_byte(bytes, 99, (get_byte(bytes, 99) + 255) % 256) WHERE attachment_id = '{said['id']}' AND place = 1; "
                      "ALTER TABLE attachment_piece ENABLE TRIGGER ALL;")
        self.flow.verify_record()

    def test_the_command_line_adds_lists_and_gets(self):
        def noroshi(person, *arguments):
            token = self.flow.folder / "token"
            token.write_text(person.token)
            return subprocess.run([self.flow.cli, "--lang", "en", "--json", *arguments, "--url",
                                   f"https://127.0.0.1:{self.flow.port}", "--ca", self.flow.data / "tls" / "ca.pem", "--token-file",
                                   token], capture_output=True, text=True, timeout=120, env=plain_environment())

        content, folder = some_bytes(2 * PIECE + 3), self.flow.folder
        sent, got = folder / "通信 記録.pcap", folder / f"got-{self.incident}"
        sent.write_bytes(content)
        added = noroshi(self.jps, "attachment", "add", self.incident, str(sent), "--type", "application/x-pcap")
        self.assertEqual(added.returncode, 0, added.stderr)
        said = json.loads(added.stdout)
        self.assertEqual((said["name"], said["media_type"]), (sent.name, "application/x-pcap"))
        listed = noroshi(self.mhlw, "attachment", "list", self.incident)
        self.assertEqual([item["id"] for item in json.loads(listed.stdout)["items"]], [said["id"]])
        done = noroshi(self.mhlw, "attachment", "get", self.incident, said["id"], str(got))
        self.assertEqual((done.returncode, got.read_bytes() == content), (0, True), done.stderr)
        self.assertEqual(got.stat().st_mode & 0o777, 0o600)
        got.write_bytes(b"mine")
        again = noroshi(self.mhlw, "attachment", "get", self.incident, said["id"], str(got))
        self.assertEqual((again.returncode, got.read_bytes()), (2, b"mine"))
        self.assertNotEqual(noroshi(self.meti, "attachment", "list", self.incident).returncode, 0)


class Erased(unittest.TestCase):
    def test_an_erasure_deletes_the_bytes(self):
        flow = Flow(OPTIONS, ("--test-clock", "1"))
        self.addCleanup(flow.clear_away)
        flow.start()
        person = flow.person("jps")
        body = flow.report_body(assessment="not_incident", assessment_reason="誤検知", cyberattack="no", cyberattack_reason="誤検知")
        incident = person.do("/reports", body, Idempotency_Key="erased")["incident"]["id"]
        line = http.client.HTTPSConnection("127.0.0.1", flow.port, context=flow.client_context(), timeout=60)
        line.request("POST", f"/api/v1/incidents/{incident}/attachments?name=SECRET-name", b"SECRET-bytes" * 50_000,
                     {"Authorization": f"Bearer {person.token}", "Content-Type": "text/SECRET-type"})
        said = json.loads(line.getresponse().read())
        line.close()
        self.assertEqual(int(flow.sql("SELECT count(*) FROM attachment_piece;")[0]), 3)
        flow.sql("SELECT noroshi.show_clock('2036-05-01T09:00:00+09:00', 1);")
        asked = flow.person("jps", "csirt_head", "後日の申請者").do(f"/incidents/{incident}/erasures", {"reason": "保存期間の満了"})
        erasure = asked["id"]
        officer = flow.person("jps", "section_officer", "後日の決定者")
        officer.do(f"/incidents/{incident}/erasures/{erasure}/decision", {"decision": "approved", "reason": "満了を確認"})
        self.assertEqual(int(flow.sql("SELECT count(*) FROM attachment_piece;")[0]), 0)
        self.assertEqual(officer.get(f"/attachments/{said['id']}").status, 404)
        shown = officer.read(f"/incidents/{incident}/attachments")["items"]
        self.assertEqual([(item["name"], item["media_type"], item["sha256"]) for item in shown], [("erased",) * 3])
        # Texts that an erasure took are told of, and are no alteration.
        done = subprocess.run([flow.cli, "--lang", "en", "--json", "--data", flow.data, *flow.database, "record", "verify", "--tables"],
                              capture_output=True, text=True, timeout=120, env=plain_environment())
        found = json.loads(done.stdout)
        self.assertEqual((done.returncode, found["altered"]), (0, False), done.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest, verbosity=2)
