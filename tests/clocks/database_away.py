#!/usr/bin/env python3
"""PostgreSQL is away (stopped at once, as by a failure) while clocks come due. When it is back, what came due meanwhile
is told at once, each level once.

  database_away.py --daemon NOROSHID --cli NOROSHI [--rounds N] [--seed TEXT]
"""

import sys
import time

from checks import SECOND
from scene import Cluster, Scene, main, wait_until

STEPS = (0, 1, 2, 3)
REPORTS = 30
AT_ONCE = 3.0  # seconds from the server's readiness


def run(options):
    with Scene(options, STEPS, cluster=Cluster()) as scene:
        scene.cluster.create()
        scene.start(2)
        outages = [away(scene, options.dice) for _ in range(options.rounds)]
        wait_until(scene, max(clock.due for clock in scene.clocks) + STEPS[-1] * SECOND)
        good, _ = scene.judge(AT_ONCE, outages=outages, summary=f"{options.rounds} times away for "
                              + ", ".join(f"{(outage.until - outage.since) / SECOND:.1f} s" for outage in outages)
                              + "; the lateness counts from its return")
        return good


def away(scene, dice):
    """One outage, over the instants at which clocks come due."""
    first = scene.now() + 2 * SECOND
    scene.submit([first + int(dice.uniform(0, 3) * SECOND) for _ in range(REPORTS)])
    wait_until(scene, first + int(dice.uniform(0, 0.5) * SECOND))
    since = scene.now()
    scene.cluster.stop("immediate")
    time.sleep(dice.uniform(1.5, 4.0))
    scene.cluster.start()
    return scene.outage(since)


def more(parser):
    parser.add_argument("--rounds", type=int, default=3)


if __name__ == "__main__":
    sys.exit(main("database_away", __doc__, run, more))
