#!/usr/bin/env python3
"""One body floods the daemon while another reports a large-scale incident every few moments: the honest one's answers keep
their time, and its messages arrive.

  flood.py --daemon NOROSHID --cli NOROSHI [--seconds N] [--seed TEXT]
"""

import json
import statistics
import subprocess
import sys
import time

from survival import HERE, Client, Fault, Survival, main

PROCESSES, THREADS = 2, 16
PAUSE = 0.05
P99 = 0.3  # seconds
BUSY = 15  # times what it waits alone: more than P99 only where the machine is busy with other things
ARRIVES = 20.0  # seconds from the flood's end
CELL = [{"criterion": "life", "harm": "feared", "certainty": "may_be"}]


class Flood:
    def __init__(self, scene):
        self.scene = scene
        self.journals = [scene.folder / f"flood-{number}" for number in range(PROCESSES)]
        self.processes = [subprocess.Popen(
            [sys.executable, "-B", HERE / "flooding.py", str(scene.daemon.port), scene.daemon.data / "tls" / "ca.pem",
             scene.desks.tokens["jps", "csirt_head"], "jps", f"flood-{number}", str(THREADS), journal],
            stdin=subprocess.PIPE) for number, journal in enumerate(self.journals)]

    def end(self):
        """How many of its reports were answered 201; they are in the scene's journal."""
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            process.wait(60)
        accepted = 0
        with open(self.scene.journal.path, "ab") as whole:
            for journal in self.journals:
                data = journal.read_bytes()
                accepted += data.count(b'"status": 201')
                whole.write(data)
        return accepted


class Honest:
    """Reports a large-scale incident every few moments, and waits for each answer."""

    def __init__(self, scene):
        self.scene, self.client = scene, Client(scene.daemon, scene.desks.tokens, scene.journal)
        self.incidents = set()

    def report_for(self, seconds):
        """How long each took, in seconds."""
        latencies, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            submission = self.scene.submission("jma", f"{self.scene.options.seed}-{len(self.incidents)}", cyberattack="yes",
                                               large_scale=CELL)
            since = time.monotonic()
            answer = self.client.post(submission)
            latencies.append(time.monotonic() - since)
            if answer.status != 201:
                raise Fault(f"the honest one is refused: {answer.status} {answer.body}")
            self.incidents.add(json.loads(answer.body)["incident"]["id"])
            time.sleep(PAUSE)
        return sorted(latencies)


def p99(latencies):
    return latencies[min(len(latencies) - 1, int(0.99 * len(latencies)))]


def run(options):
    with Survival(options, bodies=("jps", "jma"), receivers=("nco",)) as scene:
        honest = Honest(scene)
        honest.report_for(0.5)
        alone = honest.report_for(1.0)
        flood = Flood(scene)
        try:
            time.sleep(1.0)
            latencies = honest.report_for(options.seconds)
        finally:
            flooded = flood.end()
        honest.client.close()
        nco = scene.receivers["nco"]
        scene.wait_until("all of the honest one's messages arrive", lambda: honest.incidents <= {
            json.loads(arrival.body)["data"]["incident_id"] for arrival in nco.arrivals()}, ARRIVES)
        good = scene.judge(f"{flooded / (options.seconds + 1):.0f} reports a second of the flood taken; the honest one's "
                           f"{len(latencies)}: median {statistics.median(latencies) * 1000:.0f} ms, p99 "
                           f"{p99(latencies) * 1000:.0f} ms; alone: median {statistics.median(alone) * 1000:.0f} ms",
                           refusal=None)
        allowed = max(P99, BUSY * statistics.median(alone))
        if p99(latencies) > allowed:
            raise Fault(f"the honest one waited {p99(latencies) * 1000:.0f} ms at p99, {allowed * 1000:.0f} are allowed")
        return good


def more(parser):
    parser.add_argument("--seconds", type=float, default=4.0)


if __name__ == "__main__":
    sys.exit(main("flood", __doc__, run, more))
