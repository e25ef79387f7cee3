#!/usr/bin/env python3
"""Deliveries as bodies live them: the real daemon, real HTTPS receivers that are away, broken, gone or slow, and a daemon
that is killed between claiming, sending and settling.

  test_flow.py --daemon NOROSHID --cli NOROSHI [--seed TEXT] [TEST...]

The seed is --seed, else NOROSHI_SEED, else a random one; it is printed, and settles when the daemon is killed.
"""

import argparse
import json
import os
import random
import signal
import sys
import threading
import time
import unittest
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from pathlib import Path

from flow_scene import PATIENCE, Flow, eventually
from receiver import SILENT

from harness import Client, Fault, Journal, Submission

CANARY = "SECRET-canary-見せてはならない"
RATE = 150  # of the moved clock: an hour takes 24 seconds
SOON = 5.0  # seconds in which what nothing holds up arrives
# A circuit that opened longest is probed again after a quarter of an hour: 6 seconds here.
BACK_SOON = 15.0
KILLS = ("accepted", "received", "answered") * 3
LEASE = 31.0  # seconds: the timeout of an attempt, and 30 to settle it

JST = timezone(timedelta(hours=9))
OPTIONS = None


class OneDaemon(unittest.TestCase):
    """One daemon for the class, and a record that is whole at the end."""
    arguments, delivery = (), {}

    @classmethod
    def setUpClass(cls):
        cls.flow = Flow(OPTIONS, cls.arguments, **cls.delivery)
        cls.addClassCleanup(cls.flow.clear_away)
        cls.flow.start()

    def setUp(self):
        self.addCleanup(self.tell_log)

    def tell_log(self):
        outcome = self._outcome.result if hasattr(self, "_outcome") else None
        if outcome and any(test is self for test, _ in outcome.failures + outcome.errors):
            print(self.flow.log_tail(10), file=sys.stderr)

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.text)

    def arrives(self, receiver, message, patience=SOON):
        """The request with that message, which was answered in time."""
        arrival = receiver.wait_for(message, patience)
        self.assertIsNotNone(arrival, f"{receiver.name} has not had message {message} after {patience:.0f} s\n"
                                      f"{self.flow.log_tail(10)}")
        return arrival

    def settles(self, person, message, state, patience=PATIENCE):
        """The delivery of that message once it is in that state."""
        seen = {}

        def settled():
            seen.update(person.delivery_of(message))
            return seen["state"] == state

        try:
            eventually(f"state {state}", settled, patience)
        except Fault:
            self.fail(f"after {patience:.0f} s the delivery is {seen}, {state} was awaited\n{self.flow.log_tail(10)}")
        return seen

    def events(self, auditor, kind, subject=None):
        """Of that type in the record, once there are any."""
        def found():
            items = auditor.items(f"/record/events?type={kind}")
            return [item for item in items if subject in (None, item["subject"])]

        return eventually(f"{kind} in the record", found)


