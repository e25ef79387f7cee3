"""What the desks of several bodies do: the stories of `noroshi demo` and cases made up from a seed, all through the
public interface, each submission under a key of its own."""

import json
import random
import sys
import threading
import tomllib
from datetime import datetime
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import ROOT, Client, Fault, Submission

from duties import JST, Registry

STORIES = ROOT / "src" / "cli" / "stories"
REGISTRY = ROOT / "routing" / "registry"

CORPORATIONS = ("jps", "jaxa", "nits", "kahaku", "nibiohn")
AGENCIES = ("jma", "mlit", "meti", "mic")
RECOGNIZED = ("2017-06-01T09:00:00+09:00", "2019-05-07T10:30:00+09:00", "2024-02-01T23:59:59+09:00",
              "2026-01-05T00:00:00+09:00")
CELLS = [{"criterion": criterion, "harm": harm, "certainty": certainty}
         for criterion in ("life", "body", "property", "territory")
         for harm in ("occurred", "feared") for certainty in ("is", "may_be")]

REFUSED = 0.03  # of the steps: a submission with a mistake goes before, and must leave nothing behind
RIVAL = 0.05  # of the first reports: another with the same reference under another key goes at the same time
TWIN = 0.06  # of the submissions: the same bytes under the same key go at the same time over another connection
GIVE_UP = 0.04  # of the tries in doubt: the client never asks again
READ = 0.3  # of the steps: a list is read after


class Abandoned(Exception):
    """The client gave up a submission in doubt, and the case with it."""


class Desks:
    """Who acts, and with which tokens."""

    def __init__(self):
        self.registry = Registry(REGISTRY)
        self.today = datetime.now(JST).date()
        self.tokens = {}

    def now(self, organization):
        """The body that stands in its place today."""
        return self.registry.today(organization, self.today)[0]

    def role(self, organization):
        kind = self.registry.bodies[organization]["kind"]
        return {"center": "center_liaison", "police": "police_desk", "crisis_management": "crisis_desk"}.get(
            kind, "csirt_head")

    def issue_all(self, deployment, stories):
        wanted = {(self.now(step["by"]), step["role"]) for story in stories for step in story["step"] if "by" in step}
        bodies = {body for body, _ in wanted} | set(CORPORATIONS) | set(AGENCIES)
        bodies |= {agency for body in CORPORATIONS
                   for agency in self.registry.supervisors(body, ("main", "joint"), self.today)}
        bodies |= {"nco"}
        for body in bodies:
            wanted |= {(body, "csirt_head"), (body, "exception_officer")}
        wanted |= {("nco", "center_liaison"), ("cas-jitai", "crisis_desk")}
        wanted |= {(police, "police_desk") for body in bodies if (police := self.registry.bodies[body]["police"])}
        for organization, role in sorted(wanted):
            self.tokens[organization, role] = deployment.issue_token(organization, role)


def load_stories():
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(STORIES.glob("*.toml"))]


def is_judged(duty):
    """Whether it is met by the judgement itself, and by nothing else: to assess (b), to decide on a cyberattack."""
    return duty["inner"] and (duty["clause"] == "2.2.4(2)(b)" or duty["clause"].endswith(" decision"))


