#!/usr/bin/env python3
"""A daemon stands still (SIGSTOP) for longer than its lease while clocks come due, then goes on. Another tells them
meanwhile, what the first still had in hand is refused, and its locks hold nobody longer than the database's limit.

  stopped.py --daemon NOROSHID --cli NOROSHI [--rounds N] [--seed TEXT]
"""

import signal
import sys
import time

from checks import SECOND
from harness import Fault
from scene import LEASE, SLACK, Cluster, Scene, main
from watching import Watch

STEPS = (0, 1, 2, 3)
REPORTS = 16
AHEAD = 1.0  # seconds from a round's beginning to the instant at which its clocks come due
ANYWHERE = 0.25  # of the rounds: at any moment around the instant; else once a daemon is seen to ring
LONGEST_DELAY = 0.05  # seconds from the sight of a daemon that rings to its stop
LOCKS = 3.0  # seconds: idle_in_transaction_timeout of the ticker
LOCKS_SLACK = 1.0


class Rounds:
    def __init__(self, scene, options, watch):
        self.scene, self.dice, self.watch = scene, options.dice, watch
        self.in_transaction = self.claims = 0
        self.longest_lock = 0.0

    def run(self, count):
        for _ in range(count):
            due = self.watch.now() + int(AHEAD * SECOND)
            clocks = self.scene.submit([due] * REPORTS)
            delay, length = self.dice.uniform(0, LONGEST_DELAY), LEASE + self.dice.uniform(0.3, 1.5)
            victim = self.dice.choice(self.scene.daemons)
            if self.dice.random() < ANYWHERE:
                self.watch.wait_until(due + int(self.dice.uniform(-0.1, 0.2) * SECOND))
            else:
                self.watch.wait_until(due)
                victim = self.watch.wait_for_ringer() or victim
                time.sleep(delay)
            self.stop_for(victim, length, clocks)

    def stop_for(self, victim, length, clocks):
        victim.process.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        try:
            reached = self.watch.now()
            self.in_transaction += victim in self.watch.ringing()
            self.claims += bool(self.watch.claimed(reached))
            self.lock(clocks)
            self.longest_lock = max(self.longest_lock, time.monotonic() - since)
            self.scene.wait_told(reached, LEASE + SLACK, self.watch.session)
            time.sleep(max(0, since + length - time.monotonic()))
        finally:
            victim.process.send_signal(signal.SIGCONT)

    def lock(self, clocks):
        """As a writer would lock these incidents, in the order of their ids; waits for whoever holds them."""
        incidents = ", ".join(f"'{clock.incident}'" for clock in clocks)
        self.watch.session.ask("SELECT count(*) FROM (SELECT FROM incident i JOIN incident_clock c ON c.incident_id = "
                               f"i.id WHERE i.id IN ({incidents}) ORDER BY i.id FOR UPDATE) AS locked;")


def run(options):
    with Scene(options, STEPS, cluster=Cluster()) as scene:
        scene.cluster.create()
        scene.start_apart(2)
        watch = Watch(scene)
        rounds = Rounds(scene, options, watch)
        rounds.run(options.rounds)
        watch.wait_until(max(clock.due for clock in scene.clocks) + STEPS[-1] * SECOND)
        watch.close()
        good, rung = scene.judge(LEASE + SLACK, summary=f"{options.rounds} stops, {rounds.claims} with claims, "
                                 f"{rounds.in_transaction} within a transaction; its locks were held for "
                                 f"{rounds.longest_lock:.2f} s at most")
        if rounds.longest_lock > LOCKS + LOCKS_SLACK:
            raise Fault(f"a daemon that stood still held locks for {rounds.longest_lock:.1f} s")
        # What a daemon wanted to tell with a stale token is neither stored nor counted.
        counted = sum(int(scene.metric(daemon, "noroshi_alarms_raised_total")) for daemon in scene.daemons)
        if counted > len(rung.alarms):
            raise Fault(f"the daemons count {counted} alarms, the database holds {len(rung.alarms)}")
        return good


def more(parser):
    parser.add_argument("--rounds", type=int, default=6)


if __name__ == "__main__":
    sys.exit(main("stopped", __doc__, run, more))
