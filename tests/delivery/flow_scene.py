"""A daemon with bodies whose people set endpoints, submit and acknowledge; all through the public interface."""

import http.client
import itertools
import json
import subprocess
import sys
import time
import urllib.parse
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Deployment, Fault, plain_environment

from receiver import Receiver

PATIENCE = 20.0  # seconds until what happens at once must have happened
SEALING = 30.0
# Rules whose targets are so long that no alarm rings.
RULES = ("b", "c", "d", "e", "g.1", "g.2", "g.3", "h", "h.decide", "i", "j", "k", "l", "m", "3.a", "3.b", "3.c")
NEVER = "P366D"
# How the record may lag behind while nothing is wrong.
LAWFUL = ("events_unsealed", "checkpoint_unrecorded")


class Answer(namedtuple("Answer", "status headers text")):
    @property
    def value(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.value.get("code")


def eventually(what, condition, patience=PATIENCE):
    """What the condition says at last; Fault where it goes on saying nothing."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Fault(f"not after {patience:.0f} s: {what}")
        time.sleep(0.05)
    return found


def configuration(**delivery):
    lines = ["[targets]"] + [f'"{rule}" = "{NEVER}"' for rule in RULES]
    lines += [f'[acknowledgement]\ntarget = "{NEVER}"', f'[followup]\ntarget = "{NEVER}"', "[delivery]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in delivery.items()]
    return "\n".join(lines) + "\n"


class Person:
    """One token, under a name of its own."""

    def __init__(self, daemon, organization, role, name):
        self.daemon, self.organization, self.role, self.name = daemon, organization, role, name
        done = subprocess.run([daemon.cli, "--data", daemon.data, "token", "issue", "--org", organization, "--role", role,
                               "--name", name], capture_output=True, text=True, timeout=60, env=plain_environment())
        if done.returncode:
            raise Fault(f"token issue --org {organization} --role {role}: exit {done.returncode}\n{done.stderr}")
        self.token = done.stdout.strip()

    def get(self, target):
        return self.daemon.ask("GET", target if target.startswith("/readyz") else "/api/v1" + target, token=self.token)

    def post(self, target, body, **headers):
        return self.daemon.ask("POST", "/api/v1" + target, json.dumps(body, ensure_ascii=False).encode(), self.token,
                               **headers)

    def read(self, target):
        answer = self.get(target)
        if answer.status != 200:
            raise Fault(f"{self.organization} ({self.role}) GET {target}: {answer.status} {answer.text}")
        return answer.value

    def do(self, target, body, **headers):
        answer = self.post(target, body, **headers)
        if answer.status != 201:
            raise Fault(f"{self.organization} ({self.role}) POST {target}: {answer.status} {answer.text}")
        return answer.value

    def items(self, target):
        """Every page."""
        found, cursor = [], None
        while True:
            sign = "&" if "?" in target else "?"
            page = self.read(target + (f"{sign}cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                return found

    def deliveries(self, endpoint, state=None):
        return self.items(f"/deliveries?endpoint={endpoint}" + (f"&state={state}" if state else ""))

    def delivery_of(self, message):
        """The only one of that message that this body sees."""
        found = self.items(f"/deliveries?message={message}")
        if len(found) != 1:
            raise Fault(f"{len(found)} deliveries of message {message}")
        return found[0]

    def dead_alarms(self):
        return [alarm for alarm in self.items("/alarms") if alarm["code"] == "delivery_dead"]


class Flow(Deployment):
    """The daemon, its people, and the receivers that the test has made. clear_away() ends all of them."""

    def __init__(self, options, arguments=(), **delivery):
        super().__init__(options.daemon, options.cli, arguments)
        self.data.mkdir()
        (self.data / "noroshi.toml").write_text(configuration(**delivery), encoding="utf-8")
        self.people, self.receivers = {}, {}
        self.numbers = itertools.count(1)  # any thread

    def clear_away(self):
        for receiver in self.receivers.values():
            receiver.clear_away()
        super().clear_away()

    def ask(self, method, target, body=None, token=None, **headers):
        """An answer of whatever status."""
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.client_context(), timeout=30)
        sent = {"Accept-Language": "en", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            line.request(method, target, body, sent)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            line.close()

    def person(self, organization, role=None, name=None):
        """The same for the same words; without a role, of the desk that takes messages."""
        role = role or {"nco": "center_liaison"}.get(organization, "csirt_head")
        key = (organization, role, name or f"{organization} 当直")
        if key not in self.people:
            self.people[key] = Person(self, *key)
        return self.people[key]

    def receiver(self, name):
        self.receivers[name] = Receiver(self.folder, name)
        return self.receivers[name]

    def propose(self, person, receiver, **filters):
        return person.do("/endpoints", {"channel": "webhook", "name": f"{receiver.name} 受け口", "zone": "closed",
                                        "settings": receiver.settings(), "filter": filters})

    def endpoint(self, organization, receiver, **filters):
        """In use, as two persons of the body would have it: its id."""
        asked = self.propose(self.person(organization, name=f"{organization} 甲野"), receiver, **filters)
        decided = self.person(organization, name=f"{organization} 乙川").do(
            f"/endpoints/{asked['id']}/decision", {"decision": "approved", "reason": "確認した"})
        if decided["state"] != "active":
            raise Fault(f"an approved endpoint is {decided['state']}")
        return asked["id"]

    def secret(self, organization, endpoint):
        return self.person(organization).read(f"/endpoints/{endpoint}/secrets")["secret"]

    # Reports.

    def shown_now(self):
        seconds = float(self.sql("SELECT extract(epoch FROM clock());")[0])
        return datetime.fromtimestamp(seconds, timezone.utc)

    def report_body(self, title="外部への不審な通信を検知", **more):
        recognized = datetime.now(timezone.utc) - timedelta(minutes=5)
        return {"reference": f"flow-{next(self.numbers)}", "stage": "first", "title": title,
                "times": {"recognized": {"value": recognized.isoformat(timespec="seconds")}}, "assessment": "incident",
                "cyberattack": "unknown", **more}

    def report(self, sender, recipient, **more):
        """Id of the message that the report of one body is to the other; of the incident."""
        body = self.report_body(**more)
        said = self.person(sender).do("/reports", body, Idempotency_Key=body["reference"])
        return self.message_of(said, recipient), said["incident"]["id"]

    def message_of(self, said, recipient):
        incident = said["incident"]["id"]
        found = [message["id"] for message in self.person(recipient).items("/inbox")
                 if message["incident_id"] == incident and message["kind"] == "report"]
        if len(found) != 1:
            raise Fault(f"{recipient} has {len(found)} reports of incident {incident}")
        return found[0]

    # The record.

    def verify_record(self):
        """Nothing in it or in the tables is altered: how many events were looked at."""
        def sealed():
            row = self.sql("SELECT (SELECT count(*) FROM event WHERE sequence IS NULL), (SELECT next_sequence FROM sequencer)"
                           " - o.first_sequence, (SELECT max(size) FROM checkpoint c WHERE c.origin = o.ordinal) "
                           "FROM record_origin o ORDER BY o.ordinal DESC LIMIT 1;")[0].split("|")
            return row[0] == "0" and row[1] == row[2]

        eventually("all events are sealed", sealed, SEALING)
        done = subprocess.run([self.cli, "--lang", "en", "--json", "--data", self.data, "record", "verify", "--tables"],
                              capture_output=True, text=True, timeout=120, env=plain_environment())
        try:
            said = json.loads(done.stdout)
        except ValueError:
            raise Fault(f"record verify: exit {done.returncode}: {done.stdout}{done.stderr}") from None
        wrong = [finding for finding in said["findings"] if finding["code"] not in LAWFUL]
        if done.returncode or said["altered"] or wrong or not said["events"]:
            raise Fault(f"record verify --tables: exit {done.returncode}: {wrong}")
        return said["events"]
