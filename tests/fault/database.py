#!/usr/bin/env python3
"""PostgreSQL fails under load: a backend is killed in the middle of a commit, the postmaster is killed, the server is
restarted at once, its disk is full. I1 to I7 hold, and the daemon comes back by itself.

  database.py --daemon NOROSHID --cli NOROSHI [--rounds N] [--what killed|full|both] [--seed TEXT]
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from survival import Cluster, Fault, Survival, main, say

# Which sessions are in the middle of a commit, or of what goes before it.
WRITERS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'noroshi%' AND pid <> pg_backend_pid() AND "
COMMITTING = WRITERS + "(query ILIKE 'COMMIT%' OR state LIKE 'idle in transaction%' OR wait_event_type = 'IO');"
WAL_DISK = 96  # MiB: six segments
FULL_FOR = 2.0


def killed(options):
    with Survival(options, cluster=made(Cluster())) as scene, scene.traffic(desks=4):
        scene.wait_accepted()
        session = scene.cluster.session()
        counts = dict.fromkeys(KILLS, 0)
        for number in range(options.rounds):
            what = list(KILLS)[number % len(KILLS)]
            time.sleep(options.dice.uniform(0.05, 0.3))
            with scene.away(what):
                KILLS[what](scene, session)
                scene.wait_accepted()
            counts[what] += 1
            session = again(scene, session)
        session.close()
        scene.end()
        return scene.judge(", ".join(f"{what} {count} times" for what, count in counts.items()), refusal=None)


def made(cluster):
    cluster.create()
    return cluster


def again(scene, session):
    try:
        session.ask("SELECT 1;")
        return session
    except (RuntimeError, OSError):
        session.process.kill()
        session.process.wait()
        session.process.stdout.close()
        return scene.wait_until("the server is back", lambda: opened(scene))


def opened(scene):
    try:
        return scene.cluster.session()
    except (RuntimeError, OSError):
        return None


def kill_backend(scene, session):
    """SIGKILL to one that is committing; PostgreSQL ends all others then, and recovers."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if pids := session.ask(COMMITTING):
            os.kill(int(pids[0]), signal.SIGKILL)
            return
    raise Fault("nobody commits")


def kill_postmaster(scene, _):
    pid = int((scene.cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    scene.wait_until("the postmaster is gone", lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(
        f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0])
    # Its children notice, and let the shared memory go.
    scene.wait_until("a new one starts", lambda: started(scene))


def started(scene):
    try:
        scene.cluster.start()
        return True
    except Fault:
        return False


def restart(scene, _):
    scene.cluster.stop("immediate")
    scene.cluster.start()


KILLS = {"a backend": kill_backend, "the postmaster": kill_postmaster, "a restart": restart}


# -- A full disk ---------------------------------------------------------------------------------------------------------

class SmallDisk:
    """The write-ahead log of the private cluster on a file system of its own."""

    def __init__(self, scene):
        self.scene, self.place = scene, scene.daemon.folder / "small"
        self.place.mkdir()
        self.mounted = False

    def __enter__(self):
        daemon, wal = self.scene.daemon, self.scene.daemon.data / "postgres" / "pg_wal"
        daemon.stop()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={WAL_DISK}m,mode=0755", "tmpfs", self.place],
                              capture_output=True, text=True)
        if done.returncode:
            raise Fault(f"mount: {done.stderr}")
        self.mounted = True
        owner = (daemon.data / "postgres").stat()
        os.chown(self.place, owner.st_uid, owner.st_gid)
        moved = self.place / "pg_wal"
        subprocess.run(["cp", "-a", wal, moved], check=True)
        shutil.rmtree(wal)
        wal.symlink_to(moved)
        daemon.start()
        return self

    def fill(self):
        """But for what is left of the segment that is written to just now."""
        ballast = self.place / "ballast"
        with open(ballast, "wb") as file:
            try:
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            except OSError:
                pass
        return ballast

    def __exit__(self, *_):
        if self.mounted:
            daemon = self.scene.daemon
            if daemon.process.poll() is None:
                daemon.stop()
            daemon.clear_away()
            subprocess.run(["umount", "-l", self.place], check=False, capture_output=True)


def full(options):
    with Survival(options) as scene, SmallDisk(scene) as disk:
        with scene.traffic(desks=4):
            scene.wait_accepted()
            with scene.away("the disk is full"):
                ballast = disk.fill()
                # A segment that is begun could be written to its end; the next one finds no place.
                try:
                    scene.sql("SELECT pg_switch_wal();")
                except RuntimeError:
                    pass  # the server has gone
                since = time.monotonic()
                scene.wait_until("nothing more is accepted", lambda: refused(scene), 60)
                time.sleep(FULL_FOR)
                if scene.daemon.process.poll() is not None:
                    raise Fault(f"the daemon ended: {scene.daemon.log_tail()}")
                ballast.unlink()
                freed = time.monotonic()
                scene.wait_accepted()
            took = time.monotonic() - freed
        return scene.judge(f"the disk of the write-ahead log was full for {freed - since:.1f} s; accepted again "
                           f"{took:.1f} s after there was space", refusal=None)

def refused(scene):
    """Whether the last second brought no 201."""
    moment = time.monotonic()
    return not scene.progress.wait_for_one_since(moment, 1.0, lambda: True)


def run(options):
    good = True
    if options.what in ("killed", "both"):
        good = killed(options) and good
    if options.what in ("full", "both"):
        if os.geteuid():
            say(options, "not root: no file system of its own, the full disk is left out")
        else:
            good = full(options) and good
    return good


def more(parser):
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--what", choices=("killed", "full", "both"), default="both")


if __name__ == "__main__":
    sys.exit(main("database", __doc__, run, more))
