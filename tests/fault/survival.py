"""A scene for faults: daemons on one database, desks whose clients keep a journal, receivers and a witness as processes of
their own, readers who keep what they are answered. When the fault is over, invariants.py judges.

Everything that is started here is ended here, by its number.
"""

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from cluster import Cluster, programs  # noqa: F401: for those who import this module
from harness import Client, Deployment, Fault, Journal, Progress, Submission, free_port, plain_environment
from seeded import main, say  # noqa: F401: main for those who import this module

import invariants
from duties import JST, Registry
from traffic import REGISTRY, Abandoned, Actor, Case

HERE = Path(__file__).resolve().parent
STEPS = (0, 3, 600)  # of the ladder, in seconds
NEVER = "P366D"
# Corporations and agencies that report, and who has a receiver: some are told by a corporation, the centre by everybody.
BODIES = ("jps", "kahaku", "jma")
RECEIVERS = ("mhlw", "mext", "jma", "nco")
RECOGNIZED = ("2019-05-07T10:30:00+09:00", "2024-02-01T23:59:59+09:00", "2026-01-05T00:00:00+09:00")
SHARED_KEYS = ("delivery.pem", "content")  # in DIR/keys
SHOWN = 20
PATIENCE = 30.0
PATIENCE_OF_DESKS = 180.0  # seconds: where the daemon is killed every moment, a desk may long find nobody
CALM = 20  # seconds in which no clock rings while it is judged


def configuration(timeout="PT1S", backoff=("PT1S",), **delivery):
    lines = [f'[acknowledgement]\ntarget = "{NEVER}"', f'[followup]\ntarget = "{NEVER}"',
             "[ladder]\nsteps = [" + ", ".join(f'"PT{step}S"' for step in STEPS) + "]", "[delivery]",
             f'timeout = "{timeout}"', f"backoff = {json.dumps(list(backoff))}"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in delivery.items()]
    return "\n".join(lines) + "\n"


class Daemon(Deployment):
    """One daemon of the scene."""

    def __init__(self, options, settings, **more):
        super().__init__(options.daemon, options.cli, **more)
        self.data.mkdir()
        (self.data / "noroshi.toml").write_text(settings, encoding="utf-8")

    def command(self):
        return [self.cli, "--lang", "en", "--data", self.data, *self.database, "--content-keys", self.content_keys]

    def ask(self, method, target, token, body=None, key=None, patience=30):
        """(status, text)"""
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.client_context(), timeout=patience)
        try:
            line.request(method, target, None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                         {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                          **({"Idempotency-Key": key} if key else {})})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()


class Desk(Actor):
    """A body's desk: cases made up from the seed, each report with a canary of 128 bits that nobody else may ever see."""

    def __init__(self, number, seed, scene, daemon, body):
        super().__init__(number, seed, daemon, scene.desks, scene.journal, scene.progress, scene.stop_traffic)
        self.name, self.body, self.scene = f"{seed}-{number}-{scene.turn}", body, scene
        self.client.patience = PATIENCE_OF_DESKS

    def play_one(self):
        self.cases += 1
        try:
            self.play_case()
        except Abandoned:
            pass

    def play_case(self):
        case = Case(self.body, f"{self.name}/{self.cases}")
        self.report(case, self.body, "csirt_head",
                    {"reference": case.reference, "stage": "first", "title": "不審な通信の検知",
                     "times": {"recognized": {"value": self.dice.choice(RECOGNIZED)}}, **self.judgement()})
        if case.id:
            self.scene.incidents.append((self.body, case.id))
        for _ in range(self.dice.randrange(0, 4)):
            if self.stop.is_set():
                return
            self.dice.choice((self.follow_up, self.reassess, self.meet_a_duty, self.acknowledge_somewhere))(case)

    def submit(self, organization, role, target, body, expected=(201,)):
        if target.endswith("/reports"):
            self.keys += 1
            canary = sha256(f"{self.name}/{self.keys}/canary".encode()).hexdigest()[:32]
            body = {**body, "summary": f"{body.get('summary', '')} c4n4ry-{canary}"}
        return super().submit(organization, role, target, body, expected)


