"""A PostgreSQL of the test's own, as an operator brings it (README, "A PostgreSQL of yours"): for several daemons on
one database, and for what befalls the database alone."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import Fault, plain_environment, query

SUPERUSER = "postgres"


def programs():
    """The folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    raise SystemExit("no PostgreSQL here: deploy/install-packages run")


class Cluster:
    """A cluster with an empty database `noroshi`, owned by a role that may create roles. Started as root it belongs to
    user postgres. `environment` is added to the server's."""

    def __init__(self, environment=None, copied_from=None, folder=None, network=None):
        """`copied_from`: another that runs; this one is its standby, whose postgresql.conf it has too. `folder`: an
        empty one that is there. `network`: the name of a network namespace (ip-netns(8)) to live in; needs root."""
        self.programs, self.network = programs(), network
        self.environment = {**plain_environment(), **(environment or {})}
        self.folder = Path(folder or tempfile.mkdtemp(prefix="noroshi-cluster-"))
        self.folder.chmod(0o755)
        self.account = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.account = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self.data, self.log = self.folder / "data", self.folder / "postgres.log"
        if copied_from:
            self._run("pg_basebackup", "--pgdata", self.data, "--host", copied_from.folder, "--username", SUPERUSER,
                      "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
            return
        self._run("initdb", "--pgdata", self.data, "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--lc-messages=C", "--no-sync")
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nmax_connections = 200\n"
                           "track_commit_timestamp = on\nrecovery_init_sync_method = syncfs\n"
                           "log_line_prefix = '%m %p %a '\n")

    def create(self):
        """The first start."""
        self.start()
        for text in ("CREATE ROLE noroshi LOGIN CREATEROLE", "CREATE DATABASE noroshi OWNER noroshi"):
            subprocess.run(["psql", "-X", "-q", "-h", self.folder, "-U", SUPERUSER, "-d", "postgres", "-c", text],
                           check=True, capture_output=True, timeout=60, env=plain_environment())

    def url(self, user="noroshi"):
        return f"postgresql://{user}@/noroshi?host={self.folder}"

    def start(self):
        """Returns once it answers."""
        self._run("pg_ctl", "start", "--pgdata", self.data, "--log", self.log, "--wait", "--timeout=60", "--silent")

    def stop(self, mode="immediate"):
        self._run("pg_ctl", "stop", "--pgdata", self.data, "--mode", mode, "--wait", "--timeout=60", "--silent")

    def sql(self, text):
        """As superuser, behind the daemons' backs."""
        return query(text, str(self.folder), SUPERUSER)

    def processor_seconds(self):
        """What the server and all its processes have used, those that have ended too."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return sum(map(processor_seconds, (postmaster, *map(int, children))))

    def session(self):
        return Session(self.folder)

    def clear_away(self):
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, *arguments):
        # Files, not pipes: the server keeps what it inherits open.
        command, account = [self.programs / program, *arguments], self.account
        if self.network:
            command = ["ip", "netns", "exec", self.network, "setpriv", f"--reuid={account['user']}",
                       f"--regid={account['group']}", "--clear-groups", *command]
            account = {}
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120,
                                  env=self.environment, cwd=self.folder, **account)
            if done.returncode:
                said.seek(0)
                raise Fault(f"{program}: exit {done.returncode}\n{said.read().decode(errors='replace')}")


def processor_seconds(pid):
    """User and system time of a process and of its children that it has waited for; 0 where it is no more."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Session:
    """A superuser's session that stays open, for transactions and for looking often."""

    END = "-- that is all --"

    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", SUPERUSER, "-d", "noroshi"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
            env=plain_environment())
        self.ask("SET search_path = noroshi, pg_catalog;")

    def ask(self, text):
        """What statements print, one string a row."""
        self.process.stdin.write(f"{text}\n\\echo {self.END}\n")
        self.process.stdin.flush()
        rows = []
        for line in self.process.stdout:
            if line.rstrip("\n") == self.END:
                return rows
            rows.append(line.rstrip("\n"))
        raise RuntimeError("psql: " + " ".join(rows))

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