class InUse(OneDaemon):
    delivery = {"timeout": "PT10S", "backoff": ["PT1S"]}

    def test_an_endpoint_is_asked_for_by_one_person_and_used_once_another_has_approved(self):
        flow, receiver = self.flow, self.flow.receiver("endpoint")
        asker = flow.person("mext", name="文部 甲")
        approver = flow.person("mext", name="文部 乙")
        other, sender = flow.person("mhlw"), flow.person("kahaku")
        asked = flow.propose(asker, receiver)
        self.assertEqual(asked["state"], "proposed")
        here = f"/endpoints/{asked['id']}"
        self.refused(asker.post(f"{here}/decision", {"decision": "approved", "reason": "自分で"}), 409, "four_eyes")
        namesake = flow.person("mext", "external_contact", "文部 甲")  # another token, the same name
        self.refused(namesake.post(f"{here}/decision", {"decision": "approved", "reason": "自分で"}), 409, "four_eyes")
        self.assertEqual(asker.get(f"{here}/secrets").status, 404)

        before, _ = flow.report("kahaku", "mext")
        self.assertEqual(asker.items("/deliveries"), [])
        for stranger in (other, sender):
            for target in (here, f"{here}/secrets"):
                self.assertEqual(stranger.get(target).status, 404, (stranger.organization, target))
            self.assertNotIn(asked["id"], [each["id"] for each in stranger.items("/endpoints")])
            for action in ("decision", "disabling", "resumption", "withdrawal"):
                body = {"reason": "他人"} | ({"decision": "approved"} if action == "decision" else {})
                self.assertEqual(stranger.post(f"{here}/{action}", body).status, 404, (stranger.organization, action))
        self.assertEqual(asker.read(here)["state"], "proposed")

        decided = approver.do(f"{here}/decision", {"decision": "approved", "reason": "確認した"})
        self.assertEqual(decided["state"], "active")
        shown = approver.read(here)
        self.assertEqual((shown["asked_by"], shown["decided_by"]), ("文部 甲", "文部 乙"))
        self.assertEqual(shown["settings"]["url"], receiver.url)
        secrets = approver.read(f"{here}/secrets")
        self.assertRegex(secrets["secret"], r"\Awhsec_[A-Za-z0-9+/=]{32,}\Z")
        self.assertRegex(secrets["public_key"], r"\Awhpk_[A-Za-z0-9+/=]{40,}\Z")
        for stranger in (other, sender):
            self.assertEqual(stranger.get(here).status, 404)
            self.assertEqual(stranger.get(f"{here}/secrets").status, 404)

        # What was sent before stays in the inbox alone; what is sent now goes there.
        message, _ = flow.report("kahaku", "mext")
        self.arrives(receiver, message)
        delivery = self.settles(approver, message, "delivered")
        self.assertEqual(receiver.of_message(before), [])
        self.assertEqual([each["id"] for each in approver.deliveries(asked["id"])], [delivery["id"]])
        self.assertEqual(sender.read(f"/deliveries/{delivery['id']}")["delivery"]["state"], "delivered")
        self.assertEqual(other.get(f"/deliveries/{delivery['id']}").status, 404)
        self.assertNotIn(delivery["id"], [each["id"] for each in other.items("/deliveries")])
        self.assertEqual(other.items(f"/deliveries?endpoint={asked['id']}"), [])

        # Withdrawn: nothing more, and no way back.
        asker.do(f"{here}/withdrawal", {"reason": "廃止"})
        late, _ = flow.report("kahaku", "mext")
        self.assertEqual(approver.items(f"/deliveries?message={late}"), [])
        self.refused(asker.post(f"{here}/resumption", {"reason": "再開"}), 409, "transition_not_allowed")

    def test_a_report_reaches_its_receiver_signed_and_without_its_content(self):
        flow, receiver = self.flow, self.flow.receiver("report")
        endpoint = flow.endpoint("mhlw", receiver)
        secret = flow.secret("mhlw", endpoint)
        message, incident = flow.report("jps", "mhlw", title=f"題 {CANARY}", summary=f"概要 {CANARY}")
        arrival = self.arrives(receiver, message)
        event = arrival.event
        self.assertTrue(arrival.is_signed(secret))
        self.assertFalse(arrival.is_signed("whsec_" + "A" * 43 + "="))
        arrival.body = arrival.body.replace(b'"recipient"', b'"recipienT"')
        self.assertFalse(arrival.is_signed(secret), "a changed byte is signed for")
        self.assertEqual((event["specversion"], event["id"], event["type"]),
                         ("1.0", arrival.id, "jp.noroshi.message.report"))
        data = event["data"]
        self.assertEqual((data["incident_id"], data["sender"], data["recipient"], data["version"], data["alarm_code"]),
                         (incident, "jps", "mhlw", 1, None))
        self.assertEqual(event["subject"], data["number"])
        said = json.dumps(event, ensure_ascii=False) + arrival.headers
        for secret_text in ("canary", "見せてはならない", "題 ", "概要", flow.report_body()["reference"].rpartition("-")[0]):
            self.assertNotIn(secret_text, said)
        self.assertIn(CANARY, json.dumps(flow.person("mhlw").read(f"/inbox/{message}"), ensure_ascii=False))

        delivery = self.settles(flow.person("mhlw"), message, "delivered")
        self.assertEqual((delivery["id"], delivery["endpoint_id"], delivery["organization"], delivery["channel"],
                          delivery["attempts"], delivery["cause"], delivery["next_at"]),
                         (arrival.id, endpoint, "mhlw", "webhook", 1, None, None))
        [attempt] = flow.person("jps").read(f"/deliveries/{delivery['id']}")["attempts"]
        self.assertEqual((attempt["outcome"], attempt["cause"]), ("delivered", None))
        self.assertEqual(len(receiver.of_message(message)), 1)

        for body in ("mhlw", "jps"):
            auditor = flow.person(body, "auditor")
            for kind in ("delivery.queued", "delivery.settled"):
                [found] = self.events(auditor, kind, delivery["id"])
                self.assertEqual(found["incident_id"], incident, (body, kind))
        self.assertEqual([each for each in flow.person("mext", "auditor").items("/record/events?type=delivery.settled")
                          if each["subject"] == delivery["id"]], [])
        self.assertNotIn("canary", flow.log.read_text())

    def test_a_receiver_that_is_gone_is_disabled_until_a_person_resumes_it(self):
        flow, receiver = self.flow, self.flow.receiver("gone")
        endpoint = flow.endpoint("maff", receiver)
        person, sender = flow.person("maff"), flow.person("famic")
        receiver.behave(503, Retry_After="3600")
        waiting = [flow.report("famic", "maff")[0] for _ in range(2)]
        for message in waiting:
            self.assertEqual(self.arrives(receiver, message).answer, 503)
        for message in waiting:
            held = eventually("the attempt is over", lambda each=message: (
                shown := person.read(f"/deliveries/{person.delivery_of(each)['id']}"))["attempts"][-1]["outcome"] and shown)
            self.assertEqual((held["delivery"]["state"], held["attempts"][-1]["cause"]), ("queued", "http_503"))
            self.assertGreater(held["delivery"]["next_at"], (flow.shown_now().astimezone(JST) + timedelta(
                minutes=50)).isoformat())
        receiver.behave(410)
        last, _ = flow.report("famic", "maff")
        self.assertEqual(self.arrives(receiver, last).answer, 410)
        dead = {message: self.settles(person, message, "dead") for message in (last, *waiting)}
        self.assertEqual([each["cause"] for each in dead.values()],
                         ["http_410", "endpoint_disabled", "endpoint_disabled"])
        shown = person.read(f"/endpoints/{endpoint}")
        self.assertEqual((shown["state"], shown["cause"], shown["changed_by"]), ("disabled", "http_410", None))
        for told in (person, sender):
            self.assertEqual(len(eventually("three alarms", lambda each=told: len(
                found := each.dead_alarms()) >= 3 and found)), 3, told.organization)
        self.assertEqual(flow.person("mext").dead_alarms(), [])
        self.assertIn("http_410", " ".join(alarm["message"] for alarm in person.dead_alarms()))
        check = eventually("/readyz tells of what is dead", lambda: (
            found := flow.person("nco", "operator").get("/readyz").value["checks"]["delivery"])["dead"] == 3 and found)
        self.assertEqual(check["status"], "warning")
        self.assertIn("noroshi delivery replay", check["message"])

        # Nothing goes there, and nothing is sent again, until a person says so.
        meanwhile, _ = flow.report("famic", "maff")
        self.assertEqual(person.items(f"/deliveries?message={meanwhile}"), [])
        again = f"/deliveries/{dead[last]['id']}/replay"
        self.refused(sender.post(again, {"reason": "再送"}), 409, "endpoint_not_active")
        receiver.behave(204)
        self.assertEqual(person.do(f"/endpoints/{endpoint}/resumption", {"reason": "復旧した"})["state"], "active")
        message, _ = flow.report("famic", "maff")
        self.arrives(receiver, message)
        self.settles(person, message, "delivered")
        self.assertEqual(sender.do(again, {"reason": "再送"})["state"], "queued")
        eventually("the one that was dead arrives", lambda: len(receiver.of_message(last)) == 2)
        self.settles(person, last, "delivered")
        self.assertEqual({arrival.id for arrival in receiver.of_message(last)}, {dead[last]["id"]})
        self.assertEqual(receiver.of_message(meanwhile), [])
        auditor = flow.person("maff", "auditor")
        [disabled] = self.events(auditor, "endpoint.disabled", endpoint)
        self.assertEqual((disabled["organization"], disabled["role"]), (None, None))
        self.events(auditor, "endpoint.resumed", endpoint)
        self.events(auditor, "delivery.replayed", dead[last]["id"])

    # The link.

    def follow(self, url, by=None, **form):
        """What a browser does with the link; with a name, what it sends of the form."""
        self.assertTrue(url.startswith(f"https://127.0.0.1:{self.flow.port}/acknowledge/"), url)
        path = urllib.parse.urlsplit(url).path
        if by is None and not form:
            return self.flow.ask("GET", path)
        body = urllib.parse.urlencode(form if by is None else {"by": by}).encode()
        # A browser that sends no referrer says `null` for where it comes from.
        return self.flow.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded", Origin="null")

    def message_with_link(self, receiver, sender, recipient):
        message, _ = self.flow.report(sender, recipient, title=f"題 {CANARY}")
        return message, self.arrives(receiver, message).event["data"]["acknowledge_url"]

    def test_whoever_has_the_link_acknowledges_and_nobody_else(self):
        flow, receiver = self.flow, self.flow.receiver("link")
        endpoint = flow.endpoint("mlit", receiver)
        person = flow.person("mlit")
        message, url = self.message_with_link(receiver, "pwri", "mlit")
        page = self.follow(url)
        self.assertEqual(page.status, 200)
        self.assertTrue(page.headers["Content-Type"].startswith("text/html"))
        policy = page.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("script", policy + page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn('<form method="post">', page.text)
        self.assertNotIn("canary", page.text)
        for wrong in ({"by": ""}, {"by": "  "}, {"by": "名" * 201}, {"name": "国土 花子"}, {"by": "改\n行"}):
            self.assertEqual(self.follow(url, **wrong).status, 422, wrong)
        self.assertIsNone(person.read(f"/inbox/{message}")["acknowledged_by"])
        name = "国土 <b>花子</b> " + "名" * 100  # what is asked for has up to 200 characters, not bytes
        taken = self.follow(url, by=name)
        self.assertEqual(taken.status, 201, taken.text)
        self.assertIn("国土 &lt;b&gt;花子&lt;/b&gt;", taken.text)
        self.assertNotIn("<b>", taken.text)
        self.assertEqual(person.read(f"/inbox/{message}")["acknowledged_by"], name)
        second = self.follow(url, by="別人")
        self.assertEqual(second.status, 200)
        self.assertIn("国土 &lt;b&gt;花子", second.text)
        self.assertNotIn("別人", second.text)
        self.assertIn("国土 &lt;b&gt;花子", self.follow(url).text)
        self.assertEqual(person.read(f"/inbox/{message}")["acknowledged_by"], name)
        [acknowledged] = self.events(flow.person("mlit", "auditor"), "message.acknowledged", message)
        self.assertEqual(acknowledged["organization"], "mlit")

        # An altered link holds nowhere, whatever byte of it is altered.
        other, url = self.message_with_link(receiver, "pwri", "mlit")
        token = url.rpartition("/")[2]
        for place in (1, 20, 30, 45, len(token) - 2):
            altered = token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1:]
            self.assertEqual(self.follow(url.replace(token, altered)).status, 404, place)
            self.assertEqual(self.follow(url.replace(token, altered), by="偽").status, 404, place)
            self.assertEqual(self.by_token(altered).status, 404, place)
        self.assertEqual(self.follow(url[:-1]).status, 404)
        self.assertIsNone(person.read(f"/inbox/{other}")["acknowledged_by"])
        # For programs.
        self.assertEqual(self.by_token(token, by="").status, 422)
        taken = self.by_token(token)
        self.assertEqual((taken.status, taken.value["acknowledged_by"]), (201, "国交 一郎"), taken.text)
        self.assertEqual(person.read(f"/inbox/{other}")["acknowledged_by"], "国交 一郎")
        self.refused(self.by_token(token), 409, "already_acknowledged")

        # Of an endpoint that was withdrawn.
        last, url = self.message_with_link(receiver, "pwri", "mlit")
        self.assertEqual(self.follow(url).status, 200)
        person.do(f"/endpoints/{endpoint}/withdrawal", {"reason": "廃止"})
        self.assertEqual(self.follow(url).status, 404)
        self.assertEqual(self.follow(url, by="遅い人").status, 404)
        self.assertEqual(self.by_token(url.rpartition("/")[2]).status, 404)
        self.assertIsNone(person.read(f"/inbox/{last}")["acknowledged_by"])
        self.assertNotIn(token, flow.log.read_text(), "whoever reads the log could acknowledge")

    def by_token(self, token, by="国交 一郎"):
        return self.flow.ask("POST", "/api/v1/acknowledgements", json.dumps({"token": token, "by": by}).encode())

    def test_z_the_record_is_whole(self):
        self.assertGreater(self.flow.verify_record(), 0)


