#!/usr/bin/env python3
"""The database is so slow that ringing a group of incidents meets the limit of a statement. They are rung one by one then,
and every level is told once.

  slow_database.py --daemon NOROSHID --cli NOROSHI [--seed TEXT]
"""

import sys

from checks import SECOND
from scene import Cluster, Scene, main, wait_until

STEPS = (0, 3600)
REPORTS = 32
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END';
CREATE TRIGGER slow BEFORE INSERT ON alarm FOR EACH ROW EXECUTE FUNCTION slow();"""
STATEMENT_LIMIT = 10.0  # seconds, of the daemon's connections; less than REPORTS together take
LATE = 60.0


def run(options):
    with Scene(options, STEPS, cluster=Cluster()) as scene:
        scene.cluster.create()
        scene.start()
        due = scene.now() + 3 * SECOND
        scene.submit([due] * REPORTS)
        scene.sql(SLOW)
        wait_until(scene, due)
        took = scene.wait_told(due, LATE)
        good, _ = scene.judge(LATE, summary=f"all told after {took:.1f} s")
        return good and took > STATEMENT_LIMIT


if __name__ == "__main__":
    sys.exit(main("slow_database", __doc__, run))
