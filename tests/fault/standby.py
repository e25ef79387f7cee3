#!/usr/bin/env python3
"""A synchronous standby is lost and the wait for it is cancelled: the commit is on one disk alone. The daemon must say that it
does not know (503), never 201; a repeat is not answered as accepted until a standby has it too. Then the primary is lost for
good under load, the standby takes its place, and has all that was ever answered 201.

  standby.py --daemon NOROSHID --cli NOROSHI [--seed TEXT]
"""

import sys
import tempfile
import threading
import time
from contextlib import ExitStack

from survival import Client, Cluster, Fault, Survival, main

from cluster import SUPERUSER

WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
FOLLOWING = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum';"
REPEATS = 3  # under the same key while the standby is away


class Standby(Cluster):
    """A copy that follows."""

    def __init__(self, primary, folder):
        super().__init__(copied_from=primary, folder=folder)
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write(f"unix_socket_directories = '{self.folder}'\n")

    def promote(self):
        self._run("pg_ctl", "promote", "--pgdata", self.data, "--wait", "--timeout=60", "--silent")


class Away:
    """While the standby is away: one try at a time, its wait for the standby cancelled."""

    def __init__(self, scene, primary):
        self.scene, self.primary = scene, primary
        self.session = primary.session()
        self.cancelled = 0

    def attempt(self, client, submission):
        """The answer, once there is one."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(client.attempt(
            "POST", submission.organization, submission.role, submission.target,
            {"Idempotency-Key": submission.key, "Content-Type": "application/json"}, submission.body)))
        thread.start()
        # A writer's wait, not those of sequencer and clocks alone.
        while thread.is_alive():
            self.cancelled += len(self.session.ask(f"SELECT pg_cancel_backend(pid) FROM ({WAITING}) AS waiting;"))
            thread.join(0.05)
        self.scene.journal.tried(submission.key, answers[0])
        return answers[0]


def run(options):
    primary = Cluster()
    primary.create()
    # The daemon is told of both; the standby is made once there is something to copy.
    folder = tempfile.mkdtemp(prefix="noroshi-cluster-")
    with Survival(options, cluster=primary, url=f"{primary.url()},{folder}") as scene, ExitStack() as others:
        standby = Standby(primary, folder)
        others.callback(standby.clear_away)
        standby.start()
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)';")
        primary.sql("SELECT pg_reload_conf();")
        scene.wait_until("the standby is waited for", lambda: primary.sql(FOLLOWING) == ["1"])
        with scene.traffic():
            scene.wait_accepted(2)
        summary = lost_and_cancelled(options, scene, primary, standby)
        others.callback(primary.clear_away)
        took = failed_over(scene, primary, standby)
        return scene.judge(f"{summary}; {took:.1f} s from the primary's end to the first 201 of the standby", refusal=None)


def lost_and_cancelled(options, scene, primary, standby):
    standby.stop("immediate")
    since = time.time()
    submission = scene.submission("jps", f"{options.seed}-cancelled")
    scene.journal.submitted(submission)
    away, client = Away(scene, primary), Client(scene.daemon, scene.desks.tokens, scene.journal)
    first = away.attempt(client, submission)
    if (first.status, first.code) != (503, "outcome_unknown"):
        raise Fault(f"the wait for the standby was cancelled, and answered {first.status} {first.body}")
    stored = primary.sql(f"SELECT count(*) FROM idempotency WHERE key = '{submission.key}';")
    if stored != ["1"]:
        raise Fault("nothing was committed on the primary: this test has not met the case that it is about")
    for _ in range(REPEATS):
        again = away.attempt(client, submission)
        if again.status != 503:
            raise Fault(f"repeated while no standby has it, and answered {again.status} {again.body}")
    away.session.close()
    standby.start()
    scene.wait_until("the standby is back", lambda: primary.sql(FOLLOWING) == ["1"])
    last = client.post_again(submission)
    client.close()
    if (last.status, last.replayed) != (201, True):
        raise Fault(f"repeated with the standby back, and answered {last.status} {last.body}")
    scene.fault("no standby", since)
    return f"{away.cancelled} waits cancelled, {1 + REPEATS} times 503 under one key, then its answer"


def failed_over(scene, primary, standby):
    """Seconds until something is accepted again."""
    with scene.traffic(desks=4):
        scene.wait_accepted(2)
        with scene.away("the primary is lost"):
            since = time.monotonic()
            primary.stop("immediate")
            standby.promote()
            scene.cluster = standby
            scene.wait_accepted()
        took = time.monotonic() - since
        scene.wait_accepted(2)
    return took


if __name__ == "__main__":
    sys.exit(main("standby", __doc__, run))