class Hanging(OneDaemon):
    """Receivers that take connections and say nothing, as where a line was cut."""
    delivery = {"timeout": "PT30S", "backoff": ["PT1S"]}
    EACH = 4  # endpoints of each, and messages: more than there are senders
    SILENT = {"maff": "famic", "meti": "aist", "mext": "jaxa", "mic": "nict", "mlit": "pwri"}

    def test_nobody_waits_for_those_who_say_nothing_and_nobody_asks_again_and_again(self):
        flow = self.flow
        for body, sender in self.SILENT.items():
            flow.receiver(body).behave(SILENT)
            for _ in range(self.EACH):
                flow.endpoint(body, flow.receivers[body])
            flow.person(body), flow.person(sender)
        healthy = flow.receiver("healthy")
        flow.endpoint("mhlw", healthy)
        flow.person("jps"), flow.person("mhlw")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda pair: flow.report(pair[1], pair[0]), [*self.SILENT.items()] * self.EACH))
        silent = [flow.receivers[body] for body in self.SILENT]
        eventually("each endpoint hangs", lambda: flow.sql(
            "SELECT count(DISTINCT endpoint_id) FROM attempt JOIN delivery d ON d.id = delivery_id WHERE ended_at IS NULL;") ==
            [str(self.EACH * len(silent))])
        for _ in range(3):
            message, _ = flow.report("jps", "mhlw")
            self.arrives(healthy, message)
        commits = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'noroshi';"
        time.sleep(1.2)  # sessions tell what they did once a second
        before = int(flow.sql(commits)[0])
        time.sleep(2.4)
        self.assertLess(int(flow.sql(commits)[0]) - before, 500, "the worker asks again and again for what cannot be sent yet")
        for receiver in silent:
            self.assertLessEqual(len(receiver.arrivals), 4 * self.EACH, receiver.name)