class Desks:
    """Who acts, with which tokens; see traffic.Desks."""

    def __init__(self, bodies):
        self.registry, self.today, self.tokens = Registry(REGISTRY), datetime.now(JST).date(), {}
        supervisors = {agency for body in bodies for agency in self.registry.supervisors(body, ("main", "joint"), self.today)}
        self.wanted = {(body, "csirt_head") for body in {*bodies, *supervisors}}
        self.wanted |= {(police, "police_desk") for body in (*bodies, *supervisors)
                        if (police := self.registry.bodies[body]["police"])}
        self.wanted |= {("cas-jitai", "crisis_desk"), ("nco", "center_liaison"), ("nco", "auditor"), ("nco", "operator")}

    def now(self, organization):
        return self.registry.today(organization, self.today)[0]

    def role(self, organization):
        kind = self.registry.bodies[organization]["kind"]
        return {"center": "center_liaison", "police": "police_desk", "crisis_management": "crisis_desk"}.get(
            kind, "csirt_head")


class ReceiverProcess:
    def __init__(self, folder, name):
        self.folder, self.name, self.port = folder, name, free_port()
        for name in (self.name, f"{self.name}.other"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                            folder / f"{name}.key", "-out", folder / f"{name}.pem"],
                           check=True, capture_output=True, timeout=60)
        self.process = None
        self.behave("204")
        self.open()

    def behave(self, mode):
        fresh = self.folder / f"{self.name}.mode.new"
        fresh.write_text(mode)
        os.replace(fresh, self.folder / f"{self.name}.mode")

    def open(self):
        self.process = subprocess.Popen(
            [sys.executable, "-B", HERE / "receiver_process.py", self.folder, self.name, str(self.port)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        if self.process.stdout.readline() != b"ready\n":
            raise Fault(f"the receiver {self.name} did not start")

    def close(self):
        """Nobody listens at the port any more."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        self.process = None

    def arrivals(self):
        return invariants.read_arrivals(self.folder / f"{self.name}.log")

    def settings(self):
        return {"url": f"https://127.0.0.1:{self.port}/hook", "addresses": "127.0.0.0/8",
                "ca": (self.folder / f"{self.name}.pem").read_text()}


class Survival:
    """`daemons` of them on `cluster`, or one with its private cluster. `receivers`: {name: body}; or bodies, each with one of
    its name."""

    def __init__(self, options, daemons=1, cluster=None, url=None, bodies=BODIES, receivers=RECEIVERS, environment=None,
                 **delivery):
        self.options, self.cluster, self.bodies = options, cluster, bodies
        self.desks = Desks(bodies)
        url = url or (cluster.url() if cluster else None)
        settings = configuration(**delivery)
        # What the daemon wrote to a temporary file would be found there.
        self.temporary = Path(tempfile.mkdtemp(prefix="noroshi-survival-tmp-"))
        self.temporary.chmod(0o777)
        self.daemons = [Daemon(options, settings, database_url=url,
                               environment={"TMPDIR": str(self.temporary), **(environment or {})})
                        for _ in range(daemons)]
        self.daemon = self.daemons[0]
        self.folder = self.daemon.folder / "scene"
        for name in ("", "receivers", "received"):
            (self.folder / name).mkdir()
        self.journal, self.progress = Journal(self.folder / "journal"), Progress()
        self.faults = open(self.folder / "faults", "a", encoding="utf-8")
        self.receivers = {}
        self.wanted = receivers if isinstance(receivers, dict) else dict(zip(receivers, receivers))
        self.witness = None
        self.incidents, self.threads, self.failures, self.turn = [], [], [], 0
        self.stop_traffic = threading.Event()
        self.broken = False  # whether an invariant was found so

    # Life.

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(Fault)
            raise
        return self

    def start(self):
        self.daemon.start()
        for daemon in self.daemons[1:]:
            self.share_keys(daemon)
            daemon.spawn()
        for daemon in self.daemons[1:]:
            daemon.wait_ready()
        with ThreadPoolExecutor(3) as pool:
            heads = pool.map(lambda place: (place, self.daemon.issue_token(*place)), sorted(self.desks.wanted))
            bodies = sorted(set(self.wanted.values()))
            seconds = pool.map(self.second_person, bodies)
            receivers = pool.map(lambda name: ReceiverProcess(self.folder / "receivers", name), self.wanted)
            self.desks.tokens.update(heads)
            seconds = dict(zip(bodies, seconds))
            self.receivers = dict(zip(self.wanted, receivers))
        self.endpoints = {self.endpoint(name, body, seconds[body]): name for name, body in self.wanted.items()}
        (self.folder / "receivers" / "endpoints").write_text(json.dumps(self.endpoints))
        self.witness = subprocess.Popen(
            [sys.executable, "-B", HERE / "witness_process.py", self.folder / "heads",
             ":".join(str(daemon.data / "tls" / "ca.pem") for daemon in self.daemons), self.desks.tokens["nco", "auditor"],
             *(str(daemon.port) for daemon in self.daemons)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def share_keys(self, daemon):
        """Those that all daemons on one database have in common."""
        (daemon.data / "keys").mkdir(mode=0o700)
        for name in SHARED_KEYS:
            key = self.daemon.data / "keys" / name
            if key.is_dir():
                shutil.copytree(key, daemon.data / "keys" / name)
            elif key.exists():
                shutil.copy2(key, daemon.data / "keys" / name)

    def second_person(self, body):
        done = subprocess.run([*self.daemon.command(), "token", "issue", "--org", body, "--role", self.desks.role(body),
                               "--name", f"{body} 第二"], capture_output=True, text=True, timeout=60,
                              env=plain_environment())
        if done.returncode:
            raise Fault(f"token issue --org {body}: exit {done.returncode}\n{done.stderr}")
        return done.stdout.strip()

    def endpoint(self, name, body, second):
        first = self.desks.tokens[body, self.desks.role(body)]
        asked = self.do(first, "/api/v1/endpoints", {"channel": "webhook", "name": f"{name} 受け口", "zone": "closed",
                                                     "settings": self.receivers[name].settings(), "filter": {}})
        decided = self.do(second, f"/api/v1/endpoints/{asked['id']}/decision", {"decision": "approved", "reason": "確認した"})
        if decided["state"] != "active":
            raise Fault(f"an approved endpoint is {decided['state']}")
        return asked["id"]

    def do(self, token, target, body):
        status, text = self.daemon.ask("POST", target, token, body)
        if status != 201:
            raise Fault(f"POST {target}: {status} {text}")
        return json.loads(text)

    def __exit__(self, kind, *_):
        self.stop_traffic.set()
        for thread in self.threads:
            thread.join(60)
        if kind or self.failures:
            for daemon in self.daemons:
                print(f"-- log of the daemon at {daemon.port}\n{daemon.log_tail(15)}")
        if self.witness:
            self.witness.kill()
            self.witness.wait()
        for receiver in self.receivers.values():
            receiver.close()
        self.journal.close()
        self.faults.close()
        if kind or self.failures or self.broken:
            kept = shutil.copytree(self.folder, f"{self.daemon.folder}-kept")
            say(self.options, f"journal, receivers' logs and heads are in {kept}")
        for daemon in self.daemons:
            daemon.clear_away()
        if self.cluster:
            self.cluster.clear_away()
        shutil.rmtree(self.temporary, ignore_errors=True)

    # Traffic.

    def begin(self, desks=3, readers=True, daemons=None):
        """Desks and readers, over those daemons [all]. end() must follow."""
        daemons, self.turn = daemons or self.daemons, self.turn + 1
        self.stop_traffic.clear()
        self.actors = [Desk(number, self.options.seed, self, daemons[number % len(daemons)],
                            self.bodies[number % len(self.bodies)]) for number in range(desks)]
        self.threads = [actor.thread for actor in self.actors]
        if readers:
            self.threads += [threading.Thread(target=self.read_on, args=(number, body, daemons[number % len(daemons)]))
                             for number, body in enumerate(self.bodies)]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.stop_traffic.set()
        for thread in self.threads:
            thread.join()
        self.threads = []
        self.failures += [actor.failure for actor in self.actors if actor.failure]
        for failure in self.failures:
            say(self.options, f"{type(failure).__name__}: {failure}")
            if not isinstance(failure, Fault):
                raise failure

    @contextmanager
    def traffic(self, **more):
        self.begin(**more)
        try:
            yield
        finally:
            self.end()

    def read_on(self, number, body, daemon):
        """What this body may see, and by its id what it may not; every byte of the answers is kept."""
        dice = random.Random(f"{self.options.seed}/{number}/reader")
        client = Client(daemon, self.desks.tokens)
        role = self.desks.role(body)
        with open(self.folder / "received" / body, "ab") as kept:
            while not self.stop_traffic.is_set():
                targets = ["/api/v1/incidents?limit=20", "/api/v1/inbox?limit=20", "/api/v1/alarms?limit=20",
                           "/api/v1/obligations?limit=20"]
                if self.incidents:
                    targets.append(f"/api/v1/incidents/{dice.choice(self.incidents)[1]}")
                answer = client.attempt("GET", body, role, dice.choice(targets), {})
                kept.write((answer.body or "").encode() + b"\n")
                self.stop_traffic.wait(dice.uniform(0.01, 0.06))
        client.close()

    def wait_accepted(self, count=1, patience=60.0):
        """Until so many requests begun from now on have been answered 201; seconds until the first."""
        began, first = time.monotonic(), None
        moment = began
        for _ in range(count):
            if not self.progress.wait_for_one_since(moment, patience, lambda: not self.stop_traffic.is_set()):
                ended = "a desk has ended" if self.stop_traffic.is_set() else f"nothing is accepted for {patience:.0f} s"
                raise Fault(f"{ended}\n{self.daemon.log_tail()}")
            moment = time.monotonic()
            first = first if first is not None else moment - began
        return first

    def report(self, daemon, body, key, **more):
        """Of one body, beside the desks; the Try that is its end."""
        client = Client(daemon, self.desks.tokens, self.journal, self.progress)
        try:
            return client.post(self.submission(body, key, **more))
        finally:
            client.close()

    def submission(self, body, key, **more):
        canary = sha256(f"{self.options.seed}/{body}/{key}".encode()).hexdigest()[:32]
        said = {"reference": f"{self.options.seed} {key}", "stage": "first", "title": "不審な通信の検知",
                "summary": f"c4n4ry-{canary}", "times": {"recognized": {"value": RECOGNIZED[-1]}},
                "assessment": "incident", "cyberattack": "unknown", **more}
        return Submission(key, body, "csirt_head", "/api/v1/reports", json.dumps(said, ensure_ascii=False).encode())

    # Faults and judgement.

    def fault(self, what, since, until=None):
        """From when to when clocks could not be rung, in seconds since 1970."""
        self.faults.write(json.dumps({"what": what, "since": since, "until": until or time.time()}) + "\n")
        self.faults.flush()

    @contextmanager
    def away(self, what):
        since = time.time()
        yield
        self.fault(what, since)

    def sql(self, text):
        return self.cluster.sql(text) if self.cluster else self.daemon.sql(text)

    def wait_until(self, what, condition, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise Fault(f"not after {patience:.0f} s: {what}\n{self.daemon.log_tail()}")
            time.sleep(0.05)
        return found

    def settle(self, deliveries=0.0):
        """Until all events are sealed, no clock waits, and, with patience for it, no delivery is queued. Of the thousands of cases of a run
        that needs such patience a clock rings all the time: there what is due has to have been told."""
        calm = "0" if deliveries else CALM
        sealed = ("SELECT (SELECT count(*) FROM event WHERE sequence IS NULL) = 0 AND (SELECT next_sequence FROM sequencer) "
                  "- o.first_sequence = coalesce((SELECT max(size) FROM checkpoint c WHERE c.origin = o.ordinal), 0) AND NOT "
                  f"EXISTS (SELECT FROM incident_clock WHERE rings_at <= clock() + interval '{calm} seconds') "
                  "FROM record_origin o ORDER BY o.ordinal DESC LIMIT 1;")
        if deliveries:
            self.wait_until("nothing is queued", lambda: self.sql("SELECT count(*) FROM delivery WHERE state = 'queued';")
                            == ["0"], deliveries)
        self.wait_until("all is sealed and told", lambda: self.sql(sealed) == ["t"])

    def run_to_judge(self, **more):
        hidden = [self.temporary]
        for daemon in self.daemons:
            hidden += [daemon.log, *(daemon.data / name for name in ("log", "run", "tls", "record", "bundles")
                                     if (daemon.data / name).exists())]
            hidden += [path for path in daemon.folder.glob("core*")]
        if self.cluster:
            hidden.append(self.cluster.log)
        return invariants.Run(self.folder, self.sql, self.daemon.command(), self.desks.registry, STEPS,
                              **{"hidden": hidden, **more})

    def judge(self, summary="", deliveries=0.0, **more):
        """Whether all seven hold and no desk met what must not be; printed."""
        self.settle(deliveries)
        findings = list(invariants.check(self.run_to_judge(**more)))
        self.broken = bool(findings)
        for finding in findings[:SHOWN]:
            say(self.options, finding)
        if len(findings) > SHOWN:
            say(self.options, f"and {len(findings) - SHOWN} more")
        records = Journal.read(self.folder / "journal")
        tries = [attempt for record in records.values() for attempt in record.tries]
        arrived = sum(len(receiver.arrivals()) for receiver in self.receivers.values())
        heads = len(invariants.lines_of(self.folder / "heads"))
        refused = sum(attempt.status == 503 for attempt in tries)
        say(self.options, f"{sum(record.accepted is not None for record in records.values())} answered 201, {refused} times "
            f"503, {sum(attempt.how == 'cut' for attempt in tries)} lines cut, {arrived} webhooks received, {heads} heads seen; "
            f"I1 to I7: {len(findings)} findings" + (f"; {summary}" if summary else ""))
        return not findings and not self.failures
