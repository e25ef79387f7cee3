#!/usr/bin/env python3
"""An incident on paper, from the real daemon, as pdftotext reads it: what its body sees, with label, hash and page numbers; what
another body may not see is the same 404; what forbids copies is not printed.

  test_print.py --daemon NOROSHID --cli NOROSHI [TEST...]
"""

import argparse
import http.client
import json
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "delivery"))  # flow_scene.py

from flow_scene import Flow

OPTIONS = None


class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flow = flow = Flow(OPTIONS)
        cls.addClassCleanup(flow.clear_away)
        flow.start()
        cls.jps, cls.mhlw, cls.meti = flow.person("jps"), flow.person("mhlw"), flow.person("meti")

    def get(self, target, person, **headers):
        line = http.client.HTTPSConnection("127.0.0.1", self.flow.port, context=self.flow.client_context(), timeout=60)
        try:
            line.request("GET", "/api/v1" + target, headers={"Authorization": f"Bearer {person.token}", **headers})
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            line.close()

    def text_of(self, pdf):
        return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()

    def report(self, **more):
        body = self.flow.report_body(**more)
        # The bytes that the hash is of are those of the line: so they are made here.
        answer = self.flow.person("jps").do("/reports", body, Idempotency_Key=body["reference"])
        return answer["incident"]["id"], answer["incident"]["number"], answer["receipt"]["sha256"]

    def test_the_paper_says_what_its_body_sees(self):
        title = "𠮷田製作所の業務端末から外部への不審な通信"
        incident, number, sha256 = self.report(title=title, summary="概要の第一行\n" + "長い説明。" * 700, classification={"confidentiality": 2})
        status, headers, pdf = self.get(f"/incidents/{incident}/print", self.jps)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/pdf"))
        self.assertEqual(headers["Content-Disposition"], f'inline; filename="{number}.pdf"')
        self.assertEqual(headers["Cache-Control"], "no-store")
        text = self.text_of(pdf)
        pages = text.split("\f")[:-1]
        self.assertGreater(len(pages), 2)
        self.assertIn(title, text.replace("\n", ""))
        for place, page in enumerate(pages, 1):
            self.assertIn("機密性2", page)
            self.assertIn(number, page)
            self.assertRegex(page, rf"\b{place} ?/ ?{len(pages)}\b")
            self.assertIn(sha256, page)
        for said in ("flow-", "第一報", "概要の第一行", "2.2.4(2)(g)", "日本年金機構 → 厚生労働省", "期限は運用者の目標です", "義務が発生", "令和"):
            self.assertIn(said, text)

    def test_its_receiver_prints_it_in_english_and_nobody_else(self):
        incident, number, _ = self.report(title="Outbound connections", exercise=True)
        status, _, pdf = self.get(f"/incidents/{incident}/print?language=en", self.mhlw, Accept_Language="ja")
        self.assertEqual(status, 200)
        text = self.text_of(pdf)
        self.assertIn("EXERCISE", text)
        self.assertIn("Outbound connections", text)
        self.assertIn("Timeline (the record)", text)
        missing = self.get("/incidents/00000000-0000-7000-8000-000000000000/print", self.meti)
        foreign = self.get(f"/incidents/{incident}/print", self.meti)
        self.assertEqual(foreign[0], 404)
        self.assertEqual(foreign[2], missing[2])
        status, _, said = self.get(f"/incidents/{incident}/print?language=fr", self.mhlw)
        self.assertEqual((status, json.loads(said)["errors"][0]["pointer"]), (422, "/language"))

    def test_one_body_has_not_the_press_for_itself(self):
        """However long what it prints: readings go on, and more than two at a time are asked to come again."""
        incident, _, _ = self.report(summary="あ\n" * 9_000, handling=["取" * 199] * 50, classification={"confidentiality": 2})
        with ThreadPoolExecutor(6) as threads:
            prints = [threads.submit(self.get, f"/incidents/{incident}/print", self.jps) for _ in range(6)]
            begun = time.monotonic()
            self.assertEqual(self.get("/incidents?limit=1", self.mhlw)[0], 200)
            self.assertLess(time.monotonic() - begun, 5)
            said = [future.result() for future in prints]
        statuses = sorted(status for status, _, _ in said)
        self.assertEqual(statuses[0], 200)
        self.assertEqual(set(statuses[2:]) - {200}, {503})
        refused = next(headers for status, headers, _ in said if status == 503)
        self.assertIn("Retry-After", refused)

    def test_what_forbids_copies_is_not_printed(self):
        incident, _, _ = self.report(handling=["複製禁止"], classification={"confidentiality": 2})
        status, _, said = self.get(f"/incidents/{incident}/print", self.jps)
        self.assertEqual((status, json.loads(said)["code"]), (409, "restriction_forbids"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--daemon", type=Path, required=True)
    parser.add_argument("--cli", type=Path, required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
