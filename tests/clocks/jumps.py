#!/usr/bin/env python3
"""The system's clock jumps, of the daemon alone and of the database alone. What is due is decided by the database's
clock and waiting is on steady time: the daemon's changes nothing; after the database's, what has become due is told at
once, and nothing twice.

  jumps.py --daemon NOROSHID --cli NOROSHI [--what daemon|database|both] [--seed TEXT]
"""

import sys
import time
from contextlib import closing

from checks import SECOND
from fake_clock import FakeClock
from harness import Fault
from scene import LEASE, PROMISE, SLACK, Cluster, Scene, main, wait_for, wait_until

HOUR, DAY = 3600, 86400
STEPS = (0, 2, 600)
AT_ONCE = PROMISE + SLACK
LOGGED = "the clock of the database has jumped"


def soon(scene, dice, reports=5):
    """Reports whose clocks come due within moments; the last instant."""
    first = scene.now() + SECOND
    dues = [first + int(dice.uniform(0, 0.5) * SECOND) for _ in range(reports)]
    scene.submit(dues)
    return max(dues)


def distant(scene, *seconds):
    """Reports whose clocks come due so long from now."""
    scene.submit([scene.now() + second * SECOND for second in seconds])


def jumps_counted(scene, daemon):
    return int(scene.metric(daemon, "noroshi_clock_jumps_total"))


# -- The daemon's clock --------------------------------------------------------------------------------------


def move_daemon(options):
    clock = FakeClock()
    with closing(clock), Scene(options, STEPS, cluster=Cluster()) as scene:
        scene.cluster.create()
        daemon = scene.add_daemon(environment=clock.environment)
        daemon.start()
        scene.issue_tokens(daemon)
        distant(scene, 1800, HOUR + 1800, DAY - 1800, DAY + 1800)
        for offset in (1, -1, HOUR, -HOUR, DAY, -DAY, 0):
            due = soon(scene, options.dice)
            clock.move_to(offset)
            wait_until(scene, due)
        wait_until(scene, due + STEPS[1] * SECOND)
        good, _ = scene.judge(AT_ONCE, summary="the daemon's clock jumped by 1 s, 1 h and 1 day, to and fro")
        if jumped := jumps_counted(scene, daemon):
            raise Fault(f"the daemon holds its own jumps for {jumped} of the database")
        return good


# -- The database's clock ------------------------------------------------------------------------------------


class Database:
    """Stages, between which the database's clock is moved."""

    def __init__(self, scene, clock, dice):
        self.scene, self.clock, self.dice = scene, clock, dice
        self.offset, self.good = 0, True
        self.noticed = {}  # by the daemon's place, since it was started

    def start(self, *daemons):
        for daemon in daemons:
            daemon.start()
            self.noticed[daemon.port] = 0

    def move_to(self, offset, daemons):
        """Waits until each daemon has seen it, where it has to."""
        by, self.offset = offset - self.offset, offset
        self.clock.move_to(offset)
        for daemon in daemons:
            if abs(by) > 2:
                self.noticed[daemon.port] += 1
                wait_for(f"a jump by {by:+d} s counted", lambda daemon=daemon: jumps_counted(self.scene, daemon)
                         == self.noticed[daemon.port])

    def stage(self, offset):
        """Moves it: what has become due is told at once, and what comes due then in its time."""
        scene, by = self.scene, offset - self.offset
        since = time.monotonic()
        self.move_to(offset, ())
        scene.wait_told(scene.now())
        self.told_at_once(time.monotonic() - since, f"a jump by {by:+d} s")
        self.offset -= by
        self.move_to(offset, scene.daemons)
        due = soon(scene, self.dice)
        wait_until(scene, due)
        self.told_at_once(scene.wait_told(due), "their time")
        self.judge(f"jump of the database by {by:+d} s")

    def told_at_once(self, took, after):
        if took > AT_ONCE:
            raise Fault(f"clocks were told only {took:.1f} s after {after}")

    def judge(self, what):
        good, _ = self.scene.judge(None, summary=what)
        self.good = self.good and good


def move_database(options):
    clock = FakeClock()
    with closing(clock), Scene(options, STEPS, cluster=Cluster(clock.environment)) as scene:
        scene.cluster.create()
        database = Database(scene, clock, options.dice)
        database.start(scene.add_daemon(), scene.add_daemon())
        scene.issue_tokens(scene.daemons[0])
        # Level 1 of the second is reached after a jump by an hour, level 3 (10 minutes later) by the next day only.
        distant(scene, 1800, HOUR + 4, HOUR + 1800, DAY + 4, DAY + 1800)
        for offset in (1, 0, HOUR, 0, HOUR, -HOUR, 0, DAY, 0, -DAY, 0):
            database.stage(offset)
        for daemon in scene.daemons:
            logged = daemon.log.read_text(errors="replace").count(LOGGED)
            if logged != database.noticed[daemon.port]:
                raise Fault(f"{logged} jumps in the log, {database.noticed[daemon.port]} counted")
        lease_from_the_future(scene, database)
        wait_for("the numbering of all events",
                 lambda: scene.sql("SELECT count(*) FROM event WHERE sequence IS NULL;") == ["0"])
        return database.good


def lease_from_the_future(scene, database):
    """Daemons die with a claim, and the database's clock is set back: their lease ends further ahead than any may."""
    [held] = scene.submit([scene.now() + 1800 * SECOND])
    with closing(scene.cluster.session()) as session:
        session.ask(f"BEGIN; SELECT FROM incident WHERE id = '{held.incident}' FOR UPDATE;")
        database.move_to(HOUR, ())
        lease = f"SELECT lease_until - clock() FROM incident_clock WHERE incident_id = '{held.incident}'"
        wait_for("a claim of the clock", lambda: scene.sql(f"{lease} AND lease_until > clock();"))
        for daemon in scene.daemons:
            daemon.kill_daemon()
        session.ask("ROLLBACK;")
    database.move_to(HOUR - 600, ())
    if scene.sql(f"{lease} AND lease_until > clock() + interval '{2 * LEASE} seconds';") == []:
        raise Fault("the lease does not end far ahead: the test is not what it says")
    database.start(*scene.daemons)
    database.told_at_once(scene.wait_told(held.due), "the start with a lease from the future")
    database.judge("a lease from the future")


def run(options):
    good = True
    if options.what in ("daemon", "both"):
        good = move_daemon(options)
    if options.what in ("database", "both"):
        good = move_database(options) and good
    return good


def more(parser):
    parser.add_argument("--what", choices=("daemon", "database", "both"), default="both")


if __name__ == "__main__":
    sys.exit(main("jumps", __doc__, run, more))
