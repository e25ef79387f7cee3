#!/usr/bin/env python3
"""Exercises (訓練) as bodies live them: marked on every output, kept from police and crisis desk, counted apart; and the canary
(疎通確認) of the day, with one daemon, with two, and with an endpoint that is away.

  test_exercise.py --daemon NOROSHID --cli NOROSHI [TEST...]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import unittest
from datetime import timedelta, timezone
from pathlib import Path

from flow_scene import Flow, eventually

from harness import Deployment, plain_environment

JST = timezone(timedelta(hours=9))
OPTIONS = None


def configured(flow, text):
    with open(flow.data / "noroshi.toml", "a", encoding="utf-8") as file:
        file.write(text)


def canary(at="06:30", within="PT15M"):
    return f'[canary]\norganization = "jps"\nat = "{at}"\nwithin = "{within}"\n'


def said_by(flow, person, *arguments, language="ja"):
    """What the command line says to a person."""
    with tempfile.NamedTemporaryFile("w", suffix=".token") as token:
        token.write(person.token)
        token.flush()
        done = subprocess.run([flow.cli, "--lang", language, *arguments, "--url", f"https://127.0.0.1:{flow.port}", "--ca",
                               flow.data / "tls" / "ca.pem", "--token-file", token.name],
                              capture_output=True, text=True, timeout=60, env=plain_environment())
    if done.returncode:
        raise AssertionError(f"noroshi {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}")
    return done.stdout


class Exercises(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flow = flow = Flow(OPTIONS)
        cls.addClassCleanup(flow.clear_away)
        flow.start()
        cls.hooks = {body: flow.receiver(f"{body}-hook") for body in ("mhlw", "nco", "police-tokyo", "cas-jitai")}
        for body, hook in cls.hooks.items():
            role = {"police-tokyo": "police_desk", "cas-jitai": "crisis_desk"}.get(body)
            flow.person(body, role)
            # Police and crisis desk have no CSIRT head: their desks set the endpoints.
            proposer = flow.person(body, role or ("center_liaison" if body == "nco" else "csirt_head"), f"{body} 甲野")
            decider = flow.person(body, role or ("center_liaison" if body == "nco" else "csirt_head"), f"{body} 乙川")
            asked = flow.propose(proposer, hook)
            decider.do(f"/endpoints/{asked['id']}/decision", {"decision": "approved", "reason": "確認した"})
        cls.police, cls.crisis = flow.person("police-tokyo", "police_desk"), flow.person("cas-jitai", "crisis_desk")
        cls.jps, cls.mhlw, cls.nco = flow.person("jps"), flow.person("mhlw"), flow.person("nco")
        body = flow.report_body(exercise=True, cyberattack="yes", title="標的型攻撃",
                                large_scale=[{"criterion": "property", "harm": "feared", "certainty": "may_be"}])
        cls.said = cls.jps.do("/reports", body, Idempotency_Key=body["reference"])
        cls.incident, cls.reference = cls.said["incident"]["id"], body["reference"]
        for duty in cls.mhlw.items(f"/obligations?incident={cls.incident}"):
            if duty["holder"] == "mhlw" and duty["state"] == "open" and not duty["self"] and duty["recipient"] != "mhlw":
                cls.mhlw.do(f"/obligations/{duty['id']}/fulfillments", {"method": "relay"})
        for duty in cls.jps.items(f"/obligations?incident={cls.incident}"):
            if duty["holder"] == "jps" and duty["recipient"] == "police-tokyo":
                cls.jps.do(f"/obligations/{duty['id']}/fulfillments", {"method": "report"})

    def test_every_json_answer_that_speaks_of_it_says_so(self):
        self.assertTrue(self.said["incident"]["exercise"])
        for person in (self.jps, self.mhlw, self.nco):
            self.assertTrue(person.read(f"/incidents/{self.incident}")["exercise"])
            for target in ("/incidents", "/obligations", "/inbox", "/alarms"):
                for item in person.items(target):
                    with self.subTest(target=target, body=person.organization):
                        self.assertIs(item["exercise"], True, item)
        for message in self.mhlw.items("/inbox"):
            self.assertTrue(self.mhlw.read(f"/inbox/{message['id']}")["exercise"])
        for delivery in self.mhlw.items("/deliveries"):
            self.assertIs(delivery["exercise"], True, delivery)
            self.assertIs(self.mhlw.read(f"/deliveries/{delivery['id']}")["delivery"]["exercise"], True)
        auditor = self.flow.person("jps", "auditor")
        of_it = [event for event in auditor.items("/record/events") if event.get("incident_id") == self.incident]
        self.assertTrue(of_it)
        for event in of_it:
            self.assertIs(event["exercise"], True, event)

    def test_every_payload_is_marked(self):
        eventually("payloads", lambda: self.hooks["mhlw"].arrivals and self.hooks["nco"].arrivals)
        for body in ("mhlw", "nco"):
            for arrival in self.hooks[body].arrivals:
                self.assertIs(arrival.event["data"]["exercise"], True)
                self.assertEqual(arrival.event["data"]["mark"], "訓練")

    def test_the_page_behind_a_link_is_marked(self):
        eventually("a payload", lambda: self.hooks["mhlw"].arrivals)
        link = self.hooks["mhlw"].arrivals[0].event["data"]["acknowledge_url"]
        path = link[link.index("/acknowledge/"):]
        for language, mark in (("ja", "訓練"), ("en", "Exercise")):
            page = self.flow.ask("GET", path, Accept_Language=language)
            self.assertEqual(page.status, 200)
            self.assertIn(mark, page.text)

    def test_every_output_of_the_command_line_is_marked(self):
        number = self.said["incident"]["number"]
        message = self.mhlw.items("/inbox")[0]["id"]
        duty = self.mhlw.items(f"/obligations?incident={self.incident}")[0]["id"]
        delivery = self.mhlw.items("/deliveries")[0]["id"]
        outputs = [(self.mhlw, ("inbox",)), (self.mhlw, ("inbox", "show", message)), (self.mhlw, ("report", "show", number)),
                   (self.mhlw, ("obligations",)), (self.mhlw, ("obligation", "show", duty)), (self.mhlw, ("delivery", "list")),
                   (self.mhlw, ("delivery", "show", delivery)), (self.mhlw, ("statistics", "--exercise"))]
        for person, arguments in outputs:
            for language in ("ja", "en"):
                with self.subTest(arguments=arguments, language=language):
                    text = said_by(self.flow, person, *arguments, language=language)
                    self.assertIn("訓練" if language == "ja" else "EXERCISE", text)

    def test_police_and_crisis_desk_get_nothing_by_any_way(self):
        self.jps.post(f"/incidents/{self.incident}/recipients", {"organization": "police-osaka", "reason": "大阪の端末"})
        followup = {"reference": self.reference, "stage": "followup", "summary": "訓練の続き"}
        self.jps.do("/reports", followup, Idempotency_Key=f"{self.reference}-2")
        osaka = self.flow.person("police-osaka", "police_desk")
        for outside in (self.police, self.crisis, osaka):
            with self.subTest(outside=outside.organization):
                for target in ("/inbox", "/alarms", "/incidents", "/deliveries"):
                    self.assertEqual(outside.items(target), [], target)
                self.assertEqual(outside.get(f"/incidents/{self.incident}").status, 404)
                figures = outside.read("/statistics?exercise=true")
                self.assertEqual(figures["incidents"]["total"], 0)
                self.assertEqual(figures["duties"], [])
        # What a real case sends there does arrive, so that the silence before it says something.
        eventually("mhlw's payloads", lambda: self.hooks["mhlw"].arrivals)
        real, _ = self.flow.report("jps", "mhlw", cyberattack="yes")
        incident = self.jps.items("/incidents?exercise=false")[0]["id"]
        for duty in self.jps.items(f"/obligations?incident={incident}"):
            if duty["holder"] == "jps" and duty["recipient"] == "police-tokyo":
                self.jps.do(f"/obligations/{duty['id']}/fulfillments", {"method": "report"})
        eventually("the real one at the police", lambda: self.hooks["police-tokyo"].arrivals)
        for body in ("police-tokyo", "cas-jitai"):
            for arrival in self.hooks[body].arrivals:
                self.assertIs(arrival.event["data"]["exercise"], False)

    def test_figures_of_exercises_are_their_own(self):
        for person in (self.jps, self.mhlw, self.nco):
            drill, real = person.read("/statistics?exercise=true"), person.read("/statistics")
            self.assertIs(drill["exercise"], True)
            self.assertIs(real["exercise"], False)
            drills = len(person.items("/incidents?exercise=true"))
            self.assertEqual(drill["incidents"]["total"], drills)
            self.assertEqual(real["incidents"]["total"], len(person.items("/incidents?exercise=false")))
            self.assertEqual(sum(drill["incidents"]["by_state"].values()), drills)
            for figures, exercise in ((drill, True), (real, False)):
                duties = [duty for duty in person.items("/obligations") if duty["exercise"] is exercise]
                self.assertEqual(sum(clause["total"] for clause in figures["duties"]), len(duties))
                self.assertEqual(sum(clause["open"] for clause in figures["duties"]),
                                 sum(duty["state"] == "open" for duty in duties))
        for target, code in (("/statistics?from=2026-01-02&to=2026-01-01", "value"),
                             ("/statistics?from=2020-01-01&to=2026-01-01", "too_long"), ("/statistics?exercise=maybe", "value")):
            answer = self.jps.get(target)
            self.assertEqual(answer.status, 422)
            self.assertEqual(answer.value["errors"][0]["code"], code)


class Canary(unittest.TestCase):
    """Each test has a daemon of its own, whose clock the test shows."""

    def start(self, text):
        """At five in the morning of tomorrow, so that the canary of no day before is due."""
        self.flow = Flow(OPTIONS, ("--test-clock", "1"))
        self.addCleanup(self.flow.clear_away)
        self.flow.start()
        self.tomorrow = self.flow.shown_now().astimezone(JST).date() + timedelta(days=1)
        self.show(0, "05:00:00")
        if text:
            self.flow.stop()
            self.flow.arguments = []
            configured(self.flow, text)
            self.flow.start()
        self.operator = self.flow.person("nco", "operator")
        return self.flow

    def day(self, number):
        return (self.tomorrow + timedelta(days=number)).isoformat()

    def show(self, number, time):
        self.flow.sql(f"SELECT noroshi.show_clock('{self.day(number)}T{time}+09:00', 1);")

    def state(self, flow=None):
        checks = self.operator.read("/readyz")["checks"] if flow is None else json.loads(
            flow.ask("GET", "/readyz", token=self.operator.token).text)["checks"]
        return checks["canary"]["state"], checks["canary"]["status"]

    def becomes(self, state):
        eventually(f"canary {state}", lambda: self.state()[0] == state)

    def canaries(self):
        return [incident for incident in self.flow.person("mhlw").items("/incidents?exercise=true")
                if incident["reference"].startswith("CANARY-")]

    def test_off_by_default(self):
        self.start("")
        self.show(0, "07:00:00")
        self.assertEqual(self.state(), ("off", "ok"))
        self.assertEqual(self.canaries(), [])

    def test_it_arrives_each_day_and_asks_nothing_of_anybody(self):
        flow = self.start(canary())
        self.becomes("pending")
        mhlw = flow.person("mhlw")
        hook = flow.receiver("mhlw-hook")
        flow.endpoint("mhlw", hook)
        self.assertEqual(self.canaries(), [])
        for number in (0, 1):
            day = self.day(number)
            self.show(number, "06:30:00")
            eventually(day, lambda: any(found["reference"] == f"CANARY-{day}" for found in self.canaries()))
            # What health says may still be of the day before.
            eventually(f"the end of {day}", lambda: any(
                found["state"] == "dismissed" for found in self.canaries() if found["reference"] == f"CANARY-{day}"))
            self.becomes("ok")
            found = next(found for found in self.canaries() if found["reference"] == f"CANARY-{day}")
            self.assertIn("訓練", found["title"])
        self.assertEqual(len(self.canaries()), 2)
        self.assertEqual(len(hook.arrivals), 2)
        self.assertTrue(all(arrival.event["data"]["mark"] == "訓練" for arrival in hook.arrivals))
        messages = mhlw.items("/inbox")
        self.assertEqual([message["kind"] for message in messages], ["report", "report"])
        self.assertEqual([message["acknowledge_by"] for message in messages], [None, None])
        self.assertEqual(mhlw.read("/heartbeat")["unacknowledged"], 0)
        self.show(1, "22:00:00")
        self.assertEqual(mhlw.items("/alarms"), [])
        self.assertEqual([duty for duty in mhlw.items("/obligations") if duty["state"] == "open"], [])
        for exercise in ("true", "false"):
            self.assertEqual(mhlw.read(f"/statistics?exercise={exercise}")["incidents"]["total"], 0)
            self.assertEqual(mhlw.read(f"/statistics?exercise={exercise}")["duties"], [])
        page = flow.ask("GET", "/metrics", token=self.operator.token).text
        self.assertIn('noroshi_canary{state="ok"} 1', page)
        flow.verify_record()

    def test_what_does_not_arrive_is_missing_until_the_next_day(self):
        flow = self.start(canary())
        hook = flow.receiver("mhlw-hook")
        flow.endpoint("mhlw", hook)
        hook.close()
        jps, nco = flow.person("jps"), flow.person("nco")
        self.show(0, "06:30:00")
        eventually("the canary", self.canaries)
        self.assertEqual(self.state()[0], "pending")
        self.show(0, "06:45:30")
        self.becomes("missing")
        self.assertEqual(self.state(), ("missing", "warning"))
        for person in (jps, nco):
            alarms = [alarm for alarm in person.items("/alarms") if alarm["code"] == "canary_missing"]
            self.assertTrue(alarms)
            self.assertTrue(all(alarm["exercise"] for alarm in alarms))
            told = [message for message in person.items("/inbox") if message["kind"] == "alarm"]
            self.assertEqual(len(told), 1)
            self.assertIn("訓練", json.dumps(person.read(f"/inbox/{told[0]['id']}"), ensure_ascii=False))
        self.assertEqual([found["state"] for found in self.canaries()], ["assessed"])
        hook.open()
        self.show(1, "06:30:00")
        eventually("both have ended", lambda: [found["state"] for found in self.canaries()] == ["dismissed", "dismissed"])
        self.becomes("ok")
        flow.verify_record()

    def test_nobody_else_sends_a_canary(self):
        flow = self.start(canary())
        body = flow.report_body(exercise=True)
        body["reference"] = "CANARY-2030-01-01"
        answer = flow.person("jps").post("/reports", body, Idempotency_Key="x")
        self.assertEqual((answer.status, answer.value["errors"][0]["code"]), (422, "reserved"))

    def test_nobody_ends_it_or_adds_to_it(self):
        """One that a person dismissed would look arrived to everybody but the daemon."""
        flow = self.start(canary())
        hook = flow.receiver("mhlw-hook")
        flow.endpoint("mhlw", hook)
        hook.close()  # it does not arrive: it stays open
        self.show(0, "06:30:00")
        eventually("the canary", self.canaries)
        found = self.canaries()[0]
        jps, ciso = flow.person("jps"), flow.person("jps", "ciso")
        for person in (jps, ciso):
            for call, body in (("transitions", {"to": "dismissed", "reason": "届いた"}),
                               ("assessments", {"assessment": "not_incident", "assessment_reason": "疎通確認", "cyberattack": "no",
                                                "cyberattack_reason": "疎通確認"}),
                               ("recipients", {"organization": "police-osaka", "reason": "所在地"})):
                answer = person.post(f"/incidents/{found['id']}/{call}", body, Idempotency_Key=f"{call}-{person is ciso}")
                self.assertIn((answer.status, answer.value["code"]), [(403, "not_the_holder"), (403, "role_required")], call)
        body = flow.report_body(exercise=True)
        body.update(reference=found["reference"], stage="final")
        self.assertNotEqual(jps.post("/reports", body, Idempotency_Key="final").status, 201)
        self.assertNotEqual(self.canaries()[0]["state"], "dismissed")
        self.show(0, "06:45:30")
        self.becomes("missing")

    def test_two_daemons_send_one(self):
        flow = self.start(canary())
        other = Deployment(OPTIONS.daemon, OPTIONS.cli, database_url=flow.database_url(),
                           content_keys=flow.content_keys)
        self.addCleanup(other.clear_away)
        other.data.mkdir()
        (other.data / "noroshi.toml").write_text((flow.data / "noroshi.toml").read_text(encoding="utf-8"), encoding="utf-8")
        other.start()
        for number in (0, 1, 2):
            day = self.day(number)
            self.show(number, "06:30:00")
            eventually(day, lambda: any(found["reference"] == f"CANARY-{day}" and found["state"] == "dismissed"
                                        for found in self.canaries()))
        self.assertEqual(len(self.canaries()), 3)
        self.assertEqual(int(flow.sql("SELECT count(*) FROM incident WHERE reference LIKE 'CANARY-%';")[0]), 3)
        self.becomes("ok")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest, verbosity=2)
