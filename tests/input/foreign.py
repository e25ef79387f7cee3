#!/usr/bin/env python3
"""What another body has makes no difference to a body that has nothing to do with it (non-interference): the same calls of a ministry and
its corporation, with another ministry's and corporation's data absent, present and changed, are answered by the same bytes on every
GET of schemas/api/openapi.json, to every role, headers too, and in every page of every list. The shown clock stands still and is moved by
the test alone, so that times are the same to the microsecond; ids are named in the order in which they come. What is of the record is
left out: how far it goes is everybody's to know.

    foreign.py --daemon build/release/noroshid --cli build/release/noroshi
"""

import json
import re
import sys
import time
import urllib.parse

from interface import Desk, issue_tokens, operations
from support import Fault, report

from harness import Deployment
from seeded import main, say

START = "2026-01-05T09:05:00+09:00"  # five minutes after the incident of support.report() was recognised
WATCHED = ("jps", "mhlw")
OTHERS = ("jaxa", "mext")  # neither supervises, succeeds or shares a police desk's case with the others
RINGING = 30.0  # seconds until every clock that was reached must have rung
PAGE = 2  # of lists that are read by pages too
MOST_PAGES = 30

# Of the record, which is everybody's: how many events there are, and what is signed of them. A stream tells places in it.
OF_THE_RECORD = re.compile(r"/api/v1/(record/|keys|heartbeat|stream|openapi)")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What else of the record stands in a body's own answers, and what is random: numbers of receipts, cursors (which hold ids).
RANDOM = re.compile(r'"(checkpoint|sequence|receipt_number|next)":("(?:[^"\\]|\\.)*"|\d+)')


def named(text, names):
    """Ids by the order in which they first came."""
    return UUID.sub(lambda found: names.setdefault(found.group(), f"ID{len(names)}"), text)


