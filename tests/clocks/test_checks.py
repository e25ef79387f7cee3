"""The checks of the clocks must be able to fail: what was told, tampered with by one hand's breadth, is found out; what
was left alone passes."""

import argparse
import os
import random
import unittest
from contextlib import ExitStack

from checks import SECOND, Alarm, Clock, Outage, Rung, check
from scene import Cluster, Scene, wait_until

STEPS = (0, 10, 20)
BOUND = 5.0
DUE = 1_800_000_000 * SECOND
UNTIL = DUE + 15 * SECOND  # two levels of each clock
CLOCKS = [Clock(f"JPS-2026-{n}", f"incident {n}", f"duty {n}", "2.2.4(2)(c)", DUE, DUE - 3600 * SECOND) for n in (1, 2)]


def told(clocks=CLOCKS, levels=(1, 2), late=SECOND // 2):
    """What the database holds when all went well."""
    alarms = [Alarm(f"alarm {clock.duty} {level}", clock.incident, clock.duty, level, "jps", "duty_overdue", clock.due,
                    clock.reaches(level, STEPS) + late // 2, clock.reaches(level, STEPS) + late)
              for clock in clocks for level in levels]
    return Rung(alarms, [alarm.id for alarm in alarms],
                [(alarm.incident, f"level {alarm.level} of {alarm.subject}") for alarm in alarms])


class Tampering(unittest.TestCase):
    def found(self, rung, clocks=CLOCKS, bound=BOUND, outages=()):
        return {finding.code for finding in check(clocks, rung, STEPS, UNTIL, bound, outages)}

    def tampered(self, **changed):
        """The first alarm is another."""
        rung = told()
        rung.alarms[0] = rung.alarms[0]._replace(**changed)
        return rung

    def test_what_was_left_alone_passes(self):
        self.assertEqual(self.found(told()), set())

    def test_a_level_is_missing(self):
        self.assertEqual(self.found(told(levels=(1,))), {"missing"})
        self.assertEqual(self.found(told(levels=(2,))), {"missing"})

    def test_a_clock_is_missing(self):
        self.assertEqual(self.found(told(CLOCKS[:1])), {"missing"})

    def test_a_level_was_told_twice(self):
        rung = told()
        again = rung.alarms[0]._replace(id="again", organization="mhlw")
        rung.alarms.append(again)
        rung.events.append(again.id)
        rung.told.append((again.incident, "level 1 again"))
        self.assertEqual(self.found(rung), {"doubled"})

    def test_a_message_was_sent_twice(self):
        rung = told()
        rung.told.append(rung.told[0])
        self.assertEqual(self.found(rung), {"doubled"})

    def test_no_message_was_sent(self):
        rung = told()
        del rung.told[0]
        self.assertEqual(self.found(rung), {"missing"})

    def test_an_alarm_stands_in_the_record_twice_or_not_at_all(self):
        rung = told()
        rung.events.append(rung.events[0])
        self.assertEqual(self.found(rung), {"doubled"})
        rung = told()
        del rung.events[0]
        self.assertEqual(self.found(rung), {"missing"})

    def test_the_record_knows_of_an_alarm_that_is_not_there(self):
        rung = told()
        rung.events.append("no such alarm")
        self.assertEqual(self.found(rung), {"unasked"})

    def test_a_level_was_told_before_its_time(self):
        self.assertEqual(self.found(self.tampered(raised=DUE - 1)), {"early"})
        self.assertIn("early", self.found(told(levels=(1, 2), late=-2)))

    def test_a_clock_that_starts_late_counts_from_its_start(self):
        late_start = [CLOCKS[0]._replace(opened=DUE + 4 * SECOND)]
        self.assertEqual(self.found(told(late_start), late_start), set())
        self.assertEqual(self.found(told(CLOCKS[:1]), late_start), {"early"})

    def test_a_level_was_told_late(self):
        committed = DUE + int(BOUND * SECOND)
        self.assertEqual(self.found(self.tampered(committed=committed)), set())
        self.assertEqual(self.found(self.tampered(committed=committed + 1)), {"late"})
        self.assertEqual(self.found(self.tampered(committed=committed + 1), bound=None), set())

    def test_an_outage_excuses_what_it_covers_and_no_more(self):
        late = self.tampered(committed=DUE + 12 * SECOND)
        covering = Outage(DUE - SECOND, DUE + 8 * SECOND)
        self.assertEqual(self.found(late, outages=[covering]), set())
        self.assertEqual(self.found(late, outages=[covering._replace(since=DUE + 1)]), {"late"})
        self.assertEqual(self.found(late, outages=[covering._replace(until=DUE + 6 * SECOND)]), {"late"})
        for incidents, codes in ((["incident 1"], set()), (["incident 2"], {"late"})):
            self.assertEqual(self.found(late, outages=[covering._replace(incidents=frozenset(incidents))]), codes)
        during = self.tampered(committed=DUE + 7 * SECOND)
        self.assertEqual(self.found(during, outages=[covering]), set())
        self.assertEqual(self.found(during, outages=[covering._replace(incidents=frozenset(["incident 1"]))]), {"late"})
        self.assertEqual(self.found(self.tampered(raised=DUE - 1), outages=[covering]), {"early"})

    def test_outages_that_follow_one_another(self):
        late = self.tampered(committed=DUE + 16 * SECOND)
        first, second = Outage(DUE, DUE + 6 * SECOND), Outage(DUE + 5 * SECOND, DUE + 12 * SECOND)
        self.assertEqual(self.found(late, outages=[first, second]), set())
        self.assertEqual(self.found(late, outages=[second]), {"late"})

    def test_another_due_time_than_was_answered(self):
        self.assertEqual(self.found(self.tampered(due=DUE + 1)), {"moved"})

    def test_what_nobody_expects(self):
        for changed in ({"subject": "another duty"}, {"code": "body_without_person"}, {"level": 4}):
            self.assertLessEqual({"unasked"}, self.found(self.tampered(**changed)))


class TamperedTables(unittest.TestCase):
    """The same with what daemon and PostgreSQL have stored."""

    @classmethod
    def setUpClass(cls):
        options = argparse.Namespace(daemon=os.environ["NOROSHID"], cli=os.environ["NOROSHI"], name="test_checks",
                                     dice=random.Random("test_checks"))
        with ExitStack() as stack:
            cls.scene = stack.enter_context(Scene(options, (0, 1), cluster=Cluster()))
            cls.scene.cluster.create()
            cls.scene.start()
            due = cls.scene.now() + SECOND
            cls.scene.submit([due] * 4)
            wait_until(cls.scene, due + SECOND)
            cls.scene.wait_told(due + SECOND)
            for daemon in cls.scene.daemons:
                daemon.stop()
            cls.addClassCleanup(stack.pop_all().close)

    def found(self):
        rung = self.scene.rung()
        return {finding.code for finding in check(self.scene.clocks, rung, self.scene.steps, self.scene.now(), 10.0)}

    def test_tables(self):
        """One after the other; each is put right again."""
        self.assertEqual(self.found(), set())
        self.assertEqual(len(self.scene.rung().alarms), 8)
        self.scene.sql("DROP INDEX alarm_once;")
        one = "id = (SELECT min(id::text)::uuid FROM alarm)"
        for expected, tampering in (
                ("doubled", "INSERT INTO alarm SELECT (jsonb_populate_record(a, jsonb_build_object('id', "
                            f"gen_random_uuid()))).* FROM alarm a WHERE {one};"),
                ("missing", f"DELETE FROM alarm WHERE {one};"),
                ("early", f"UPDATE alarm SET raised_at = raised_at - interval '3 seconds' WHERE {one};"),
                ("moved", f"UPDATE alarm SET due_at = due_at + interval '1 second' WHERE {one};"),
                ("unasked", f"UPDATE alarm SET code = 'relay_silent' WHERE {one};"),
                ("missing", "DELETE FROM event WHERE type = 'alarm.rung' AND subject = "
                            "(SELECT min(id::text)::uuid FROM alarm);"),
                ("doubled", "INSERT INTO message SELECT (jsonb_populate_record(m, jsonb_build_object('id', "
                            "gen_random_uuid()))).* FROM message m WHERE kind = 'alarm' LIMIT 1;"),
                ("late", "UPDATE alarm SET level = level;")):
            with self.subTest(expected, tampering=tampering):
                tables = ("alarm", "message", "event")
                self.scene.sql("".join(f"CREATE TABLE kept_{table} AS TABLE {table};" for table in tables))
                if expected == "late":
                    # Committed a while after they were due.
                    wait_until(self.scene, max(clock.due for clock in self.scene.clocks) + 12 * SECOND)
                # Behind the back of keys and triggers, which would not have it.
                self.scene.sql("SET session_replication_role = replica;" + tampering)
                self.assertIn(expected, self.found())
                self.scene.sql("SET session_replication_role = replica;" + "".join(
                    f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table};"
                    for table in tables))


if __name__ == "__main__":
    unittest.main()
