#!/usr/bin/env python3
"""What another body has makes no difference to a body that has nothing to do with it: the same trace of calls, with the other's data
absent, present and changed, gives the same bytes on every GET of schemas/api/openapi.json, ids and times put into one form.

    foreign.py --daemon build/release/noroshid --cli build/release/noroshi
"""

import json
import re
import sys

from support import Connection, Fault, report, request

from harness import ROOT, Deployment
from seeded import main, say

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def operations():
    """(method, path, operation) of every call under /api."""
    api = json.loads((ROOT / "schemas" / "api" / "openapi.json").read_text(encoding="utf-8"))
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete") and path.startswith("/api/"):
                yield method.upper(), path, operation


class Desk:
    def __init__(self, deployment):
        self.deployment, self.connection, self.asked = deployment, None, 0

    def ask(self, method, target, token, media_type=None, body=None, key=None):
        """(status, headers that tell something, body)."""
        self.asked += 1
        more = ["Accept-Language: en"] + ([f"Idempotency-Key: {key}"] if key else [])
        data = request(method, target, token, body, more=more)
        if media_type:
            data = data.replace(b"Content-Type: application/json", f"Content-Type: {media_type}".encode())
        for _ in range(4):
            if self.connection is None:
                self.connection = Connection(self.deployment.port, self.deployment.client_context())
            try:
                self.connection.send(data)
                answer = self.connection.read_response()
            except OSError:
                answer = None
            if answer is None:
                self.connection = None
                continue
            status, headers, text = answer
            if headers.get("connection") == "close":
                self.connection.close()
                self.connection = None
            if status not in (429, 503):
                return status, tuple(sorted((name, value) for name, value in headers.items() if name not in ("date", "connection"))), text
        raise Fault(f"{method} {target}: no answer")


# -- Non-interference -------------------------------------------------------------------------------------------------------------

# Of the record, which is everybody's: how many events there are, and what was signed of them.
OF_THE_RECORD = re.compile(r"/api/v1/(record/|keys|heartbeat|stream|openapi)")
UNSTABLE = re.compile(r'"(sequence|size|checkpoint|etag|cursor|next|note|signature|root|leaf_hash|receipt|sha256|origin|text)":("(?:[^"\\]|\\.)*"|\d+)')
LENGTH = re.compile(r'"(late_by|left|age)":"P[^"]*"|"(median|p90)":[0-9.]+')  # how long ago, by the clock of the asking
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RECEIPT = re.compile(r"\b([A-Z0-9-]+-R)-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def in_one_form(text, names):
    """Ids by the order in which they first came, times as such, what is of the record left out."""
    text = TIME.sub("TIME", text)
    text = LENGTH.sub("LENGTH", text)
    text = RECEIPT.sub(r"\1-NUMBER", text)
    text = UUID.sub(lambda found: names.setdefault(found.group(), f"ID{len(names)}"), text)
    return UNSTABLE.sub(r'"\1":"…"', text)


def trace(options, other):
    """What a ministry and its corporation see after their calls, in one form, while another body does `other`."""
    deployment = Deployment(options.daemon, options.cli)
    try:
        deployment.start()
        tokens = {(body, role): deployment.issue_token(body, role) for body in ("jps", "mhlw") for role in ("csirt_head", "csirt_member")}
        tokens["mext"] = deployment.issue_token("mext", "csirt_head")
        tokens["jaxa"] = deployment.issue_token("jaxa", "csirt_head")
        desk = Desk(deployment)
        count = 0

        def post(token, target, body):
            nonlocal count
            count += 1
            status, _, said = desk.ask("POST", target, token, None, json.dumps(body, ensure_ascii=False).encode(), f"trace-{count}")
            if status != 201:
                raise Fault(f"{target}: {status} {said[:200]!r}")
            return json.loads(said)

        def elsewhere(step):
            """Of the other body, between the calls of this one."""
            if other == "absent":
                return
            said = post(tokens["jaxa"], "/api/v1/reports", report(f"ELSEWHERE-{step}", title=f"別の組織の事案 {other}",
                                                                assessment="incident" if other == "present" else "possible",
                                                                cyberattack="yes" if other == "changed" else "unknown"))
            if other == "changed":
                post(tokens["jaxa"], f"/api/v1/incidents/{said['incident']['id']}/recipients", {"organization": "police-tokyo", "reason": "所在地"})

        elsewhere(1)
        said = post(tokens["jps", "csirt_head"], "/api/v1/reports", report("OWN-1", cyberattack="yes"))
        incident = said["incident"]["id"]
        elsewhere(2)
        relay = next(duty for duty in said["obligations"] if duty["holder"] == "mhlw" and duty["clause"] == "2.2.4(2)(g)")
        post(tokens["mhlw", "csirt_head"], f"/api/v1/obligations/{relay['id']}/fulfillments", {"method": "relay", "note": "中継する"})
        elsewhere(3)
        post(tokens["mhlw", "csirt_head"], f"/api/v1/incidents/{incident}/inquiries", {"to": "jps", "text": "日時"})
        elsewhere(4)

        seen = {}
        for (body, role), token in ((who, token) for who, token in tokens.items() if isinstance(who, tuple)):
            names = {}  # by caller, in the order of his calls
            own = {"incidents": [incident]}
            for method, path, _ in sorted(operations(), key=lambda call: call[1].count("{")):
                if method != "GET" or OF_THE_RECORD.match(path):
                    continue
                word = re.match(r"/api/v1/([\w-]+)/\{", path)
                targets = [path] if "{" not in path else [re.sub(r"\{\w+\}", one, path, count=1) for one in own.get(word.group(1), [])[:5]] if word else []
                for target in targets:
                    if "{" in target:
                        continue
                    status, headers, text = desk.ask("GET", target, token)
                    if path.endswith(("/organizations", "/editions")) or status >= 500:
                        continue
                    shown = in_one_form(target + "\n" + text.decode(), names)
                    seen[body, role, in_one_form(target, names)] = (status, dict(headers).get("content-type"), shown)
                    if status == 200 and text.startswith(b"{") and "{" not in path:
                        items = json.loads(text).get("items", [])
                        own.setdefault(path.rsplit("/", 1)[1], []).extend(item["id"] for item in items if isinstance(item, dict) and "id" in item)
        return seen
    finally:
        deployment.clear_away()


def try_interference(options, wrong):
    absent, present, changed = (trace(options, other) for other in ("absent", "present", "changed"))
    for name, one in (("present", present), ("changed", changed)):
        if one.keys() != absent.keys():
            wrong.append(f"{name}: other calls came of it: {sorted(map(str, one.keys() ^ absent.keys()))[:4]}")
        for call in absent.keys() & one.keys():
            if one[call] != absent[call]:
                before, after = absent[call][2], one[call][2]
                at = next((i for i, pair in enumerate(zip(before, after)) if pair[0] != pair[1]), min(len(before), len(after)))
                wrong.append(f"{call}: with another's data {name}: …{after[max(0, at - 60):at + 60]!r}, absent: …{before[max(0, at - 60):at + 60]!r}")
    full = sum(status == 200 for status, _, _ in absent.values())
    say(options, f"{len(absent)} answers to two bodies ({full} of them 200) with another's data absent, present and changed")
    if full < 40:
        wrong.append(f"only {full} answers were 200: that proves little")


def run(options):
    wrong = []
    try_interference(options, wrong)
    for line in wrong[:20]:
        say(options, line)
    return not wrong


if __name__ == "__main__":
    sys.exit(main("input.foreign", __doc__, run))
