"""What the units of systemd leave open, by systemd's own count, and that the daemon with its private cluster needs nothing of what
they close: each system call of a first start and an orderly end is one that the filter lets through."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
NOROSHID = Path(os.environ["NOROSHI"]).resolve().with_name("noroshid")
UNITS = ("noroshid.service", "noroshi-witness.service")
MOST = 1.5


def exposure(unit):
    """The overall exposure of a unit's file, and the whole table. The units are looked at as they are installed: with programs
    that exist."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / unit.name
        place.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.M))
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", place], capture_output=True, text=True,
                              timeout=60, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", done.stdout)
    if not found:
        raise AssertionError(f"systemd-analyze: exit {done.returncode}: {done.stderr}")
    return float(found[1]), done.stdout


def calls_of(group):
    """The system calls of a group, groups within it included."""
    said = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", group], check=True, capture_output=True, text=True,
                          timeout=60, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}).stdout
    found = set()
    for word in (line.strip() for line in said.splitlines()[1:]):
        if word.startswith("@"):
            found |= calls_of(word)
        elif word and not word.startswith("#"):
            found.add(word.split()[0])
    return found


def allowed_by(unit):
    """As systemd adds up SystemCallFilter=, line by line; the first line says that it is a list of what is allowed."""
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.+)$", unit.read_text(), re.M):
        calls = set().union(*(calls_of(word) if word[0] == "@" else {word} for word in line.lstrip("~").split()))
        allowed = allowed - calls if line[0] == "~" else allowed | calls
    return allowed


class Exposure(unittest.TestCase):
    def test_the_exposure_is_low(self):
        for name in UNITS:
            level, table = exposure(SOURCE / "deploy" / name)
            self.assertLessEqual(level, MOST, table)

    def test_the_count_is_systemds(self):
        """Without its restrictions the same unit is over the limit."""
        with tempfile.TemporaryDirectory() as folder:
            bare = Path(folder) / "bare.service"
            bare.write_text("[Service]\nExecStart=/bin/true\nUser=nobody\n")
            self.assertGreater(exposure(bare)[0], 5)


class Need(unittest.TestCase):
    def test_a_first_start_with_the_private_cluster_keeps_within_the_filter(self):
        folder = Path(tempfile.mkdtemp(prefix="noroshi-unit-"))
        self.addCleanup(shutil.rmtree, folder, True)
        account = {}
        if os.geteuid() == 0:  # as the unit: one user for both, and not root
            owner = pwd.getpwnam("postgres")
            account = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        program = shutil.copy(NOROSHID, folder / "noroshid")
        os.chmod(program, 0o755)
        allowed = allowed_by(SOURCE / "deploy" / "noroshid.service")
        self.assertIn("openat", allowed)
        self.assertNotIn("mount", allowed)
        listed = ",".join(f"?{name}" for name in sorted(allowed))
        command = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-e", f"trace=!{listed}", "-o", folder / "trace",
                   program, "--data", folder / "data", "--listen", "127.0.0.1:0"]
        tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  cwd=folder, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}, **account)
        try:
            line = tracer.stdout.readline()
            self.assertTrue(line.startswith("noroshid ready"), line + (tracer.stderr.read() if tracer.poll() is not None else ""))
        finally:
            lock = folder / "data" / "lock"
            if lock.exists() and (words := lock.read_text().split()):
                os.kill(int(words[0]), signal.SIGTERM)
            _, said = tracer.communicate(timeout=90)
        self.assertEqual(tracer.returncode, 0, said)
        self.assertEqual((folder / "trace").read_text(), "")


if __name__ == "__main__":
    unittest.main()