class Stopped(OneDaemon):
    def test_a_daemon_that_is_stopped_ends_what_it_has_begun_and_begins_nothing(self):
        flow, receiver = self.flow, self.flow.receiver("slow")
        endpoint = flow.endpoint("mhlw", receiver)
        flow.person("jps")
        receiver.takes_time = 1.0
        with ThreadPoolExecutor(4) as pool:
            messages = [message for message, _ in pool.map(lambda _: flow.report("jps", "mhlw"), range(40))]
        eventually("some attempts are under way", lambda: len(receiver.arrivals) >= 4)
        self.assertEqual(flow.stop(), 0, flow.log_tail(5))
        # Four at once for a second each: all of them would have been on their way ten seconds later.
        self.assertLess(len(receiver.arrivals), 32, "it went on sending when it was stopped")
        receiver.takes_time = 0.0
        flow.start()
        # A claim that was left behind would hold its message up for a minute.
        for message in messages:
            self.arrives(receiver, message, PATIENCE)
        eventually("nothing is queued", lambda: not flow.person("mhlw").deliveries(endpoint, "queued"))
        self.assertEqual(flow.sql("SELECT count(*) FROM attempt WHERE outcome <> 'delivered';"), ["0"])
        self.assertEqual(sorted(receiver.messages()), sorted(messages))


