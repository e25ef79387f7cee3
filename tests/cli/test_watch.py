"""The live stream in a terminal: what is shown, how a cut line is taken up again, how it ends."""

import json
import os
import pty
import signal
import subprocess
import unittest

from noroshi import Case, problem

ORGANIZATIONS = {"items": [{"id": "jps", "name": "日本年金機構"}, {"id": "mhlw", "name": "厚生労働省"}], "next": None}
DUTY = {"id": "o1", "clause": "2.2.4(2)(g)", "sentence": 3}
ALARM = {"id": "a1", "code": "duty_overdue", "obligation_id": "o1", "incident_id": "i", "number": "JPS-2026-1",
         "exercise": True, "clause": "2.2.4(2)(g)", "sentence": 3, "holder": "mhlw", "organization": "mhlw",
         "role": "csirt_head", "level": 2,
         "raised_at": "2026-01-05T10:00:00+09:00", "due_at": "2026-01-05T09:30:00+09:00", "message": "連絡が\x1b[2J未了"}
MESSAGE = {"id": "m1", "kind": "report", "incident_id": "i", "number": "JPS-2026-1", "exercise": False,
           "from": "jps", "to": "mhlw", "clause": "2.2.4(2)(g)", "sentence": 2, "title": "不審な通信",
           "sent_at": "2026-01-05T00:00:00Z"}
EVENT = {"id": "e1", "sequence": 7, "type": "report.received", "text": "報告を受付", "at": "2026-01-05T00:00:00Z",
         "incident_id": "i", "number": "JPS-2026-1", "exercise": False, "organization": None, "role": None,
         "subject": "r1"}
ROUTED = {**{name: value for name, value in ALARM.items() if name != "sentence"}, "code": "no_recipient", "level": 0,
          "obligation_id": None, "clause": None, "holder": None, "role": None, "due_at": None, "exercise": False}
OPENED = {**EVENT, "type": "obligation.opened", "text": "義務が発生", "subject": "o1"}



def item(name, place, data):
    return f"event: {name}\nid: {place}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def stream(*items):
    return "stream", ("retry: 10\n\n" + item("ready", "r0", {"cursor": "r0"}) + "".join(items)).encode()


