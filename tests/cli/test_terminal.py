"""What a person reads: inbox, obligations, alarms, one incident; and the same as JSON."""

import json
import re
import unicodedata
import unittest

from noroshi import Case, problem

OBLIGATIONS = [
    {"id": "0190163d-8694-739b-9bea-966c26f8ad11", "incident_id": "i", "clause": "2.2.4(2)(h)", "holder": "jps",
     "recipient": "police-tokyo", "state": "open", "due_at": "2026-01-06T09:00:00+09:00", "late_by": None,
     "overdue": False},
    {"id": "0190163d-8694-739b-9bea-966c26f8ad12", "incident_id": "i", "clause": "2.2.4(2)(g)", "sentence": 3,
     "holder": "mhlw", "recipient": "nco", "state": "open", "due_at": "2026-01-05T09:30:00+09:00", "late_by": "PT26H",
     "overdue": True},
]
MESSAGES = [
    {"id": "m1", "kind": "report", "incident_id": "i", "number": "JPS-2026-1", "reference": "A-1", "version": 1,
     "from": "jps", "clause": "2.2.4(2)(g)", "sentence": 2, "sent_at": "2026-01-05T00:00:00Z",
     "acknowledge_by": "2026-01-05T00:15:00Z", "acknowledged_at": "2026-01-05T01:00:00Z", "acknowledged_by": "当直"},
    {"id": "m2", "kind": "report", "incident_id": "i", "number": "JPS-2026-1", "reference": "A-1", "version": 2,
     "from": "jps", "clause": None, "sent_at": "2026-01-05T03:00:00Z",
     "acknowledge_by": "2026-01-05T03:15:00Z", "acknowledged_at": None, "acknowledged_by": None},
]


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def column_of(line, cell):
    return width(line[:line.index(cell)])


