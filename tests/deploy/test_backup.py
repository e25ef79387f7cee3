"""noroshi-backup and noroshi-restore end to end: a copy made under load, reports after it, the copy brought back elsewhere; what was
answered before it is there and proven, what was answered after it is listed as lost, and nothing is signed a second time. Then
copies that are damaged, too new, or not to be put where they are asked for."""

import gzip
import hashlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.append(str(SOURCE / "tests" / "processes"))

from cluster import SUPERUSER, Cluster
from harness import Client, Deployment, Submission, plain_environment

NOROSHI = Path(os.environ["NOROSHI"]).resolve()
NOROSHID = NOROSHI.with_name("noroshid")
BACKUP, RESTORE = SOURCE / "deploy" / "backup", SOURCE / "deploy" / "restore"
ROLE = ("jps", "csirt_head")
PATIENCE = 60.0


def run(program, *arguments, language="en_US.UTF-8"):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                          env={**plain_environment(), "PATH": f"{NOROSHID.parent}:{os.environ['PATH']}", "LC_ALL": language})
    return done.returncode, done.stdout, done.stderr


class Daemon(Deployment):
    def __init__(self, folder=None, **more):
        super().__init__(NOROSHID, NOROSHI, **more)
        if folder:
            self.data = folder
        # Where a copy of the keys takes them from and puts them: in the data folder, whatever the database.
        self.environment.pop("NOROSHI_DATABASE_CONTENT_KEYS", None)
        self.content_keys = self.data / "keys" / "content"
        self.tokens = {}

    def serve(self):
        self.start()
        if not self.tokens:
            self.tokens = {ROLE: self.issue_token(*ROLE), ("nco", "operator"): self.issue_token("nco", "operator")}

    def client(self):
        return Client(self, self.tokens)

    def noroshi(self, *arguments):
        done = subprocess.run([self.cli, "--lang", "en", "--json", "--data", self.data, *self.database, *map(str, arguments)],
                              capture_output=True, text=True, timeout=120, env=plain_environment())
        return done.returncode, done.stdout, done.stderr

    def record(self):
        return json.loads(self.noroshi("record", "show")[1])

    def ready(self):
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.client_context(), timeout=30)
        try:
            line.request("GET", "/readyz", headers={"Authorization": f"Bearer {self.tokens['nco', 'operator']}"})
            return json.loads(line.getresponse().read())["checks"]
        finally:
            line.close()

    def sealed(self):
        """Waits until every event stands under a checkpoint; its note, as the daemon keeps it."""
        deadline = time.monotonic() + PATIENCE
        while (record := self.record())["unsigned_events"] > record["unsigned_events_of_ended_trees"] or \
                record["checkpoint"]["note"] != (self.data / "record" / "checkpoint").read_text(encoding="utf-8"):
            if time.monotonic() > deadline:
                raise AssertionError(f"not sealed: {record}")
            time.sleep(0.05)
        return record["checkpoint"]

    def digests(self):
        return dict(row.split("|") for row in self.sql("SELECT id, encode(sha256, 'hex') FROM report;"))


def report(client, name):
    """A report under that name; the answer as it came."""
    body = json.dumps({"reference": name, "stage": "first", "title": "不審な通信", "assessment": "incident", "cyberattack": "possible",
                       "times": {"recognized": {"value": (datetime.now(timezone.utc) - timedelta(minutes=5)).isoformat(
                           timespec="seconds")}}}, ensure_ascii=False).encode()
    deadline = time.monotonic() + PATIENCE
    submission = Submission(name, *ROLE, "/api/v1/reports", body)
    while (answer := client.attempt("POST", *ROLE, submission.target, {"Idempotency-Key": name, "Content-Type": "application/json"},
                                    body)).status in (None, 429, 503):
        if time.monotonic() > deadline:
            raise AssertionError(f"{name}: {answer}")
        time.sleep(0.05)
    assert answer.status == 201, answer
    return answer