class Trace:
    """One run of all calls; `seen`: what each caller was shown, in one form."""

    def __init__(self, options, other):
        self.other, self.count, self.seen = other, 0, {}
        self.deployment = Deployment(options.daemon, options.cli)
        try:
            self.deployment.start()
            self.tokens = {body: issue_tokens(self.deployment, body) for body in (*WATCHED, *OTHERS)}
            self.desk = Desk(self.deployment)
            self.play()
            for body in WATCHED:
                for role, token in self.tokens[body].items():
                    self.read_everything(body, role, token)
        finally:
            self.deployment.clear_away()

    # The clock.

    def show(self, minutes):
        """So many minutes after the start it is, and stays."""
        self.deployment.sql("UPDATE clock_setting SET real_at = clock_timestamp(), rate = 1e-9, "
                            f"shown_at = '{START}'::timestamptz + interval '{minutes} minutes';")

    def wait_quiet(self):
        until = time.monotonic() + RINGING
        while self.deployment.sql("SELECT EXISTS (SELECT FROM incident_clock WHERE rings_at <= clock()) OR "
                                  "EXISTS (SELECT FROM event WHERE sequence IS NULL);") != ["f"]:
            if time.monotonic() > until:
                raise Fault(f"clocks that were reached have not rung in {RINGING:.0f} s\n{self.deployment.log_tail()}")
            time.sleep(0.05)

    # The calls.

    def post(self, body, role, target, document):
        self.count += 1
        return self.desk.post(self.tokens[body][role], "/api/v1" + target, document, f"trace-{self.count}")

    def elsewhere(self, step):
        """Of the other bodies, between the calls of these."""
        if self.other == "absent":
            return
        changed = self.other == "changed"
        said = self.post("jaxa", "csirt_head", "/reports", report(
            f"ELSEWHERE-{step}", title=f"別の組織の事案 {self.other}", cyberattack="yes" if changed else "unknown"))
        case = said["incident"]["id"]
        self.post("mext", "csirt_head", "/notices", {"to": "jaxa", "text": f"別の注意喚起 {step}"})
        if not changed:
            return
        relay = next(duty for duty in said["obligations"] if duty["holder"] == "mext" and duty["clause"] == "2.2.4(2)(g)")
        self.post("mext", "csirt_head", f"/obligations/{relay['id']}/fulfillments", {"method": "relay", "note": "中継"})
        self.post("mext", "csirt_head", f"/incidents/{case}/inquiries", {"to": "jaxa", "text": "台数"})
        self.post("jaxa", "csirt_head", f"/incidents/{case}/recipients", {"organization": "police-osaka", "reason": "所在地"})
        self.post("jaxa", "csirt_head", "/people", {"name": f"別の要員 {step}", "employment": "employee"})
        self.post("jaxa", "csirt_head", "/label-mappings", {"own_label": f"別の区分 {step}", "confidentiality": 2})

    def play(self):
        """At each minute both act; the others' acts stand before and behind those that are watched."""
        case = None
        acts = (
            lambda: self.post("jps", "csirt_head", "/reports", report("OWN-1", cyberattack="yes")),
            lambda: self.post("mhlw", "csirt_head", f"/obligations/{relay['id']}/fulfillments", {"method": "relay", "note": "中継する"}),
            lambda: self.post("mhlw", "csirt_head", f"/incidents/{case}/inquiries", {"to": "jps", "text": "日時"}),
            lambda: self.post("jps", "csirt_head", "/label-mappings", {"own_label": "社外秘", "confidentiality": 2}),
            lambda: self.post("mhlw", "csirt_head", "/notices", {"to": "jps", "text": "注意喚起"}),
            lambda: self.post("jps", "csirt_head", f"/incidents/{case}/label-changes", {"confidentiality": 1, "reason": "公表済み"}),
            lambda: self.post("jps", "csirt_head", f"/incidents/{case}/withholdings", {
                "from": "mhlw", "members": ["systems"], "reason": "協議中", "until": "2026-02-05T09:00:00+09:00"}),
            lambda: self.post("mhlw", "csirt_head", "/people", {"name": "当番 甲", "employment": "employee"}),
            lambda: self.post("jps", "csirt_head", "/reports", report("OWN-2", assessment="possible")),
        )
        for minute, act in enumerate(acts):
            self.show(minute)
            self.elsewhere(f"{minute}-a")
            said = act()
            if case is None:
                case = said["incident"]["id"]
                relay = next(duty for duty in said["obligations"] if duty["holder"] == "mhlw" and duty["clause"] == "2.2.4(2)(g)")
            self.elsewhere(f"{minute}-b")
        # An hour and a half later some clocks have come due, of all of them.
        self.show(95)
        self.wait_quiet()

    # What is seen.

    def read_everything(self, body, role, token):
        names, own = {}, {}
        for method, path, operation in sorted(operations(), key=lambda call: (call[1].count("{"), call[1])):
            if method != "GET" or OF_THE_RECORD.match(path):
                continue
            targets = [path]
            if "{" in path:
                word = re.match(r"/api/v1/([\w-]+)/\{", path).group(1)
                targets = [re.sub(r"\{\w+\}", one, path, count=1) for one in own.get(word, [])]
            for target in targets:
                text = self.read(body, role, token, target, names)
                if text is None or "{" in path:
                    continue
                own[path.rsplit("/", 1)[1]] = [item["id"] for item in json.loads(text).get("items", ()) if isinstance(item, dict) and "id" in item]
                if any(given.get("$ref", given.get("name", "")).lower().endswith("limit") for given in operation.get("parameters", ())):
                    self.read_pages(body, role, token, target, names)

    def read(self, body, role, token, target, names, told=None):
        """The text where it is JSON and was shown."""
        status, headers, text = self.desk.ask("GET", target, token)
        if status >= 500:
            raise Fault(f"GET {target} as {role} of {body}: {status}")
        # An ETag of what holds ids is of these ids; a length, of numbers in the record.
        headers = tuple((name, value) for name, value in headers if name not in ("etag", "content-length"))
        # A PDF is packed, and names places in the record.
        shown = "" if text.startswith(b"%PDF-") else RANDOM.sub(r'"\1":"…"', named(text.decode(), names))
        self.seen[body, role, told or named(target, names)] = (status, named(repr(headers), names), shown)
        return text if status == 200 and text.startswith(b"{") else None

    def read_pages(self, body, role, token, target, names):
        cursor = ""
        for page in range(MOST_PAGES):
            text = self.read(body, role, token, f"{target}?limit={PAGE}{cursor}", names, f"{target}, page {page} of {PAGE}")
            following = json.loads(text).get("next") if text else None
            if not following:
                return
            cursor = "&cursor=" + urllib.parse.quote(following)
        raise Fault(f"{target}: more than {MOST_PAGES} pages")


def compare(absent, name, one, wrong):
    if one.keys() != absent.keys():
        wrong.append(f"{name}: other calls came of it: {sorted(map(str, one.keys() ^ absent.keys()))[:4]}")
    for call in sorted(absent.keys() & one.keys()):
        if one[call] == absent[call]:
            continue
        before, after = map(repr, (absent[call], one[call]))
        at = next((i for i, pair in enumerate(zip(before, after)) if pair[0] != pair[1]), min(len(before), len(after)))
        wrong.append(f"{call}, others {name}: …{after[max(0, at - 60):at + 60]}, absent: …{before[max(0, at - 60):at + 60]}")


def run(options):
    wrong = []
    absent = Trace(options, "absent").seen
    for name in ("present", "changed"):
        compare(absent, name, Trace(options, name).seen, wrong)
    full = sum(status == 200 for status, _, _ in absent.values())
    rung = sum("duty_overdue" in shown for _, _, shown in absent.values())
    say(options, f"{len(absent)} answers to {len(WATCHED)} bodies ({full} of them 200), with others' data absent, present and changed")
    if full < 300 or not rung:
        wrong.append(f"only {full} answers were 200, {rung} told of an alarm: that proves little")
    for line in wrong[:20]:
        say(options, line)
    return not wrong


if __name__ == "__main__":
    sys.exit(main("input.foreign", __doc__, run))
