"""The Debian package: built by CPack from this build, looked at by lintian, installed by dpkg into a folder that stands for a machine,
where its daemon serves; and taken away again, without the operator's own."""

import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

NOROSHI = Path(os.environ["NOROSHI"]).resolve()
BUILD = NOROSHI.parent
PLAIN = {**{name: value for name, value in os.environ.items() if not name.startswith("NOROSHI_")}, "LC_ALL": "C.UTF-8"}


def run(*command, **more):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=400, stdin=subprocess.DEVNULL, env=PLAIN, **more)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="noroshi-package-"))
        cls.folder.chmod(0o755)
        built = run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder / "built")
        packages = sorted((cls.folder / "built").glob("*.deb"))
        if built.returncode or len(packages) != 1:
            raise AssertionError(built.stdout + built.stderr)
        cls.package = packages[0]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def test_lintian_finds_no_error(self):
        found = run("lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", self.package)
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)

    def test_it_says_what_it_needs(self):
        self.assertRegex(self.package.name, r"^noroshi_[0-9.]+-1_[a-z0-9]+\.deb$")
        needs = run("dpkg-deb", "--field", self.package, "Depends").stdout
        for name in ("postgresql-15", "libssl3", "libpqxx-6.4", "libboost-json1.81.0", "libc6"):
            self.assertRegex(needs, rf"(^|, ){name.replace('.', '[.]')}( |,|$)")
        self.assertEqual(run("dpkg-deb", "--info", self.package, "conffiles").stdout, "/etc/noroshi/noroshi.toml\n")
        self.assertFalse([line for line in run("dpkg-deb", "--contents", self.package).stdout.splitlines() if " root/root " not in line])

    @unittest.skipUnless(os.geteuid() == 0, "dpkg installs as root")
    def test_it_is_installed_serves_and_is_taken_away(self):
        root = self.folder / "machine"
        for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/log", "etc"):
            (root / folder).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        (root / "var/lib/dpkg/available").touch()

        def dpkg(*arguments):
            done = run("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless", "--force-confold", *arguments)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return done.stdout

        said = dpkg("--install", self.package)
        self.assertIn("systemctl enable --now noroshid", said)
        self.assertIn("noroshi:", (root / "etc/passwd").read_text(), "the user of the unit")
        self.assertTrue((root / "lib/systemd/system/noroshid.service").exists())
        self.assertFalse((root / "etc/systemd").exists(), "nothing is started before it is configured")
        for path in ("usr/bin/noroshi-backup", "usr/bin/noroshi-restore", "usr/share/man/man8/noroshid.8.gz",
                     "usr/share/noroshi/registry/organizations.csv", "usr/share/noroshi/editions/h30.toml",
                     "usr/share/doc/noroshi/copyright", "usr/share/zsh/vendor-completions/_noroshi"):
            self.assertTrue((root / path).is_file(), path)

        # The daemon of the package, with the configuration of the package.
        data = root / "var/lib/noroshi"
        data.mkdir(mode=0o711, parents=True)
        daemon = subprocess.Popen([root / "usr/bin/noroshid", "--data", data, "--config", root / "etc/noroshi/noroshi.toml", "--listen",
                                   "127.0.0.1:0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env=PLAIN)
        try:
            line = daemon.stdout.readline()
            self.assertTrue(line.startswith("noroshid ready https://127.0.0.1:"), line)
            trusted = ssl.create_default_context(cafile=str(data / "tls/ca.pem"))
            with urllib.request.urlopen(line.split()[-1] + "/livez", timeout=30, context=trusted) as answer:
                self.assertEqual(answer.status, 200)
            self.assertTrue(run(root / "usr/bin/noroshi", "--data", data, "token", "issue", "--org", "jps", "--role", "reporter",
                                "--name", "JPS").stdout.strip())
            copied = run(root / "usr/bin/noroshi-backup", "--data", data, "--to", root / "copy", "--keys-to", root / "keys.tar")
            self.assertEqual(copied.returncode, 0, copied.stderr)
        finally:
            daemon.send_signal(signal.SIGTERM)
            _, said = daemon.communicate(timeout=90)
        self.assertEqual(daemon.returncode, 0, said)

        with open(root / "etc/noroshi/noroshi.toml", "a", encoding="utf-8") as configuration:
            configuration.write("# the operator's own\n")
        dpkg("--install", self.package)  # an upgrade
        self.assertIn("# the operator's own", (root / "etc/noroshi/noroshi.toml").read_text())
        dpkg("--remove", "noroshi")
        self.assertFalse((root / "usr/bin/noroshid").exists())
        self.assertTrue((root / "etc/noroshi/noroshi.toml").exists())
        said = dpkg("--purge", "noroshi")
        self.assertFalse((root / "etc/noroshi/noroshi.toml").exists())
        self.assertIn("/var/lib/noroshi is left as it is", said)
        self.assertTrue((data / "keys/signing.pem").exists() and (data / "postgres/PG_VERSION").exists(), "a purge keeps the data")


if __name__ == "__main__":
    unittest.main()
