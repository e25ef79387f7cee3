#!/usr/bin/env python3
"""A migration is killed half way, again and again, by the daemon's end or the server's: the next start goes on from there, and
the schema is whole and the same. A schema that this program does not know refuses the start.

  migration.py --daemon NOROSHID --cli NOROSHI [--kills N] [--seed TEXT]
"""

import os
import signal
import subprocess
import sys
import time

from survival import Cluster, Daemon, Fault, Survival, configuration, main, plain_environment, programs

BEGUN = "SELECT count(*) FROM noroshi.migration;"
SLICE = 0.25  # seconds from a start's first migration to the kill, at most


def schema(cluster):
    """Everything of it that pg_dump tells."""
    done = subprocess.run([programs() / "pg_dump", "--schema-only", "-h", cluster.folder, "-U", "postgres", "noroshi"],
                          capture_output=True, text=True, timeout=60, env=plain_environment())
    if done.returncode:
        raise Fault(f"pg_dump: {done.stderr}")
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("--", "\\")))


def applied(cluster):
    try:
        return int(cluster.sql(BEGUN)[0])
    except RuntimeError:
        return 0  # there is no table yet


def kill(options, cluster, daemon, number):
    """In the middle of the migrations that are left; how many had been applied."""
    before = applied(cluster)
    daemon.spawn()
    deadline = time.monotonic() + 20
    while applied(cluster) == before and daemon.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(options.dice.uniform(0, SLICE))
    if number % 2:
        postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGQUIT)
        while os.path.exists(f"/proc/{postmaster}/exe"):
            time.sleep(0.01)
    daemon.kill_daemon()
    if number % 2:
        cluster.start()
    return applied(cluster)


def run(options):
    cluster = Cluster()
    cluster.create()
    reference = Cluster()
    try:
        reference.create()
        scene = Survival(options, cluster=cluster)
        try:
            seen = [kill(options, cluster, scene.daemon, number) for number in range(options.kills)]
        except BaseException:
            scene.__exit__(Fault)
            raise
        if seen != sorted(seen):
            raise Fault(f"migrations were undone: {seen}")
        with scene:
            whole = Daemon(options, configuration(), database_url=reference.url())
            try:
                whole.start()
                whole.stop()
            finally:
                whole.clear_away()
            if (there := schema(cluster)) != schema(reference):
                different = set(there.splitlines()) ^ set(schema(reference).splitlines())
                raise Fault(f"the schema is another than after a start that nothing disturbed: {sorted(different)[:5]}")
            with scene.traffic():
                scene.wait_accepted(3)
            good = scene.judge(f"killed with {', '.join(map(str, seen))} of {applied(cluster)} migrations applied")
            refused(scene)
        return good
    finally:
        reference.clear_away()


def refused(scene):
    """By a schema of a later version."""
    scene.daemon.stop()
    columns = scene.sql("SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns "
                        "WHERE table_schema = 'noroshi' AND table_name = 'migration' AND column_name <> 'number';")[0]
    scene.sql(f"INSERT INTO noroshi.migration (number, {columns}) SELECT 9999, {columns} FROM noroshi.migration LIMIT 1;")
    scene.daemon.spawn()
    if scene.daemon.process.wait(30) == 0:
        raise Fault("started on a schema that it does not know")
    scene.daemon.process.stdout.close()


def more(parser):
    parser.add_argument("--kills", type=int, default=4)


if __name__ == "__main__":
    sys.exit(main("migration", __doc__, run, more))
