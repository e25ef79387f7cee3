#!/usr/bin/env python3
"""The network between daemon and database is cut, in both directions and in one, while writers hold locks. The daemon
answers 503 in time, the server frees the locks of sessions that nobody is behind, and all goes on when the line is back.

  network.py --daemon NOROSHID --cli NOROSHI [--cuts N] [--seed TEXT]

PostgreSQL lives in a network namespace of its own; nftables drops what goes in, what comes out, or both. Needs root.
"""

import os
import shutil
import subprocess
import sys
import time

from survival import Cluster, Fault, Survival, main, say

PORT = 5432
BOTH, REQUESTS, ANSWERS = "both directions", "what the daemon sends", "what the database answers"
RULES = {BOTH: (f"tcp dport {PORT} drop", f"tcp sport {PORT} drop"), REQUESTS: (f"tcp dport {PORT} drop",),
         ANSWERS: (f"tcp sport {PORT} drop",)}
LOCKS = 15.0  # seconds until they are free: ten of the database's own limit, and what the kernel's timers add
REFUSAL = 25.0  # seconds: what was on its way when the line was cut is waited for, for 15; the rest is a busy machine's
SKIPPED = 77


def command(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise Fault(f"{' '.join(arguments)}: {done.stderr.strip()}")


class Line:
    """From here over a router to the namespace of the database; named after this process. The router drops: a sender whose
    own machine dropped would be told so."""

    def __init__(self):
        number = os.getpid()
        self.name, self.router = f"noroshi-{number}", f"noroshi-{number}-router"
        self.here = f"nrs{number % 10**7}"
        # Of TEST-NET-2 (RFC 5737), eight addresses to a process.
        first = number % 31 * 8
        self.ours, self.near, self.far, self.theirs = (f"198.51.100.{first + place}" for place in (1, 2, 5, 6))

    def __enter__(self):
        for name in (self.name, self.router):
            command("ip", "netns", "add", name)
        command("ip", "link", "add", self.here, "type", "veth", "peer", "name", "near", "netns", self.router)
        within(self.router, "ip", "link", "add", "far", "type", "veth", "peer", "name", "line", "netns", self.name)
        command("ip", "address", "add", f"{self.ours}/30", "dev", self.here)
        command("ip", "link", "set", self.here, "up")
        for name, device, address in ((self.router, "near", self.near), (self.router, "far", self.far),
                                      (self.name, "line", self.theirs)):
            within(name, "ip", "address", "add", f"{address}/30", "dev", device)
            within(name, "ip", "link", "set", device, "up")
        within(self.name, "ip", "route", "add", "default", "via", self.far)
        command("ip", "route", "add", f"{self.theirs}/32", "via", self.near, "dev", self.here)
        within(self.router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        within(self.router, "nft", "add table ip cut")
        within(self.router, "nft", "add chain ip cut between { type filter hook forward priority 0; }")
        return self

    def __exit__(self, *_):
        for name in (self.name, self.router):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "delete", self.here], check=False, capture_output=True)

    def cut(self, direction):
        for rule in RULES[direction]:
            within(self.router, "nft", f"add rule ip cut between {rule}")

    def mend(self):
        within(self.router, "nft", "flush table ip cut")


def within(name, *arguments):
    command("ip", "netns", "exec", name, *arguments)


class Cuts:
    def __init__(self, scene, line):
        self.scene, self.line = scene, line
        self.locks, self.back = [], []

    def cut(self, direction):
        """While a writer is within a transaction that holds locks."""
        scene = self.scene
        session = scene.cluster.session()
        with scene.away(direction):
            session.ask("BEGIN; LOCK TABLE report IN SHARE MODE;")
            scene.wait_until("a writer holds locks", lambda: self.writing(session))
            since = time.monotonic()
            self.line.cut(direction)
            session.ask("ROLLBACK;")
            try:
                scene.wait_until("the locks are free", lambda: not self.holding(session), 2 * LOCKS)
                self.locks.append((time.monotonic() - since, direction))
            finally:
                self.line.mend()
            mended = time.monotonic()
            scene.wait_accepted()
            self.back.append(time.monotonic() - mended)
        session.close()

    def writing(self, session):
        return session.ask("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'noroshi%' AND wait_event_type = "
                           "'Lock';")

    def holding(self, session):
        return session.ask("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'noroshi%' AND backend_xid IS NOT "
                           "NULL;")


def run(options):
    if os.geteuid() or not shutil.which("nft"):
        say(options, "needs root and nftables (deploy/install-packages tests): left out")
        sys.exit(SKIPPED)
    with Line() as line:
        cluster = Cluster(network=line.name)
        with open(cluster.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write(f"listen_addresses = '{line.theirs}'\nport = {PORT}\n")
        with open(cluster.data / "pg_hba.conf", "a", encoding="ascii") as rights:
            rights.write(f"host noroshi noroshi {line.ours}/32 trust\n")
        cluster.create()
        with Survival(options, cluster=cluster, url=f"postgresql://noroshi@{line.theirs}:{PORT}/noroshi") as scene:
            cuts = Cuts(scene, line)
            directions = [BOTH, options.dice.choice((REQUESTS, ANSWERS)), REQUESTS, ANSWERS]
            with scene.traffic(desks=4, readers=False):
                scene.wait_accepted(2)
                for number in range(options.cuts):
                    cuts.cut(directions[number % len(directions)])
            good = scene.judge(f"{options.cuts} cuts; locks free after {max(cuts.locks)[0]:.1f} s at most, accepted again "
                               f"{max(cuts.back):.1f} s at most after the line was back", refusal=REFUSAL)
            if max(cuts.locks)[0] > LOCKS:
                raise Fault("locks were held for {:.1f} s ({})".format(*max(cuts.locks)))
            return good


def more(parser):
    parser.add_argument("--cuts", type=int, default=2)


if __name__ == "__main__":
    sys.exit(main("network", __doc__, run, more))
