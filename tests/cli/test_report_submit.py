"""`noroshi report submit`: a report is on this disk before it is sent, and stays until the daemon has answered for good."""

import json
import os
import signal
import socket
import subprocess
import threading
import unittest

from noroshi import ACCEPTED, OTHER_TOKEN, REPORT, Case, problem


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ReportSubmit(Case):
    def submit(self, url, *arguments, report=None, **options):
        text = json.dumps(report or REPORT, ensure_ascii=False)
        return self.noroshi("report", "submit", "-", *self.to(url), "--queue", self.queue, *arguments, stdin=text, **options)

    def flush(self, url, *arguments):
        return self.noroshi("report", "submit", "--flush", *self.to(url), "--queue", self.queue, *arguments)

    def kept(self, state):
        folder = self.queue / state
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def keys(self, receiver):
        return [request["headers"]["Idempotency-Key"] for request in receiver.requests]

    def test_an_accepted_report_prints_its_receipt_and_keeps_it(self):
        receiver = self.receiver((201, ACCEPTED))
        code, out, _ = self.submit(receiver.url)
        self.assertEqual(code, 0)
        self.assertIn("受け付けました", out)
        self.assertIn("JPS-2026-1", out)
        self.assertIn("署名付き（鍵 0123456789abcdef）", out)
        self.assertIn(str(self.queue / "accepted/00000001.receipt.json"), out)
        self.assertEqual(self.kept("pending"), [])
        self.assertEqual(self.kept("accepted"), ["00000001.receipt.json", "00000001.report"])
        self.assertEqual(json.loads((self.queue / "accepted/00000001.receipt.json").read_text()), ACCEPTED)
        [request] = receiver.requests
        self.assertEqual((request["method"], request["target"]), ("POST", "/api/v1/reports"))
        self.assertEqual(json.loads(request["body"]), REPORT)
        self.assertTrue(request["headers"]["Authorization"].startswith("Bearer noroshi_"))
        self.assertEqual(request["headers"]["Host"], receiver.url.removeprefix("https://"))

    def test_the_bytes_are_sent_as_they_were_given(self):
        receiver = self.receiver((201, ACCEPTED))
        text = json.dumps(REPORT, indent=3, ensure_ascii=False) + "\n\n"
        path = self.write("report.json", text)
        self.noroshi("report", "submit", path, *self.to(receiver.url), "--queue", self.queue)
        self.assertEqual(receiver.requests[0]["body"], text.encode())

    def test_without_a_daemon_it_says_not_yet_accepted_and_later_sends_with_the_same_key(self):
        code, out, err = self.submit(f"https://127.0.0.1:{free_port()}")
        self.assertEqual((code, out), (75, ""))
        self.assertIn("まだ受け付けられていません", err)
        self.assertIn("電話", err)
        self.assertEqual(self.kept("pending"), ["00000001.report"])
        header = json.loads((self.queue / "pending/00000001.report").read_text().splitlines()[0])

        code, out, _ = self.noroshi("report", "queue", "--queue", self.queue)
        self.assertEqual(code, 75)
        self.assertIn("まだ受け付けられていません", out)

        receiver = self.receiver((201, ACCEPTED))
        # The daemon is back on another port than before: it has to be named, lest a report goes to the wrong one.
        code, _, err = self.flush(receiver.url)
        self.assertEqual(code, 75)
        self.assertEqual(receiver.requests, [])
        self.assertIn(header["url"], err)

    def test_a_daemon_that_is_busy_gets_the_same_report_with_the_same_key_until_it_accepts(self):
        receiver = self.receiver((503, problem(503, "database_unavailable")), (503, problem(503, "x")), (201, ACCEPTED))
        self.assertEqual(self.submit(receiver.url)[0], 75)
        self.assertEqual(self.flush(receiver.url)[0], 75)
        self.assertEqual(self.flush(receiver.url)[0], 0)
        self.assertEqual(self.kept("pending"), [])
        self.assertEqual(len(set(self.keys(receiver))), 1)
        self.assertEqual(len({request["body"] for request in receiver.requests}), 1)
        self.assertEqual(self.flush(receiver.url)[0], 0)
        self.assertEqual(len(receiver.requests), 3)

    def test_a_line_cut_after_the_report_arrived_leaves_it_pending(self):
        receiver = self.receiver("cut", (201, ACCEPTED))
        self.assertEqual(self.submit(receiver.url)[0], 75)
        self.assertEqual(self.flush(receiver.url)[0], 0)
        self.assertEqual(len(set(self.keys(receiver))), 1)

    def test_killed_while_the_daemon_thinks_the_report_is_sent_again_with_the_same_key(self):
        arrived, ended = threading.Event(), threading.Event()

        def think(_):
            arrived.set()
            ended.wait(30)
            return "cut"

        receiver = self.receiver(think, (201, ACCEPTED))
        process = subprocess.Popen(self.command("report", "submit", "-", *self.to(receiver.url), "--queue", self.queue),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.environment())
        process.stdin.write(json.dumps(REPORT).encode())
        process.stdin.close()
        self.assertTrue(arrived.wait(30))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()
        ended.set()
        self.assertEqual(self.kept("pending"), ["00000001.report"])
        self.assertEqual(self.flush(receiver.url)[0], 0)
        self.assertEqual(len(receiver.requests), 2)
        self.assertEqual(len(set(self.keys(receiver))), 1)
        self.assertEqual(self.kept("accepted"), ["00000001.receipt.json", "00000001.report"])

    def test_a_followup_never_overtakes_the_first_report(self):
        receiver = self.receiver((503, problem(503, "x")), (201, ACCEPTED))
        self.submit(receiver.url)
        followup = {"reference": "A-1", "stage": "followup", "summary": "続報"}
        self.assertEqual(self.submit(receiver.url, report=followup)[0], 0)
        stages = [json.loads(request["body"])["stage"] for request in receiver.requests]
        self.assertEqual(stages, ["first", "first", "followup"])

    def test_while_the_daemon_is_away_the_followup_waits_behind_the_first_report_untried(self):
        receiver = self.receiver((503, problem(503, "x")))
        self.submit(receiver.url)
        followup = {"reference": "A-1", "stage": "followup", "summary": "続報"}
        self.assertEqual(self.submit(receiver.url, report=followup)[0], 75)
        self.assertEqual([json.loads(r["body"])["stage"] for r in receiver.requests], ["first", "first"])
        self.assertEqual(self.kept("pending"), ["00000001.report", "00000002.report"])

    def test_a_refused_report_leaves_the_queue_with_the_reasons_beside_it(self):
        reasons = problem(422, "invalid", errors=[{"pointer": "/times/recognized/value", "code": "time_in_future",
                                                   "message": "未来の日時です。"}])
        receiver = self.receiver((422, reasons))
        code, _, err = self.submit(receiver.url)
        self.assertEqual(code, 2)
        self.assertIn("/times/recognized/value", err)
        self.assertIn("未来の日時です", err)
        self.assertEqual(self.kept("pending"), [])
        self.assertEqual(self.kept("refused"), ["00000001.problem.json", "00000001.report"])

    def test_a_role_that_may_not_report_is_exit_77(self):
        self.assertEqual(self.submit(self.receiver((403, problem(403, "role_required"))).url)[0], 77)
        self.assertEqual(self.kept("refused"), ["00000001.problem.json", "00000001.report"])

    def test_a_token_that_ended_is_exit_77_but_says_nothing_of_the_report_which_stays(self):
        receiver = self.receiver((401, problem(401, "unauthenticated")), (201, ACCEPTED))
        self.assertEqual(self.submit(receiver.url)[0], 77)
        self.assertEqual(self.kept("pending"), ["00000001.report"])
        renewed = self.write("renewed", OTHER_TOKEN)
        again = ("report", "submit", "--flush", *self.to(receiver.url, renewed), "--queue", self.queue)
        # Another token may be another body's: it has to be said that it is not.
        self.assertEqual(self.noroshi(*again)[0], 75)
        self.assertEqual(self.noroshi(*again, "--new-token")[0], 0)

    def test_a_daemon_with_a_strange_certificate_gets_nothing(self):
        receiver = self.receiver((201, ACCEPTED), certificate=self.certificates.strange)
        code, _, err = self.submit(receiver.url)
        self.assertEqual(code, 75)
        self.assertIn("--ca", err)
        self.assertEqual(receiver.requests, [])

    def test_a_redirect_is_not_followed(self):
        other = self.receiver((201, ACCEPTED))
        receiver = self.receiver((307, {}))
        self.assertEqual(self.submit(receiver.url)[0], 75)
        self.assertEqual(other.requests, [])

    def test_a_report_with_mistakes_is_told_before_anything_is_kept_or_sent(self):
        receiver = self.receiver((201, ACCEPTED))
        code, _, err = self.submit(receiver.url, report=dict(REPORT, surprise=1, assessment="perhaps"))
        self.assertEqual(code, 2)
        self.assertIn("/surprise", err)
        self.assertIn("/assessment", err)
        self.assertEqual(receiver.requests, [])
        self.assertEqual(self.kept("pending"), [])

    def test_a_key_of_ones_own_submits_once_however_often_it_is_asked(self):
        receiver = self.receiver((201, ACCEPTED))
        for _ in range(3):
            code, out, _ = self.submit(receiver.url, "--key", "my-key")
            self.assertEqual(code, 0)
            self.assertIn("JPS-2026-1", out)
        self.assertEqual(self.keys(receiver), ["my-key"])
        self.assertEqual(self.submit(receiver.url, "--key", "my-key", report=dict(REPORT, title="他"))[0], 2)
        self.assertEqual(len(receiver.requests), 1)

    def test_many_at_once_are_each_accepted_once(self):
        stored = {}
        lock = threading.Lock()

        def store(request):
            with lock:
                stored.setdefault(request["headers"]["Idempotency-Key"], []).append(request["body"])
            return 201, ACCEPTED

        receiver = self.receiver(store)
        processes = []
        for number in range(8):
            path = self.write(f"{number}.json", json.dumps(dict(REPORT, reference=f"R-{number}")))
            processes.append(subprocess.Popen(
                self.command("report", "submit", path, *self.to(receiver.url), "--queue", self.queue),
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.environment()))
        for process in processes:
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(len(stored), 8)
        self.assertEqual([len(bodies) for bodies in stored.values()], [1] * 8)
        self.assertEqual(self.kept("pending"), [])

    def test_json_tells_a_script_what_became_of_it(self):
        receiver = self.receiver((503, problem(503, "x")), (201, ACCEPTED))
        code, out, _ = self.submit(receiver.url, "--json")
        self.assertEqual(code, 75)
        self.assertEqual(json.loads(out)["state"], "pending")
        key = json.loads(out)["key"]
        code, out, _ = self.flush(receiver.url, "--json")
        answer = json.loads(out)
        self.assertEqual((answer["state"], answer["key"], answer["answer"]), ("accepted", key, ACCEPTED))

    def test_a_queue_that_cannot_be_used_means_that_nothing_is_sent(self):
        receiver = self.receiver((201, ACCEPTED))
        blocked = self.write("file", "")
        code, _, err = self.noroshi("report", "submit", "-", *self.to(receiver.url), "--queue", blocked / "queue",
                                    stdin=json.dumps(REPORT))
        self.assertEqual(code, 78)
        self.assertIn("--queue", err)
        self.assertEqual(receiver.requests, [])

    def test_without_an_address_it_says_how_to_give_one(self):
        code, _, err = self.noroshi("report", "submit", "-", stdin=json.dumps(REPORT))
        self.assertEqual(code, 78)
        self.assertIn("NOROSHI_URL", err)

    def test_the_default_queue_lies_in_the_home_of_the_user(self):
        receiver = self.receiver((201, ACCEPTED))
        code, _, _ = self.noroshi("report", "submit", "-", stdin=json.dumps(REPORT), NOROSHI_URL=receiver.url,
                                  NOROSHI_TOKEN_FILE=str(self.token_file), NOROSHI_CA=str(self.certificates.ours[0]))
        self.assertEqual(code, 0)
        folder = self.home / ".local/state/noroshi/queue"
        self.assertTrue((folder / "accepted/00000001.report").exists())
        self.assertEqual(oct(os.stat(folder).st_mode & 0o777), "0o700")


if __name__ == "__main__":
    unittest.main()
