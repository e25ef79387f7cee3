"""The record through a restore, a new tree, a rotation of keys, a standstill, and with two daemons: NOROSHID and NOROSHI
name the programs."""

import json
import os
import subprocess
import unittest

from record import Recorded, read_note, root_of  # first: it finds the harness

from cluster import Cluster


class OneDaemon(unittest.TestCase):
    def setUp(self):
        self.daemon = Recorded(os.environ["NOROSHID"], os.environ["NOROSHI"])
        self.addCleanup(self.daemon.clear_away)

    def start(self):
        self.daemon.start()
        self.daemon.prepare()
        self.daemon.wait_sealed()

    def copy(self, source, target):
        subprocess.run(["cp", "-a", source, target], check=True)


class Restore(OneDaemon):
    """The folder of the database is set back to a copy; the head kept outside is not."""

    def lose(self):
        """What was signed and is lost: the head, and how many events are left."""
        daemon = self.daemon
        daemon.reports(2)
        held = daemon.wait_sealed()
        daemon.stop()
        backup = daemon.data / "backup"
        self.copy(daemon.data / "postgres", backup)
        daemon.start()
        daemon.reports(3)
        daemon.wait_sealed()
        head, _ = read_note(daemon.kept())
        daemon.check_record()
        daemon.stop()
        subprocess.run(["rm", "-rf", daemon.data / "postgres"], check=True)
        backup.rename(daemon.data / "postgres")
        return head, held

    def check_stopped(self, head):
        daemon = self.daemon
        daemon.wait_until(lambda: daemon.readiness()[1]["status"] == "warning", "the restore is noticed")
        status, check = daemon.readiness()
        self.assertEqual(status, 200)  # reports are taken
        self.assertIn("noroshi record continue", check["message"])
        self.assertEqual(daemon.metric("noroshi_record_stopped"), 1)
        before = daemon.sql("SELECT count(*) FROM checkpoint;")
        daemon.reports(2)
        daemon.wait_until(lambda: daemon.sql("SELECT count(*) FROM event WHERE sequence IS NULL;") == ["0"], "numbering")
        self.assertEqual(daemon.readiness()[1]["status"], "warning")
        self.assertEqual(daemon.sql("SELECT count(*) FROM checkpoint;"), before)
        self.assertEqual(read_note(daemon.kept())[0], head)
        self.assertIn("the record is not sealed", daemon.log_tail(200))
        doctor = daemon.noroshi("--json", "doctor")
        self.assertEqual(doctor.returncode, 1)
        found = [item for item in json.loads(doctor.stdout)["items"] if item["check"] == "record"]
        self.assertEqual(found[0]["outcome"], "bad")
        self.assertIn(found[0]["what"], daemon.noroshi("record", "show").stdout)
        stopped = json.loads(daemon.noroshi("--json", "record", "show").stdout)["stopped"]
        self.assertEqual(stopped["text"], found[0]["what"])

    def check_continued(self, head, done):
        daemon = self.daemon
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["highest"]["size"], head.size)
        daemon.reports(1)
        daemon.wait_until(lambda: daemon.numbers()[2] == 2, "the new tree")
        daemon.wait_sealed()
        daemon.wait_until(lambda: daemon.readiness()[1]["status"] == "ok", "the check is good again")
        self.assertEqual(daemon.metric("noroshi_record_stopped"), 0)
        self.assertEqual(read_note(daemon.kept())[0].origin, said["origin"])
        daemon.check_record()
        # The first leaf of the new tree names the head that was lost, and what was held, by this test's own tree.
        leaf, held = daemon.leaves(2)[0], daemon.leaves(1)
        self.assertIn(head.root, leaf)
        self.assertIn(head.size.to_bytes(8, "big"), leaf)
        self.assertIn(root_of(held), leaf)
        self.assertEqual(said["held_size"], len(held))
        # What is said of the loss, by this test's own tree: heads that the database knows and that still fit.
        agreed = [int(size) for size, root in (row.split("|") for row in daemon.sql(
                      "SELECT size || '|' || encode(root, 'hex') FROM checkpoint WHERE origin = 1;"))
                  if int(size) <= len(held) and root_of(held[:int(size)]).hex() == root]
        self.assertEqual(said["agreed_size"], max(agreed, default=0))
        shown = json.loads(daemon.noroshi("--json", "record", "show").stdout)
        self.assertIsNone(shown["stopped"])
        sizes = [int(size) for size in daemon.sql("SELECT coalesce(max(size), 0) FROM checkpoint WHERE origin = 1;")]
        self.assertEqual(shown["unsigned_events_of_ended_trees"], max(0, len(held) - sizes[0]))
        self.assertEqual(said["lost_at_most"], head.size - said["agreed_size"])
        self.assertEqual(said["unsigned_in_place_at_most"], len(held) - said["agreed_size"])
        again = daemon.noroshi("record", "continue", "--reason", "once more")
        self.assertEqual(again.returncode, 1, again.stdout)
        self.assertIn("nothing is wrong", again.stderr)

    def test_a_restored_database_is_not_signed_until_an_operator_says_so_with_the_daemon_up(self):
        self.start()
        head, _ = self.lose()
        self.daemon.start()
        self.check_stopped(head)
        self.check_continued(head, self.daemon.noroshi("--json", "record", "continue", "--reason", "restored last night's copy"))

    def test_or_with_the_daemon_down(self):
        self.start()
        head, held = self.lose()
        done = self.daemon.noroshi("--json", "record", "continue", "--reason", "restored last night's copy")
        self.assertEqual(json.loads(done.stdout)["held_size"], held)
        self.daemon.start()
        self.check_continued(head, done)

    def test_the_right_database_heals_by_itself(self):
        self.start()
        daemon = self.daemon
        head, _ = self.lose()
        # The lost one was put aside by mistake, and comes back.
        daemon.start()
        self.check_stopped(head)
        daemon.sql("UPDATE sealer SET holder = NULL;")
        kept = daemon.data / "record" / "checkpoint"
        aside = kept.rename(kept.with_name("aside"))
        daemon.wait_until(lambda: daemon.readiness()[1]["status"] == "ok", "without a head kept there is nothing to compare")
        daemon.stop()
        aside.rename(kept)
        daemon.start()
        daemon.wait_until(lambda: daemon.readiness()[1]["status"] == "warning", "with it there is")


