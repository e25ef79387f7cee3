#!/usr/bin/env python3
"""The only daemon is down, with the PostgreSQL that it manages, while clocks come due: ended in order, then killed. At
its start what came due is told at once, levels 1 to n each once.

  outage.py --daemon NOROSHID --cli NOROSHI [--seed TEXT]
"""

import os
import signal
import sys
import time

from checks import SECOND
from scene import Scene, main, wait_for, wait_until

STEPS = (0, 1, 2, 30)
REPORTS = 30
AT_ONCE = 3.0  # seconds from the daemon's ready line


def run(options):
    with Scene(options, STEPS) as scene:
        daemon = scene.add_daemon()
        daemon.start()
        scene.issue_tokens(daemon)
        # Takes hold when the server is started again, which is before anything is told.
        scene.sql("ALTER SYSTEM SET track_commit_timestamp = on;")
        outages = [away(scene, daemon, options.dice, end) for end in (daemon.stop, lambda: kill_all(daemon))]
        wait_until(scene, max(clock.due for clock in scene.clocks) + STEPS[2] * SECOND)
        good, rung = scene.judge(AT_ONCE, outages=outages, summary="the lateness counts from the daemon's readiness")
        return good and {alarm.level for alarm in rung.alarms} >= {1, 2, 3}


def away(scene, daemon, dice, end):
    first = scene.now() + 2 * SECOND
    scene.submit([first + int(dice.uniform(0, 2) * SECOND) for _ in range(REPORTS)])
    since = scene.now()
    end()
    time.sleep(dice.uniform(4, 6))
    daemon.start()
    return scene.outage(since)


def kill_all(daemon):
    """As when the machine fails: the daemon, and PostgreSQL before another could find it running."""
    postmaster = daemon.postmaster()
    daemon.kill_daemon()
    os.kill(postmaster, signal.SIGQUIT)
    wait_for("the end of PostgreSQL", lambda: daemon.postmaster() is None)


if __name__ == "__main__":
    sys.exit(main("outage", __doc__, run))
