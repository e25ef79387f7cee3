"""The checks of kill.py must be able to fail: journals and tables that were tampered with, each by one hand's breadth,
are found out; what was left alone passes."""

import json
import os
import shutil
import tempfile
import threading
import unittest
from hashlib import sha256
from pathlib import Path

from checks import check
from harness import Deployment, Journal, Progress
from traffic import Actor, Desks, load_stories

ACTORS = 2
CASES = 4  # of each actor; the first is a story of the demonstration


class Tampering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment(os.environ["NOROSHID"], os.environ["NOROSHI"])
        cls.addClassCleanup(cls.deployment.clear_away)
        cls.deployment.start()
        cls.desks = Desks()
        cls.desks.issue_all(cls.deployment, load_stories())
        cls.journal = cls.play(cls.deployment.folder / "journal")

    @classmethod
    def play(cls, path):
        journal = Journal(path)
        actors = [Actor(n, "self-test", cls.deployment, cls.desks, journal, Progress(), threading.Event())
                  for n in range(ACTORS)]
        threads = [threading.Thread(target=lambda actor=actor: [actor.play_one() for _ in range(CASES)])
                   for actor in actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for actor in actors:
            actor.client.close()
        journal.close()
        return journal.path

    def findings(self, journal=None):
        return set(check(self.deployment, self.desks, journal or self.journal)[0])

    def test_0_what_was_left_alone_passes(self):
        self.assertEqual(self.findings(), set())
        records = Journal.read(self.journal)
        self.assertGreater(sum(record.accepted is not None for record in records.values()), 30)

    # A journal tampered with: `change` gets its entries and returns others.

    def found_in_journal(self, change):
        entries = [json.loads(line) for line in self.journal.read_text(encoding="utf-8").splitlines()]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "journal"
            path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in change(entries)),
                            encoding="utf-8")
            return {finding.code for finding in self.findings(path)}

    @staticmethod
    def accepted(entries, target="/api/v1/reports"):
        """The first submission of that kind that was answered 201 at once, and that answer."""
        for entry in entries:
            if entry["kind"] == "submission" and entry["target"].endswith(target):
                tries = [other for other in entries if other["kind"] == "try" and other["key"] == entry["key"]]
                if [other["status"] for other in tries] == [201]:
                    return entry, tries[0]
        raise AssertionError("no submission was answered 201")

    def test_1_a_key_that_was_answered_and_is_not_stored(self):
        def change(entries):
            submission, answer = self.accepted(entries)
            return entries + [{**submission, "key": "never-arrived"}, {**answer, "key": "never-arrived"}]
        self.assertIn("lost", self.found_in_journal(change))

    def test_1_a_key_that_is_stored_and_was_never_sent(self):
        def change(entries):
            key = self.accepted(entries)[0]["key"]
            return [entry for entry in entries if entry["key"] != key]
        self.assertIn("never_asked", self.found_in_journal(change))

    def test_1_another_answer_than_was_given(self):
        def change(entries):
            answer = self.accepted(entries)[1]
            return [{**entry, "body": entry["body"] + " "} if entry is answer else entry
                    for entry in entries]
        self.assertIn("answer_changed", self.found_in_journal(change))

    def test_1_other_bytes_than_are_stored(self):
        def change(entries):
            submission = self.accepted(entries)[0]
            body = submission["body"] + " "
            other = {**submission, "body": body, "sha256": sha256(body.encode()).hexdigest()}
            return [other if entry is submission else entry for entry in entries]
        self.assertIn("bytes_changed", self.found_in_journal(change))

    def test_1_one_key_answered_twice_as_new(self):
        self.assertIn("doubled", self.found_in_journal(lambda entries: entries + [self.accepted(entries)[1]]))

    def test_1_stored_though_nothing_was_said_to_be(self):
        def change(entries):
            answer = self.accepted(entries)[1]
            refusal = {**answer, "status": 503, "code": "unavailable", "body": ""}
            changed = []
            for entry in entries:
                changed += [refusal, {**entry, "replayed": True}] if entry is answer else [entry]
            return changed
        self.assertIn("said_nothing_stored", self.found_in_journal(change))

    def test_1_a_refusal_that_left_something_behind(self):
        def change(entries):
            answer = self.accepted(entries, "/assessments")[1]
            refusal = {**answer, "status": 422, "code": "invalid"}
            return [refusal if entry is answer else entry for entry in entries]
        self.assertIn("refused_but_stored", self.found_in_journal(change))

    # Tables tampered with, one after the other: each adds its finding to those before.

    def test_2_tables(self):
        self.deployment.sql("ALTER TABLE obligation DROP CONSTRAINT obligation_once;"
                            "DROP INDEX event_sequence;")
        def one(table, condition):
            return f"id = (SELECT min(id::text)::uuid FROM {table} WHERE {condition})"

        def copied(table, condition):
            return (f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object('id', "
                    f"gen_random_uuid()))).* FROM {table} t WHERE {one(table, condition)};")

        police = "recipient = 'police-tokyo'"
        before = set()
        for expected, tampering in (
                ("a duty opened twice", copied("obligation", f"NOT inner_duty AND NOT {police}")),
                ("owed, and not opened", f"DELETE FROM obligation WHERE {one('obligation', police)};"),
                ("opened, and not owed", "UPDATE obligation SET recipient = 'police-osaka' WHERE "
                                         + one("obligation", police) + ";"),
                ("a version sent twice to one body", copied("message", "kind = 'report'")),
                ("an event without its act", f"DELETE FROM message WHERE {one('message', 'true')};"),
                ("bytes that are not those", "UPDATE report SET bytes = set_byte(bytes, 99, get_byte(bytes, 99) # 1) WHERE "
                                             + one("report", "true") + ";"),
                ("and no trace of it", "DELETE FROM idempotency WHERE key = (SELECT min(key) FROM idempotency);"),
                ("versions are not 1 to n", f"DELETE FROM report WHERE {one('report', 'version = 2')};"),
                ("a number beyond the counter", "UPDATE body_counter SET last = last + 1 WHERE organization = "
                                                "(SELECT min(organization) FROM body_counter);"),
                ("numbers are not 0 to n-1", "UPDATE event SET sequence = sequence + 1000 WHERE sequence = 3;"),
                ("an act without its event", "DELETE FROM event WHERE id = (SELECT event_id FROM report ORDER BY id LIMIT 1);"),
                ("one leaf twice", "UPDATE event SET leaf = (SELECT leaf FROM event WHERE sequence = 7) "
                                   "WHERE sequence = 8;")):
            with self.subTest(expected):
                # Behind the back of keys and triggers, which would not have it.
                self.deployment.sql("SET session_replication_role = replica;" + tampering)
                after = self.findings()
                new = [str(finding) for finding in after - before]
                self.assertTrue(any(expected in finding for finding in new), new[:5])
                before = after


if __name__ == "__main__":
    if not shutil.which("psql"):
        raise SystemExit("psql is missing: apt-get install postgresql-client")
    unittest.main()
