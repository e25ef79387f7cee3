#!/usr/bin/env python3
"""What people wrote of cases, as whoever has the database's disk sees it: nothing. And its keys: opened by a second implementation,
changed while reports come in, missing, another's, dropped.

  test_content.py --daemon NOROSHID --cli NOROSHI [TEST...]
"""

import argparse
import base64
import hashlib
import http.client
import json
import shutil
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "delivery"))  # flow_scene.py

from flow_scene import Flow

from content import Content
from harness import Fault, plain_environment

OPTIONS = None
CANARY = "KANARIA-5f1c"


class Keys(unittest.TestCase):
    def setUp(self):
        self.flow = Flow(OPTIONS)
        self.addCleanup(self.flow.clear_away)
        self.flow.start()
        self.jps, self.mhlw = self.flow.person("jps"), self.flow.person("mhlw")

    def noroshi(self, *arguments, code=0):
        done = subprocess.run([OPTIONS.cli, "--lang", "en", "--data", self.flow.data, *map(str, arguments)], capture_output=True,
                              text=True, timeout=120, env=plain_environment())
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def report(self, title):
        _, incident = self.flow.report("jps", "mhlw", title=title, summary=f"{title} 概要")
        return incident

    def title(self, incident, person=None):
        return (person or self.mhlw).read(f"/incidents/{incident}")["title"]

    def attach(self, incident, content):
        line = http.client.HTTPSConnection("127.0.0.1", self.flow.port, context=self.flow.client_context(), timeout=60)
        line.request("POST", f"/api/v1/incidents/{incident}/attachments?name={CANARY}.log", content,
                     {"Authorization": f"Bearer {self.jps.token}", "Content-Type": "text/plain"})
        self.assertEqual(line.getresponse().status, 201)
        line.close()

    def written_on_disk(self):
        """Every file of the cluster, and of all else that the daemon keeps but its keys, that holds the canary in some form."""
        word = CANARY.encode()
        forms = [word, word.hex().encode(), *(base64.b64encode(b"x" * skip + word)[4:12] for skip in range(3))]
        found = []
        for path in self.flow.data.rglob("*"):
            if path.is_file() and any(form in path.read_bytes() for form in forms):
                found.append(str(path.relative_to(self.flow.data)))
        return found

    def test_whoever_has_the_disk_or_a_dump_reads_nothing_that_a_person_wrote(self):
        incident = self.report(f"{CANARY} 件名")
        self.attach(incident, f"{CANARY} 記録\n".encode() * 1000)
        self.assertEqual(self.title(incident), f"{CANARY} 件名")
        self.flow.sql("CHECKPOINT;")
        dump = subprocess.run(["pg_dump", "-h", self.flow.socket_folder(), "-U", self.flow.superuser(), "noroshi"],
                              capture_output=True, timeout=60, env=plain_environment(), check=True).stdout
        self.assertNotIn(CANARY.encode(), dump)
        self.assertNotIn(CANARY.encode().hex().encode(), dump)
        self.assertIn(b"JPS-", dump)
        self.flow.stop()
        self.assertEqual(self.written_on_disk(), [])

        # And who has the keys too reads all of it, by another implementation.
        self.flow.start()
        content = Content(self.flow.content_keys, self.flow.sql)
        [title] = self.flow.sql(f"SELECT encode(convert_to(title, 'UTF8'), 'hex') FROM incident WHERE id = '{incident}';")
        self.assertEqual(content.open(bytes.fromhex(title).decode()), f"{CANARY} 件名")
        [report, digest] = self.flow.sql("SELECT concat_ws('|', encode(bytes, 'hex'), encode(sha256, 'hex')) FROM report;")[0].split("|")
        self.assertEqual(hashlib.sha256(content.open(bytes.fromhex(report))).hexdigest(), digest)
        pieces = b"".join(content.open(bytes.fromhex(piece)) for piece in self.flow.sql(
            "SELECT encode(bytes, 'hex') FROM attachment_piece ORDER BY place;"))
        self.assertEqual(pieces, f"{CANARY} 記録\n".encode() * 1000)
        sealed = self.flow.sql("SELECT count(*) FROM event_opening o JOIN event e ON e.id = o.event_id WHERE o.salt = '' AND "
                               "NOT outlives_erasure(e.type, o.field);")
        all_openings = self.flow.sql("SELECT count(*) FROM event_opening o JOIN event e ON e.id = o.event_id WHERE e.incident_id <> "
                                     "'00000000-0000-0000-0000-000000000000' AND NOT outlives_erasure(e.type, o.field);")
        self.assertEqual(sealed, all_openings)
        self.assertNotEqual(sealed, ["0"])
        self.flow.verify_record()

    def test_keys_change_while_reports_come_in_and_the_old_one_goes_with_the_backups(self):
        before = [self.report(f"前 {number}") for number in range(5)]
        backup = self.flow.folder / "before.sql"
        backup.write_bytes(subprocess.run(["pg_dump", "-h", self.flow.socket_folder(), "-U", self.flow.superuser(), "noroshi"],
                                          capture_output=True, timeout=60, env=plain_environment(), check=True).stdout)
        [old] = [item["epoch"] for item in json.loads(self.noroshi("--json", "content-key", "list")[0])["items"]]
        file = Path(self.noroshi("content-key", "add", "--epoch", "zz-next")[0].strip())
        self.assertEqual(file, self.flow.data / "keys/content/zz-next.key")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(file.stat().st_uid, (self.flow.data / "keys/content").stat().st_uid)
        self.noroshi("content-key", "add", "--epoch", "zz-next", code=1)
        self.noroshi("content-key", "use", "nonsense", code=1)
        self.noroshi("content-key", "drop", old, code=1)  # in use

        stop, during, failures = threading.Event(), [], []

        def reporting():
            while not stop.is_set():
                try:
                    during.append(self.report(f"間 {len(during)}"))
                except Exception as failure:  # noqa: BLE001: told below
                    failures.append(failure)
                    return
        thread = threading.Thread(target=reporting)
        thread.start()
        try:
            self.noroshi("content-key", "use", "zz-next")
            self.noroshi("content-key", "drop", old, code=1)  # wraps cases
            # Until the daemon has looked, new cases come under the old one: the last round finds none.
            for _ in range(600):
                done = subprocess.run([OPTIONS.cli, "--lang", "en", "--data", self.flow.data, "content-key", "rewrap"],
                                      capture_output=True, text=True, timeout=120, env=plain_environment())
                self.assertIn(done.returncode, (0, 1), done.stderr)
                under_old = self.flow.sql(f"SELECT count(*) FROM content_key WHERE epoch = '{old}';") == ["0"]
                newest_under_new = self.flow.sql("SELECT epoch FROM content_key ORDER BY incident_id DESC LIMIT 1;") == ["zz-next"]
                count = len(during)
                if under_old and newest_under_new and '"content keys: the epoch zz-next is in use"' in self.flow.log.read_text():
                    break
        finally:
            stop.set()
            thread.join()
        self.assertEqual(failures, [])
        self.assertGreater(count, 0)
        for number, incident in enumerate(before):
            self.assertEqual(self.title(incident), f"前 {number}")
        self.noroshi("content-key", "drop", old)
        self.assertFalse((self.flow.data / f"keys/content/{old}.key").exists())
        self.flow.stop()
        self.flow.start()
        for number, incident in enumerate(during):
            self.assertEqual(self.title(incident, self.jps), f"間 {number}")
        self.flow.verify_record()
        states = {item["epoch"]: (item["state"], item["here"]) for item in
                  json.loads(self.noroshi("--json", "content-key", "list")[0])["items"]}
        self.assertEqual(states, {old: ("dropped", False), "zz-next": ("in use", True)})

        # The backup from before, with the keys there are now: it shows that there were cases, and none of them opens.
        backup_of = Content(self.flow.content_keys, lambda text: subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-h", self.flow.socket_folder(), "-U", self.flow.superuser(), "-d", "before"],
            input="SET search_path = noroshi;" + text, capture_output=True, text=True, timeout=60, env=plain_environment(),
            check=True).stdout.split())
        psql = ["psql", "-X", "-q", "-h", self.flow.socket_folder(), "-U", self.flow.superuser()]
        subprocess.run([*psql, "-d", "postgres", "-c", "CREATE DATABASE before"], check=True, env=plain_environment(), timeout=60)
        subprocess.run([*psql, "-d", "before", "-f", backup], check=True, env=plain_environment(), timeout=60, capture_output=True)
        titles = backup_of.sql("SELECT encode(convert_to(title, 'UTF8'), 'hex') FROM incident;")
        self.assertEqual(len(titles), 5)
        for title in titles:
            with self.assertRaises(KeyError):
                backup_of.open(bytes.fromhex(title).decode())

    def test_without_its_key_or_with_another_one_the_daemon_does_not_start_and_names_the_file(self):
        incident = self.report("件")
        self.flow.stop()
        [file] = (self.flow.data / "keys/content").glob("*.key")
        kept = file.read_text()
        for wrong, said in ((None, "is missing"), ("0" * 64 + "\n", "is not the key of that name"), ("nonsense", "holds no content key")):
            with self.subTest(said):
                file.unlink(missing_ok=True)
                if wrong:
                    file.write_text(wrong)
                    file.chmod(0o600)
                with self.assertRaisesRegex(Fault, "exit 78"):
                    self.flow.start()
                self.assertIn(said, self.flow.log_tail())
                self.assertIn(file.stem, self.flow.log_tail())
                code = 1 if wrong != "nonsense" else 1
                bad = [item["check"] for item in json.loads(self.noroshi("--json", "doctor", code=code)[0])["items"]
                       if item["outcome"] == "bad"]
                self.assertIn("content", bad)
        file.write_text(kept)
        file.chmod(0o600)
        self.flow.start()
        self.assertEqual(self.title(incident), "件")

    def test_another_daemon_needs_the_same_keys_and_no_more(self):
        incident = self.report("二台")
        from harness import Deployment
        folder = self.flow.folder / "copied-keys"
        folder.mkdir(mode=0o700)
        other = Deployment(OPTIONS.daemon, OPTIONS.cli, database_url=self.flow.database_url(), content_keys=folder)
        self.addCleanup(other.clear_away)
        with self.assertRaisesRegex(Fault, "exit 78"):
            other.start()
        for file in self.flow.content_keys.glob("*.key"):
            shutil.copy(file, folder)
        other.start()
        line = http.client.HTTPSConnection("127.0.0.1", other.port, context=other.client_context(), timeout=60)
        line.request("GET", f"/api/v1/incidents/{incident}", headers={"Authorization": f"Bearer {self.mhlw.token}"})
        self.assertEqual(json.loads(line.getresponse().read())["title"], "二台")
        line.close()
        self.assertEqual(other.stop(), 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--daemon", type=Path, required=True)
    parser.add_argument("--cli", type=Path, required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
