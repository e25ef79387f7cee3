#!/usr/bin/env python3
"""The daemon dies at each system call of taking a report, carrying its webhooks, numbering and sealing it; and its system
calls fail. I1 to I7 hold.

  syscalls.py --daemon NOROSHID --cli NOROSHI [--every N] [--errors N] [--seed TEXT]

A first report is traced by strace: that is the list of points, each a thread, a system call and how often the thread had
made it. At each point of the sample a daemon is killed (strace -e inject=CALL:signal=SIGKILL:when=N) while the same is done
once more; the threads of a daemon start in the same order every time. Then errors are injected (EIO, ENOSPC, EMFILE,
EINTR) into every third of the calls of a kind: the daemon may refuse, or end, but never answer 2xx to what is not stored.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime

from survival import JST, Client, Fault, Survival, main, say

ACT = 1.0  # seconds in which an accepted report is carried, numbered and sealed; until then it is traced
REFUSAL = 20.0  # seconds: an answer of the database that was lost is waited for, for 15; the rest is a busy machine's
CALL = re.compile(r"^(\d+) +\d+\.\d+ (\w+)\(")
# No point of their own: a thread that waits, and what the clock says.
WAITING = {"futex", "epoll_wait", "poll", "ppoll", "clock_nanosleep", "restart_syscall", "sched_yield", "madvise", "mmap",
           "munmap", "mprotect", "brk", "rt_sigprocmask", "getpid", "gettid"}
ERRORS = (("openat", "EMFILE"), ("openat", "EIO"), ("openat", "ENOSPC"), ("fsync", "EIO"), ("fdatasync", "EIO"),
          ("write", "ENOSPC"), ("write", "EIO"), ("write", "EINTR"), ("writev", "EIO"), ("rename", "EIO"),
          ("socket", "EMFILE"), ("accept4,accept", "EMFILE"), ("sendto", "EINTR"), ("sendto", "EIO"), ("recvfrom", "EIO"),
          ("recvfrom", "EINTR"), ("sendmsg", "EIO"), ("recvmsg", "EIO"), ("recvmsg", "EINTR"), ("connect", "EIO"),
          ("poll", "EINTR"), ("epoll_wait", "EINTR"), ("epoll_ctl", "EIO"), ("read", "EIO"), ("read", "EINTR"))


class Gone(Fault):
    """There is no such process or thread any more."""


class Strace:
    """Attached to the daemon, or to one of its threads."""

    def __init__(self, pid, *arguments, follow=True, output="/dev/null"):
        # What it tells of calls goes to a file: a pipe that nobody reads would hold up the daemon.
        self.process = subprocess.Popen(["strace", *(["-f"] if follow else []), "-p", str(pid), "-o", output, *arguments],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True)
        said = []
        for line in self.process.stderr:
            if "attached" in line:
                return
            said.append(line.strip())
        self.end()
        raise Gone(f"strace cannot attach ({' '.join(arguments)}): {'; '.join(said)}")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.stderr.close()
        self.process.wait(20)


class Points:
    def __init__(self, scene, options):
        self.scene, self.options, self.daemon = scene, options, scene.daemon
        self.numbers = itertools.count()
        self.died = self.answered = 0
        self.tried, self.since = "", 0.0  # the point that was tried last, and when

    def threads(self):
        return sorted(int(name) for name in os.listdir(f"/proc/{self.daemon.process.pid}/task"))

    def report_once(self):
        """A report, sent once: its status, None where no answer came. Journalled as in doubt."""
        body = self.scene.bodies[next(self.numbers) % len(self.scene.bodies)]
        # Recognised just now: no clock rings while it is traced.
        recognized = datetime.now(JST).isoformat(timespec="seconds")
        submission = self.scene.submission(body, f"{self.options.seed}-{next(self.numbers)}",
                                           times={"recognized": {"value": recognized}})
        client = Client(self.daemon, self.scene.desks.tokens)
        try:
            self.scene.journal.submitted(submission)
            attempt = client.attempt("POST", body, "csirt_head", submission.target, {
                "Idempotency-Key": submission.key, "Content-Type": "application/json"}, submission.body)
        finally:
            client.close()
        self.scene.journal.tried(submission.key, attempt)
        return submission, attempt

    def trace(self):
        """[(place of the thread, system call, how often)] of one report, from its first byte until it is sealed and sent."""
        path = self.daemon.folder / "strace"
        places = {thread: place for place, thread in enumerate(self.threads())}
        strace = Strace(self.daemon.process.pid, "-ttt", output=path)
        try:
            # Attached is the first thread; the others follow within moments.
            self.scene.wait_until("every thread is traced", lambda: self.traced() == len(self.threads()))
            _, attempt = self.report_once()
            if attempt.status != 201:
                raise Fault(f"a report under strace: {attempt}")
            time.sleep(ACT)
        finally:
            strace.end()
        counts, points = Counter(), []
        for line in path.read_text(errors="replace").splitlines():
            found = CALL.match(line)
            if found and found[2] not in WAITING and int(found[1]) in places:
                point = places[int(found[1])], found[2]
                counts[point] += 1
                points.append((*point, counts[point]))
        return points

    def traced(self):
        def tracer(thread):
            try:
                with open(f"/proc/{self.daemon.process.pid}/task/{thread}/status", encoding="ascii") as status:
                    return next(line for line in status if line.startswith("TracerPid")).split()[1] != "0"
            except FileNotFoundError:
                return False
        return sum(map(tracer, self.threads()))

    def attached(self, place, *arguments, follow=False):
        """A strace of that thread, which all others follow or not; None where there is no such thread, or no longer."""
        for _ in range(2):
            # Where the point before was reached as its time ran out, the daemon has died since.
            if self.daemon.process.poll() is not None:
                self.start_again()
            threads = self.threads()
            if place >= len(threads):
                return None  # a thread that comes later
            try:
                return Strace(threads[place], *arguments, follow=follow)
            except Gone:
                self.scene.wait_until("what cannot be traced has ended", lambda: self.has_ended(threads[place]))
        return None

    def start_again(self):
        self.died += 1
        self.daemon.kill_daemon()
        self.daemon.start()
        self.scene.fault(self.tried, self.since)

    def has_ended(self, thread):
        return self.daemon.process.poll() is not None or not os.path.exists(f"/proc/{self.daemon.process.pid}/task/{thread}")

    def die_at(self, place, call, number):
        """It serves again then."""
        strace = self.attached(place, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")
        if not strace:
            return
        self.tried, self.since = f"{call} {number}", time.time()
        submission, attempt = self.report_once()
        deadline = time.monotonic() + ACT
        while self.daemon.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        died = self.daemon.process.poll() is not None
        strace.end()
        if died:
            self.start_again()
        self.answered += attempt.status == 201
        # The reporter asks again under the same key: half of the times, so that both ends are seen.
        if attempt.status != 201 and number % 2:
            client = Client(self.daemon, self.scene.desks.tokens, self.scene.journal)
            client.post_again(submission)
            client.close()

    def fail(self, call, error):
        """With every third of the calls failing, then without."""
        since = time.time()
        strace = self.attached(0, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when=2+3", follow=True)
        if not strace:
            raise Fault("the daemon cannot be traced")
        statuses = []
        for _ in range(2):
            if self.daemon.process.poll() is None:
                try:
                    statuses.append(self.report_once()[1].status)
                except Fault as fault:  # no answer at all: the bytes were lost, the line stands
                    raise Fault(f"{call} {error}: {fault}") from None
        strace.end()
        ended = self.daemon.process.poll() is not None
        if ended:
            self.daemon.kill_daemon()
            self.daemon.start()
        self.scene.wait_until(f"it serves again after {error} of {call}", lambda: self.report_once()[1].status == 201, 20)
        self.scene.fault(f"{call} {error}", since)
        if self.options.verbose:
            say(self.options, f"{call} {error}: {statuses}, {time.time() - since:.1f} s{', ended' if ended else ''}")
        return statuses, ended


def run(options):
    if not shutil.which("strace"):
        raise Fault("strace is missing: deploy/install-packages tests")
    with Survival(options, receivers=("mhlw", "mext")) as scene:
        points = Points(scene, options)
        for _ in range(3):
            points.report_once()  # connections are open, statements prepared
        all_points = points.trace()
        first = options.dice.randrange(options.every)
        sample = all_points[first::options.every]
        began = time.monotonic()
        for point in sample:
            points.die_at(*point)
        kinds = Counter(call for _, call, _ in all_points)
        say(options, f"{len(all_points)} system calls of {len(kinds)} kinds; {len(sample)} tried, died at {points.died}, "
            f"{points.answered} answered 201 before, {time.monotonic() - began:.0f} s")
        ended = 0
        for call, error in ERRORS[::options.errors]:
            _, did = points.fail(call, error)
            ended += did
        say(options, f"{len(ERRORS[::options.errors])} kinds of errors, the daemon ended by {ended}")
        good = scene.judge(deliveries=options.deliveries, refusal=REFUSAL)
        if points.died < len(sample) / 3:
            raise Fault(f"only {points.died} of {len(sample)} points were reached")
        return good


def more(parser):
    parser.add_argument("--every", type=int, default=40, help="of the points, one in so many")
    parser.add_argument("--errors", type=int, default=3, help="of the kinds of errors, one in so many")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--deliveries", type=float, default=0.0, help="patience for what is queued, in seconds")


if __name__ == "__main__":
    sys.exit(main("syscalls", __doc__, run, more))