class Actor:
    """One thread that plays one case after the other. Everything it chooses comes from its seed."""

    def __init__(self, number, seed, deployment, desks, journal, progress, stop):
        self.name = f"{seed}-{number}"
        self.dice = random.Random(f"{seed}/{number}")
        self.desks, self.journal, self.stop = desks, journal, stop
        self.progress = progress
        self.deployment = deployment
        self.stories = load_stories()
        self.client = Client(deployment, desks.tokens, journal, progress, self.dice)
        self.cases = 0
        self.keys = 0
        self.failure = None
        self.thread = threading.Thread(target=self._run, name=self.name)

    def _run(self):
        try:
            while not self.stop.is_set():
                self.play_one()
        except Exception as failure:  # shown by the main thread, with the seed
            self.failure = failure
            self.stop.set()
        finally:
            self.client.close()

    def play_one(self):
        self.cases += 1
        try:
            if self.cases % 3 == 1:
                self.play_story(self.stories[(self.cases // 3) % len(self.stories)])
            else:
                self.play_case()
        except Abandoned:
            pass

    # One submission.

    def fresh_key(self):
        self.keys += 1
        return f"{self.name}-{self.keys}"

    def give_up(self):
        return self.dice.random() < GIVE_UP

    def submit(self, organization, role, target, body, expected=(201,)):
        """The answer's JSON; a Fault where its status is none of those expected."""
        if self.dice.random() < REFUSED:
            self.submit_mistake(organization, role, target, body)
        submission = Submission(self.fresh_key(), organization, role, target, encode(body, self.dice))
        answer, *twins = self.race([submission] * (2 if self.dice.random() < TWIN else 1))
        if answer.status not in expected:
            raise Fault(f"{organization} ({role}) POST {target} {body}: {answer.status} {answer.body}")
        self.think()
        return json.loads(answer.body)

    def race(self, submissions):
        """Sends several at the same time, the first by this thread's connection: their answers. Copies of one
        submission are asked for until all have an answer."""
        first, *others = submissions
        answers = {}

        def run(place, submission):
            client = Client(self.deployment, self.desks.tokens, self.journal, self.progress,
                            random.Random(f"{submission.key}/{place}"))
            try:
                again = submission is first
                answers[place] = client.post_again(submission) if again else client.post(submission)
            except Exception as failure:
                answers[place] = failure
            finally:
                client.close()

        threads = [threading.Thread(target=run, args=(place, submission)) for place, submission in enumerate(others)]
        if any(submission is first for submission in others):
            self.journal.submitted(first)
            send = self.client.post_again
        else:
            send = self.client.post
        for thread in threads:
            thread.start()
        try:
            answer = send(first, None if others else self.give_up)
        finally:
            for thread in threads:
                thread.join()
        for other in answers.values():
            if isinstance(other, Exception):
                raise other
        if answer is None:
            raise Abandoned
        return [answer, *(answers[place] for place in sorted(answers))]

    def submit_mistake(self, organization, role, target, body):
        submission = Submission(self.fresh_key(), organization, role, target,
                                encode({**body, "no_such_member": 1}, self.dice))
        answer = self.client.post(submission)
        if answer.status != 422:
            raise Fault(f"POST {target} with an unknown member: {answer.status} {answer.body}")

    def think(self):
        self.stop.wait(self.dice.uniform(0, 0.02))

    # Reading.

    def read(self, organization, role, target):
        status, value = self.client.get(organization, role, target)
        if status != 200:
            raise Fault(f"{organization} ({role}) GET {target}: {status} {value}")
        return value

    def read_something(self, case):
        if self.dice.random() >= READ:
            return
        target = self.dice.choice((f"/api/v1/incidents/{case.id}", "/api/v1/incidents?limit=5",
                                   "/api/v1/obligations?limit=5", "/api/v1/inbox?limit=5", "/api/v1/alarms?limit=5"))
        value = self.read(self.desks.now(case.organization), "csirt_head", target)
        if target.endswith(case.id) and value["version"] != case.version:
            raise Fault(f"{case.reference}: answered 201 for version {case.version}, read version {value['version']}")

    # The stories of the demonstration.

    def play_story(self, story):
        cases = {}
        for step in story["step"]:
            if self.stop.is_set():
                return
            if step["call"] == "tell":
                continue
            organization, role = self.desks.now(step["by"]), step["role"]
            name = step["incident"]
            if step["call"] == "report":
                body = json.loads(step["body"])
                body["reference"] += f" {self.name}/{self.cases}"
                if organization != step["by"]:
                    body["organization"] = step["by"]
                if name not in cases:
                    cases[name] = Case(step["by"], body["reference"])
                self.report(cases[name], organization, role, body)
            elif step["call"] == "fulfill":
                duty = cases[name].find(organization, step["clause"], step.get("sentence"))
                if duty is None:
                    raise Fault(f"{cases[name].reference}: no open duty {step['clause']} of {organization}")
                self.fulfill(cases[name], organization, role, duty, json.loads(step["body"]))
            elif step["call"] == "acknowledge":
                self.acknowledge_latest(cases[name], organization, role, step.get("person", "担当"))
            else:
                raise ValueError(f"unknown call {step['call']} in a story")
            self.read_something(cases[name])

    # Cases made up.

    def play_case(self):
        case = Case(self.dice.choice(CORPORATIONS if self.dice.random() < 0.7 else AGENCIES),
                    f"{self.name}/{self.cases}")
        self.report(case, case.organization, "csirt_head",
                    {"reference": case.reference, "stage": "first", "title": "不審な通信の検知",
                     "times": {"recognized": {"value": self.dice.choice(RECOGNIZED)}}, **self.judgement()})
        for _ in range(self.dice.randrange(2, 7)):
            if self.stop.is_set():
                return
            self.dice.choice((self.follow_up, self.follow_up, self.reassess, self.meet_a_duty, self.meet_a_duty,
                              self.acknowledge_somewhere, self.ask_exception))(case)
            self.read_something(case)
        if case.state == "assessed":
            self.move(case)

    def judgement(self):
        assessment = self.dice.choice(("incident", "incident", "incident", "possible", "not_incident"))
        attack = self.dice.choice(("yes", "possible", "unknown", "no"))
        cells = self.dice.sample(CELLS, self.dice.choice((0, 0, 1, 2)))
        said = {"assessment": assessment, "cyberattack": attack, "large_scale": [] if attack == "no" else cells}
        if assessment == "not_incident":
            said["assessment_reason"] = "訓練用端末の誤検知"
        if attack == "no":
            said["cyberattack_reason"] = "設定の誤り"
        return said

    def report(self, case, organization, role, body):
        first = body["stage"] == "first"
        if first and self.dice.random() < RIVAL:
            said = self.report_with_rival(organization, role, body)
        else:
            said = self.submit(organization, role, "/api/v1/reports", body)
        case.version += 1
        if said["report"]["version"] != case.version:
            raise Fault(f"{case.reference}: version {said['report']['version']} answered, {case.version} expected")
        case.id = said["incident"]["id"]
        case.learn(said)

    def report_with_rival(self, organization, role, body):
        submissions = [Submission(self.fresh_key(), organization, role, "/api/v1/reports", encode(body, self.dice))
                       for _ in range(2)]
        answers = self.race(submissions)
        winners = [answer for answer in answers if answer.status == 201]
        if sorted(answer.status for answer in answers) != [201, 409]:
            raise Fault(f"two first reports with the reference {body['reference']}: "
                        f"{[(answer.status, answer.body) for answer in answers]}")
        return json.loads(winners[0].body)

    def follow_up(self, case):
        body = {"reference": case.reference, "stage": self.dice.choice(("followup", "followup", "correction", "final")),
                "summary": self.dice.choice("経過調査対策") * self.dice.choice((5, 50, 500, 1300))}
        if self.dice.random() < 0.4:
            body.update(self.judgement())
        self.report(case, case.organization, "csirt_head", body)

    def reassess(self, case):
        case.learn(self.submit(case.organization, "csirt_head", f"/api/v1/incidents/{case.id}/assessments",
                               {**self.judgement(), "reason": "調査の結果"}))

    def meet_a_duty(self, case):
        duties = [duty for duty in case.duties.values() if duty["state"] == "open" and not is_judged(duty)]
        if not duties:
            return
        duty = self.dice.choice(sorted(duties, key=lambda duty: duty["id"]))
        if duty["inner"]:
            method = self.dice.choice(("done", "in_person"))
        elif duty["opens_on"] == "receipt":
            method = self.dice.choice(("relay", "telephone"))
        elif duty["recipient"].startswith("police"):
            method = self.dice.choice(("report", "police_report", "consultation", "decided_not_needed"))
        else:
            method = self.dice.choice(("report", "telephone", "in_person"))
        self.fulfill(case, duty["holder"], "csirt_head", duty, {"method": method, "note": "手順書のとおり"})

    def fulfill(self, case, organization, role, duty, body):
        said = self.submit(organization, role, f"/api/v1/obligations/{duty['id']}/fulfillments", body)
        case.learn({"obligations": [said["obligation"]]})
        if said["message"] and self.dice.random() < 0.5:
            recipient = duty["recipient"]
            self.acknowledge(said["message"]["id"], recipient, self.desks.role(recipient), "当直")

    def ask_exception(self, case):
        duties = [duty for duty in case.duties.values() if duty["state"] == "open"]
        if not duties:
            return
        duty = self.dice.choice(sorted(duties, key=lambda duty: duty["id"]))
        target = f"/api/v1/obligations/{duty['id']}/waivers"
        asked = self.submit(duty["holder"], "csirt_head", target, {"reason": "別の経路で伝達済み"})
        decided = self.submit(duty["holder"], "exception_officer", f"{target}/{asked['id']}/decision",
                              {"decision": self.dice.choice(("approved", "rejected")), "reason": "確認した"})
        case.learn({"obligations": [decided["obligation"]]})

    def acknowledge_somewhere(self, case):
        recipients = sorted({duty["recipient"] for duty in case.duties.values()
                             if not duty["inner"] and not duty["self"] and duty["state"] == "fulfilled"
                             and duty["opens_on"] == "assessment"
                             and self.desks.role(duty["recipient"]) not in ("police_desk", "crisis_desk")})
        if recipients:
            recipient = self.dice.choice(recipients)
            self.acknowledge_latest(case, recipient, self.desks.role(recipient), "当直")

    def acknowledge_latest(self, case, organization, role, person):
        incident = self.read(organization, role, f"/api/v1/incidents/{case.id}")
        waiting = [message for message in incident["messages"]
                   if message["to"] == organization and not message["acknowledged_at"]]
        if waiting:
            self.acknowledge(waiting[-1]["id"], organization, role, person)

    def acknowledge(self, message, organization, role, person):
        self.submit(organization, role, f"/api/v1/inbox/{message}/acknowledgement", {"by": person})

    def move(self, case):
        said = self.submit(case.organization, "csirt_head", f"/api/v1/incidents/{case.id}/transitions",
                           {"to": self.dice.choice(("contained", "recovered", "reviewed")), "reason": "復旧"})
        case.learn(said)


class Case:
    """What the desks know of an incident, from the answers alone."""

    def __init__(self, organization, reference):
        self.organization, self.reference = organization, reference
        self.id, self.version, self.state = None, 0, None
        self.duties = {}

    def learn(self, said):
        if "incident" in said:
            self.state = said["incident"]["state"]
        for duty in said.get("obligations", ()):
            self.duties[duty["id"]] = duty

    def find(self, holder, clause, sentence):
        return next((duty for duty in self.duties.values()
                     if duty["holder"] == holder and duty["clause"] == clause and duty["state"] == "open"
                     and (sentence is None or duty.get("sentence") == sentence)), None)


def encode(body, dice):
    """The same value in one of several spellings: the bytes are what counts."""
    text = json.dumps(body, ensure_ascii=dice.random() < 0.2, indent=dice.choice((None, None, 1)))
    return (text + "\n" * dice.randrange(3)).encode()
