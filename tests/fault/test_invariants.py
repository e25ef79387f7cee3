"""Each of I1 to I7 must be able to fail, by itself: what is stored, written down or received in a run that is over is
tampered with by one hand's breadth, and exactly that promise is found broken. NOROSHID and NOROSHI name the programs."""

import base64
import hashlib
import json
import os
import random
import shutil
import signal
import tempfile
import unittest
import uuid
from argparse import Namespace
from contextlib import contextmanager
from pathlib import Path

import invariants  # first: it finds the harness

from survival import STEPS, Client, Submission, Survival


class Tampering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        options = Namespace(daemon=Path(os.environ["NOROSHID"]), cli=Path(os.environ["NOROSHI"]), name="test_invariants",
                            seed="self-test", dice=random.Random("self-test"))
        cls.scene = Survival(options)
        cls.addClassCleanup(cls.scene.__exit__, None)
        cls.scene.start()
        for receiver in cls.scene.receivers.values():
            receiver.behave("500")
        # Some are repeated, and so are all that a body's receiver refused at first.
        cls.scene.report(cls.scene.daemon, "jps", "self-test-repeated")
        cls.scene.wait_until("something is refused", lambda: cls.scene.receivers["mhlw"].arrivals())
        for receiver in cls.scene.receivers.values():
            receiver.behave("204")
        with cls.scene.traffic():
            cls.scene.wait_accepted(12)
        cls.reassess()
        cls.scene.settle()
        cls.scene.wait_until("something is repeated", lambda: len(cls.ids("mhlw")) > len(set(cls.ids("mhlw"))))
        # The daemon stands still: what is put right again must be what it was.
        cls.scene.daemon.process.send_signal(signal.SIGSTOP)
        cls.scene.witness.kill()

    @classmethod
    def reassess(cls):
        """The one whose journal is altered later."""
        scene = cls.scene
        client = Client(scene.daemon, scene.desks.tokens, scene.journal)
        said = client.post_again(scene.submission("jps", "self-test-repeated"))
        incident = json.loads(said.body)["incident"]["id"]
        said = {"assessment": "incident", "cyberattack": "no", "cyberattack_reason": "誤設定", "reason": "調査の結果"}
        answer = client.post(Submission("self-test-assessment", "jps", "csirt_head",
                                        f"/api/v1/incidents/{incident}/assessments", json.dumps(said).encode()))
        client.close()
        if answer.status != 201:
            raise AssertionError(answer)

    @classmethod
    def ids(cls, name):
        return [arrival.id for arrival in cls.scene.receivers[name].arrivals()]

    def found(self, folder=None, **more):
        run = self.scene.run_to_judge(**more)
        if folder:
            run.folder = folder
            run.hidden = [folder / "hidden", *run.hidden]
        return {finding.invariant for finding in invariants.check(run)}

    def test_0_what_was_left_alone_passes(self):
        self.assertEqual([str(finding) for finding in invariants.check(self.scene.run_to_judge())], [])
        known = invariants.Known(self.scene.run_to_judge())
        self.assertGreater(sum(record.accepted is not None for record in known.records.values()), 12)
        for name in ("obligation", "alarm", "delivery", "attempt", "checkpoint"):
            self.assertTrue(known.rows[name], name)

    # Files. `change` gets the lines of one as JSON objects and returns others.

    def trips(self, invariant, path, change):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder) / "scene"
            shutil.copytree(self.scene.folder, folder)
            entries = change(invariants.lines_of(folder / path))
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries),
                                       encoding="utf-8")
            self.assertEqual(self.found(folder), {invariant})

    def accepted(self, entries):
        """The first report that was answered 201 at once: its entry, and its answer's."""
        for entry in entries:
            if entry["kind"] == "submission" and entry["target"].endswith("/reports"):
                tries = [other for other in entries if other["kind"] == "try" and other["key"] == entry["key"]]
                if [other["status"] for other in tries] == [201]:
                    return entry, tries[0]
        raise AssertionError("no report was answered 201")

    def test_1_answered_and_not_stored(self):
        def change(entries):
            submission, answer = self.accepted(entries)
            body = submission["body"] + " "
            return entries + [{**submission, "key": "never-arrived", "body": body,
                               "sha256": hashlib.sha256(body.encode()).hexdigest()}, {**answer, "key": "never-arrived"}]
        self.trips("I1", "journal", change)

    def test_1_answered_twice_as_new(self):
        self.trips("I1", "journal", lambda entries: entries + [self.accepted(entries)[1]])

    def test_1_a_receipt_for_another_leaf(self):
        def change(entries):
            answer = self.accepted(entries)[1]
            said = json.loads(answer["body"])
            said["receipt"]["leaf_sha256"] = "0" * 64
            return [{**entry, "body": json.dumps(said)} if entry is answer else entry for entry in entries]
        self.trips("I1", "journal", change)

    def test_2_other_facts_were_reported(self):
        def change(entries):
            for entry in entries:
                if entry.get("key") == "self-test-assessment" and entry["kind"] == "submission":
                    body = {**json.loads(entry["body"]), "assessment": "incident", "cyberattack": "yes",
                            "large_scale": [{"criterion": "life", "harm": "occurred", "certainty": "is"}]}
                    text = json.dumps(body)
                    entry.update(body=text, sha256=hashlib.sha256(text.encode()).hexdigest())
            return entries
        self.trips("I2", "journal", change)

    def test_4_received_and_not_written_down(self):
        self.trips("I4", "receivers/mhlw.log", lambda entries: entries + [
            {**next(entry for entry in entries if "raw" in entry), "number": 1}] * 9)

    def test_4_delivered_and_not_received(self):
        self.trips("I4", "receivers/mhlw.log", lambda entries: [entry for entry in entries if entry.get("answered") != 204])

    def test_4_received_by_another(self):
        self.trips("I4", "receivers/mext.log", lambda entries: entries + invariants.lines_of(
            self.scene.folder / "receivers" / "mhlw.log")[:1])

    def test_4_repeated_with_other_bytes(self):
        def change(entries):
            ids = self.ids("mhlw")
            repeated = next(each for each in ids if ids.count(each) > 1)
            for entry in entries:
                raw = base64.b64decode(entry.get("raw", ""))
                if repeated.encode() in raw:
                    entry["raw"] = base64.b64encode(raw.replace(b'"exercise":false', b'"exercise":truee')).decode()
                    break
            return entries
        self.trips("I4", "receivers/mhlw.log", change)

    def test_5_a_head_of_another_tree(self):
        def change(entries):
            body, _, rest = entries[-1]["note"].partition("\n\n")
            origin, size, _ = body.split("\n")
            forged = f"{origin}\n{size}\n{base64.b64encode(bytes(32)).decode()}\n\n{rest}"
            return entries + [{**entries[-1], "note": forged}]
        self.trips("I5", "heads", change)

    def test_5_an_event_without_a_number(self):
        run = self.scene.run_to_judge()
        there = run.sql("SELECT id FROM event WHERE sequence < 5;")
        self.assertTrue(invariants.numbered_soon(run, []))
        self.assertTrue(invariants.numbered_soon(run, there))
        self.assertFalse(invariants.numbered_soon(run, [*there, str(uuid.uuid4())], patience=0))

    def canary(self):
        """A word of jma, whom mext is not told of."""
        for entry in invariants.lines_of(self.scene.folder / "journal"):
            if entry["kind"] == "submission" and entry["organization"] == "jma":
                if found := invariants.CANARY.search(entry["body"].encode()):
                    return found[0].decode()
        raise AssertionError("jma reported nothing")

    def test_6_a_body_received_anothers_words(self):
        self.trips("I6", "received/kahaku", lambda _: [{"summary": self.canary()}])

    def test_6_words_in_a_log(self):
        self.trips("I6", "hidden/noroshid.log", lambda _: [{"msg": f"SELECT '{self.canary()}'"}])

    def test_7_refused_and_stored(self):
        def change(entries):
            answer = self.accepted(entries)[1]
            return [{**entry, "status": 422, "code": "invalid"} if entry is answer else entry for entry in entries]
        self.trips("I7", "journal", change)

    # Tables. Each is put right again.

    @contextmanager
    def tampered(self, table, *statements):
        sql = self.scene.daemon.sql
        sql(f"CREATE TABLE kept AS TABLE {table};")
        try:
            # Behind the back of keys and triggers, which would not have it.
            sql("SET session_replication_role = replica;" + "".join(statements))
            yield
        finally:
            sql(f"SET session_replication_role = replica; DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; "
                "DROP TABLE kept;")

    def test_8_tables(self):
        def one(table, condition="true"):
            return f"id = (SELECT min(id::text)::uuid FROM {table} WHERE {condition})"

        sent = "(SELECT message_id FROM delivery ORDER BY id LIMIT 1)"
        never = "NOT EXISTS (SELECT FROM judgement j WHERE j.incident_id = obligation.incident_id AND j.assessment = " \
                "'not_incident')"
        for invariant, table, statement in (
                ("I1", "idempotency", "DELETE FROM idempotency WHERE key = 'self-test-repeated';"),
                ("I1", "report", f"UPDATE report SET sha256 = sha256(sha256) WHERE {one('report')};"),
                ("I2", "obligation", f"UPDATE obligation SET recipient = 'mlit' WHERE "
                                     f"{one('obligation', 'NOT inner_duty')};"),
                ("I3", "alarm", "UPDATE alarm SET raised_at = raised_at + interval '60 seconds' WHERE "
                                f"{one('alarm', self.clear_alarm())};"),
                ("I3", "obligation", f"UPDATE obligation SET due_at = opened_at - interval '20 minutes', opened_at = opened_at "
                                     f"- interval '20 minutes' WHERE {one('obligation', never + ' AND state = $$open$$')};"),
                ("I3", "alarm", "DROP INDEX alarm_once; UPDATE alarm SET level = 1 WHERE "
                                f"{one('alarm', self.clear_alarm() + ' AND level = 2')};"),
                ("I4", "attempt", "DELETE FROM attempt;"),
                ("I4", "delivery", "UPDATE delivery SET endpoint_id = (SELECT id FROM endpoint e WHERE e.organization <> "
                                   f"delivery.organization LIMIT 1) WHERE message_id = {sent};"),
                ("I5", "event", "UPDATE event SET leaf = set_byte(leaf, length(leaf) - 1, get_byte(leaf, length(leaf) - 1) # 1) "
                                f"WHERE {one('event', 'type = $$obligation.opened$$')};"),
                ("I5", "event", f"DELETE FROM event WHERE {one('event', 'type = $$message.sent$$')};"),
                ("I5", "checkpoint", "UPDATE checkpoint SET root = sha256(root) WHERE size = (SELECT max(size) FROM "
                                     "checkpoint);")):
            with self.subTest(invariant, statement=statement), self.tampered(table, statement):
                self.assertEqual(self.found(), {invariant})

    @staticmethod
    def clear_alarm():
        """Of a duty of a case that was never dismissed."""
        return ("clock = 'duty' AND round = 1 AND NOT EXISTS (SELECT FROM judgement j WHERE j.incident_id = alarm.incident_id "
                "AND j.assessment = 'not_incident') AND EXISTS (SELECT FROM obligation o WHERE o.id = alarm.subject AND "
                "o.occasion = 1 AND o.state = 'open')")

    def test_9_there_in_part(self):
        """A report whose key was in doubt, and of which the answer is gone."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder) / "scene"
            shutil.copytree(self.scene.folder, folder)
            entries = invariants.lines_of(folder / "journal")
            submission, answer = self.accepted(entries)
            changed = [{**entry, "how": "cut", "status": None, "body": ""} if entry is answer else entry for entry in entries]
            (folder / "journal").write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in changed))
            self.assertEqual(self.found(folder), set())
            with self.tampered("idempotency", f"DELETE FROM idempotency WHERE key = '{submission['key']}';"):
                self.assertEqual(self.found(folder), {"I7"})

    def test_9_the_steps_of_the_ladder_are_those_of_the_daemon(self):
        self.assertEqual(self.scene.run_to_judge().steps, STEPS)


if __name__ == "__main__":
    unittest.main()
