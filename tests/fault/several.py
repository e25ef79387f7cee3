#!/usr/bin/env python3
"""Several daemons on one database. One stands still (SIGSTOP) past its lease while it sends, and goes on: what it still had
in hand is another's. Meanwhile the same submission comes fifty times at once, with the same bytes and with others under
one key, and follow-ups before what they follow.

  several.py --daemon NOROSHID --cli NOROSHI [--daemons N] [--rounds N] [--seed TEXT]
"""

import json
import signal
import sys
import threading
import time
from collections import Counter

from survival import Client, Cluster, Fault, Survival, main

LEASE = 31.0  # seconds: the timeout of an attempt, and 30 to settle it
PARALLEL = 50
PAIRS = 10


def at_once(works):
    """What each of them gave, all begun at the same time."""
    start, given = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        start.wait(30)
        try:
            given[place] = work()
        except Exception as failure:  # raised below
            given[place] = failure

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in given:
        if isinstance(each, Exception):
            raise each
    return given


class Duplicates:
    def __init__(self, scene, daemons, name):
        self.scene, self.name = scene, name
        self.clients = [Client(daemons[number % len(daemons)], scene.desks.tokens) for number in range(PARALLEL)]

    def close(self):
        for client in self.clients:
            client.close()

    def same_bytes(self):
        submission = self.scene.submission("jps", f"{self.name}-same")
        self.scene.journal.submitted(submission)

        def send(client):
            client.journal = self.scene.journal
            return client.post_again(submission)

        answers = at_once([lambda client=client: send(client) for client in self.clients])
        fresh = sum(not answer.replayed for answer in answers)
        if {answer.status for answer in answers} != {201} or len({answer.body for answer in answers}) != 1 or fresh != 1:
            raise Fault(f"the same bytes {PARALLEL} times: {Counter(answer.status for answer in answers)}, {fresh} new")
        for client in self.clients:
            client.journal = None

    def other_bytes(self):
        """Under one key: one is taken, the others are refused, whoever was first."""
        submissions = [self.scene.submission("jps", f"{self.name}-other-{number}", title=f"通信の検知 {number}")
                       for number in range(PARALLEL)]
        for submission in submissions:
            submission.key = f"{self.name}-other"
        answers = at_once([lambda pair=pair: pair[0].post_again(pair[1]) for pair in zip(self.clients, submissions)])
        taken = [pair for pair in zip(submissions, answers) if pair[1].status == 201]
        if len(taken) != 1 or {answer.status for answer in answers} != {201, 422}:
            raise Fault(f"other bytes under one key: {Counter(answer.status for answer in answers)}")
        self.scene.journal.submitted(taken[0][0])  # of the others nobody may find anything
        self.scene.journal.tried(taken[0][0].key, taken[0][1])

    def reordered(self):
        """A follow-up at the same time as the report that it follows: taken after it, or refused."""
        refused = 0
        for number in range(PAIRS):
            reference = f"{self.name} reordered {number}"
            first = self.scene.submission("jma", f"{self.name}-first-{number}", reference=reference)
            follow = self.scene.submission("jma", f"{self.name}-follow-{number}", reference=reference, stage="followup")
            again = self.scene.submission("jma", f"{self.name}-again-{number}", reference=reference, stage="followup")
            body = json.loads(follow.body)
            for name in ("title", "times", "assessment", "cyberattack"):
                del body[name]
            follow.body = json.dumps(body).encode()
            again.body = json.dumps({**body, "summary": body["summary"] + " 再送"}).encode()
            order = [(self.clients[0], follow), (self.clients[1], first)]

            def send(client, submission):
                client.journal = self.scene.journal
                return client.post(submission)

            followed, opened = at_once([lambda pair=pair: send(*pair) for pair in order])
            if opened.status != 201 or followed.status not in (201, 404, 409, 422):
                raise Fault(f"a first report: {opened.status}, its follow-up: {followed.status} {followed.body}")
            if followed.status != 201:
                refused += 1
                if send(self.clients[0], again).status != 201:
                    raise Fault("a follow-up after its report was refused")
        for client in self.clients:
            client.journal = None
        return refused


def stand_still(scene, victim, number):
    """Past its lease, in the middle of sending; what the others did meanwhile."""
    others = [daemon for daemon in scene.daemons if daemon is not victim]
    for receiver in scene.receivers.values():
        receiver.behave("slow 0.6")
    with scene.traffic(desks=3, readers=False):
        scene.wait_accepted(3)
        time.sleep(scene.options.dice.uniform(0.3, 0.8))
    with scene.away("one stands still"):
        victim.process.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        try:
            for receiver in scene.receivers.values():
                receiver.behave("204")
            duplicates = Duplicates(scene, others, f"{scene.options.seed}-{number}")
            try:
                duplicates.same_bytes()
                duplicates.other_bytes()
                refused = duplicates.reordered()
            finally:
                duplicates.close()
            with scene.traffic(desks=2, daemons=others):
                scene.wait_accepted(2)
                time.sleep(2)
            time.sleep(max(0, since + LEASE + 1.5 - time.monotonic()))
        finally:
            victim.process.send_signal(signal.SIGCONT)
    with scene.traffic(desks=3):
        scene.wait_accepted(2)
    return refused


def run(options):
    cluster = Cluster()
    cluster.create()
    # As behind one name: a repeat by another daemon is the same bytes.
    with Survival(options, daemons=options.daemons, cluster=cluster, base_url="https://noroshi.example.jp") as scene:
        refused = sum(stand_still(scene, options.dice.choice(scene.daemons), number) for number in range(options.rounds))
        # The witness asks all of them in turn; each serves again.
        lost = scene.sql("SELECT count(*) FROM attempt WHERE outcome = 'lost';")[0]
        return scene.judge(f"{options.daemons} daemons, one stopped for {LEASE + 1.5:.0f} s {options.rounds} times; {lost} "
                           f"attempts lost by it; {refused} follow-ups came too early", deliveries=60.0, refusal=None)


def more(parser):
    parser.add_argument("--daemons", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=1)


if __name__ == "__main__":
    sys.exit(main("several", __doc__, run, more))