class Terminal(Case):
    def page(self, items, next_page=None):
        return 200, {"items": items, "next": next_page}

    def test_late_duties_stand_first_marked_in_japanese_time_and_straight_columns(self):
        receiver = self.receiver(self.page(OBLIGATIONS))
        code, out, _ = self.noroshi("obligations", *self.to(receiver.url))
        self.assertEqual(code, 0)
        heading, _, first, second = out.splitlines()[:4]
        self.assertTrue(first.startswith("期限超過"))
        self.assertIn("期限超過 1日2時間", first)
        self.assertIn("2026-01-05 09:30", first)
        self.assertTrue(second.startswith("未了"))
        for name, cells in (("条項", ("2.2.4(2)(g) 3", "2.2.4(2)(h)")), ("相手", ("国家サイバー統括室 (nco)", "警視庁 (police-tokyo)")),
                            ("目標期限", ("2026-01-05", "2026-01-06"))):
            self.assertEqual({column_of(heading, name)}, {column_of(first, cells[0]), column_of(second, cells[1])})

    def test_filters_go_into_the_query(self):
        receiver = self.receiver(self.page([]))
        code, out, _ = self.noroshi("obligations", "--state", "open", "--overdue", "--holder", "jps", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("ありません", out)
        self.assertEqual(receiver.requests[0]["target"], "/api/v1/obligations?state=open&overdue=true&holder=jps")
        self.assertEqual(self.noroshi("obligations", "--state", "perhaps", *self.to(receiver.url))[0], 2)

    def test_all_pages_of_a_list_are_read(self):
        receiver = self.receiver(self.page(OBLIGATIONS[:1], "a+b/c="), self.page(OBLIGATIONS[1:]))
        code, out, _ = self.noroshi("obligations", "--json", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertEqual([o["id"] for o in json.loads(out)["items"]], [o["id"] for o in OBLIGATIONS])
        self.assertEqual(receiver.requests[1]["target"], "/api/v1/obligations?cursor=a%2Bb%2Fc%3D")

    def test_the_inbox_shows_first_what_nobody_acknowledged(self):
        receiver = self.receiver(self.page(MESSAGES))
        code, out, _ = self.noroshi("inbox", *self.to(receiver.url))
        self.assertEqual(code, 0)
        rows = out.splitlines()[2:]
        self.assertTrue(rows[0].startswith("未確認"))
        self.assertTrue(rows[0].endswith("m2"))
        self.assertTrue(rows[1].startswith("2026-01-05 10:00"))
        waiting = json.loads(self.noroshi("inbox", "--unacknowledged", "--json", *self.to(receiver.url))[1])
        self.assertEqual([m["id"] for m in waiting["items"]], ["m2"])

    def test_acknowledging_sends_the_person_and_the_remark(self):
        receiver = self.receiver((201, {"id": "m2"}))
        code, out, _ = self.noroshi("inbox", "ack", "m2", "--by", "当直 \"A\"", "--note", "了解", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("受領を確認しました", out)
        [request] = receiver.requests
        self.assertEqual(request["target"], "/api/v1/inbox/m2/acknowledgement")
        self.assertEqual(json.loads(request["body"]), {"by": "当直 \"A\"", "note": "了解"})
        self.assertEqual(self.noroshi("inbox", "ack", "m2", *self.to(receiver.url))[0], 2)

    def test_a_message_is_shown_with_its_report_and_cannot_act_on_the_terminal(self):
        message = dict(MESSAGES[1], report={"title": "題\x1b[2J\u202e名", "impact": {"services": ["年金相談"]}})
        receiver = self.receiver((200, message))
        code, out, _ = self.noroshi("inbox", "show", "m2", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("title: 題\ufffd[2J\ufffd名", out)
        self.assertIn("年金相談", out)
        self.assertNotIn("\x1b", out)

    def test_an_incident_is_found_by_its_number(self):
        incident = {"id": "0190163d-8694-739b-9bea-966c26f8ad02", "number": "JPS-2026-1", "title": "件名",
                    "organization": "jps", "obligations": OBLIGATIONS, "exercise": True, "state": "contained",
                    "assessment": "incident", "cyberattack": "possible",
                    "messages": [{"sent_at": "2026-01-05T00:00:00Z", "kind": "relay", "from": "mhlw", "to": "nco"}],
                    "steps": [{"taken_at": "2026-01-05T00:00:00Z", "kind": "ciso_told", "name": "", "text": "t"}],
                    "instructions": [{"id": "i", "kind": "emergency_measures", "force": "instruction", "addressee": "a", "text": "t"}]}
        receiver = self.receiver(self.page([]), self.page([incident]), (200, incident))
        code, out, _ = self.noroshi("report", "show", "JPS-2026-1", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("日本年金機構 (jps)", out)
        self.assertIn("訓練", out)
        for told in ("状態: 応急措置済み (contained)", "評価: インシデントである (incident)", "サイバー攻撃: 可能性あり (possible)",
                     "中継  厚生労働省 (mhlw)", "CISOへの報告", "応急措置の指示"):
            self.assertIn(told, out)
        self.assertEqual([r["target"] for r in receiver.requests],
                         ["/api/v1/incidents?reference=JPS-2026-1", "/api/v1/incidents",
                          "/api/v1/incidents/0190163d-8694-739b-9bea-966c26f8ad02"])
        nothing = self.receiver(self.page([]))
        self.assertEqual(self.noroshi("report", "show", "JPS-2026-9", *self.to(nothing.url))[0], 1)

    def test_alarms_stand_with_the_newest_on_top_and_are_the_daemons_own_as_json(self):
        alarms = [{"id": str(hour), "code": "duty_overdue", "obligation_id": "o", "incident_id": "i", "number": "JPS-2026-1",
                   "exercise": False, "organization": "mhlw", "role": "csirt_member", "level": level,
                   "raised_at": f"2026-01-05T0{hour}:15:00Z", "due_at": "2026-01-05T00:00:00Z", "message": "m",
                   "holder": "mhlw", "clause": "2.2.4(2)(g)", "sentence": 3} for hour, level in ((1, 2), (3, 1), (2, 3))]
        url = self.receiver(self.page(alarms)).url
        code, out, _ = self.noroshi("--lang", "en", "alarms", *self.to(url))
        self.assertEqual(code, 0)
        rows = out.splitlines()[2:]
        self.assertEqual([row.split()[0] for row in rows], ["1", "3", "2"])
        self.assertEqual([re.search(r"\dh 15m", row)[0] for row in rows], ["3h 15m", "2h 15m", "1h 15m"])
        self.assertEqual(json.loads(self.noroshi("--json", "alarms", *self.to(url))[1])["items"], alarms)
        self.assertIn("厚生労働省 (mhlw) CSIRT職員", self.noroshi("alarms", *self.to(url))[1])

    def test_what_a_person_did_goes_out_with_a_key_and_only_what_was_given(self):
        fulfilled = {"id": "f", "method": "telephone", "message": None, "obligation": dict(OBLIGATIONS[1], state="fulfilled", overdue=False)}
        receiver = self.receiver((201, fulfilled))
        code, out, err = self.noroshi("obligation", "fulfill", "o/1", "--method", "telephone", "--at", "2026-01-05T09:55:00+09:00",
                                      "--note", "当直 \"A\"", *self.to(receiver.url))
        self.assertEqual(code, 0, err)
        self.assertIn("履行済", out)
        self.assertNotIn("受信箱に送信", out)
        [request] = receiver.requests
        self.assertEqual((request["method"], request["target"]), ("POST", "/api/v1/obligations/o%2F1/fulfillments"))
        self.assertEqual(json.loads(request["body"]),
                         {"method": "telephone", "at": "2026-01-05T09:55:00+09:00", "note": "当直 \"A\""})
        self.assertRegex(request["headers"]["Idempotency-Key"], r"^[0-9a-f-]{36}$")
        self.assertEqual(json.loads(self.noroshi("--json", "obligation", "fulfill", "o", "--method", "done", *self.to(receiver.url))[1]),
                         fulfilled)
        self.assertNotEqual(receiver.requests[1]["headers"]["Idempotency-Key"], request["headers"]["Idempotency-Key"])

    def test_an_erasure_is_decided_on_the_request_that_waits_and_shows_who_asked_and_why(self):
        id = "0190163d-8694-739b-9bea-966c26f8ad02"
        asked = {"id": "e2", "decision": "pending", "asked_at": "2024-04-01T00:00:00+09:00", "asked_by": "責任者", "reason": "満了\x1b[2J"}
        incident = {"id": id, "number": "JPS-2018-1", "title": "件名", "erasures": [dict(asked, id="e1", decision="rejected"), asked]}
        for word, decision in (("approve", "approved"), ("reject", "rejected")):
            receiver = self.receiver((200, incident), (201, {"id": "e2", "decision": decision}))
            code, out, err = self.noroshi("incident", "erasure", word, id, "--reason", "可", *self.to(receiver.url))
            self.assertEqual(code, 0, err)
            self.assertIn("責任者", out)
            self.assertNotIn("\x1b", out)
            self.assertEqual(receiver.requests[1]["target"], f"/api/v1/incidents/{id}/erasures/e2/decision")
            self.assertEqual(json.loads(receiver.requests[1]["body"]), {"decision": decision, "reason": "可"})
        receiver = self.receiver((200, dict(incident, erasures=[])))
        self.assertEqual(self.noroshi("incident", "erasure", "approve", id, "--reason", "可", *self.to(receiver.url))[0], 1)
        self.assertEqual(len(receiver.requests), 1)

    def test_what_may_be_erased_is_listed_with_when_its_retention_ended(self):
        receiver = self.receiver(self.page([{"number": "JPS-2018-1", "reference": "A-1", "title": "件名", "state": "closed",
                                             "retention_class": "confidentiality_2", "retained_until": "2024-03-31T15:00:00Z",
                                             "erasure_pending": True}]), self.page([]))
        code, out, _ = self.noroshi("incident", "erasable", *self.to(receiver.url))
        self.assertEqual((code, receiver.requests[0]["target"]), (0, "/api/v1/incidents?erasable=true"))
        self.assertIn("2024-04-01 00:00", out)
        self.assertIn("決定待ち", out)
        self.assertRegex(out, "終結 +機密性2")
        self.assertIn("ありません", self.noroshi("incident", "erasable", *self.to(receiver.url))[1])

    def test_a_message_that_was_erased_says_so_in_the_list_and_alone(self):
        message = dict(MESSAGES[0], title="erased", erased_at="2024-03-31T15:00:00Z", erased_by="jps",
                       report={"version": 1, "document": None})
        receiver = self.receiver(self.page([message]), (200, message))
        self.assertIn("消去済み", self.noroshi("inbox", *self.to(receiver.url))[1])
        out = self.noroshi("inbox", "show", "m1", *self.to(receiver.url))[1]
        self.assertRegex(out, r"消去済み: .*jps.*2024-04-01 00:00")
        self.assertNotIn("document", out)

    def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_bytes(self):
        unknown = (503, problem(503, "outcome_unknown"))
        receiver = self.receiver("cut", unknown, (201, {"incident": {"number": "JPS-2026-1"}, "obligations": [], "alarms": []}))
        code, out, err = self.noroshi("incident", "move", "0190163d-8694-739b-9bea-966c26f8ad02", "--to", "contained", *self.to(receiver.url))
        self.assertEqual((code, err), (0, ""))
        self.assertIn("JPS-2026-1", out)
        self.assertEqual(len(receiver.requests), 3)
        self.assertEqual(len({(r["headers"]["Idempotency-Key"], r["body"]) for r in receiver.requests}), 1)

    def test_where_it_stays_unknown_whether_it_was_done_the_key_is_told(self):
        receiver = self.receiver("cut")
        asked = ("--lang", "en", "waiver", "ask", "o", "--reason", "r", *self.to(receiver.url))
        code, _, err = self.noroshi(*asked)
        self.assertEqual(code, 69)
        [key] = {request["headers"]["Idempotency-Key"] for request in receiver.requests}
        self.assertEqual(len(receiver.requests), 4)
        self.assertIn(f"--key {key}", err)
        again = self.receiver((201, {"id": "w", "decision": "pending", "obligation": OBLIGATIONS[0]}))
        self.assertEqual(self.noroshi(*asked[:7], "--key", key, *self.to(again.url))[0], 0)
        self.assertEqual(again.requests[0]["headers"]["Idempotency-Key"], key)

    def test_a_refusal_after_a_lost_answer_tells_that_nothing_was_done_but_one_before_the_key_does_not(self):
        asked = ("--lang", "en", "waiver", "ask", "o", "--reason", "r")
        for status, code, told in ((409, 2, False), (401, 77, True)):
            receiver = self.receiver("cut", (status, problem(status, "x")))
            done = self.noroshi(*asked, *self.to(receiver.url))
            self.assertEqual((done[0], "--key" in done[2], len(receiver.requests)), (code, told, 2))
        busy = self.receiver((503, problem(503, "unavailable")))
        done = self.noroshi(*asked, *self.to(busy.url))
        self.assertEqual((done[0], "--key" in done[2], len(busy.requests)), (69, False, 4))

    def test_what_was_never_sent_is_tried_once_and_nothing_is_unknown(self):
        code, _, err = self.noroshi("--lang", "en", "waiver", "ask", "o", "--reason", "r", *self.to("https://127.0.0.1:1"))
        self.assertEqual(code, 69)
        self.assertNotIn("--key", err)
        self.assertEqual(len(err.splitlines()), 1)

    def test_a_judgement_sends_its_cells_and_none_takes_them_back(self):
        answer = (201, {"incident": {"number": "JPS-2026-1", "assessment": "incident"}, "obligations": OBLIGATIONS,
                        "alarms": [{"code": "no_police_known", "message": "所轄が不明"}]})
        receiver = self.receiver(answer)
        assess = ("incident", "assess", "0190163d-8694-739b-9bea-966c26f8ad02", "--assessment", "incident")
        code, out, _ = self.noroshi(*assess, "--large-scale", "property:feared:may_be", "--large-scale", "life:occurred:is",
                                    "--reason", "再評価", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("所轄が不明", out)
        self.assertIn("警視庁", out)
        self.assertEqual(self.noroshi(*assess, "--large-scale", "none", *self.to(receiver.url))[0], 0)
        self.assertEqual(self.noroshi(*assess, "--large-scale", "property", *self.to(receiver.url))[0], 2)
        self.assertEqual([json.loads(request["body"]) for request in receiver.requests],
                         [{"assessment": "incident", "large_scale": [{"criterion": "property", "harm": "feared", "certainty": "may_be"},
                                                                     {"criterion": "life", "harm": "occurred", "certainty": "is"}],
                           "reason": "再評価"},
                          {"assessment": "incident", "large_scale": []}])

    def test_a_duty_is_shown_with_its_reasons_and_its_waivers_and_cannot_act_on_the_terminal(self):
        duty = dict(OBLIGATIONS[0], number="JPS-2026-1", exercise=True, words="速やかに…", gloss="g", because=["理由\x1b[2J"], fulfillment=None,
                    waivers=[{"id": "w1", "reason": "重複", "asked_by": "担当", "asked_at": "2026-01-05T00:00:00Z", "decision": "pending",
                              "decided_by": None, "decided_at": None, "decision_reason": None}])
        code, out, _ = self.noroshi("obligation", "show", "o", *self.to(self.receiver((200, duty)).url))
        self.assertEqual(code, 0)
        for word in ("JPS-2026-1 訓練", "速やかに…", "理由\ufffd[2J", "w1  pending  2026-01-05 09:00: 重複 (担当)"):
            self.assertIn(word, out)
        self.assertNotIn("\x1b", out)

    def test_refusals_and_silence_have_exit_codes_of_their_own(self):
        self.assertEqual(self.noroshi("inbox", *self.to(self.receiver((401, problem(401, "x"))).url))[0], 77)
        self.assertEqual(self.noroshi("inbox", *self.to(self.receiver((503, problem(503, "x"))).url))[0], 69)
        self.assertEqual(self.noroshi("inbox", "show", "x", *self.to(self.receiver((404, problem(404, "not_found"))).url))[0], 1)
        self.assertEqual(self.noroshi("inbox", *self.to(self.receiver("cut").url))[0], 69)
        self.assertEqual(self.noroshi("inbox", *self.to("https://127.0.0.1:1"))[0], 69)


if __name__ == "__main__":
    unittest.main()