class Load:
    """Desks that report until told to stop: {name: (when the answer came, its text)}."""

    def __init__(self, daemon, desks=3):
        self.daemon, self.answers, self.enough, self.lock = daemon, {}, threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self._desk, args=(number,), daemon=True) for number in range(desks)]
        self.faults = []
        for thread in self.threads:
            thread.start()

    def _desk(self, number):
        client, count = self.daemon.client(), 0
        try:
            while not self.enough.is_set():
                count += 1
                answer = report(client, f"load-{number}-{count}")
                with self.lock:
                    self.answers[f"load-{number}-{count}"] = (answer.since, answer.until, answer.body)
                time.sleep(random.uniform(0, 0.02))
        except Exception as fault:
            self.faults.append(fault)
        finally:
            client.close()

    def at_least(self, count):
        deadline = time.monotonic() + PATIENCE
        while len(self.answers) < count and not self.faults:
            if time.monotonic() > deadline:
                raise AssertionError("no load")
            time.sleep(0.02)

    def stop(self):
        self.enough.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        if self.faults:
            raise self.faults[0]
        return self.answers


class Folder:
    """Where copies go; others than its owner may pass."""

    def __init__(self, test):
        self.path = Path(tempfile.mkdtemp(prefix="noroshi-backup-"))
        self.path.chmod(0o711)
        test.addCleanup(shutil.rmtree, self.path, True)

    def __truediv__(self, name):
        return self.path / name


class Story(unittest.TestCase):
    maxDiff = None

    def told(self, done, code=0):
        self.assertEqual(done[0], code, done[1] + done[2])
        return done[1] + done[2]

    def under_load(self, daemon, copy):
        """`copy` is called while reports come; (answers before it began, answers begun after it ended, all)."""
        load = Load(daemon)
        load.at_least(30)
        begun = time.monotonic()
        copy()
        ended = time.monotonic()
        load.at_least(len(load.answers) + 30)
        answers = load.stop()
        return ({name for name, (_, until, _) in answers.items() if until < begun},
                {name for name, (since, _, _) in answers.items() if since > ended}, answers)

    def check_restored(self, daemon, restored, before, after, answers, known):
        """Of a restored daemon that serves: what is there, what is lost, and that nothing is signed twice."""
        stored = restored.digests()
        named = {name: json.loads(text) for name, (_, _, text) in answers.items()}
        kept = {name for name, answer in named.items() if answer["report"]["id"] in stored}
        self.assertGreaterEqual(kept, before, "what was answered before the copy is in it")
        self.assertFalse(kept & after, "what came after it is not")
        for name in kept:
            self.assertEqual(stored[named[name]["report"]["id"]], named[name]["receipt"]["sha256"])
        lost = set(named) - kept

        # The record holds less than was signed: reports are taken, nothing is signed, and the operator is told.
        deadline = time.monotonic() + PATIENCE
        while restored.ready()["record"]["status"] == "ok":
            self.assertLess(time.monotonic(), deadline, "nobody noticed that signed events are gone")
            time.sleep(0.1)
        client = restored.client()
        report(client, "after-restore-1")
        self.assertIsNotNone(restored.record()["stopped"])
        self.assertEqual(restored.record()["checkpoint"]["size"] <= known["size"], True)
        code, said, complaint = restored.noroshi("record", "continue", "--reason", "バックアップから復元した")
        self.assertEqual(code, 0, complaint)
        said = json.loads(said)
        self.assertEqual((said["highest"]["origin"], said["highest"]["size"]), (known["origin"], known["size"]))
        self.assertGreater(said["lost_at_most"], 0)
        report(client, "after-restore-2")
        client.close()
        head = restored.sealed()
        self.assertNotEqual(head["origin"], known["origin"], "a new tree")

        code, said, complaint = restored.noroshi("record", "verify", "--tables")
        self.assertEqual((code, json.loads(said)["verdict"], json.loads(said)["altered"]), (0, "whole", 0), said + complaint)
        # Receipts: those of the copy are proven, the others listed one by one.
        papers = restored.folder / "receipts"
        papers.mkdir()
        for name, (_, _, text) in answers.items():
            (papers / name).write_text(text, encoding="utf-8")
        receipts = [word for name in sorted(kept) for word in ("--receipt", papers / name)]
        code, said, complaint = restored.noroshi("record", "verify", "--tables", *receipts)
        self.assertEqual(code, 0, said + complaint)
        findings = ""
        names = sorted(answers)
        for some in (names[at:at + 150] for at in range(0, len(names), 150)):  # one verification lists 200 findings at most
            receipts = [word for name in some for word in ("--receipt", papers / name)]
            code, said, complaint = restored.noroshi("record", "verify", *receipts)
            self.assertEqual(code, 1 if lost.intersection(some) else 0, complaint)
            findings += json.dumps(json.loads(said)["findings"])
        listed = {name for name, answer in named.items() if answer["receipt"]["event_id"] in findings}
        self.assertEqual(listed, lost, "each receipt of what is lost, and no other, is listed")
        return lost

    def daemon(self, **more):
        daemon = Daemon(**more)
        self.addCleanup(daemon.clear_away)
        return daemon