class Watch(Case):
    def daemon(self, *streams):
        """Answers by target; the streams one after another, the last for ever."""
        left = list(streams)

        def answer(request):
            if request["target"].startswith("/api/v1/stream"):
                return left.pop(0) if len(left) > 1 else left[0]
            return 200, ORGANIZATIONS if request["target"] == "/api/v1/organizations" else DUTY

        return self.receiver(answer)

    def streams_asked_for(self, receiver):
        return [request for request in receiver.requests if request["target"].startswith("/api/v1/stream")]

    def test_each_item_is_a_line_and_an_alarm_says_who_what_and_how_late(self):
        receiver = self.daemon(stream(item("event", "p0", OPENED), item("event", "p1", EVENT), item("message", "p2", MESSAGE),
                                      item("message", "p2", {**MESSAGE, "kind": "alarm", "from": None}),
                                      item("alarm", "p3", ALARM), item("alarm", "p4", ROUTED)),
                               (401, problem(401, "token_invalid")))
        code, out, err = self.noroshi("watch", *self.to(receiver.url))
        self.assertEqual(code, 77)
        self.assertEqual(out.splitlines(), [
            "2026-01-05 09:00  JPS-2026-1  報告を受付",
            "2026-01-05 09:00  報告  JPS-2026-1  日本年金機構 (jps) → 厚生労働省 (mhlw)  2.2.4(2)(g) 2  不審な通信",
            "2026-01-05 10:00  警報 段階2  期限超過  30分超過  2.2.4(2)(g) 3  厚生労働省 (mhlw) ⇒ 厚生労働省 (mhlw) CSIRT責任者  "
            "JPS-2026-1 訓練",
            "2026-01-05 10:00  警報 段階0  no_recipient  厚生労働省 (mhlw) ⇒ 厚生労働省 (mhlw)  JPS-2026-1  連絡が\ufffd[2J未了",
        ])
        self.assertIn("受信しています", err)

    def test_what_nobody_has_to_act_on_is_shown_with_all(self):
        receiver = self.daemon(stream(item("event", "p1", OPENED)), (401, problem(401, "token_invalid")))
        self.assertEqual(self.noroshi("watch", "--all", *self.to(receiver.url))[1].splitlines(),
                         ["2026-01-05 09:00  JPS-2026-1  義務が発生"])

    def test_a_cut_line_is_taken_up_after_the_last_whole_item_and_said_to_have_been_cut(self):
        half = item("event", "p2", EVENT)[:-30]
        receiver = self.daemon(stream(item("event", "p1", EVENT), half), (503, problem(503, "unavailable")),
                               stream(item("message", "p2", MESSAGE)), (403, problem(403, "role_required")))
        code, out, err = self.noroshi("watch", "--lang", "en", *self.to(receiver.url))
        self.assertEqual(code, 77)
        self.assertEqual(len(out.splitlines()), 2)
        asked = self.streams_asked_for(receiver)
        self.assertNotIn("Last-Event-ID", asked[0]["headers"])
        self.assertEqual([request["headers"].get("Last-Event-ID") for request in asked[1:]], ["p1", "p1", "p2"])
        self.assertIn("without news", err)
        self.assertIn("it answers 503", err)
        self.assertIn("connected again", err)

    def test_json_lines_hold_what_came_and_where_to_go_on(self):
        receiver = self.daemon(stream(item("alarm", "p1", ALARM)), (401, problem(401, "token_invalid")))
        code, out, _ = self.noroshi("watch", "--json", "--after", "c/1", *self.to(receiver.url))
        self.assertEqual(code, 77)
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(lines[:2], [{"name": "ready", "id": "r0", "data": {"cursor": "r0"}},
                                     {"name": "alarm", "id": "p1", "data": ALARM}])
        self.assertEqual(self.streams_asked_for(receiver)[0]["target"], "/api/v1/stream?after=c%2F1")

    def test_a_reset_and_a_database_that_is_away_are_said(self):
        text = item("reset", "r0", {"reason": "behind", "text": "Read the lists anew"})
        receiver = self.daemon(stream(text, ": database unavailable\n\n", ": database unavailable\n\n", ": \n\n"),
                               (401, problem(401, "token_invalid")))
        _, out, err = self.noroshi("watch", "--lang", "en", *self.to(receiver.url))
        self.assertEqual(out, "")
        self.assertIn("Read the lists anew", err)
        self.assertEqual(err.count("no database just now"), 1)
        self.assertEqual(err.count("database is back"), 1)

    def test_who_never_got_through_is_told_so_and_does_not_wait(self):
        receiver = self.daemon((403, problem(403, "role_required")))
        self.assertEqual(self.noroshi("watch", *self.to(receiver.url))[0], 77)
        self.assertEqual(self.noroshi("watch", *self.to("https://127.0.0.1:1"))[0], 69)
        receiver = self.daemon((503, problem(503, "unavailable")))
        self.assertEqual(self.noroshi("watch", *self.to(receiver.url))[0], 69)

    def test_a_signal_ends_it_with_0_while_it_waits_for_the_line(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            receiver = self.daemon(stream(item("event", "p1", EVENT)), (503, problem(503, "unavailable")))
            with subprocess.Popen(self.command("watch", *self.to(receiver.url)), stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, env=self.environment()) as process:
                self.assertIn("JPS-2026-1", process.stdout.readline())
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=20), 0)

    def test_colours_are_for_terminals_alone(self):
        receiver = self.daemon(stream(item("alarm", "p1", ALARM)), (401, problem(401, "token_invalid")))
        ours, theirs = pty.openpty()
        process = subprocess.run(self.command("watch", *self.to(receiver.url)), stdout=theirs, stderr=subprocess.DEVNULL,
                                 timeout=60, env=self.environment(), check=False)
        os.close(theirs)
        shown = os.read(ours, 65536).decode()
        os.close(ours)
        self.assertEqual(process.returncode, 77)
        self.assertTrue(shown.startswith("\x1b[1;31m2026-01-05 10:00  警報"), shown)


if __name__ == "__main__":
    unittest.main()
