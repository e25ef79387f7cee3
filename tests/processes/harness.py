"""What a test with faults needs: a daemon in a folder of its own, processes that end by their number, a journal on disk
of what was sent and answered, and a client that asks again until it knows.

Only the public interface is used, and PostgreSQL's own `psql` where a test has to look behind it.
"""

import http.client
import json
import os
import pwd
import random
import re
import selectors
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "second_statement"))  # duties.py, for those who import this module first

READY = "noroshid ready https://"
START_PATIENCE = 60.0  # seconds until a daemon that was started serves
ANSWER_PATIENCE = 90.0  # seconds until a submission has its answer, faults included
SOCKET_PATIENCE = 30.0  # seconds until a request that was sent has any answer: beyond every limit of the daemon


class Fault(Exception):
    """The program did what it must not do; the text is for people."""


# -- The daemon and its cluster ------------------------------------------------------------------------------


def free_port():
    """A port that nobody listens on, below the range from which the system takes ports for outgoing connections: a
    client that knocks at such a port while the daemon is down could otherwise be given that very port and meet itself.
    """
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.SystemRandom().randrange(10_000, min(first_outgoing, 32_768))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def plain_environment():
    """Without the tests' own variables: an unknown NOROSHI_… is a mistake of configuration to the daemon."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NOROSHI_")}


def query(text, folder, user):
    """What statements print, one string a row, asked as that user behind the socket in that folder."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", user, "-d", "noroshi"],
        input="SET search_path = noroshi, pg_catalog;\n" + text, capture_output=True, text=True, timeout=300,
        env=plain_environment())
    if done.returncode:
        raise RuntimeError(f"psql: {done.stderr.strip()}")
    return [line for line in done.stdout.split("\n") if line]


