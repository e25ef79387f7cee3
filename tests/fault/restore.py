#!/usr/bin/env python3
"""The database is set back to an older copy. The record is not signed any more, what is lost is exactly what the journal says
was accepted since, and the reporters who ask again under their keys are taken; an operator states the loss, and a new tree
names the old head.

  restore.py --daemon NOROSHID --cli NOROSHI [--seed TEXT]
"""

import json
import shutil
import subprocess
import sys
import time

import invariants  # first: it finds the harness

from harness import Journal

from survival import Client, Fault, Survival, main

REPORTS = 6  # before the copy, after it, and after the loss


def reports(scene, name):
    """Their keys, each accepted."""
    keys = []
    for number in range(REPORTS):
        body, key = scene.bodies[number % len(scene.bodies)], f"{scene.options.seed}-{name}-{number}"
        if scene.report(scene.daemon, body, key).status != 201:
            raise Fault(f"a report was refused: {key}")
        keys.append(key)
    return keys


def set_back(scene):
    """To the copy from before the second reports: their keys, and when."""
    daemon = scene.daemon
    reports(scene, "kept")
    scene.settle()
    daemon.stop()
    copy = daemon.data / "copy"
    subprocess.run(["cp", "-a", daemon.data / "postgres", copy], check=True)
    daemon.start()
    lost = reports(scene, "lost")
    scene.settle()
    time.sleep(0.5)  # the witness has seen the head
    daemon.stop()
    shutil.rmtree(daemon.data / "postgres")
    copy.rename(daemon.data / "postgres")
    since = time.time()
    daemon.start()
    return lost, since


def signed(scene):
    return scene.sql("SELECT count(*) FROM checkpoint;")


def stopped(scene):
    """Whether the daemon says that it signs no more."""
    status, text = scene.daemon.ask("GET", "/readyz", scene.desks.tokens["nco", "operator"])
    return status == 200 and json.loads(text)["checks"]["record"]["status"] == "warning"


def run(options):
    with Survival(options) as scene:
        lost, since = set_back(scene)
        [origin] = scene.sql("SELECT name FROM record_origin;")
        scene.wait_until("the loss is noticed", lambda: stopped(scene))
        before = signed(scene)
        later = reports(scene, "later")
        scene.wait_until("all is numbered", lambda: scene.sql("SELECT count(*) FROM event WHERE sequence IS NULL;") == ["0"])
        if signed(scene) != before:
            raise Fault("a tree smaller than one that was signed is signed")
        found = list(invariants.check(scene.run_to_judge(bound=None)))
        missed = {finding.where for finding in found if finding.invariant == "I1" and "no trace" in finding.what}
        if missed != set(lost):
            raise Fault(f"lost are {sorted(lost)}, found are {sorted(missed)}")
        if not any(finding.invariant == "I5" and finding.where.startswith(origin) for finding in found):
            raise Fault("a head that was signed and is lost is not found")
        ask_again(scene, lost)
        done = subprocess.run([*scene.daemon.command(), "--json", "record", "continue", "--reason", "an older copy was restored"],
                              capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise Fault(f"record continue: {done.stderr}")
        scene.settle()
        time.sleep(0.5)
        found = invariants.check(scene.run_to_judge(bound=None, lost_origins=frozenset({origin}), received_since=since))
        # Of those that were lost and taken once more the journal knows both answers.
        return told(scene, [finding for finding in found if finding.where not in lost], lost, later)


def ask_again(scene, lost):
    """As their reporters would, with the same bytes under the same keys: taken as new, for they are."""
    records = Journal.read(scene.folder / "journal")
    client = Client(scene.daemon, scene.desks.tokens)
    for key in lost:
        answer = client.post_again(records[key].submission)
        if (answer.status, answer.replayed) != (201, False):
            raise Fault(f"what was lost is asked for again, and answered {answer.status} {answer.body}")
    client.close()


def told(scene, findings, lost, later):
    for finding in findings:
        print(f"{scene.options.name}: {finding}")
    print(f"{scene.options.name}: {len(lost)} accepted since the copy were lost, each was found and taken again; {len(later)} "
          f"taken before the new tree; I1 to I7: {len(findings)} findings")
    return not findings


if __name__ == "__main__":
    sys.exit(main("restore", __doc__, run))
