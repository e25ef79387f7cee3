#!/usr/bin/env python3
"""One body floods the daemon while another reports a large-scale incident every few moments: the honest one's answers keep
their time, and its messages arrive.

  flood.py --daemon NOROSHID --cli NOROSHI [--seconds N] [--seed TEXT]
"""

import json
import subprocess
import sys
import time

from survival import HERE, Client, Fault, Survival, main

PROCESSES, THREADS = 2, 16
PAUSE = 0.05
P99 = 0.3  # seconds
ARRIVES = 5.0  # seconds from the flood's end
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


def at(latencies, share):
    return sorted(latencies)[min(len(latencies) - 1, int(share * len(latencies)))]


def run(options):
    with Survival(options, bodies=("jps", "jma"), receivers=("nco",)) as scene:
        client = Client(scene.daemon, scene.desks.tokens, scene.journal)
        latencies, incidents = [], []
        flood = Flood(scene)
        try:
            time.sleep(1.0)
            until = time.monotonic() + options.seconds
            while time.monotonic() < until:
                submission = scene.submission("jma", f"{options.seed}-{len(latencies)}", cyberattack="yes", large_scale=CELL)
                since = time.monotonic()
                answer = client.post(submission)
                latencies.append(time.monotonic() - since)
                if answer.status != 201:
                    raise Fault(f"the honest one is refused: {answer.status} {answer.body}")
                incidents.append(json.loads(answer.body)["incident"]["id"].encode())
                time.sleep(PAUSE)
        finally:
            flooded = flood.end()
        client.close()
        nco = scene.receivers["nco"]
        scene.wait_until("all of the honest one's messages arrive", lambda: set(incidents) <= {
            json.loads(arrival.body)["data"]["incident_id"].encode() for arrival in nco.arrivals()}, ARRIVES)
        good = scene.judge(f"{flooded / (options.seconds + 1):.0f} reports a second of the flood taken; the honest one's "
                           f"{len(latencies)}: median {at(latencies, 0.5) * 1000:.0f} ms, p99 {at(latencies, 0.99) * 1000:.0f} ms, "
                           f"max {max(latencies) * 1000:.0f} ms", refusal=None)
        if at(latencies, 0.99) > P99:
            raise Fault(f"the honest one waited {at(latencies, 0.99) * 1000:.0f} ms at p99, {P99 * 1000:.0f} are allowed")
        return good


def more(parser):
    parser.add_argument("--seconds", type=float, default=4.0)


if __name__ == "__main__":
    sys.exit(main("flood", __doc__, run, more))
