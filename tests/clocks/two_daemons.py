#!/usr/bin/env python3
"""Two daemons on one database; one after the other is killed while clocks come due, mostly the one that has just
claimed some. Every level of every clock is told once, and none later than a lease and two seconds.

  two_daemons.py --daemon NOROSHID --cli NOROSHI [--rounds N] [--seed TEXT]

The seed settles the moments; how the processes interleave is the machine's.
"""

import sys
import time

from checks import SECOND, Outage
from scene import LEASE, SLACK, Cluster, Scene, main
from watching import Watch

STEPS = (0, 1, 2, 3)
REPORTS = 12  # a round
AHEAD = 1.0  # seconds from a round's beginning to the instant at which its clocks come due
ANYWHERE = 0.25  # of the rounds: at any moment around the instant; else once a daemon is seen to ring
LONGEST_DELAY = 0.06  # seconds from that sight to the kill


class Rounds:
    def __init__(self, scene, options, watch):
        self.scene, self.dice, self.watch = scene, options.dice, watch
        self.kills = []  # (moment, incidents that were claimed then)

    def run(self, count):
        for _ in range(count):
            due = self.watch.now() + int(AHEAD * SECOND)
            self.scene.submit([due] * REPORTS)
            victim = self.choose(due)
            victim.kill_daemon()
            moment = self.watch.now()
            self.kills.append((moment, frozenset(self.watch.claimed(moment))))
            victim.start()

    def choose(self, due):
        """Waits for the moment; who is killed."""
        anywhere, delay = self.dice.random() < ANYWHERE, self.dice.uniform(0, LONGEST_DELAY)
        chosen = self.dice.choice(self.scene.daemons)
        if anywhere:
            self.watch.wait_until(due + int(self.dice.uniform(-0.1, 0.3) * SECOND))
            return chosen
        self.watch.wait_until(due)
        chosen = self.watch.wait_for_ringer() or chosen
        time.sleep(delay)
        return chosen

    def outages(self):
        """What a second kill meets while it waits for the end of the first one's lease has to wait once more."""
        lease = int(LEASE * SECOND)
        return [Outage(first - lease, second, held & again) for number, (second, again) in enumerate(self.kills)
                for first, held in self.kills[:number] if second - first < 2 * lease]


def run(options):
    with Scene(options, STEPS, cluster=Cluster()) as scene:
        scene.cluster.create()
        scene.start_apart(2)
        watch = Watch(scene)
        rounds = Rounds(scene, options, watch)
        rounds.run(options.rounds)
        last = max(clock.due for clock in scene.clocks) + STEPS[-1] * SECOND
        watch.wait_until(last)
        watch.close()
        with_claims = sum(bool(claimed) for _, claimed in rounds.kills)
        good, _ = scene.judge(LEASE + SLACK, outages=rounds.outages(),
                              summary=f"{options.rounds} kills, {with_claims} left claims behind")
        return good


def more(parser):
    parser.add_argument("--rounds", type=int, default=20)


if __name__ == "__main__":
    sys.exit(main("two_daemons", __doc__, run, more))
