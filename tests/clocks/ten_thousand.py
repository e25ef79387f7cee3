#!/usr/bin/env python3
"""Ten thousand clocks that come due at one instant, five daemons on one database: each is told once, none early, and
how late they are is shown.

  ten_thousand.py --daemon NOROSHID --cli NOROSHI [--clocks N] [--each N] [--daemons N] [--margin N] [--bound SECONDS]
                  [--table FILE] [--seed TEXT]

--each: the clocks of one incident, 1 to 8. --margin: how much slower than the first the other reports may be accepted.
--table: a line a clock, as CSV.
"""

import csv
import sys
import time

from checks import SECOND, latenesses
from cluster import processor_seconds
from scene import RULES, Cluster, Fault, Scene, main, say, wait_until

STEPS = (0, 900, 1800, 3600)
PROBE = 200  # reports, to learn how fast they are accepted here
THREADS = 10
# Seconds. Two cores that others use too took 2.2 to 3.4; alarms of ordinary load are not to be later than one.
BOUND = 8.0


def submit_all(scene, options):
    """The reports; the instant at which their clocks come due is chosen by how fast the first ones were accepted."""
    reports = -(-options.clocks // options.each)
    since = time.monotonic()
    scene.submit([scene.now() + 86400 * SECOND] * PROBE, threads=THREADS)
    rate = PROBE / (time.monotonic() - since)
    scene.clocks.clear()  # none of these may ring
    due = (int(scene.now() / SECOND + options.margin * reports / rate) + 4) * SECOND
    since = time.monotonic()
    scene.submit([due] * reports, threads=THREADS)
    took = time.monotonic() - since
    say(options, f"{reports} reports accepted in {took:.1f} s, {reports / took:.0f} a second")
    if scene.now() > due:
        raise Fault("the reports were not accepted before their clocks came due: this machine is too busy for the test")
    return due


def write_table(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("incident", "clause", "level", "due", "fired", "lateness_seconds"))
        for late, clock, alarm in rows:
            table.writerow((clock.number, clock.clause, alarm.level, f"{clock.due / SECOND:.6f}",
                            f"{alarm.committed / SECOND:.6f}", f"{late:.6f}"))


def run(options):
    with Scene(options, STEPS, RULES[:options.each], Cluster()) as scene:
        scene.cluster.create()
        scene.start(options.daemons)
        due = submit_all(scene, options)
        wait_until(scene, due)
        session = scene.cluster.session()
        before = processors(scene)
        took = scene.wait_told(due, 60.0, session)
        daemons, cluster = (after - earlier for after, earlier in zip(processors(scene), before))
        session.close()
        good, rung = scene.judge(options.bound, summary=f"all told {took:.1f} s after the instant")
        say(options, f"processor time a clock: {1e6 * daemons / len(scene.clocks):.0f} µs of the daemons, "
            f"{1e6 * cluster / len(scene.clocks):.0f} µs of PostgreSQL")
        rows = latenesses(scene.clocks, rung, STEPS)
        if options.table:
            write_table(options.table, rows)
            say(options, f"the table of all is {options.table}")
        # All of them: who asks whether each was told, once and when, finds it here.
        say(options, f"every clock, the latest first: {len(rows)}")
        say(options, f"{'incident':<16} {'clause':<20} level  {'due':<15}  {'fired':<15}  late")
        for late, clock, alarm in rows:
            say(options, f"{clock.number:<16} {clock.clause:<20} {alarm.level:>5}  {clock_time(clock.due)}  "
                f"{clock_time(alarm.committed)}  {late:.3f} s")
        counts = [int(scene.metric(daemon, "noroshi_alarms_raised_total")) for daemon in scene.daemons]
        told = {(alarm.subject, alarm.level) for alarm in rung.alarms}
        say(options, f"{len(told)} distinct clocks told; by each daemon: {', '.join(map(str, counts))}")
        if sum(counts) != len(rung.alarms):
            raise Fault(f"the daemons count {sum(counts)} alarms, the database holds {len(rung.alarms)}")
        return good and len(told) >= options.clocks


def processors(scene):
    return sum(processor_seconds(daemon.process.pid) for daemon in scene.daemons), scene.cluster.processor_seconds()


def clock_time(moment):
    return time.strftime("%H:%M:%S", time.gmtime(moment // SECOND)) + f".{moment % SECOND:06d}"


def more(parser):
    parser.add_argument("--clocks", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=8, choices=range(1, len(RULES) + 1))
    parser.add_argument("--daemons", type=int, default=5)
    parser.add_argument("--margin", type=float, default=1.8)
    parser.add_argument("--bound", type=float, default=BOUND)
    parser.add_argument("--table")


if __name__ == "__main__":
    sys.exit(main("ten_thousand", __doc__, run, more))
