"""`cmake --install` puts everything in place, and the unit starts the program where it was put."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ["NOROSHI"]).parent
SOURCE = Path(__file__).resolve().parents[2]


class Install(unittest.TestCase):
    def install(self, prefix):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True, timeout=300,
                       env={**os.environ, "DESTDIR": folder.name})
        return Path(folder.name + prefix)

    def test_programs_manual_completion_and_unit_are_put_in_place(self):
        there = self.install("/usr")
        for path in ("bin/noroshi", "bin/noroshid", "bin/noroshi-witness", "share/man/man1/noroshi.1",
                     "share/man/man1/noroshi-witness.1", "share/man/man8/noroshid.8",
                     "share/man/man5/noroshi.toml.5", "share/man/man8/noroshi-backup.8",
                     "share/man/man8/noroshi-restore.8", "bin/noroshi-backup", "bin/noroshi-restore",
                     "share/noroshi/registry/organizations.csv", "share/noroshi/editions/h30.toml",
                     "share/doc/noroshi/examples/ha/patroni.yml", "share/bash-completion/completions/noroshi",
                     "share/bash-completion/completions/noroshid", "share/zsh/vendor-completions/_noroshi",
                     "share/zsh/vendor-completions/_noroshid", "share/bash-completion/completions/noroshi-witness",
                     "share/zsh/vendor-completions/_noroshi-witness", "lib/sysusers.d/noroshid.conf", "share/doc/noroshi/noroshi.toml"):
            self.assertTrue((there / path).is_file(), path)
        for unit in ("noroshid.service", "noroshi-witness.service"):
            self.assertEqual((there / "lib/systemd/system" / unit).read_bytes(), (SOURCE / "deploy" / unit).read_bytes())
        self.assertFalse((there.parent / "etc").exists(), "the operator's own is left alone")
        ran = subprocess.run([there / "bin/noroshi", "--version"], check=True, capture_output=True, text=True, timeout=60)
        self.assertTrue(ran.stdout.startswith("noroshi "))

    def test_elsewhere_the_unit_starts_the_program_where_it_was_put(self):
        there = self.install("/usr/local")
        for unit, start in (("noroshid.service", "noroshid --data"), ("noroshi-witness.service", "noroshi-witness --state")):
            self.assertIn(f"\nExecStart=/usr/local/bin/{start}", (there / "lib/systemd/system" / unit).read_text())
        self.assertTrue((there / "share/zsh/site-functions/_noroshi").is_file())


if __name__ == "__main__":
    unittest.main()
