#!/usr/bin/env python3
"""Kills the daemon at each step of a pass of the sealer, again and again, and looks at every head that was ever signed.

  sealing.py --daemon NOROSHID --cli NOROSHI [--rounds N] [--seed TEXT]

Each step is held still from outside: by a lock that a trigger of the test asks for at that very row, or by a file that
cannot be replaced. There the daemon is killed. What its session had begun is then either carried out, as when the answer is
lost, or thrown away, as when the machine goes down. After the next start every event must come under a checkpoint, every
checkpoint be that of the events by this test's own tree, and no size have been signed with two roots, inside the database
or outside.
"""

import argparse
import os
import random
import subprocess
import sys
import time

from record import Recorded  # first: it finds the harness

from harness import Fault

SEALER = "noroshi sealer"
LOCK = 4242

# The step, and the row at which it is held: table, moment, columns.
STEPS = {
    "the lease is taken": ("sealer", "BEFORE UPDATE OF lease_until"),
    "the tiles are written": ("record_tile", "BEFORE INSERT OR UPDATE"),
    "the size is written": ("sealer", "BEFORE UPDATE OF size"),
    "the size was written": ("sealer", "AFTER UPDATE OF size"),
    "the note is kept outside": None,
    "the checkpoint is written": ("checkpoint", "BEFORE INSERT"),
    "the checkpoint was written": ("checkpoint", "AFTER INSERT"),
}


class Held:
    """Holds the sealer at a step for the length of a block."""

    def __init__(self, daemon, step):
        self.daemon, self.step, self.row = daemon, step, STEPS[step]
        self.obstacle = daemon.data / "record" / "checkpoint.new"

    def __enter__(self):
        if not self.row:
            (self.obstacle / "in the way").mkdir(parents=True)
            return self
        table, moment = self.row
        self.holder = Holder(self.daemon)
        self.daemon.sql(
            "CREATE OR REPLACE FUNCTION hold_sealer_there() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF current_setting('application_name') = '{SEALER}' THEN PERFORM pg_advisory_xact_lock_shared({LOCK}); END IF; "
            f"RETURN NEW; END $$; CREATE TRIGGER hold_there {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION "
            "hold_sealer_there();")
        return self

    def wait(self):
        if not self.row:
            self.daemon.wait_until(lambda: "cannot be read or written" in self.daemon.log_tail(200), self.step)
            return
        self.daemon.wait_until(lambda: self.daemon.sql(
            f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{SEALER}' AND wait_event = 'advisory';")
            == ["1"], self.step)

    def throw_away(self):
        """What the session was about to do is not done."""
        self.daemon.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{SEALER}';")

    def __exit__(self, *error):
        if not self.row:
            (self.obstacle / "in the way").rmdir()
            self.obstacle.rmdir()
            return
        self.holder.close()
        self.daemon.wait_until(lambda: self.daemon.sql(
            f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{SEALER}';") == ["0"], "its session ends")
        self.daemon.sql(f"DROP TRIGGER hold_there ON {self.row[0]};")


class Holder:
    """A session of the test's own that holds the lock until it is ended."""

    def __init__(self, daemon):
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-h", daemon.socket_folder(), "-U", daemon.superuser(), "-d", "noroshi"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(f"SELECT pg_advisory_lock({LOCK});\nSELECT 'held';\n")
        self.process.stdin.flush()
        while "held" not in self.process.stdout.readline():
            if self.process.poll() is not None:
                raise Fault("the lock is not held")

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def kill_at(daemon, step, carried_out):
    with Held(daemon, step) as held:
        daemon.reports(1)
        held.wait()
        if kept := daemon.kept():
            daemon.note_seen(kept)
        daemon.kill_daemon()
        if not carried_out and held.row:
            held.throw_away()
    if kept := daemon.kept():
        daemon.note_seen(kept)  # also what no table knows of


def run(options):
    dice = random.Random(options.seed)
    daemon = Recorded(options.daemon, options.cli)
    begun = time.monotonic()
    try:
        daemon.start()
        daemon.prepare()
        daemon.wait_sealed()
        kills = 0
        for _ in range(options.rounds):
            for step in dice.sample(list(STEPS), len(STEPS)):
                for carried_out in (True, False):
                    daemon.reports(dice.randrange(3))
                    kill_at(daemon, step, carried_out)
                    kills += 1
                    daemon.log.unlink()
                    daemon.start()
                    daemon.wait_sealed()
        checked = daemon.check_record()
        events, size, _ = daemon.numbers()
        print(f"sealing: seed {options.seed}, {kills} kills at {len(STEPS)} steps, {events} events, {checked} checkpoints "
              f"checked, {len(daemon.signed)} heads seen, {time.monotonic() - begun:.0f} s")
        if daemon.stop() != 0:
            raise Fault("the daemon did not end in order")
        return 0
    except Fault as fault:
        print(f"sealing: seed {options.seed}: {fault}", file=sys.stderr)
        return 1
    finally:
        daemon.clear_away()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", default=os.environ.get("NOROSHI_SEED") or str(random.SystemRandom().randrange(10**9)))
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