class Unwritten(OneDaemon):
    """Of what was sent nothing can be written down: a right is missing, while claims go well."""
    delivery = {"timeout": "PT1S"}  # a claim ends 30 s after an attempt would have
    RIGHT = "EXECUTE ON FUNCTION end_delivery(uuid, bigint, timestamptz, text, text, text)"

    def test_what_cannot_be_settled_is_not_sent_again_and_again(self):
        flow, receiver = self.flow, self.flow.receiver("answers")
        endpoint = flow.endpoint("mhlw", receiver)
        flow.person("jps")
        flow.sql(f"REVOKE {self.RIGHT} FROM noroshi_writer;")
        first = [flow.report("jps", "mhlw")[0] for _ in range(2)]
        for message in first:
            self.arrives(receiver, message)
        eventually("both are seen not to be settled", lambda: flow.log_tail(20).count("cannot be settled") == 2)
        later = [flow.report("jps", "mhlw")[0] for _ in range(3)]
        time.sleep(3)
        self.assertEqual(sorted(receiver.messages()), sorted(first), "what cannot be settled was sent all the same")
        flow.sql(f"GRANT {self.RIGHT} TO noroshi_writer;")
        eventually("all of it is settled", lambda: len(flow.person("mhlw").deliveries(endpoint, "delivered")) == 5, 60)
        self.assertEqual(set(receiver.messages()), {*first, *later})
        self.assertEqual(len(receiver.messages()), 5, "nothing was sent twice")


