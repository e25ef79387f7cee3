"""The rivals: programs that people use for what is nearest to taking a report. They are sent the same 4 KiB, by the same program,
in the same run. What each keeps of it differs, and is said beside its figures.

They come from Debian's packages (PACKAGES), run in a folder of the measurement's own on ports of its own, and are ended by
their numbers.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import figures
import reports
import scene
from cluster import SUPERUSER, Cluster
from harness import Fault, plain_environment

PACKAGES = ("prometheus-alertmanager", "icinga2-bin", "icinga2-common", "request-tracker5", "dbconfig-no-thanks", "rt5-standalone",
            "starman", "libdbd-pg-perl", "curl")
PATIENCE = 60.0


class NotMeasured(Exception):
    """Why not, for people."""


def install(say):
    """What is not there, from the system's package sources. NotMeasured where that cannot be."""
    missing = [package for package in PACKAGES
               if subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True,
                                 text=True).stdout != "installed"]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        raise NotMeasured(f"needs root: {' '.join(command)}")
    say(f"installing {' '.join(missing)}")
    # Services are not to be started: those that are measured are started here.
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200,
                          env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"})
    if done.returncode:
        raise NotMeasured(f"apt-get install: exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")


class Rival:
    """A program in a folder of its own, while the block lasts."""

    def __init__(self, measurement):
        self.options, self.say = measurement.options, measurement.say
        self.folder = Path(tempfile.mkdtemp(prefix="noroshi-rival-"))
        self.folder.chmod(0o755)
        self.loader = scene.Loader(self.options.programs, self.folder)
        self.processes, self.next = [], 0

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                # A group of its own: these programs have children.
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def spawn(self, command, environment=None):
        log = open(self.folder / "log", "ab")
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                   start_new_session=True, env={**plain_environment(), **(environment or {})})
        log.close()
        self.processes.append(process)
        return process

    def wait_answers(self, name, *arguments):
        """Until curl has an answer without an error; its text."""
        deadline = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run(["curl", "-s", "-f", "--max-time", "20", *map(str, arguments)], capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout
            if time.monotonic() > deadline or any(process.poll() is not None for process in self.processes):
                text = (self.folder / "log").read_text(errors="replace")[-1000:] if (self.folder / "log").exists() else ""
                raise NotMeasured(f"{name} does not answer: {text}")
            time.sleep(0.2)

    def texts(self):
        """The same bodies as the daemon's."""
        bodies = (reports.corporations(reports.MINISTRY) + reports.corporations())[:self.options.bodies]
        return [reports.encoded(reports.report(body, variant)).decode() for variant in range(12) for body in bodies]

    def load(self, file, good, **how):
        samples, said = self.loader.run(file, port=self.port, first=self.next, **how)
        self.next = said["next"]
        wrong = [sample.status for sample in samples if sample.status != good]
        if wrong and not how.get("rate"):
            raise NotMeasured(f"answers {sorted(set(wrong))}")
        return samples, said

    def accept(self, measurement, name, file, good, connections, ca=None):
        seconds = self.options.seconds
        for run in range(self.options.runs):
            self.say(f"{name}: {connections} connections, run {run + 1}")
            samples, said = self.load(file, good, connections=connections, seconds=seconds, ca=ca)
            found = figures.latencies([sample.done - sample.meant for sample in samples])
            measurement.add(f"{name} {connections}", rate=len(samples) / said["seconds"], p50=found["p50"], p99=found["p99"])


class Alertmanager(Rival):
    """Each report is an alert of its own, with the report as an annotation, and leads to a notification of its own. Held in
    memory: killed, it has lost them."""

    def __init__(self, measurement, receivers):
        super().__init__(measurement)
        self.port, *self.receivers = scene.free_ports(1 + receivers)

    def start(self):
        hooks = "\n".join(f"  - url: http://127.0.0.1:{port}/hook\n    send_resolved: false" for port in self.receivers)
        (self.folder / "alertmanager.yml").write_text(
            "route:\n  receiver: hooks\n  group_by: [bench]\n  group_wait: 0s\n  group_interval: 5m\n  repeat_interval: 4h\n"
            f"receivers:\n- name: hooks\n  webhook_configs:\n{hooks}\n")
        self.spawn(["prometheus-alertmanager", "--config.file", self.folder / "alertmanager.yml", "--storage.path",
                    self.folder / "data", "--web.listen-address", f"127.0.0.1:{self.port}", "--cluster.listen-address", "",
                    "--log.level", "error"])
        self.wait_answers("Alertmanager", f"http://127.0.0.1:{self.port}/-/ready")
        self.requests = reports.write(self.folder / "requests", [
            reports.post(self.port, "/api/v2/alerts", json.dumps(
                [{"labels": {"alertname": "report", "bench": reports.PLACE}, "annotations": {"report": text}}],
                ensure_ascii=False).encode(), {"Content-Type": "application/json"}) for text in self.texts()])

    def receiving(self):
        return scene.Arrivals(self.options.programs, self.folder, "receive", ports=",".join(map(str, self.receivers)),
                              marker='"bench":"')


def alertmanager(measurement):
    with Alertmanager(measurement, 1) as rival, rival.receiving():
        rival.accept(measurement, "Alertmanager", rival.requests, 200, 64)
    for rate in measurement.options.delivery_rates:
        for run in range(measurement.options.runs):
            with Alertmanager(measurement, 3) as rival:
                measurement.say(f"Alertmanager: 3 webhooks, {rate}/s, run {run + 1}")
                with rival.receiving() as receiving:
                    samples, _ = rival.load(rival.requests, 200, connections=128, seconds=measurement.options.seconds, rate=rate)
                    time.sleep(2)
                accepted = [sample for sample in samples if sample.status == 200]
                taken = [receiving.first[place, f"{sample.number:010d}"] - sample.meant for sample in accepted
                         for place in range(3) if (place, f"{sample.number:010d}") in receiving.first]
                found = figures.latencies(taken)
                measurement.add(f"Alertmanager webhooks at {rate}", p50=found["p50"], p99=found["p99"],
                                missing=3 * len(accepted) - len(taken))


class Icinga(Rival):
    """Each report is the output of a check result. Held in memory; a file of the state now and then."""

    def start(self):
        programs = sorted(Path("/usr/lib").glob("*/icinga2/sbin/icinga2"))
        if not programs:
            raise NotMeasured("no icinga2 here")
        self.port, = scene.free_ports(1)
        for name in ("data/certs", "run", "logs", "cache", "spool"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "icinga2.conf").write_text(f'''const NodeName = "bench"
const ZoneName = "bench"
object Endpoint NodeName {{ }}
object Zone ZoneName {{ endpoints = [ NodeName ] }}
object ApiListener "api" {{ bind_host = "127.0.0.1"; bind_port = {self.port} }}
object ApiUser "bench" {{ password = "bench"; permissions = [ "*" ] }}
object CheckCommand "none" {{ command = [ "/bin/true" ] }}
object Host "bench" {{ check_command = "none"; enable_active_checks = false }}
object Service "report" {{ host_name = "bench"; check_command = "none"; enable_active_checks = false }}
''')
        certs = self.folder / "data" / "certs"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", certs / "bench.key", "-out", certs / "bench.crt"],
                       check=True, capture_output=True, timeout=60)
        self.ca = certs / "ca.crt"
        shutil.copy(certs / "bench.crt", self.ca)
        if os.geteuid() == 0:  # it wants an account of its own
            user = pwd.getpwnam("nagios")
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)
        own = pwd.getpwuid(self.folder.stat().st_uid).pw_name
        places = {"RunAsUser": own, "RunAsGroup": self.folder.group(), "DataDir": "data", "InitRunDir": "run", "LogDir": "logs",
                  "PidPath": "run/icinga2.pid", "CacheDir": "cache", "SpoolDir": "spool", "StatePath": "data/icinga2.state",
                  "ModAttrPath": "data/modified.conf", "ObjectsPath": "cache/icinga2.debug", "VarsPath": "cache/icinga2.vars",
                  "ZonesDir": "zones.d"}
        self.spawn([programs[0], "daemon", "-c", self.folder / "icinga2.conf", "-z", "-x", "critical",
                    *(f"-D{name}={value if name.startswith('RunAs') else self.folder / value}" for name, value in places.items())])
        self.wait_answers("icinga2", "--cacert", self.ca, "-u", "bench:bench", f"https://localhost:{self.port}/v1/status")
        self.requests = reports.write(self.folder / "requests", [
            reports.post(self.port, "/v1/actions/process-check-result", json.dumps(
                {"type": "Service", "service": "bench!report", "exit_status": place % 3, "plugin_output": text},
                ensure_ascii=False).encode(), {"Accept": "application/json", "Authorization": "Basic YmVuY2g6YmVuY2g="})
            for place, text in enumerate(self.texts())])


