#!/usr/bin/env python3
"""How fast the record is sealed, whether it keeps pace with what comes in, and how long a proof takes in a large record.

  record_million.py --daemon NOROSHID --cli NOROSHI --events RECORD_EVENTS [--count N] [--seconds S]

N events (a million) are put into the folder of a daemon that is down, as real leaves; it is started and seals them. Then
reports come over HTTPS from several desks for S seconds while it seals, and inclusion proofs are made out of its tiles. Then
the record is verified, exported whole, and the file verified. Exit 1 where sealing is slower than the intake of the same run,
where more waits for a signature than two seconds of it, where the slower proofs take 5 ms and more, where verifying takes
longer than 60 s for a million events, or where the memory of verifying or exporting grows with the record.
"""

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "fault"))  # record.py

from record import Recorded

from harness import Fault

DESKS = 8
SLOWEST_PROOF = 5.0  # milliseconds, of 99 in 100
SEALED = 600.0  # seconds, for a million events: more is no measurement but a standstill
MOST_BEHIND = 2.0  # seconds
VERIFIED = 60.0  # seconds, for a million events
MOST_MEMORY = 128  # MiB, whatever the length of the record


class Desk(threading.Thread):
    """Reports as fast as it is answered. What ended it early is its `failure`."""

    def __init__(self, daemon, number, stop):
        super().__init__()
        self.daemon_, self.number, self.stop, self.count = daemon, number, stop, 0
        self.failure = None

    def run(self):
        try:
            self.report()
        except Exception as failure:
            self.failure = failure
            self.stop.set()

    def report(self):
        line = http.client.HTTPSConnection("127.0.0.1", self.daemon_.port, context=self.daemon_.client_context(), timeout=30)
        recognized = (datetime.now(timezone.utc) - timedelta(minutes=5)).isoformat(timespec="seconds")
        while not self.stop.is_set():
            name = f"bench-{self.number}-{self.count}"
            line.request("POST", "/api/v1/reports", json.dumps(
                {"reference": name, "stage": "first", "title": "不審な通信", "times": {"recognized": {"value": recognized}},
                 "assessment": "incident", "cyberattack": "yes"}),
                {"Authorization": f"Bearer {self.daemon_.tokens['jps', 'csirt_head']}", "Idempotency-Key": name,
                 "Content-Type": "application/json"})
            answer = line.getresponse()
            answer.read()
            if answer.status != 201:
                raise Fault(f"a report was refused: {answer.status}")
            self.count += 1
        line.close()


def seal_all(daemon, events):
    """Starts the daemon and waits: (events numbered a second, events sealed a second)."""
    daemon.start()
    begun, numbered_at = time.monotonic(), None
    patience = max(SEALED * events / 1_000_000, 60)
    while True:
        there, size, _ = daemon.numbers()
        if numbered_at is None and daemon.sql("SELECT EXISTS (SELECT FROM event WHERE sequence IS NULL);") == ["f"]:
            numbered_at = time.monotonic()
        if size == there:
            done = time.monotonic()
            return events / (numbered_at - begun), events / (done - begun)
        if time.monotonic() > begun + patience:
            raise Fault(f"{patience:.0f} s after the start {size} of {there} events are sealed\n{daemon.log_tail()}")
        time.sleep(0.25)


def intake(daemon, seconds):
    """(reports a second, events a second, longest wait for a signature that was seen)"""
    stop = threading.Event()
    desks = [Desk(daemon, number, stop) for number in range(DESKS)]
    before, begun, behind = daemon.numbers()[0], time.monotonic(), 0.0
    for desk in desks:
        desk.start()
    while time.monotonic() < begun + seconds and not stop.is_set():
        behind = max(behind, daemon.readiness()[1]["behind_seconds"])
        time.sleep(0.2)
    stop.set()
    for desk in desks:
        desk.join()
    for desk in desks:
        if desk.failure:
            raise desk.failure
    length = time.monotonic() - begun
    daemon.wait_sealed()
    return sum(desk.count for desk in desks) / length, (daemon.numbers()[0] - before) / length, behind


def own_peak(process):
    """The greatest memory of the process itself until it ends, in MiB. What wait4() tells is also that of its children: a
    PostgreSQL that the command starts for its own length, with its shared buffers.
    """
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            continue
        peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")])
        time.sleep(0.02)
    return peak / 1024


def measured(cli, *arguments):
    """Runs noroshi: (seconds, its greatest memory in MiB, whether it told how far it was). Exit 0 is wanted."""
    begun = time.monotonic()
    process = subprocess.Popen([cli, "--lang", "en", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = {}
    readers = [threading.Thread(target=lambda name=name, stream=stream: said.update({name: stream.read()}))
               for name, stream in (("out", process.stdout), ("err", process.stderr))]
    for reader in readers:
        reader.start()
    memory = own_peak(process)
    for reader in readers:
        reader.join()
    if process.returncode:
        raise Fault(f"noroshi {' '.join(map(str, arguments))}: exit {process.returncode}\n{said['out'][-2000:].decode()}"
                    f"{said['err'][-1000:].decode()}")
    return time.monotonic() - begun, memory, b" events" in said["err"]


def check(daemon, count):
    """Whether the record is verified, exported and verified again in time and in little memory."""
    file = daemon.folder / "record.jsonl"
    good = True
    for what, arguments in (("verified", ["--data", daemon.data, "record", "verify"]),
                            ("exported", ["--data", daemon.data, "record", "export", file]),
                            ("the file verified", ["record", "verify", file])):
        seconds, memory, told = measured(daemon.cli, *arguments)
        print(f"record: {what} in {seconds:.1f} s, at most {memory:.0f} MiB" + (", with progress" if told else ""), flush=True)
        good = good and memory <= MOST_MEMORY and (told or seconds < 4)
        if "verified" in what:
            good = good and seconds <= max(VERIFIED * count / 1_000_000, 10)
    print(f"record: the file has {file.stat().st_size >> 20} MiB", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--events", required=True)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    daemon = Recorded(options.daemon, options.cli)
    try:
        daemon.start()
        daemon.prepare()
        daemon.wait_sealed()
        daemon.stop()
        begun = time.monotonic()
        subprocess.run([options.events, "fill", daemon.data, str(options.count)], check=True)
        print(f"record: {options.count} events put there in {time.monotonic() - begun:.0f} s", flush=True)
        numbering, sealing = seal_all(daemon, options.count)
        print(f"record: {numbering:.0f} events numbered a second; numbered and sealed {sealing:.0f} a second", flush=True)
        reports, events, behind = intake(daemon, options.seconds)
        print(f"record: intake {reports:.0f} reports a second, {events:.0f} events a second, sealed as they came: at most "
              f"{behind:.1f} s behind", flush=True)
        done = subprocess.run([options.events, "proofs", daemon.data, "2000"], capture_output=True, text=True, check=True)
        size, median, slow, slowest = done.stdout.split()
        print(f"record: 2000 inclusion proofs in a tree of {size}: median {median} ms, p99 {slow} ms, slowest {slowest} ms")
        good = sealing > events and behind <= MOST_BEHIND and float(slow) < SLOWEST_PROOF
        daemon.stop()
        good = check(daemon, options.count) and good
        return 0 if good else 1
    finally:
        daemon.clear_away()


if __name__ == "__main__":
    sys.exit(main())
