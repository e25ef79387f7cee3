"""The check of the package lists finds what is missing: lists with a line taken out are refused by name."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["NOROSHI_BUILD"])


@unittest.skipUnless(shutil.which("dpkg-query"), "no dpkg here")
class CheckPackages(unittest.TestCase):
    def check_without(self, package, name, script=None):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder)
            for part in ("deploy", "tests/packages", "src/store", ".ci"):
                shutil.copytree(SOURCE / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
            path = copy / "deploy/packages" / name
            lines = path.read_text().splitlines(keepends=True)
            kept = [line for line in lines if line.split("#")[0].strip() != package]
            if package:
                self.assertEqual(len(kept), len(lines) - 1, f"{package} is on no line of its own")
            path.write_text("".join(kept if package else lines))
            if script:
                (copy / "deploy/quickstart").write_text(script)
            done = subprocess.run(
                [sys.executable, SOURCE / "tests/packages/check_packages.py", "--source", copy, "--build", BUILD],
                capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_a_header_whose_package_is_not_listed_is_found(self):
        code, out = self.check_without("libcli11-dev", "build")
        self.assertEqual(code, 1, out)
        self.assertIn("of package libcli11-dev: add it to deploy/packages/build", out)

    def test_a_library_that_the_programs_load_must_be_in_the_list_for_running(self):
        code, out = self.check_without("libtomlplusplus3", "run")
        self.assertEqual(code, 1, out)
        self.assertIn("of package libtomlplusplus3: add it to deploy/packages/run", out)

    def test_the_database_server_is_needed_to_run(self):
        code, out = self.check_without("postgresql-15", "run")
        self.assertEqual(code, 1, out)
        self.assertIn("postgresql-15: add it to deploy/packages/run", out)

    def test_a_command_of_a_script_is_found_wherever_bash_would_look_for_it(self):
        for script in ("xmllint x", "true && xmllint x", "a=$(xmllint x)", 'echo "$(xmllint x)"', "cat x | xmllint",
                       "if xmllint x; then true; fi"):
            code, out = self.check_without("", "tests", f"#!/bin/bash\n{script}\n")
            self.assertEqual(code, 1, script)
            self.assertIn("xmllint", out)
        for script in ("echo xmllint", "# xmllint x", "echo 'a; xmllint x'", 'echo "a; xmllint x"'):
            code, out = self.check_without("", "tests", f"#!/bin/bash\n{script}\n")
            self.assertEqual(code, 0, out)


if __name__ == "__main__":
    unittest.main()