def icinga(measurement):
    with Icinga(measurement) as rival:
        rival.accept(measurement, "Icinga 2", rival.requests, 200, 64, rival.ca)


class RequestTracker(Rival):
    """Each report is a ticket, in a PostgreSQL of its own (Debian's settings, fsync on): on the disk before it is answered."""

    WORKERS = 4
    SHARE = Path("/usr/share/request-tracker5")

    def start(self):
        if not (self.SHARE / "libexec" / "rt-server").exists():
            raise NotMeasured("no request-tracker5 here")
        self.port, = scene.free_ports(1)
        self.cluster = Cluster()
        self.cluster.start()
        (self.folder / "conf.d").mkdir()
        (self.folder / "RT_SiteConfig.pm").write_text(f"""Set($rtname, 'bench'); Set($Organization, 'bench');
Set($WebDomain, 'localhost'); Set($WebPort, {self.port}); Set($WebBaseURL, 'http://localhost:{self.port}');
Set($WebURL, 'http://localhost:{self.port}/'); Set($WebSecureCookies, 0); Set($RestrictReferrer, 0);
Set($DatabaseType, 'Pg'); Set($DatabaseHost, '{self.cluster.folder}'); Set($DatabaseName, 'rt5');
Set($DatabaseUser, '{SUPERUSER}'); Set($DatabasePassword, 'none'); Set($DatabaseAdmin, '{SUPERUSER}');
Set($MailCommand, 'testfile'); Set($LogToSTDERR, 'error'); Set($LogToSyslog, '');
1;
""")
        environment = {"RT_SITE_CONFIG": str(self.folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(self.folder / "conf.d")}
        self.say("Request Tracker: its database")
        for action in ("create", "schema", "acl", "coredata", "insert"):
            command = ["rt-setup-database-5", "--action", action, "--dba", SUPERUSER, "--dba-password", "none"]
            command += ["--datafile", str(self.SHARE / "etc" / "initialdata")] if action == "insert" else []
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
                                  env={**plain_environment(), **environment,
                                       "PATH": os.environ["PATH"] + ":/usr/sbin"})
            if done.returncode:
                raise NotMeasured(f"rt-setup-database {action}: {(done.stderr or done.stdout).strip()[-300:]}")
        self.spawn([self.SHARE / "libexec" / "rt-server", "--server", "Starman", "--port", self.port, "--workers", self.WORKERS],
                   environment)
        jar = self.folder / "cookies"
        self.wait_answers("Request Tracker", "-o", "/dev/null", "-c", jar, "-d", "user=root", "-d", "pass=password",
                          f"http://localhost:{self.port}/NoAuth/Login.html")
        cookie = "; ".join("=".join(line.split("\t")[5:7]) for line in jar.read_text().splitlines()
                           if line.count("\t") >= 6)
        self.requests = reports.write(self.folder / "requests", [
            reports.post(self.port, "/REST/2.0/ticket", json.dumps(
                {"Queue": "General", "Subject": f"bench {reports.PLACE}", "Content": text}, ensure_ascii=False).encode(),
                {"Content-Type": "application/json", "Cookie": cookie}) for text in self.texts()])

    def __exit__(self, *_):
        super().__exit__()
        if hasattr(self, "cluster"):
            self.cluster.clear_away()


def request_tracker(measurement):
    with RequestTracker(measurement) as rival:
        rival.accept(measurement, "Request Tracker", rival.requests, 201, RequestTracker.WORKERS)


ALL = (("Alertmanager", alertmanager), ("Icinga 2", icinga), ("Request Tracker", request_tracker))


def measure(measurement):
    try:
        install(measurement.say)
    except NotMeasured as why:
        for name, _ in ALL:
            measurement.note(f"{name}: not measured: {why}")
        return
    for name, how in ALL:
        try:
            how(measurement)
        except (NotMeasured, Fault, subprocess.SubprocessError, OSError, KeyError) as why:
            measurement.note(f"{name}: not measured: {why}")
