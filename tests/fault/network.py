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

from survival import Cluster, Fault, Survival, main, say, strict

PORT = 5432
BOTH, REQUESTS, ANSWERS = "both directions", "what the daemon sends", "what the database answers"
DROPS = {BOTH: ("input", "output"), REQUESTS: ("input",), ANSWERS: ("output",)}
RULES = {"input": f"tcp dport {PORT} drop", "output": f"tcp sport {PORT} drop"}
LOCKS = 20.0  # seconds until they are free: 15 of the database's own limit, what the kernel's timers add, and a busy machine
REFUSAL = 20.0  # seconds: what was on its way when the line was cut is waited for, for 15; the rest is a busy machine's
SKIPPED = 77


def command(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise Fault(f"{' '.join(arguments)}: {done.stderr.strip()}")


class Line:
    """A pair of virtual cards between here and a namespace, named after this process."""

    def __init__(self):
        number = os.getpid()
        self.name = f"noroshi-{number}"
        self.here, self.there = f"nrs{number % 10**6}h", f"nrs{number % 10**6}d"
        # Of TEST-NET-2 (RFC 5737), four addresses to a process.
        first = number % 63 * 4
        self.ours, self.theirs = f"198.51.100.{first + 1}", f"198.51.100.{first + 2}"

    def __enter__(self):
        command("ip", "netns", "add", self.name)
        command("ip", "link", "add", self.here, "type", "veth", "peer", "name", self.there, "netns", self.name)
        command("ip", "address", "add", f"{self.ours}/30", "dev", self.here)
        command("ip", "link", "set", self.here, "up")
        self.within("ip", "address", "add", f"{self.theirs}/30", "dev", self.there)
        self.within("ip", "link", "set", self.there, "up")
        self.within("ip", "link", "set", "lo", "up")
        self.within("nft", "add table inet cut")
        for hook in ("input", "output"):
            self.within("nft", f"add chain inet cut {hook} {{ type filter hook {hook} priority 0; }}")
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "netns", "delete", self.name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "delete", self.here], check=False, capture_output=True)

    def within(self, *arguments):
        command("ip", "netns", "exec", self.name, *arguments)

    def cut(self, direction):
        for hook in DROPS[direction]:
            self.within("nft", f"add rule inet cut {hook} {RULES[hook]}")

    def mend(self):
        self.within("nft", "flush table inet cut")


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
                self.locks.append(time.monotonic() - since)
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
            good = scene.judge(f"{options.cuts} cuts; locks free after {max(cuts.locks):.1f} s at most, accepted again "
                               f"{max(cuts.back):.1f} s at most after the line was back", refusal=REFUSAL)
            if max(cuts.locks) > LOCKS:
                raise Fault(f"locks were held for {max(cuts.locks):.1f} s")
            return good


def more(parser):
    strict(parser)
    parser.add_argument("--cuts", type=int, default=2)


if __name__ == "__main__":
    sys.exit(main("network", __doc__, run, more))
