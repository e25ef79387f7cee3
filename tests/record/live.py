#!/usr/bin/env python3
"""The record is checked again and again while desks report, the daemon seals and signs and two witnesses cosign: nothing is
altered, so nothing may be said to be. For the first check sealing is held up until the check has read a page that reaches
beyond what is sealed, and goes on while it reads the next; for the later ones it is held up for a second every now and then.
"""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from scene import SUPERUSER, Cosigner, Fault, Scene, main, plain_environment, say

from harness import Journal, Progress
from traffic import Actor

CHECKS = 10
PATIENCE = 40.0  # seconds for all of them
EVENTS = 1100  # before the first: more than the check reads at once
ACTORS = 4
HELD_UP = 1.2  # seconds
# Whether the check has events in its hands: these are its statements and nobody else's.
READS_A_PAGE = ("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (query LIKE "
                "'%FROM event_opening WHERE event_id = ANY%' OR query LIKE '%FROM report WHERE event_id = ANY%' OR query LIKE "
                "'%FROM record_tile WHERE origin = $1::integer%'));")


class SealingHeldUp:
    """A session that keeps the sealer's row to itself, until it is let go."""

    def __init__(self, scene):
        self.session = subprocess.Popen(
            ["psql", "-X", "-q", "-h", scene.cluster.folder, "-U", SUPERUSER, "-d", "noroshi"], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True, env=plain_environment())
        self.session.stdin.write("BEGIN;\nSELECT FROM noroshi.sealer FOR UPDATE;\n")
        self.session.stdin.flush()

    def let_go(self):
        self.session.communicate("ROLLBACK;\n", timeout=30)


def hold_up_again_and_again(scene, stop):
    while not stop.is_set():
        held_up = SealingHeldUp(scene)
        stop.wait(HELD_UP)
        held_up.let_go()
        stop.wait(0.4)


def cosign_again_and_again(scene, cosigner, stop, failures):
    try:
        while not stop.wait(0.1):
            scene.cosign(cosigner, wait=False)
    except Exception as failure:  # pylint: disable=broad-except
        failures.append(failure)
        stop.set()


def wait_until(scene, question, stop, what, over=lambda: False):
    deadline = time.monotonic() + PATIENCE
    while scene.cluster.sql(question) != ["t"] and not over():
        if time.monotonic() > deadline or stop.is_set():
            raise Fault(f"{PATIENCE:.0f} s have passed without {what}")
        time.sleep(0.01)


def check(scene):
    """(numbers of events found, sentences that speak of an alteration)"""
    done = scene.noroshi("--json", "record", "verify")
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise Fault(f"record verify: exit {done.returncode}: {done.stdout.decode()}{done.stderr.decode()}") from None
    # What is not signed for yet is lawful, and so is a head kept outside that is not recorded inside yet.
    wrong = [finding for finding in said["findings"] if finding["code"] not in ("events_unsealed", "checkpoint_unrecorded")]
    if done.returncode or said["altered"] or wrong:
        return said["events"], wrong or [f"exit {done.returncode}"]
    return said["events"], []


def run(options):
    with Scene(options, 1) as scene:
        scene.play()
        stop = threading.Event()
        journal = Journal(scene.daemon.folder / "live")
        actors = [Actor(number, options.seed, scene.daemon, scene.desks, journal, Progress(), stop)
                  for number in range(1, ACTORS + 1)]
        threads, failures = [actor.thread for actor in actors], []
        for name in ("one.example", "two.example"):
            cosigner = Cosigner(name)
            scene.watch(cosigner)
            threads.append(threading.Thread(target=cosign_again_and_again, args=(scene, cosigner, stop, failures)))
        for thread in threads:
            thread.start()
        good, events = True, []
        held_up = SealingHeldUp(scene)
        try:
            wait_until(scene, f"SELECT next_sequence > {EVENTS} FROM sequencer;", stop, "enough events")
            with ThreadPoolExecutor(1) as pool:
                first = pool.submit(check, scene)
                wait_until(scene, READS_A_PAGE, stop, "a check that reads", first.done)
                held_up.let_go()
                results = [first.result()]
            threads.append(threading.Thread(target=hold_up_again_and_again, args=(scene, stop)))
            threads[-1].start()
            deadline = time.monotonic() + PATIENCE
            while len(results) < CHECKS and time.monotonic() < deadline and not stop.is_set():
                results.append(check(scene))
            for number, (found, wrong) in enumerate(results, 1):
                events.append(found)
                good = good and not wrong
                for finding in wrong:
                    say(options, f"check {number}, {found} events: nothing was altered, and yet: {finding}")
        finally:
            stop.set()
            held_up.session.kill()
            held_up.session.wait()
            for thread in threads:
                thread.join()
            journal.close()
        for actor in actors:
            if actor.failure:
                raise actor.failure
        for failure in failures:
            raise failure
        cosignatures = int(scene.cluster.sql("SELECT count(*) FROM cosignature;")[0])
        say(options, f"{len(events)} checks while the daemon worked, of {events} events, with {cosignatures} cosignatures")
        return good and events[-1] > events[0] and cosignatures >= 4


if __name__ == "__main__":
    sys.exit(main("live", __doc__, run))