class PrivateCluster(Story):
    @classmethod
    def setUpClass(cls):
        cls.copies = {}

    def test_a_copy_under_load_comes_back_elsewhere(self):
        there, daemon = Folder(self), self.daemon()
        daemon.serve()
        (daemon.data / "bundles").mkdir()
        (daemon.data / "bundles" / "1.noroshi-bundle").write_bytes(b"sealed")
        for login in ("duty-1", "gone-1"):
            code, said, complaint = daemon.noroshi("account", "add", "--org", "jps", "--role", "csirt_member", "--login", login)
            self.assertEqual(code, 0, complaint)
        self.assertEqual(daemon.noroshi("account", "revoke", "jps/gone-1")[0], 0)
        daemon.sql("INSERT INTO web_session SELECT gen_random_uuid(), token, sha256('x'), clock(), clock(), clock() + interval '12 hours'"
                   " FROM account WHERE login = 'duty-1';")
        copied = []
        before, after, answers = self.under_load(daemon, lambda: copied.append(
            run(BACKUP, "--data", daemon.data, "--to", there / "copy", "--keys-to", there / "keys.tar")))
        told = self.told(copied[0])
        self.assertIn("done:", told)
        self.assertIn("kB (100%)", told, "a line of progress")
        self.assertTrue(before and after)
        known = daemon.sealed()
        self.assertEqual(daemon.stop(), 0)

        self.assertEqual((there / "keys.tar").stat().st_mode & 0o777, 0o600)
        with tarfile.open(there / "keys.tar") as keys:
            names = set(keys.getnames())
        self.assertLessEqual({"keys/signing.pem", "keys/delivery.pem", "tls/ca.key"}, names)
        self.assertTrue(any(name.startswith("keys/record/") for name in names))
        for path in (there / "copy").rglob("*"):
            self.assertFalse(path.name.endswith((".pem", ".key", ".jwk")), path)
            if path.is_file():
                content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
                self.assertNotIn(b"PRIVATE KEY", content, path)
        self.check_refusals(there)

        again = self.daemon()
        shutil.rmtree(again.data, ignore_errors=True)
        told = self.told(run(RESTORE, "--from", there / "copy", "--keys", there / "keys.tar", "--data", again.data,
                             "--checkpoint", daemon.data / "record" / "checkpoint"))
        self.assertIn("record continue", told)
        self.assertIn("jps/duty-1", told)  # and may have been revoked since
        self.assertNotIn("gone-1", told)
        self.assertEqual((again.data / "bundles" / "1.noroshi-bundle").read_bytes(), b"sealed")
        self.assertEqual((again.data / "tls" / "ca.pem").read_bytes(), (daemon.data / "tls" / "ca.pem").read_bytes())
        again.tokens = daemon.tokens  # tokens are in the copy
        again.serve()
        self.assertEqual(again.sql("SELECT (SELECT count(*) FROM web_session), (SELECT count(*) FROM set_up_link);"), ["0|0"])
        self.assertTrue(self.check_restored(daemon, again, before, after, answers, known) >= after)

    def check_refusals(self, there):
        """Of the copy that was just made; nothing of it may be left where it is refused."""
        copy, keys = there / "copy", there / "keys.tar"

        def restore(*more, source=copy, secret=keys, target="refused", choice=("--no-newer-checkpoint",)):
            return run(RESTORE, "--from", source, "--keys", secret, "--data", there / target, *choice, *more)

        self.assertIn("whole:", self.told(run(RESTORE, "--from", copy, "--check")))
        self.assertIn("either --checkpoint or --no-newer-checkpoint", self.told(restore(choice=()), 2))
        (there / "taken").mkdir()
        (there / "taken" / "something").touch()
        self.assertIn(f"{there / 'taken'} is not empty", self.told(restore(target="taken"), 78))
        self.assertEqual([path.name for path in (there / "taken").iterdir()], ["something"])
        old = there / "old"
        lines = (copy / "checkpoint").read_text(encoding="utf-8").split("\n")
        old.write_text("\n".join([lines[0], "0", *lines[2:]]), encoding="utf-8")
        self.assertIn("is older than that of the copy", self.told(restore(choice=("--checkpoint", old)), 78))

        for name in sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file() and path.name != "manifest"):
            damaged = there / "damaged"
            shutil.copytree(copy, damaged)
            content = bytearray((damaged / name).read_bytes())
            content[len(content) // 2] ^= 1
            (damaged / name).write_bytes(content)
            self.assertIn(f"damaged or missing: {name}", self.told(restore(source=damaged), 1))
            (damaged / name).unlink()
            self.assertIn(f"damaged or missing: {name}", self.told(restore(source=damaged), 1))
            shutil.rmtree(damaged)
        other = there / "other"
        shutil.copytree(copy, other)
        (other / "postgres" / "more.tar").touch()
        self.assertIn("not in the manifest: postgres/more.tar", self.told(restore(source=other), 1))
        (other / "postgres" / "more.tar").unlink()
        text = (other / "manifest").read_text()
        (other / "manifest").write_text(text.replace("# schema ", "# schema 1"))
        self.assertIn("manifest is damaged", self.told(restore(source=other), 1))
        body = text.replace("# schema ", "# schema 1").rsplit("# manifest", 1)[0]
        (other / "manifest").write_text(f"{body}# manifest {hashlib.sha256(body.encode()).hexdigest()}\n")
        self.assertIn("is newer than", self.told(restore(source=other), 78))
        wrong = there / "wrong.tar"
        wrong.write_bytes(keys.read_bytes()[:-1] + b"x")
        self.assertIn(f"{wrong} is damaged, or not the keys of this copy", self.told(restore(secret=wrong), 1))
        self.assertFalse((there / "refused").exists())
        # And in Japanese; a copy is never overwritten.
        done = run(RESTORE, "--from", copy, "--keys", wrong, "--data", there / "refused", "--no-newer-checkpoint", language="ja_JP.UTF-8")
        self.assertIn("この複製の鍵ではありません", self.told(done, 1))
        self.assertIn(f"{copy} is there already", self.told(run(BACKUP, "--data", copy.parent / "none", "--to", copy, "--keys-to", keys), 78)
                      if (copy.parent / "none" / "keys").mkdir(parents=True) is None else "")

    def test_without_a_daemon_there_is_nothing_to_copy_from(self):
        there, daemon = Folder(self), self.daemon()
        daemon.serve()
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("does not run", self.told(run(BACKUP, "--data", daemon.data, "--to", there / "copy", "--keys-to", there / "keys"), 69))
        self.assertEqual(list(there.path.iterdir()), [])


class OutsideDatabase(Story):
    def test_a_copy_under_load_comes_back_elsewhere(self):
        cluster = Cluster()
        self.addCleanup(cluster.clear_away)
        cluster.create()
        there, daemon = Folder(self), self.daemon(database_url=cluster.url())
        daemon.sql = cluster.sql
        daemon.serve()
        copied = []
        before, after, answers = self.under_load(daemon, lambda: copied.append(
            run(BACKUP, "--data", daemon.data, "--to", there / "copy", "--keys-to", there / "keys.tar",
                "--database-url", f"postgresql://{SUPERUSER}@/?host={cluster.folder}")))
        self.told(copied[0])
        known = daemon.sealed()
        self.assertEqual(daemon.stop(), 0)
        cluster.stop()

        restored = Cluster.__new__(Cluster)
        restored.__dict__.update(cluster.__dict__)
        restored.folder = there / "cluster"
        restored.folder.mkdir(mode=0o755)
        if restored.account:
            os.chown(restored.folder, restored.account["user"], restored.account["group"])
        restored.data, restored.log = restored.folder / "data", restored.folder / "postgres.log"
        again = self.daemon(database_url=restored.url())
        asked = ("--from", there / "copy", "--keys", there / "keys.tar", "--data", again.data, "--checkpoint",
                 daemon.data / "record" / "checkpoint")
        self.assertIn("give --cluster", self.told(run(RESTORE, *asked), 2))
        told = self.told(run(RESTORE, *asked, "--cluster", restored.data))
        self.assertIn("start PostgreSQL on", told)
        self.assertIn("DELETE FROM noroshi.web_session;", told)
        with open(restored.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write(f"unix_socket_directories = '{restored.folder}'\n")
        self.addCleanup(restored.clear_away)
        restored.start()
        again.sql, again.tokens = restored.sql, daemon.tokens
        again.serve()
        self.assertTrue(self.check_restored(daemon, again, before, after, answers, known) >= after)


if __name__ == "__main__":
    unittest.main()