class Standstill(OneDaemon):
    def test_after_an_hour_without_a_seal_nothing_is_taken_and_with_a_seal_it_is(self):
        self.start()
        daemon = self.daemon
        daemon.reports(1)
        daemon.wait_sealed()
        daemon.stop()
        # What waits has waited for two hours when the daemon comes back, and its tiles cannot be written.
        daemon.noroshi("token", "list")  # the cluster is visited, and stopped again
        daemon.start()
        daemon.sql("ALTER TABLE record_tile ADD CONSTRAINT no_tiles CHECK (false) NOT VALID;")
        daemon.kill_daemon()
        daemon.sql("INSERT INTO event (id, type, at, incident_id, leaf) VALUES (gen_random_uuid(), 'incident.opened', "
                   "clock() - interval '2 hours', gen_random_uuid(), 'leaf');")
        daemon.start()
        daemon.wait_until(lambda: daemon.readiness()[0] == 503, "the standstill is seen")
        status, check = daemon.readiness()
        self.assertEqual(check["status"], "failed")
        self.assertGreater(check["behind_seconds"], 7000)
        refused = daemon.report()
        self.assertEqual((refused.status, refused.code), (503, "record_behind"))
        self.assertTrue(int(refused.retry_after) > 0)
        self.assertGreater(daemon.metric("noroshi_record_behind_seconds"), 7000)
        self.assertEqual(daemon.metric("noroshi_record_unsealed_events"), 1)
        daemon.sql("ALTER TABLE record_tile DROP CONSTRAINT no_tiles;")
        daemon.wait_until(lambda: daemon.readiness()[0] == 200, "the seal")
        self.assertEqual(daemon.report().status, 201)
        daemon.wait_sealed()
        self.assertLess(daemon.metric("noroshi_record_behind_seconds"), 60)
        daemon.check_record()