class AnHour(OneDaemon):
    """Receivers that are away for an hour of a clock that runs fast, and two that never come back by themselves."""
    arguments = ("--test-clock", str(RATE))
    delivery = {"timeout": "PT1S", "backoff": ["PT30S", "PT2M"], "give_up": "PT90M"}
    # Who has a receiver, and who reports to him.
    AWAY = {"mhlw": "jps", "mext": "jaxa", "nco": "jma"}
    THERE = {"mlit": "pwri"}
    DEAD = {"meti": "aist", "maff": "famic"}  # one refuses connections, one takes them and says nothing

    def send(self, *bodies):
        """One message to each: {body: id}, in the order asked for."""
        return {body: self.flow.report(self.everybody[body], body)[0] for body in bodies}

    def test_an_hour(self):
        flow = self.flow
        self.everybody = {**self.AWAY, **self.THERE, **self.DEAD}
        receivers = {body: flow.receiver(body) for body in self.everybody}
        endpoints = {body: flow.endpoint(body, receivers[body], kinds=["report"]) for body in self.everybody}
        people = {body: flow.person(body) for body in self.everybody}
        for body, message in self.send(*self.everybody).items():
            self.arrives(receivers[body], message)

        # They go.
        began = flow.shown_now()
        for body in (*self.AWAY, "meti"):
            receivers[body].close()
        receivers["maff"].behave(SILENT)
        kept = {body: len(receivers[body].arrivals) for body in self.AWAY}
        waiting = [self.send(*self.AWAY, *self.DEAD) for _ in range(2)]
        self.arrives_everywhere(self.send(*self.THERE), receivers)
        # One each is acknowledged while nobody could deliver it.
        seen, unsent = waiting[1]["mhlw"], self.send("meti")["meti"]
        for body, message in (("mhlw", seen), ("meti", unsent)):
            people[body].do(f"/inbox/{message}/acknowledgement", {"by": "当直"})
        for body in (*self.AWAY, *self.DEAD):
            eventually(f"the circuit of {body} opens", lambda each=body: people[each].read(
                f"/endpoints/{endpoints[each]}")["circuit"]["open"])
        self.wait_shown(began + timedelta(minutes=30))
        waiting.append(self.send(*self.AWAY))
        self.arrives_everywhere(self.send(*self.THERE), receivers)
        self.wait_shown(began + timedelta(minutes=60))
        for body in self.AWAY:
            held = {delivery["message_id"]: delivery for delivery in people[body].deliveries(endpoints[body], "queued")}
            for message in (each[body] for each in waiting):
                if message != seen:
                    self.assertGreaterEqual(held[message]["attempts"], 1 if message != waiting[2][body] else 0, body)
            self.assertEqual(len(receivers[body].arrivals), kept[body])
        # Held back by their circuits: with none it were more than a hundred.
        for body in ("meti", "maff"):
            tried = sum(delivery["attempts"] for delivery in people[body].deliveries(endpoints[body], "queued"))
            self.assertLess(tried, 30, body)

        # They come back, and get all of it, each message once, but for the one that was acknowledged.
        for body in self.AWAY:
            receivers[body].open()
        back = time.monotonic()
        for body in self.AWAY:
            for message in (each[body] for each in waiting):
                if message == seen:
                    continue
                self.arrives(receivers[body], message, max(0.1, back + BACK_SOON - time.monotonic()))
                self.settles(people[body], message, "delivered")
                self.assertEqual(len(receivers[body].of_message(message)), 1, body)
        settled = self.settles(people["mhlw"], seen, "delivered")
        self.assertEqual(settled["cause"], "acknowledged_meanwhile")
        self.assertEqual(receivers["mhlw"].of_message(seen), [])
        # That nothing was sent to the dead one says nothing of it.
        self.assertEqual(self.settles(people["meti"], unsent, "delivered")["cause"], "acknowledged_meanwhile")
        circuit = people["meti"].read(f"/endpoints/{endpoints['meti']}")["circuit"]
        self.assertGreaterEqual(circuit["failures"], 3)
        self.assertLess(circuit["last_success_at"], began.astimezone(JST).isoformat())

        # Nobody waits for the dead.
        fresh = [self.send(*self.AWAY, *self.THERE) for _ in range(2)]
        for messages in fresh:
            self.arrives_everywhere(messages, receivers)

        # Given up.
        causes = {"meti": "unreachable", "maff": "timeout"}
        given_up = {body: [each[body] for each in waiting[:2]] for body in self.DEAD}
        dead = {}
        for body, messages in given_up.items():
            for message in messages:
                dead[message] = self.settles(people[body], message, "dead", 60.0)
                self.assertEqual(dead[message]["cause"], causes[body])
            self.assertEqual(people[body].read(f"/endpoints/{endpoints[body]}")["circuit"]["last_cause"], causes[body])
            numbers = sorted(dead[message]["number"] for message in messages)
            for told in (people[body], flow.person(self.everybody[body])):
                self.assertEqual(sorted(alarm["number"] for alarm in told.dead_alarms()), numbers, told.organization)
        for body in ("mhlw", "jps", "nco"):
            self.assertEqual(flow.person(body).dead_alarms(), [], body)
        operator = flow.person("nco", "operator")
        check = eventually("/readyz tells of what is dead", lambda: (
            found := operator.get("/readyz").value["checks"]["delivery"])["dead"] == 4 and found)
        self.assertEqual(check["status"], "warning")
        self.assertEqual(operator.get("/readyz").status, 200)
        # And still nobody waits for them, while they have messages that wait.
        late = self.send(*self.DEAD)
        self.arrives_everywhere(self.send(*self.AWAY, *self.THERE), receivers)

        # Sent again by recipient and by sender, under the same id; what was acknowledged is not.
        people["maff"].do(f"/inbox/{given_up['maff'][1]}/acknowledgement", {"by": "当直"})
        receivers["meti"].open()
        receivers["maff"].behave(204)
        by_whom = {given_up["meti"][0]: people["meti"], given_up["meti"][1]: flow.person("aist"),
                   given_up["maff"][0]: flow.person("famic")}
        self.assertEqual(people["mhlw"].post(f"/deliveries/{dead[given_up['meti'][0]]['id']}/replay",
                                             {"reason": "他人"}).status, 404)
        tried_before = {message: receivers["maff"].of_message(message) for message in given_up["maff"]}
        self.assertTrue(all(tried_before.values()), "the silent one was never sent anything")
        self.refused(flow.person("famic").post(f"/deliveries/{dead[given_up['maff'][1]]['id']}/replay",
                                               {"reason": "再送"}), 409, "already_acknowledged")
        for message, person in by_whom.items():
            person.do(f"/deliveries/{dead[message]['id']}/replay", {"reason": "復旧した"})
            body = "meti" if message in given_up["meti"] else "maff"
            self.arrives(receivers[body], message, BACK_SOON)
            after = self.settles(people[body], message, "delivered")
            self.assertGreater(after["attempts"], dead[message]["attempts"])
            self.assertEqual({arrival.id for arrival in receivers[body].of_message(message)}, {dead[message]["id"]})
            self.events(flow.person(body, "auditor"), "delivery.replayed", dead[message]["id"])
        for body, message in late.items():
            self.arrives(receivers[body], message, BACK_SOON)
        self.assertEqual(len(receivers["maff"].of_message(given_up["maff"][1])),
                         len(tried_before[given_up["maff"][1]]))
        self.assertGreater(flow.verify_record(), 0)

    def arrives_everywhere(self, messages, receivers):
        for body, message in messages.items():
            self.arrives(receivers[body], message)

    def wait_shown(self, moment):
        eventually(f"{moment} on the moved clock", lambda: self.flow.shown_now() >= moment, 60.0)


