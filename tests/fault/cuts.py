#!/usr/bin/env python3
"""Cuts live streams at seeded points, in the middle of an item too, and resumes them by Last-Event-ID while reports come
in: nothing may be missing, nothing come twice, and nothing that the body may not see.

  cuts.py --daemon NOROSHID --cli NOROSHI [--cuts N] [--seed TEXT]

The seed is --seed, else NOROSHI_SEED, else a random one; it is printed. It settles what is cut when; how the reports
interleave is the machine's. Exit 1 with the findings.
"""

import argparse
import http.client
import json
import os
import random
import socket
import ssl
import struct
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Deployment, Fault

LONGEST_READ = 6000  # bytes of a connection before it is cut
LONGEST_WAIT = 0.03  # seconds for the next bytes before it is cut all the same
RESET = 0.3  # of the cuts: by a reset, the others by a close
PAUSE = 0.08  # seconds between two reports, at most
PATIENCE = 30.0
SHOWN = 10

# Who watches, and which events of a report of jps that nobody relays are theirs: all but what is between others; to the
# centre the rows of duties.
WATCHERS = {
    "jps": ("csirt_member", "parties IS NULL OR 'jps' = ANY (parties)"),
    "mhlw": ("csirt_member", "parties IS NULL OR 'mhlw' = ANY (parties)"),
    "nco": ("center_liaison", "parties IS NULL AND type LIKE 'obligation.%'"),
}


class Items:
    """Puts items together from the bytes of one connection: chunked coding, then the event stream."""

    def __init__(self):
        self.raw, self.text, self.header, self.left = b"", b"", None, 0

    def feed(self, data):
        """The items that are whole now, as (name, id, data)."""
        self.raw += data
        if self.header is None:
            if b"\r\n\r\n" not in self.raw:
                return []
            self.header, self.raw = self.raw.split(b"\r\n\r\n", 1)
        while self.left or b"\r\n" in self.raw.removeprefix(b"\r\n"):
            if not self.left:
                size, self.raw = self.raw.removeprefix(b"\r\n").split(b"\r\n", 1)
                self.left = int(size, 16)
            part = self.raw[: self.left]
            if not part:
                break
            self.text, self.raw, self.left = self.text + part, self.raw[len(part):], self.left - len(part)
        *blocks, self.text = self.text.split(b"\n\n")
        return [item for block in blocks if (item := self.item(block))]

    @staticmethod
    def item(block):
        fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if not line.startswith(":"))
        return (fields.get("event"), fields.get("id"), fields.get("data")) if fields else None


class Watcher(threading.Thread):
    """One body's stream, over as many connections as it takes."""

    def __init__(self, deployment, body, token, cuts, dice):
        super().__init__(name=body)
        self.deployment, self.body, self.token, self.cuts, self.dice = deployment, body, token, cuts, dice
        self.context = deployment.client_context()
        self.received, self.last, self.done, self.in_item, self.fault = [], None, 0, 0, None
        self.ready = threading.Event()

    def run(self):
        try:
            while self.last is None:  # until it knows where it began
                self.connect_and_read(LONGEST_READ, 5.0, until=lambda: self.last)
            self.ready.set()
            while self.done < self.cuts:
                self.connect_and_read(self.dice.randint(1, LONGEST_READ), self.dice.uniform(0.001, LONGEST_WAIT))
                self.done += 1
        except Exception as error:  # told by whoever waits for this thread
            self.fault = error
        self.ready.set()

    def read_until(self, count):
        """Without cuts, what is left to come, and whatever comes beyond it."""
        self.connect_and_read(1 << 30, PATIENCE, until=lambda: len(self.received) >= count)
        self.connect_and_read(1 << 30, 0.5)

    def connect_and_read(self, most, wait, until=lambda: False):
        """Reads until so many bytes have come, or none for that long; then cuts."""
        resume = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
        with socket.create_connection(("127.0.0.1", self.deployment.port)) as plain, \
                self.context.wrap_socket(plain, server_hostname="127.0.0.1") as line:
            line.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{self.deployment.port}\r\n"
                         f"Authorization: Bearer {self.token}\r\n{resume}\r\n".encode())
            items = Items()
            while most > 0 and not until():
                line.settimeout(wait if items.header else PATIENCE)
                try:
                    data = line.recv(min(most, 4096))
                except TimeoutError:
                    break
                if not data:
                    raise Fault(f"{self.body}: the stream was ended: {items.header} {items.raw[:300]}")
                most -= len(data)
                for name, place, content in items.feed(data):
                    self.take(name, place, content)
                if items.header and b" 200 " not in items.header.split(b"\r\n", 1)[0]:
                    raise Fault(f"{self.body}: {items.header.decode()}")
            self.in_item += bool(items.text)
            if self.dice.random() < RESET:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def take(self, name, place, content):
        if name in ("reset", "end"):
            raise Fault(f"{self.body}: {name} {content}")
        if place:
            self.last = place
        if name in ("event", "message", "alarm"):
            self.received.append((name, json.loads(content)["id"]))


