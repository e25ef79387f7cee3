"""What is withheld, released and shared; receipt numbers; and that nobody takes a part of a report for the whole."""

import json
import unittest

from noroshi import Case, problem

INCIDENT = "0190163d-8694-739b-9bea-966c26f8ad02"
WITHHOLDING = {"id": "w1", "incident_id": INCIDENT, "number": "JPS-2026-1", "organization": "jps", "from": "police-tokyo",
               "members": ["actions", "systems"], "state": "in_force", "until": "2026-01-06T00:00:00+09:00", "reason": "協議中",
               "withheld_by": "責任者", "withheld_at": "2026-01-05T00:00:00+09:00", "released_at": None, "released_by": None,
               "release_reason": None}
VIEW = {"of": "police", "left_out": ["impact", "summary"],
        "withheld": [{"members": ["actions"], "by": "jps", "until": "2026-01-06T00:00:00+09:00"}]}


class Views(Case):
    def page(self, items, next_page=None):
        return 200, {"items": items, "next": next_page}

    def test_what_is_withheld_goes_out_as_it_was_said_and_what_was_seen_is_told(self):
        receiver = self.receiver((201, dict(WITHHOLDING, seen_before=True, note="すでに受け取った版は取り消せません。")))
        code, out, err = self.noroshi("incident", "withhold", INCIDENT, "--from", "police-tokyo", "--member", "systems", "--member",
                                      "actions", "--until", "2026-01-06T00:00:00+09:00", "--reason", "協議中", *self.to(receiver.url))
        self.assertEqual((code, err), (0, ""))
        self.assertIn("取り消せません", out)
        self.assertIn("警視庁 (police-tokyo)", out)
        [request] = receiver.requests
        self.assertEqual(request["target"], f"/api/v1/incidents/{INCIDENT}/withholdings")
        self.assertEqual(json.loads(request["body"]), {"from": "police-tokyo", "members": ["systems", "actions"], "reason": "協議中",
                                                       "until": "2026-01-06T00:00:00+09:00"})
        self.assertEqual(self.noroshi("incident", "withhold", INCIDENT, "--from", "nco", "--reason", "x", *self.to(receiver.url))[0], 2)

    def test_it_is_listed_and_released(self):
        receiver = self.receiver(self.page([WITHHOLDING]), (201, dict(WITHHOLDING, state="released")), (409, problem(409, "withholding_over")))
        out = self.noroshi("incident", "withholdings", INCIDENT, *self.to(receiver.url))[1]
        self.assertIn("留保中", out)
        self.assertIn("actions, systems", out)
        code, out, _ = self.noroshi("incident", "release", "w1", "--reason", "公表した", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("解除", out)
        self.assertEqual(receiver.requests[1]["target"], "/api/v1/withholdings/w1/release")
        self.assertEqual(json.loads(receiver.requests[1]["body"]), {"reason": "公表した"})
        self.assertEqual(self.noroshi("incident", "release", "w1", "--reason", "x", *self.to(receiver.url))[0], 2)

    def test_sharing_tells_the_number_of_the_receiver(self):
        receiver = self.receiver((201, {"incident": {"id": INCIDENT, "number": "JPS-2026-1"},
                                        "message": {"id": "m", "kind": "notice", "to": "meti", "clause": "2.2.4(2)(l)",
                                                    "receipt_number": "METI-R-49QD-C9AP-39PM", "sent_at": "2026-01-05T00:00:00+09:00"}}))
        code, out, _ = self.noroshi("--lang", "en", "incident", "share", INCIDENT, "--organization", "meti", "--note", "注意", *self.to(receiver.url))
        self.assertEqual(code, 0)
        self.assertIn("METI-R-49QD-C9AP-39PM", out)
        self.assertEqual(json.loads(receiver.requests[0]["body"]), {"organization": "meti", "note": "注意"})

    def test_a_part_of_a_report_is_told_to_be_one(self):
        message = {"id": "m", "kind": "report", "incident_id": "i", "number": "JPS-2026-1", "receipt_number": "POLICE-TOKYO-R-49QD-C9AP-39PM",
                   "version": 1, "from": "jps", "clause": "2.2.4(2)(h)", "sent_at": "2026-01-05T00:00:00Z", "acknowledged_at": None,
                   "report": {"version": 1, "document": {"title": "x", "view": VIEW}}}
        incident = {"id": INCIDENT, "number": "JPS-2026-1", "title": "x", "organization": "jps", "receipt_number": "POLICE-TOKYO-R-49QD-C9AP-39PM",
                    "obligations": [], "messages": [], "report": {"title": "x", "view": VIEW}}
        receiver = self.receiver((200, message), (200, incident), (200, dict(incident, report={"title": "x"})))
        for command in (("inbox", "show", "m"), ("report", "show", INCIDENT)):
            out = self.noroshi("--lang", "en", *command, *self.to(receiver.url))[1]
            self.assertIn("not all of the report", out)
            self.assertIn("impact, summary", out)
            self.assertRegex(out, r"withheld by .*jps.* until 2026-01-06 00:00: actions")
            self.assertIn("POLICE-TOKYO-R-49QD-C9AP-39PM", out)
        self.assertNotIn("not all", self.noroshi("--lang", "en", "report", "show", INCIDENT, *self.to(receiver.url))[1])

    def test_an_incident_is_found_by_a_number_as_it_was_heard(self):
        incident = {"id": INCIDENT, "number": "JPS-2026-1", "title": "x", "organization": "jps", "obligations": [], "messages": []}
        receiver = self.receiver(self.page([]), self.page([incident]), (200, incident), self.page([]))
        self.assertEqual(self.noroshi("report", "show", "mhlw r 49qd c9ap 39pm", *self.to(receiver.url))[0], 0)
        self.assertEqual(receiver.requests[1]["target"], "/api/v1/incidents?receipt=MHLW-R-49QD-C9AP-39PM")
        self.noroshi("inbox", "--receipt-number", "MHLW-R-49QD-C9AP-39PM", *self.to(receiver.url))
        self.assertEqual(receiver.requests[3]["target"], "/api/v1/inbox?receipt=MHLW-R-49QD-C9AP-39PM")


if __name__ == "__main__":
    unittest.main()
