#!/usr/bin/env python3
"""The clock of the daemon, and then that of the database, jumps by an hour and a day, to and fro, under load with webhooks
(tests/clocks measures the alarms themselves): I1 to I7 hold, but for how late an alarm was, which nobody can say then.

  clock_jumps.py --daemon NOROSHID --cli NOROSHI [--seed TEXT]
"""

import sys
import time
from contextlib import closing
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "clocks"))  # fake_clock.py

from fake_clock import FakeClock

from invariants import LAWFUL  # first: it finds the harness

from survival import Cluster, Survival, main

HOUR, DAY = 3600, 86400
JUMPS = (HOUR, 0, DAY, -HOUR, -DAY, 1, 0)
# An event that is dated before an earlier one is told, and is no alteration.
TIMES = ("time_disorder",)


def run(options):
    daemons, servers = FakeClock(), FakeClock()
    with closing(daemons), closing(servers):
        cluster = Cluster(servers.environment)
        cluster.create()
        with Survival(options, cluster=cluster, environment=daemons.environment) as scene:
            with scene.traffic(desks=3):
                scene.wait_accepted(2)
                for clock in (daemons, servers):
                    for offset in JUMPS:
                        clock.move_to(offset)
                        scene.wait_accepted(2)
                        time.sleep(options.dice.uniform(0.05, 0.25))
            return scene.judge(f"{2 * len(JUMPS)} jumps", bound=None, lawful=(*LAWFUL, *TIMES))


if __name__ == "__main__":
    sys.exit(main("clock_jumps", __doc__, run))
