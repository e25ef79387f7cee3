"""A witness in a folder of its own, as a program beside whatever log a test gives it."""

import os
import signal
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))

from harness import Fault, plain_environment  # noqa: F401  (others import it from here)

OK, REFUSED_LOG, USAGE, UNAVAILABLE, REFUSED, CONFIGURATION = 0, 1, 2, 69, 77, 78


def check(holds, what):
    if not holds:
        raise Fault(what)


class Witness:
    def __init__(self, program, name):
        self.program, self.name = str(program), name
        self.folder = Path(tempfile.mkdtemp(prefix="noroshi-witness-"))
        self.state = self.folder / "state"
        self.process = None

    def run(self, *arguments, patience=60):
        """Once, to its end: exit code, what it printed, what it complained."""
        done = subprocess.run(self._command(arguments), capture_output=True, text=True, timeout=patience,
                              env={**plain_environment(), "LANG": "en_US.UTF-8"})
        return done.returncode, done.stdout, done.stderr

    def key(self):
        code, out, err = self.run("key", "--name", self.name)
        check(code == OK, f"key: exit {code}\n{err}")
        return out.strip()

    def spawn(self, *arguments):
        self.process = subprocess.Popen(self._command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**plain_environment(), "LANG": "en_US.UTF-8"})

    def end(self, how=signal.SIGTERM, patience=45):
        """Exit code, what it printed, what it complained."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=patience)
        return self.process.returncode, out, err

    def evidence(self):
        folder = self.state / "evidence"
        return sorted(folder.iterdir()) if folder.exists() else []

    def halted(self):
        return (self.state / "halted").exists()

    def checkpoint(self):
        file = self.state / "checkpoint"
        return file.read_text() if file.exists() else None

    def clear_away(self):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, arguments):
        return [self.program, "--state", str(self.state), *map(str, arguments)]
