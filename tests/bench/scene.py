"""A daemon under load: the one that is measured, its tokens, its processor time, and the programs that load it and wait."""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Deployment, Fault, free_port, plain_environment

import figures
import reports

NEVER = "P366D"
RULES = ("b", "c", "d", "e", "g.1", "g.2", "g.3", "h", "h.decide", "i", "j", "k", "l", "m", "3.a", "3.b", "3.c")
SETTLED = 120.0  # seconds until what was accepted is numbered and sealed
CAPTURE = '"incident":{"id":"'
# A daemon that is behind says 503; more is a mistake of the measurement.
REFUSED_LATE = 503


class Progress:
    """Says where it is. Nothing takes two seconds unsaid."""

    def __init__(self):
        self.begun = time.monotonic()

    def __call__(self, what):
        print(f"  {time.monotonic() - self.begun:6.0f} s  {what}", file=sys.stderr, flush=True)


class Loader:
    """bench_load."""

    def __init__(self, programs, folder):
        self.program, self.folder = Path(programs) / "bench_load", Path(folder)
        self.processor, self.wall = 0.0, 0.0

    def run(self, requests_file, *, port, ca=None, connections, seconds, rate=0, drain=2, first=0, capture=""):
        """(samples, what the program says of itself)"""
        out = self.folder / "samples"
        command = [self.program, "--port", port, "--requests", requests_file, "--connections", connections, "--seconds",
                   seconds, "--out", out, "--rate", rate, "--drain", drain, "--first", first]
        command += ["--ca", ca] if ca else []
        command += ["--capture", capture] if capture else []
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=seconds + drain + 90)
        if done.returncode:
            raise Fault(f"bench_load: exit {done.returncode}: {done.stderr}")
        said = json.loads(done.stdout)
        self.processor += said["processor_seconds"]
        self.wall += said["seconds"]
        return figures.read_samples(out), said


