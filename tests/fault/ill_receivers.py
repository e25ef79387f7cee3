#!/usr/bin/env python3
"""One body has receivers that refuse, hang, drip a byte a second, answer 500 or 301, bloat, lie, break off, or show another
certificate, all at once: nothing of theirs counts as delivered, and those who are well wait for none of them.

  ill_receivers.py --daemon NOROSHID --cli NOROSHI [--seconds N] [--seed TEXT]
"""

import json
import sys
import time

from survival import Fault, Survival, main

MODES = ("refuse", "hang", "drip", "500", "301", "bloat", "lie", "half", "wrong_certificate")
SOON = 10.0  # seconds in which a well receiver gets what is its own, at the latest
MEMORY = 256  # MiB that the daemon may hold, whatever comes


def memory(daemon):
    """The most that it has held, in MiB."""
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


def run(options):
    receivers = {f"mhlw-{mode}": "mhlw" for mode in MODES} | {"mhlw": "mhlw", "nco": "nco"}
    with Survival(options, bodies=("jps", "jma"), receivers=receivers) as scene:
        for mode in MODES:
            if mode == "refuse":
                scene.receivers[f"mhlw-{mode}"].close()
            else:
                scene.receivers[f"mhlw-{mode}"].behave(mode)
        slowest, number, until = 0.0, 0, time.monotonic() + options.seconds
        while time.monotonic() < until:
            number += 1
            for body, told in (("jps", "mhlw"), ("jma", "nco")):
                said = scene.report(scene.daemon, body, f"{options.seed}-{body}-{number}")
                if said.status != 201:
                    raise Fault(f"a report is refused while receivers are ill: {said.status} {said.body}")
                sent, incident = time.monotonic(), json.loads(said.body)["incident"]["id"].encode()
                scene.wait_until(f"the well receiver of {told} gets its own", lambda: any(
                    incident in arrival.body for arrival in scene.receivers[told].arrivals()), SOON)
                slowest = max(slowest, time.monotonic() - sent)
        check_ill(scene, {name: identifier for identifier, name in scene.endpoints.items()})
        held = memory(scene.daemon)
        if held > MEMORY:
            raise Fault(f"the daemon held {held:.0f} MiB")
        causes = scene.sql("SELECT DISTINCT cause FROM attempt WHERE cause <> '' ORDER BY 1;")
        return scene.judge(f"{len(MODES)} kinds of illness, told apart as {', '.join(causes)}; {2 * number} reports reached "
                           f"those who were well in {slowest:.2f} s at most; the daemon held {held:.0f} MiB at most")


def check_ill(scene, endpoints):
    """Each was tried, and nothing counts as delivered."""
    for mode in MODES:
        def tried():
            [row] = scene.sql("SELECT count(a.id) || ' ' || count(a.id) FILTER (WHERE a.outcome = 'delivered') FROM attempt a "
                              f"JOIN delivery d ON d.id = a.delivery_id WHERE d.endpoint_id = '{endpoints[f'mhlw-{mode}']}';")
            return [int(number) for number in row.split()]

        scene.wait_until(f"a receiver that is ill ({mode}) is tried", lambda: tried()[0] > 0)
        if tried()[1]:
            raise Fault(f"counts as delivered, and the receiver was ill: {mode}")


def more(parser):
    parser.add_argument("--seconds", type=float, default=6.0)


if __name__ == "__main__":
    sys.exit(main("ill_receivers", __doc__, run, more))
