#!/usr/bin/env python3
"""The daemon is killed (SIGKILL) at seeded moments under load, while webhooks go out; I1 to I7 hold.

  killed.py --daemon NOROSHID --cli NOROSHI [--kills N] [--seed TEXT]
"""

import resource
import signal
import sys
import time
from pathlib import Path

from survival import Fault, Survival, main, say

from kill import Killer, summary

class Noted(Killer):
    """Tells the scene when clocks could not be rung."""

    def __init__(self, scene, options):
        super().__init__(scene.daemon, scene.journal, scene.progress, options.dice, "daemon", scene.stop_traffic)
        self.scene = scene

    def kill(self, what, delay):
        with self.scene.away("killed"):
            super().kill(what, delay)
            self.deployment.wait_ready()
            self.restart.append(time.monotonic() - self.killed_at)
        self.starting = False


def abort(scene):
    """As by a fault of its own, where cores may be written: it leaves none."""
    before = set(Path.cwd().glob("core*"))
    with scene.away("aborted"):
        scene.daemon.process.send_signal(signal.SIGABRT)
        scene.daemon.process.wait(30)
        scene.daemon.process.stdout.close()
        scene.daemon.start()
    if cores := set(Path.cwd().glob("core*")) - before:
        raise Fault(f"a core was left, with what reports say: {sorted(cores)}")


def run(options):
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    with Survival(options) as scene:
        killer = Noted(scene, options)
        with scene.traffic(desks=4):
            scene.wait_accepted()
            killer.run(options.kills)
            abort(scene)
            scene.wait_accepted()
        good = scene.judge(f"{killer.kills['daemon']} kills", deliveries=options.deliveries)
        say(options, f"from the kill to the first 201: {summary(killer.recovery['daemon'])}; "
            f"the restart until ready: {summary(killer.restart)}")
        return good


def more(parser):
    parser.add_argument("--kills", type=int, default=50)
    # What a killed daemon was sending stays leased for the attempt's timeout and 30 s.
    parser.add_argument("--deliveries", type=float, default=0.0, help="patience for what is queued, in seconds")


if __name__ == "__main__":
    sys.exit(main("killed", __doc__, run, more))