class Arrivals:
    """bench_arrivals, while the block lasts. `first` afterwards: {(place, what): microseconds}."""

    def __init__(self, programs, folder, mode, **arguments):
        self.out = Path(folder) / f"arrivals-{mode}"
        self.first, self.processor = {}, 0.0
        self.command = [Path(programs) / "bench_arrivals", mode, "--out", self.out]
        for name, value in arguments.items():
            self.command += [f"--{name}", value]

    def __enter__(self):
        self.process = subprocess.Popen(list(map(str, self.command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            self.process.wait(10)
            raise Fault(f"bench_arrivals: exit {self.process.returncode}")
        return self

    def __exit__(self, *_):
        if self.process is None:
            return
        self.process.stdin.close()
        try:
            said = self.process.stdout.read()
            self.process.wait(20)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.process = None
        self.processor = float(said or 0)
        self.first = figures.read_arrivals(self.out)

    def wait_for(self, count, patience):
        """Until so many things have arrived, or patience ends."""
        until = time.monotonic() + patience
        while self.out.read_bytes().count(b"\n") < count and time.monotonic() < until:
            time.sleep(0.05)


class Measured(Deployment):
    """The daemon. `bodies`: how many of each kind report."""

    def __init__(self, options, acknowledgement=NEVER, environment=None, say=lambda what: None):
        super().__init__(options.daemon, options.cli, environment=environment)
        self.programs, self.drain, self.say = options.programs, options.drain, say
        self.data.mkdir()
        self.data.chmod(0o711)
        lines = ["[targets]"] + [f'"{rule}" = "{NEVER}"' for rule in RULES]
        lines += [f'[acknowledgement]\ntarget = "{acknowledgement}"', f'[followup]\ntarget = "{NEVER}"']
        (self.data / "noroshi.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.tokens, self.next, self.accepted = {}, 0, 0
        self.loader = Loader(self.programs, self.folder)

    def token(self, organization, role, name="当直"):
        key = (organization, role, name)
        if key not in self.tokens:
            done = subprocess.run([self.cli, "--data", self.data, "token", "issue", "--org", organization, "--role", role, "--name",
                                   name], capture_output=True, text=True, timeout=60, env=plain_environment())
            if done.returncode:
                raise Fault(f"token issue --org {organization} --role {role}: exit {done.returncode}\n{done.stderr}")
            self.tokens[key] = done.stdout.strip()
        return self.tokens[key]

    def prepare(self, bodies):
        """Tokens, and the files of requests: `everywhere` and, of bodies under one ministry, `to_ministry`."""
        ours = reports.corporations(reports.MINISTRY)[:bodies]
        others = (reports.corporations() + list(reports.AGENCIES))[:bodies]
        self.bodies = ours + others
        self.to_ministry = self._file("to_ministry", ours)
        self.everywhere = self._file("everywhere", self.bodies)

    def _file(self, name, bodies):
        all_of_them = []
        for variant in range(12):
            for place, body in enumerate(bodies):
                text = reports.encoded(reports.report(body, variant + place))
                all_of_them.append(reports.post(self.port, "/api/v1/reports", text, {
                    "Authorization": f"Bearer {self.token(body, 'csirt_member')}", "Content-Type": "application/json",
                    "Idempotency-Key": f"bench-{reports.PLACE}"}))
        return reports.write(self.folder / name, all_of_them)

    def texts(self):
        """The bodies alone, one a line, for bench_decisions."""
        path = self.folder / "bodies"
        with open(path, "wb") as file:
            for variant in range(12):
                for place, body in enumerate(self.bodies):
                    file.write(reports.encoded({**reports.report(body, variant + place), "organization": body}) + b"\n")
        return path

    def load(self, requests_file=None, **how):
        samples, said = self.loader.run(requests_file or self.everywhere, port=self.port, ca=self.data / "tls" / "ca.pem",
                                        first=self.next, capture=CAPTURE, drain=self.drain, **how)
        self.next = said["next"]
        self.accepted += sum(sample.status == 201 for sample in samples)
        wrong = {sample.status for sample in samples} - {201, REFUSED_LATE, 0, -1}
        if wrong:
            raise Fault(f"reports were answered {sorted(wrong)}\n{self.log_tail()}")
        if not how.get("rate") and any(sample.status != 201 for sample in samples):
            raise Fault(f"of {len(samples)} reports {sum(sample.status != 201 for sample in samples)} were not accepted: "
                        f"{sorted({sample.status for sample in samples})}\n{self.log_tail()}")
        return samples, said

    # What it costs.

    def processors(self):
        """(of the daemon, of PostgreSQL), seconds."""
        return figures.own_processor_seconds(self.process.pid), figures.server_processor_seconds(self.postmaster())

    def resident(self):
        return figures.resident_mebibytes(self.process.pid)

    def settle(self, patience=SETTLED):
        """Until everything that was accepted is numbered and sealed; how long that took."""
        begun = said = time.monotonic()
        while (behind := self.sql("SELECT (SELECT count(*) FROM event WHERE sequence IS NULL), next_sequence - size "
                                  "FROM sequencer, sealer;")) != ["0|0"]:
            if time.monotonic() > said + 2:
                said = time.monotonic()
                self.say(f"the record: {' + '.join(behind[0].split('|'))} events to be numbered and sealed")
            if time.monotonic() > begun + patience:
                raise Fault(f"{patience:.0f} s later the record is still behind\n{self.log_tail()}")
            time.sleep(0.1)
        return time.monotonic() - begun

    def stored(self):
        """How many reports the database holds."""
        return int(self.sql("SELECT count(*) FROM report;")[0])

    def settings(self):
        names = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "server_version")
        return dict(zip(names, (self.sql(f"SHOW {name};")[0] for name in names)))

    # Endpoints.

    def post(self, organization, role, name, target, body):
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.client_context(), timeout=30)
        try:
            line.request("POST", "/api/v1" + target, json.dumps(body, ensure_ascii=False).encode(), {
                "Authorization": f"Bearer {self.token(organization, role, name)}", "Content-Type": "application/json"})
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        if answer.status != 201:
            raise Fault(f"{organization} ({role}) POST {target}: {answer.status} {text}")
        return json.loads(text)

    def endpoint(self, organization, port, certificate):
        """A webhook in use, as two persons of the body would have it."""
        asked = self.post(organization, "csirt_head", "申請する者", "/endpoints", {
            "channel": "webhook", "name": f"受け口 {port}", "zone": "closed", "filter": {},
            "settings": {"url": f"https://127.0.0.1:{port}/hook", "addresses": "127.0.0.0/8", "ca": certificate.read_text()}})
        self.post(organization, "csirt_head", "決定する者", f"/endpoints/{asked['id']}/decision",
                  {"decision": "approved", "reason": "確認した"})


def certificate(folder):
    """(certificate, key) of a receiver on loopback."""
    key, made = Path(folder) / "receiver.key", Path(folder) / "receiver.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made],
                   check=True, capture_output=True, timeout=60, env=plain_environment())
    return made, key


def free_ports(count):
    ports = set()
    while len(ports) < count:
        ports.add(free_port())
    return sorted(ports)