class Reporter(threading.Thread):
    """Reports of jps, one after another, until it is stopped."""

    def __init__(self, deployment, token, dice):
        super().__init__(name="reporter")
        self.token, self.dice = token, dice
        self.stop, self.count, self.fault = threading.Event(), 0, None
        self.line = http.client.HTTPSConnection("127.0.0.1", deployment.port, context=deployment.client_context())

    def run(self):
        try:
            while not self.stop.wait(self.dice.uniform(0, PAUSE)):
                self.report()
        except Exception as error:
            self.fault = error

    def report(self):
        self.count += 1
        recognized = datetime.now(timezone.utc) - timedelta(minutes=5)
        alarmed = self.dice.random() < 0.3  # a large-scale cell of what is not assessed yet raises an alarm
        body = {"reference": f"cut-{self.count}", "stage": "first", "title": "不審な通信",
                "times": {"recognized": {"value": recognized.isoformat(timespec="seconds")}},
                "assessment": "possible" if alarmed else "incident", "cyberattack": "yes"}
        if alarmed:
            body["large_scale"] = [{"criterion": "property", "harm": "feared", "certainty": "may_be"}]
        self.line.request("POST", "/api/v1/reports", json.dumps(body),
                          {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"cut-{self.count}",
                           "Content-Type": "application/json"})
        answer = self.line.getresponse()
        content = answer.read()
        if answer.status != 201:
            raise Fault(f"report: {answer.status} {content[:500]}")


def expected(deployment, body, condition):
    """What the record holds for the body, from behind the daemon's back: (name, id) in the order of the numbers."""
    rows = deployment.sql(f"""
        SELECT CASE WHEN e.type LIKE 'alarm.%' THEN 'alarm ' || e.subject
                    WHEN m.recipient = '{body}' THEN 'message ' || e.subject
                    ELSE 'event ' || e.id END
        FROM event e LEFT JOIN message m ON m.id = e.subject AND e.type = 'message.sent'
        WHERE EXISTS (SELECT FROM incident_access a WHERE a.incident_id = e.incident_id AND a.organization = '{body}')
          AND ({condition})
        ORDER BY e.sequence;""")
    return [tuple(row.split(" ")) for row in rows]


def wait_until_numbered(deployment):
    deadline = time.monotonic() + PATIENCE
    while deployment.sql("SELECT count(*) FROM event WHERE sequence IS NULL;") != ["0"]:
        if time.monotonic() > deadline:
            raise Fault("events are not numbered")
        time.sleep(0.05)


def findings_of(watcher, wanted):
    received = watcher.received
    if received == wanted:
        return []
    found = [f"{watcher.body}: missing {item}" for item in wanted if item not in set(received)]
    found += [f"{watcher.body}: not of this body's stream {item}" for item in received if item not in set(wanted)]
    found += [f"{watcher.body}: {count} times {item}"
              for item in dict.fromkeys(received) if (count := received.count(item)) > 1]
    return found or [f"{watcher.body}: in another order than the record's"]


def run(deployment, cuts, dice):
    deployment.start()
    tokens = {body: deployment.issue_token(body, role) for body, (role, _) in WATCHERS.items()}
    watchers = [Watcher(deployment, body, tokens[body], cuts // len(WATCHERS) + 1, random.Random(dice.random()))
                for body in WATCHERS]
    reporter = Reporter(deployment, tokens["jps"], random.Random(dice.random()))
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.ready.wait(PATIENCE)
    reporter.start()
    for watcher in watchers:
        watcher.join()
    reporter.stop.set()
    reporter.join()
    for thread in (*watchers, reporter):
        if thread.fault:
            raise thread.fault
    wait_until_numbered(deployment)
    findings = []
    for watcher in watchers:
        wanted = expected(deployment, watcher.body, WATCHERS[watcher.body][1])
        watcher.read_until(len(wanted))
        findings += findings_of(watcher, wanted)
        print(f"{watcher.body}: {watcher.done} cuts, {watcher.in_item} of them within an item; {len(wanted)} items")
    print(f"{reporter.count} reports")
    if (code := deployment.stop()) != 0:
        findings.append(f"the daemon ended with {code}")
    return findings


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seed", default=os.environ.get("NOROSHI_SEED") or str(random.SystemRandom().getrandbits(32)))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    deployment = Deployment(options.daemon, options.cli)
    began = time.monotonic()
    try:
        findings = run(deployment, options.cuts, random.Random(options.seed))
    except (Fault, OSError, ssl.SSLError) as error:
        findings = [f"{type(error).__name__}: {error}", deployment.log_tail()]
    finally:
        deployment.clear_away()
    for finding in findings[:SHOWN]:
        print(finding)
    print(f"{len(findings)} findings in {time.monotonic() - began:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
