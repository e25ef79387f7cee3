#!/usr/bin/env python3
"""Kills the daemon and PostgreSQL at seeded moments under the traffic of several desks; nothing that was answered 201
may be lost, nothing doubled, nothing half stored.

  kill.py --daemon NOROSHID --cli NOROSHI [--moments N] [--seed TEXT] [--what daemon|postgres|both]

The seed is --seed, else NOROSHI_SEED, else a random one; it is printed. It settles what is submitted and when what is
killed; how the processes interleave is the machine's. Exit 1 with the findings; the folder with journal and logs is kept.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

from checks import check, counted
from harness import Deployment, Fault, Journal, Progress
from traffic import Actor, Desks, load_stories

CLIENTS = 6
LONGEST_DELAY = 0.4  # seconds from progress to the next kill
EARLY = 0.2  # of the moments: not after progress but after the last kill, in the middle of coming back
DAEMON = 0.5  # of the moments with --what both; the rest is PostgreSQL's
RECOVERY_PATIENCE = 60.0
SHOWN = 20


class Killer:
    """Ends a process at each moment and sees to it that there is a daemon again."""

    def __init__(self, deployment, journal, progress, dice, what, stop):
        self.deployment, self.journal, self.progress = deployment, journal, progress
        self.dice, self.what, self.stop = dice, what, stop
        self.kills = {"daemon": 0, "postgres": 0}
        self.recovery = {"daemon": [], "postgres": []}  # seconds from the kill to the first request answered 201
        self.restart = []  # seconds from the daemon's start to its ready line

    def run(self, moments):
        for moment in range(moments):
            early = moment > 0 and self.dice.random() < EARLY
            delay = self.dice.uniform(0, LONGEST_DELAY)
            what = self.what if self.what != "both" else "daemon" if self.dice.random() < DAEMON else "postgres"
            if not early:
                self.wait_for_recovery()
            if self.stop.wait(delay):
                return
            self.kill(what, delay)
        self.wait_for_recovery()

    def kill(self, what, delay):
        pid = self.deployment.process.pid if what == "daemon" else None
        if what == "daemon":
            self.deployment.kill_daemon()
        else:
            pid = self.deployment.kill_postmaster()
        self.killed_at, self.killed = time.monotonic(), what
        self.journal.killed(what, pid, delay)
        self.kills[what] += 1
        if what == "daemon":
            self.deployment.spawn()
            self.starting = True

    killed, starting = None, False

    def wait_for_recovery(self):
        if self.killed is None:
            return
        if self.starting:
            self.deployment.wait_ready()
            self.starting = False
            if self.killed == "daemon":
                self.restart.append(time.monotonic() - self.killed_at)
        if not self.progress.wait_for_one_since(self.killed_at, RECOVERY_PATIENCE, lambda: not self.stop.is_set()):
            if self.stop.is_set():
                return
            raise Fault(f"{RECOVERY_PATIENCE:.0f} s after the kill of {self.killed} nothing is accepted\n"
                        f"{self.deployment.log_tail()}")
        self.recovery[self.killed].append(time.monotonic() - self.killed_at)
        self.killed = None


def summary(seconds):
    return f"median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s" if seconds else "none"


def slowest(records, wanted):
    return max((attempt.until - attempt.since for record in records.values() for attempt in record.tries
                if wanted(attempt)), default=0.0)


def report(seed, killer, findings, records, moments):
    accepted = sum(record.accepted is not None for record in records.values())
    replays = sum(1 for record in records.values() if record.accepted and record.accepted.replayed and record.in_doubt)
    lost, doubled, other = counted(findings)
    print(f"kill: seed {seed}, {moments} moments ({killer.kills['daemon']} daemon, {killer.kills['postgres']} postgres), "
          f"{accepted} answered 201, {replays} replays after unknown outcome, {lost} lost, {doubled} doubled"
          + (f", {other} other findings" if other else ""))
    print(f"kill: from the kill to the first 201: daemon {summary(killer.recovery['daemon'])}; "
          f"postgres {summary(killer.recovery['postgres'])}; the daemon's restart until ready: {summary(killer.restart)}")
    tries = [attempt for record in records.values() for attempt in record.tries]
    print(f"kill: {sum(a.status == 503 for a in tries)} answers 503 (slowest "
          f"{slowest(records, lambda a: a.status == 503):.2f} s), {sum(a.how == 'cut' for a in tries)} lines cut, "
          f"{sum(r.given_up for r in records.values())} given up in doubt, "
          f"{sum(r.refused is not None for r in records.values())} refused 4xx, slowest 201 "
          f"{slowest(records, lambda a: a.status == 201):.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", default=os.environ.get("NOROSHI_SEED") or str(random.SystemRandom().randrange(10**9)))
    parser.add_argument("--what", choices=("daemon", "postgres", "both"), default="both")
    options = parser.parse_args()
    print(f"kill: seed {options.seed}", flush=True)

    deployment = Deployment(Path(options.daemon).resolve(), Path(options.cli).resolve())
    good = False
    try:
        good = run(options, deployment)
    except Fault as fault:
        print(f"kill: {fault}")
    finally:
        if not good:
            kept = shutil.copytree(deployment.folder, f"{deployment.folder}-kept", ignore=shutil.ignore_patterns("data"))
            print(f"kill: failed with seed {options.seed}; journal and log are in {kept}")
        deployment.clear_away()
    return 0 if good else 1


def run(options, deployment):
    deployment.start()
    desks, stories = Desks(), load_stories()
    desks.issue_all(deployment, stories)
    journal, progress, stop = Journal(deployment.folder / "journal"), Progress(), threading.Event()
    actors = [Actor(number, options.seed, deployment, desks, journal, progress, stop) for number in range(CLIENTS)]
    killer = Killer(deployment, journal, progress, random.Random(f"{options.seed}/kills"), options.what, stop)
    for actor in actors:
        actor.thread.start()
    try:
        killer.run(options.moments)
    finally:
        stop.set()
        for actor in actors:
            actor.thread.join()
        journal.close()
    failures = [actor.failure for actor in actors if actor.failure]
    for failure in failures:
        print(f"kill: {type(failure).__name__}: {failure}")
    if failures and not all(isinstance(failure, Fault) for failure in failures):
        raise next(failure for failure in failures if not isinstance(failure, Fault))

    findings, records = check(deployment, desks, journal.path)
    code = deployment.stop()
    if code != 0 or deployment.postmaster():
        raise Fault(f"the daemon did not end in order: exit {code}, PostgreSQL {deployment.postmaster()}")
    for finding in findings[:SHOWN]:
        print(f"kill: {finding}")
    if len(findings) > SHOWN:
        print(f"kill: and {len(findings) - SHOWN} more")
    report(options.seed, killer, findings, records, options.moments)
    return not findings and not failures


if __name__ == "__main__":
    sys.exit(main())