class Killer:
    """Ends the daemon when one of its requests has come to a stage."""

    def __init__(self, flow):
        self.flow = flow
        self.lock = threading.Lock()
        self.fired = threading.Event()
        self.stage = None

    def arm(self, stage, skip, delay):
        with self.lock:
            self.arrival = None
            self.skip, self.delay = skip, delay
            self.fired.clear()
            self.stage = stage

    def __call__(self, stage, arrival):
        with self.lock:
            if stage != self.stage:
                return
            if self.skip > 0:
                self.skip -= 1
                return
            self.stage, self.arrival = None, arrival
            time.sleep(self.delay)
            os.kill(self.flow.process.pid, signal.SIGKILL)  # the main thread waits for it
            self.fired.set()


class Killed(OneDaemon):
    delivery = {"timeout": "PT1S", "backoff": ["PT1S"]}
    BODIES = {"mhlw": "jps", "mext": "jaxa"}

    def test_no_message_is_lost_when_the_daemon_is_killed(self):
        flow, dice = self.flow, random.Random(f"{OPTIONS.seed}/kills")
        receivers = {body: flow.receiver(body) for body in self.BODIES}
        endpoints = {body: flow.endpoint(body, receivers[body], kinds=["report"]) for body in self.BODIES}
        killer = Killer(flow)
        for receiver in receivers.values():
            receiver.takes_time = 0.03
            receiver.observer = killer
        stop = threading.Event()
        submitters = [Submitter(flow, sender, dice.random(), stop) for sender in self.BODIES.values()]
        killed = self.kill_again_and_again(killer, dice, submitters, stop)
        for receiver in receivers.values():
            receiver.observer = None

        accepted = {sender.organization: sender.accepted for sender in submitters}
        self.assertGreaterEqual(sum(map(len, accepted.values())), 24)
        waits = "SELECT count(*) FROM delivery WHERE state = 'queued';"
        eventually("nothing is queued any more", lambda: flow.sql(waits) == ["0"], LEASE + PATIENCE)
        for text in ("SELECT count(*) FROM delivery WHERE state <> 'delivered' OR lease_until IS NOT NULL;",
                     "SELECT count(*) FROM attempt WHERE ended_at IS NULL;"):
            self.assertEqual(flow.sql(text), ["0"], text)

        repeats = 0
        for body, sender in self.BODIES.items():
            secret = flow.secret(body, endpoints[body])
            messages = {message["incident_id"]: message["id"] for message in flow.person(body).items("/inbox")
                        if message["kind"] == "report"}
            wanted = {messages[incident] for incident in accepted[sender]}
            self.assertEqual(set(messages.values()), wanted)
            log = receivers[body].arrivals
            self.assertEqual({arrival.message for arrival in log}, wanted, body)
            self.assertTrue(all(arrival.is_signed(secret) for arrival in log), body)
            deliveries = {each["message_id"]: each["id"] for each in flow.person(body).deliveries(endpoints[body])}
            self.assertEqual(deliveries.keys(), wanted)
            for arrival in log:
                self.assertEqual(arrival.id, deliveries[arrival.message])
            repeats += len(log) - len(wanted)
        # Those that were on their way when the daemon was killed came again; what had become of them nobody knew.
        interrupted = [arrival for stage, arrival in killed if stage == "received"]
        for arrival in interrupted:
            receiver = receivers[arrival.event["data"]["recipient"]]
            self.assertGreater(len(receiver.of_message(arrival.message)), 1)
            detail = flow.person(arrival.event["data"]["recipient"]).read(f"/deliveries/{arrival.id}")
            self.assertIn(("lost", "worker_lost"), [(each["outcome"], each["cause"]) for each in detail["attempts"]])
            self.assertEqual(detail["attempts"][-1]["outcome"], "delivered")
        lost = int(flow.sql("SELECT count(*) FROM attempt WHERE outcome = 'lost';")[0])
        self.assertGreaterEqual(lost, sum(stage != "answered" for stage, _ in killed))
        self.assertGreaterEqual(repeats, len(interrupted))
        events = flow.verify_record()
        print(f"flow: {len(killed)} kills, {sum(map(len, accepted.values()))} messages, {lost} attempts lost, "
              f"{repeats} messages repeated, {events} events in the record", flush=True)

    def kill_again_and_again(self, killer, dice, submitters, stop):
        """[(stage, Arrival or None)]"""
        flow, killed, stages = self.flow, [], list(KILLS)
        dice.shuffle(stages)
        for submitter in submitters:
            submitter.thread.start()
        try:
            for stage in stages:
                killer.arm(stage, dice.randrange(3), dice.uniform(0, 0.02 if stage != "answered" else 0.006))
                if not killer.fired.wait(LEASE + PATIENCE):
                    raise Fault(f"no request was {stage} for {LEASE + PATIENCE:.0f} s\n{flow.log_tail()}")
                flow.kill_daemon()
                killed.append((stage, killer.arrival))
                flow.start()
        finally:
            stop.set()
            for submitter in submitters:
                submitter.thread.join()
        failures = [submitter.failure for submitter in submitters if submitter.failure]
        if failures:
            raise failures[0]
        return killed