class Deployment:
    """A daemon in a temporary folder, with its private cluster or on the database of a URL. Processes are ended by
    their number alone."""

    def __init__(self, daemon, cli, arguments=(), database_url=None, environment=None, content_keys=None):
        self.program, self.cli = str(daemon), str(cli)
        self.arguments = [str(argument) for argument in arguments]
        self.database = ["--database-url", database_url] if database_url else []
        self.environment = dict(environment or {})
        self.folder = Path(tempfile.mkdtemp(prefix="noroshi-fault-"))
        self.folder.chmod(0o711)  # started as root the cluster runs as user postgres, who must get there
        self.data = self.folder / "data"
        # All daemons on one database have the same: beside its socket, where nothing else is said.
        socket = re.search(r"host=([^&]+)", database_url or "")
        self.content_keys = Path(content_keys or (socket[1] + "/content-keys" if socket else self.data / "keys" / "content"))
        if database_url:
            self.environment["NOROSHI_DATABASE_CONTENT_KEYS"] = str(self.content_keys)
        self.port = free_port()
        self.log = self.folder / "noroshid.log"
        self.process = None

    # The daemon.

    def spawn(self):
        """Starts the daemon and does not wait."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.database,
                 *self.arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env={**plain_environment(), **self.environment})

    def wait_ready(self, patience=START_PATIENCE):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(patience):
                raise Fault(f"the daemon is not ready after {patience:.0f} s\n{self.log_tail()}")
        line = self.process.stdout.readline().decode()
        if not line.startswith(READY):
            code = self.process.wait(10)
            raise Fault(f"the daemon did not start: exit {code}, said {line!r}\n{self.log_tail()}")

    def start(self):
        self.spawn()
        self.wait_ready()

    def kill_daemon(self):
        """SIGKILL to the daemon alone; PostgreSQL stays."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self, patience=45.0):
        """In order, by SIGTERM: the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise Fault(f"the daemon has not ended {patience:.0f} s after SIGTERM\n{self.log_tail()}") from None
        self.process.stdout.close()
        return code

    def log_tail(self, lines=30):
        if not self.log.exists():
            return ""
        said = [line for line in self.log.read_text(errors="replace").splitlines() if '"msg":"http ' not in line]
        return "\n".join(said[-lines:])

    # PostgreSQL.

    def postmaster(self):
        """The number of PostgreSQL's first process; None while there is none. The file may outlive its process and the
        number be another's by now, so the process must work in the cluster's folder."""
        cluster = self.data / "postgres"
        try:
            pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            if not os.path.samefile(f"/proc/{pid}/cwd", cluster):
                return None
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return None
        return None if state == "Z" else pid

    def kill_postmaster(self, patience=30.0):
        """SIGKILL to PostgreSQL's first process as soon as there is one; its number."""
        deadline = time.monotonic() + patience
        while (pid := self.postmaster()) is None:
            if self.process.poll() is not None:
                raise Fault(f"the daemon has ended by itself: exit {self.process.returncode}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise Fault(f"no PostgreSQL to be seen for {patience:.0f} s\n{self.log_tail()}")
            time.sleep(0.002)
        os.kill(pid, signal.SIGKILL)
        return pid

    def superuser(self):
        return pwd.getpwuid((self.data / "postgres").stat().st_uid).pw_name

    def socket_folder(self):
        where = self.data / "run" / "where"
        return where.read_text().strip() if where.exists() else str(self.data / "run")

    def database_url(self):
        return f"postgresql://{self.superuser()}@/noroshi?host={self.socket_folder()}"

    def sql(self, text):
        """As superuser of the private cluster, behind the daemon's back."""
        return query(text, self.socket_folder(), self.superuser())

    # The rest.

    def issue_token(self, organization, role):
        done = subprocess.run([self.cli, "--data", self.data, *self.database, "token", "issue", "--org", organization,
                               "--role", role, "--name", f"{organization} {role}"],
                              capture_output=True, text=True, timeout=60, env=plain_environment())
        if done.returncode:
            raise Fault(f"token issue --org {organization} --role {role}: exit {done.returncode}\n{done.stderr}")
        return done.stdout.strip()

    def client_context(self):
        return ssl.create_default_context(cafile=str(self.data / "tls" / "ca.pem"))

    def clear_away(self):
        """Ends what is left of this deployment, however the test went, and removes the folder."""
        if self.process and self.process.poll() is None:
            self.kill_daemon()
        if pid := self.postmaster():
            os.kill(pid, signal.SIGQUIT)
            deadline = time.monotonic() + 10
            while self.postmaster() and time.monotonic() < deadline:
                time.sleep(0.02)
        where = self.data / "run" / "where"
        if where.exists():
            shutil.rmtree(where.read_text().strip(), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


# -- The journal ---------------------------------------------------------------------------------------------


@dataclass
class Submission:
    """A POST: what was sent under a key."""
    key: str
    organization: str  # whose token; the key's scope
    role: str
    target: str
    body: bytes

    @property
    def digest(self):
        return sha256(self.body).hexdigest()


# One try of a submission. `status` is None where no answer came: `how` is then "not_sent" (no connection: it cannot
# have arrived) or "cut" (it may have). `since` and `until` are steady seconds.
Try = namedtuple("Try", "how status code replayed body since until")


@dataclass
class Record:
    """All that is known of a key."""
    submission: Submission
    tries: list = field(default_factory=list)
    given_up: bool = False  # left without an answer, on purpose

    @property
    def accepted(self):
        return next((answer for answer in self.tries if answer.status == 201), None)

    @property
    def refused(self):
        return next((answer for answer in self.tries if answer.status and 400 <= answer.status < 500), None)

    @property
    def in_doubt(self):
        """Whether a try before the first answer for good may have been stored."""
        for answer in self.tries:
            if answer.status == 201 or self.refused is answer:
                return False
            if may_be_stored(answer):
                return True
        return False


def may_be_stored(answer):
    """Of a fault of the program nobody knows what it left behind."""
    return answer.how == "cut" or answer.code in ("outcome_unknown", "internal_error")


class Journal:
    """What the clients did, line by line in a file that is flushed to the disk before the next step: a submission before
    it is sent, an answer before it counts. The checks read the file. Any thread."""

    def __init__(self, path):
        self.path = Path(path)
        self._file = open(self.path, "ab")
        self._lock = threading.Lock()

    def submitted(self, submission):
        self._write({"kind": "submission", "key": submission.key, "organization": submission.organization,
                     "role": submission.role, "target": submission.target, "sha256": submission.digest,
                     "body": submission.body.decode()})

    def tried(self, key, attempt):
        self._write({"kind": "try", "key": key, **attempt._asdict()})

    def gave_up(self, key):
        self._write({"kind": "given_up", "key": key})

    def killed(self, what, pid, delay):
        self._write({"kind": "kill", "what": what, "pid": pid, "delay": delay, "at": time.monotonic()})

    def close(self):
        self._file.close()

    def _write(self, entry):
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()
            os.fdatasync(self._file.fileno())

    @staticmethod
    def read(path):
        """{key: Record}, in the order of submission."""
        records = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                kind = entry.pop("kind")
                if kind == "submission":
                    body = entry["body"].encode()
                    if sha256(body).hexdigest() != entry["sha256"]:
                        raise ValueError(f"{path}: the body of {entry['key']} is not what was sent")
                    submission = Submission(entry["key"], entry["organization"], entry["role"], entry["target"], body)
                    records[entry["key"]] = Record(submission)
                elif kind == "try":
                    records[entry.pop("key")].tries.append(Try(**entry))
                elif kind == "given_up":
                    records[entry["key"]].given_up = True
        return records


# -- The client ----------------------------------------------------------------------------------------------


class Progress:
    """How many answers for good there have been, for whoever waits for one. Any thread."""

    def __init__(self):
        self._changed = threading.Condition()
        self._since = 0.0  # start of the latest successful request

    def note(self, since):
        with self._changed:
            self._since = max(self._since, since)
            self._changed.notify_all()

    def wait_for_one_since(self, moment, patience, alive):
        """Until a request that was begun after that moment has been answered 201; False when patience or life ends."""
        deadline = time.monotonic() + patience
        with self._changed:
            while self._since < moment:
                left = deadline - time.monotonic()
                if left <= 0 or not alive():
                    return False
                self._changed.wait(min(left, 0.5))
        return True


class Client:
    """One thread's connection to the daemon, which it opens again as often as it must."""
    again_after = (None, 429, 503)  # statuses after which it asks again under the same key

    def __init__(self, deployment, tokens, journal=None, progress=None, dice=None, patience=ANSWER_PATIENCE):
        self.port, self.context = deployment.port, deployment.client_context()
        self.tokens, self.journal, self.progress = tokens, journal, progress
        self.dice = dice or random.Random(0)
        self.patience = patience
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def post(self, submission, give_up=None):
        """Sends it, under the same key again and again, until there is an answer for good: that Try. `give_up` may be
        asked after a try in doubt; None is returned where it says so."""
        self.journal.submitted(submission)
        return self.post_again(submission, give_up)

    def post_again(self, submission, give_up=None):
        deadline = time.monotonic() + self.patience
        headers = {"Idempotency-Key": submission.key, "Content-Type": "application/json"}
        while True:
            answer = self.attempt("POST", submission.organization, submission.role, submission.target, headers,
                                  submission.body)
            if self.journal:
                self.journal.tried(submission.key, answer)
            if answer.status not in self.again_after:
                if answer.status == 201 and self.progress:
                    self.progress.note(answer.since)
                return answer
            if give_up and may_be_stored(answer) and give_up():
                self.journal.gave_up(submission.key)
                return None
            self._pause(deadline, f"{submission.target} with key {submission.key}", answer)

    def get(self, organization, role, target):
        """(status, value of the JSON) once the daemon answers."""
        deadline = time.monotonic() + self.patience
        while True:
            answer = self.attempt("GET", organization, role, target, {})
            if answer.status not in self.again_after:
                return answer.status, json.loads(answer.body)
            self._pause(deadline, f"GET {target}", answer)

    def _pause(self, deadline, what, answer):
        if time.monotonic() > deadline:
            raise Fault(f"{what}: no answer after {self.patience:.0f} s, last {answer.status or answer.how}")
        time.sleep(self.dice.uniform(0.02, 0.12))

    def attempt(self, method, organization, role, target, headers, body=None):
        since = time.monotonic()
        headers = {"Authorization": f"Bearer {self.tokens[organization, role]}", "Accept": "application/json",
                   **headers}
        sent = False
        try:
            if not self.connection:
                connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context,
                                                         timeout=SOCKET_PATIENCE)
                connection.connect()
                self.connection = connection
            sent = True
            self.connection.request(method, target, body, headers)
            response = self.connection.getresponse()
            text = response.read().decode()
        except TimeoutError:
            self.close()
            if sent:
                raise Fault(f"{method} {target}: no answer and no end of the connection within "
                            f"{SOCKET_PATIENCE:.0f} s") from None
            return Try("not_sent", None, None, False, "", since, time.monotonic())
        except (OSError, http.client.HTTPException):
            self.close()
            return Try("cut" if sent else "not_sent", None, None, False, "", since, time.monotonic())
        if response.will_close:
            self.close()
        code = json.loads(text).get("code") if response.status >= 400 and text else None
        return Try("answered", response.status, code, response.getheader("Idempotency-Replayed") == "true", text, since,
                   time.monotonic())
