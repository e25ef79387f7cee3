"""Daemons on one database, and reports whose clocks come due when a test wants it, all through the public interface."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from cluster import Cluster
from content import Content
from harness import Client, Deployment, Fault, Submission
from seeded import main, say  # noqa: F401: main for those who import this module

from checks import SECOND, Clock, Outage, Rung, check, latenesses, spread

BODIES = ("jps", "jaxa", "nits", "kahaku", "nibiohn", "jma", "mlit", "meti", "mic")  # corporations and agencies
# Duties inside a body, due a while after the incident was recognised: that time is chosen so that they come due at the
# moment wanted. Everything else comes due in a year.
RULES = ("c", "d", "h.decide", "j", "k", "3.a", "3.b", "3.c")
OTHERS = ("b", "e", "g.1", "g.2", "g.3", "h", "i", "l", "m")
TARGET = timedelta(days=2)
NEVER = "P366D"

LEASE = 3.0  # seconds for which a daemon that has stopped keeps its clocks from the others
PROMISE = 1.0  # seconds that an alarm may be late under ordinary load
SLACK = 2.0  # seconds more for a machine that is busy with other things
IN_HAND = SECOND  # microseconds before an outage: what was reached since may still have been in somebody's hands
SETTLING = 20.0  # seconds until what has come due must have been told
SHOWN = 20


def micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def parse(text):
    return micros(datetime.fromisoformat(text))


def configuration(steps, rules=RULES[:1]):
    """noroshi.toml: alarms after so many seconds each, and the clocks of those rules."""
    lines = ["[targets]"]
    lines += [f'"{rule}" = "PT{int(TARGET.total_seconds())}S"' for rule in rules]
    lines += [f'"{rule}" = "{NEVER}"' for rule in (*RULES, *OTHERS) if rule not in rules]
    lines += [f'[acknowledgement]\ntarget = "{NEVER}"', f'[followup]\ntarget = "{NEVER}"']
    lines += ["[ladder]\nsteps = [" + ", ".join(f'"PT{step}S"' for step in steps) + "]"]
    return "\n".join(lines) + "\n"


class Scene:
    """Ends everything it started when it is left."""

    def __init__(self, options, steps, rules=RULES[:1], cluster=None):
        self.options, self.steps, self.rules = options, steps, rules
        self.cluster = cluster
        self.daemons = []
        self.tokens = {}
        self.clocks = []  # of the reports accepted
        self._reports = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for daemon in self.daemons:
            if kind:
                print(f"-- log of {daemon.folder.name}\n{daemon.log_tail(10)}")
            daemon.clear_away()
        if self.cluster:
            self.cluster.clear_away()

    # Daemons.

    def add_daemon(self, url=None, environment=None):
        """Not started yet."""
        daemon = Deployment(self.options.daemon, self.options.cli,
                            database_url=url or (self.cluster and self.cluster.url()), environment=environment)
        daemon.data.mkdir()
        (daemon.data / "noroshi.toml").write_text(configuration(self.steps, self.rules), encoding="utf-8")
        self.daemons.append(daemon)
        return daemon

    def start(self, count=1):
        """That many daemons on the cluster. The first brings the schema; the others start together."""
        first, *others = [self.add_daemon() for _ in range(count)]
        first.start()
        for daemon in others:
            daemon.spawn()
        for daemon in others:
            daemon.wait_ready()
        self.issue_tokens(first)

    def start_apart(self, count):
        """As start(), each daemon logged in as a superuser of its own: `role` names its sessions."""
        for number in range(count):
            role = f"daemon_{number}"
            self.cluster.sql(f"CREATE ROLE {role} LOGIN SUPERUSER;")
            daemon = self.add_daemon(self.cluster.url(role))
            daemon.role = role
            daemon.start()
        self.issue_tokens(self.daemons[0])

    def issue_tokens(self, daemon):
        for body in BODIES:
            self.tokens[body, "csirt_member"] = daemon.issue_token(body, "csirt_member")
        self.tokens["nco", "operator"] = daemon.issue_token("nco", "operator")

    def rung(self):
        return Rung.read(self.sql, Content(self.daemons[0].content_keys, self.sql))

    def sql(self, text):
        return self.cluster.sql(text) if self.cluster else self.daemons[0].sql(text)

    def now(self):
        """What the database's clock shows, in microseconds."""
        return int(self.sql("SELECT (extract(epoch FROM clock()) * 1000000)::bigint;")[0])

    def metric(self, daemon, name):
        client = Client(daemon, self.tokens)
        try:
            answer = client.attempt("GET", "nco", "operator", "/metrics", {})
        finally:
            client.close()
        if answer.status != 200:
            raise Fault(f"GET /metrics: {answer.status or answer.how}")
        return sum(float(line.rpartition(" ")[2]) for line in answer.body.splitlines()
                   if line.partition(" ")[0].partition("{")[0] == name)

    # Reports.

    def submit(self, dues, daemons=None, threads=4):
        """One report for each moment at which its clocks shall come due; its clocks, remembered too."""
        daemons = daemons or self.daemons
        numbered = [(self._reports + place, due) for place, due in enumerate(dues)]
        self._reports += len(numbered)
        threads = min(threads, len(numbered))

        def serve(part):
            client = Client(daemons[part % len(daemons)], self.tokens)
            try:
                return [clock for number, due in numbered[part::threads] for clock in self._report(client, number, due)]
            finally:
                client.close()

        with ThreadPoolExecutor(threads) as pool:
            clocks = [clock for found in pool.map(serve, range(threads)) for clock in found]
        self.clocks += clocks
        return clocks

    def _report(self, client, number, due):
        body = BODIES[number % len(BODIES)]
        recognized = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=due) - TARGET
        report = {"reference": f"clocks-{number}", "stage": "first", "title": "外部への不審な通信を検知",
                  "times": {"recognized": {"value": recognized.isoformat()}}, "assessment": "incident",
                  "cyberattack": "unknown"}
        answer = client.post_again(Submission(f"clocks-{number}", body, "csirt_member", "/api/v1/reports",
                                              json.dumps(report, ensure_ascii=False).encode()))
        if answer.status != 201:
            raise Fault(f"{body} POST /api/v1/reports: {answer.status} {answer.body}")
        said = json.loads(answer.body)
        for duty in said["obligations"]:
            if duty["rule"] in self.rules:
                if parse(duty["due_at"]) != due:
                    raise Fault(f"{duty['clause']} is due {duty['due_at']}, {due} was wanted")
                yield Clock(said["incident"]["number"], said["incident"]["id"], duty["id"], duty["clause"], due,
                            parse(duty["opened_at"]))

    # Waiting and judging.

    def outage(self, since):
        """Of all, from then until now."""
        return Outage(since - IN_HAND, self.now())

    def wait_told(self, moment, patience=SETTLING, session=None):
        """Until nothing that was reached by that moment of the database's clock waits; how many seconds that took."""
        since = time.monotonic()
        ask = session.ask if session else self.sql
        count = f"SELECT count(*) FROM incident_clock WHERE rings_at <= {stamp(moment)};"
        while ask(count) != ["0"]:
            if time.monotonic() - since > patience:
                raise Fault(f"{patience:.0f} s later {ask(count)[0]} incidents still wait for their clocks")
            time.sleep(0.02)
        return time.monotonic() - since

    def judge(self, bound, until=None, outages=(), summary=""):
        """Everything told by now against everything that had to be: whether that was all right, which is printed."""
        until = until or self.now()
        self.wait_told(until)
        rung = self.rung()
        findings = check(self.clocks, rung, self.steps, until, bound, outages)
        for finding in findings[:SHOWN]:
            say(self.options, finding)
        if len(findings) > SHOWN:
            say(self.options, f"and {len(findings) - SHOWN} more")
        levels = sum(len(clock.levels_by(until, self.steps)) for clock in self.clocks)
        codes = [finding.code for finding in findings]
        say(self.options, f"{len(self.clocks)} clocks, {levels} levels reached, {len(rung.alarms)} told, "
            f"{codes.count('missing')} missing, {codes.count('doubled')} doubled, {codes.count('early')} early"
            + (f"; lateness {spread([late for late, _, _ in latenesses(self.clocks, rung, self.steps, outages)])}, "
               f"bound {bound:.1f} s" if bound is not None else "") + (f"; {summary}" if summary else ""))
        return not findings, rung


def stamp(moment):
    return f"to_timestamp({moment // SECOND}) + interval '{moment % SECOND} microseconds'"


def wait_until(scene, moment):
    """Until the database's clock, which is not moved meanwhile, shows that moment."""
    time.sleep(max(0, (moment - scene.now()) / SECOND))


def wait_for(what, condition, patience=SETTLING):
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Fault(f"{patience:.0f} s have passed without {what}")
        time.sleep(0.005)
    return found