class Submitter:
    """Reports of one body, each until it is answered for good."""

    def __init__(self, flow, organization, seed, stop):
        self.flow, self.organization, self.stop = flow, organization, stop
        self.dice = random.Random(seed)
        self.journal = Journal(flow.folder / f"journal-{organization}")
        tokens = {(organization, "csirt_head"): flow.person(organization).token}
        self.client = Client(flow, tokens, self.journal, dice=self.dice)
        self.accepted = []  # ids of incidents
        self.failure = None
        self.thread = threading.Thread(target=self.run, name=organization)

    def run(self):
        try:
            number = 0
            while not self.stop.is_set() or number < 12:
                number += 1
                body = {**self.flow.report_body(), "reference": f"kill-{self.organization}-{number}"}
                answer = self.client.post(Submission(body["reference"], self.organization, "csirt_head",
                                                     "/api/v1/reports", json.dumps(body).encode()))
                if answer.status != 201:
                    raise Fault(f"{self.organization}: {answer.status} {answer.body}")
                self.accepted.append(json.loads(answer.body)["incident"]["id"])
                time.sleep(self.dice.uniform(0.1, 0.3))
        except Exception as failure:  # raised by the main thread
            self.failure = failure
        finally:
            self.client.close()
            self.journal.close()


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True, type=lambda text: Path(text).resolve())
    parser.add_argument("--cli", required=True, type=lambda text: Path(text).resolve())
    parser.add_argument("--seed", default=os.environ.get("NOROSHI_SEED") or str(random.SystemRandom().randrange(10**9)))
    OPTIONS, tests = parser.parse_known_args()
    print(f"flow: seed {OPTIONS.seed}", flush=True)
    unittest.main(argv=[sys.argv[0], *tests], verbosity=2)


if __name__ == "__main__":
    main()