class Keys(OneDaemon):
    def signatures(self):
        """Under the head kept now."""
        return self.daemon.note_seen(self.daemon.kept())[1]

    def test_a_key_is_made_rotated_with_both_signing_and_retired(self):
        self.start()
        daemon = self.daemon
        folder = daemon.data / "keys" / "record"
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        (first,) = [path.stem for path in folder.glob("*.pem")]
        self.assertEqual((folder / f"{first}.pem").stat().st_mode & 0o777, 0o600)
        self.assertEqual(daemon.sql("SELECT type FROM event WHERE sequence = 0;"), ["key.registered"])
        self.assertEqual(self.signatures(), 1)

        rotated = daemon.noroshi("--json", "record", "rotate-key")
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        second = json.loads(rotated.stdout)["id"]
        daemon.wait_sealed()
        daemon.reports(1)
        daemon.wait_sealed()
        self.assertEqual(self.signatures(), 2)  # the daemon was not started again

        listed = json.loads(daemon.noroshi("--json", "record", "keys").stdout)["items"]
        self.assertEqual([item["id"] for item in listed], [first, second])
        head, lines = read_note(daemon.kept())
        for item, (name, short, _) in zip(listed, lines):
            (form,) = item["keys"]
            self.assertEqual(form.split("+")[:2], [head.origin, short.hex()])

        unknown = daemon.noroshi("record", "retire-key", "0" * 16, "--reason", "no such key")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("there is no key", unknown.stderr)
        retired = daemon.noroshi("record", "retire-key", first, "--reason", "yearly")
        self.assertEqual(retired.returncode, 0, retired.stderr)
        self.assertFalse((folder / f"{first}.pem").exists())
        daemon.wait_sealed()
        daemon.reports(1)
        daemon.wait_sealed()
        self.assertEqual(self.signatures(), 1)
        self.assertEqual(read_note(daemon.kept())[1][0][1], lines[1][1])
        self.assertIn(f"key {first} is retired", retired.stdout)
        twice = daemon.noroshi("record", "retire-key", first, "--reason", "again")
        self.assertEqual(twice.returncode, 2)
        self.assertIn("retired already", twice.stderr)
        last = daemon.noroshi("record", "retire-key", second, "--reason", "the last one")
        self.assertEqual(last.returncode, 2)
        self.assertIn("the only one that signs", last.stderr)
        # A file of what is printed for people is a file of keys.
        lines_for_people = daemon.noroshi("record", "keys").stdout.splitlines()
        self.assertEqual([line for line in lines_for_people if not line.startswith("#")],
                         [form for item in listed for form in item["keys"]])
        self.assertIn("retired", lines_for_people[0])

        daemon.stop()
        daemon.start()
        daemon.reports(1)
        daemon.wait_sealed()
        self.assertEqual(self.signatures(), 1)
        self.assertEqual(daemon.sql("SELECT count(*) FROM signing_key WHERE purpose = 'record';"), ["2"])
        daemon.check_record()

    def test_a_key_that_the_database_does_not_know_is_registered_and_one_that_others_can_read_refuses_the_start(self):
        self.start()
        daemon = self.daemon
        daemon.sql("SET session_replication_role = replica; DELETE FROM signing_key WHERE purpose = 'record';")
        daemon.stop()
        daemon.start()
        daemon.wait_sealed()
        self.assertEqual(self.signatures(), 1)
        self.assertEqual(daemon.sql("SELECT count(*) FROM event WHERE type = 'key.registered';"), ["2"])
        self.assertEqual(len(list((daemon.data / "keys" / "record").glob("*.pem"))), 1)
        daemon.stop()
        (key,) = (daemon.data / "keys" / "record").glob("*.pem")
        key.chmod(0o644)
        daemon.spawn()
        self.assertEqual(daemon.process.wait(60), 78)
        self.assertIn("can be read by others", daemon.log_tail())
        daemon.process.stdout.close()


class TwoDaemons(unittest.TestCase):
    def test_one_seals_the_other_follows_and_takes_over(self):
        cluster = Cluster()
        self.addCleanup(cluster.clear_away)
        cluster.create()
        daemons = []
        for _ in range(2):
            daemon = Recorded(os.environ["NOROSHID"], os.environ["NOROSHI"], database_url=cluster.url())
            daemon.sql = cluster.sql
            self.addCleanup(daemon.clear_away)
            daemon.start()
            daemon.prepare()
            daemons.append(daemon)
        for daemon in daemons:
            daemon.reports(3)
        size = daemons[0].wait_sealed()
        for daemon in daemons:
            daemon.wait_until(lambda: read_note(daemon.kept())[0].size == size, "both keep the same head")
        holder = cluster.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'noroshi sealer';")
        self.assertEqual(len(holder), 2)
        survivor = daemons[1]
        daemons[0].kill_daemon()
        survivor.reports(3)
        survivor.wait_sealed()
        size = survivor.wait_sealed()
        survivor.wait_until(lambda: read_note(survivor.kept())[0].size == size, "the head")
        daemons[0].start()
        daemons[0].wait_until(lambda: read_note(daemons[0].kept())[0].size >= size, "what was sealed meanwhile")
        self.assertGreater(survivor.check_record(), 1)
        self.assertEqual(len(survivor.keys()), 2)  # each its own
        for daemon in daemons:
            self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
