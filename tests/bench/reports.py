"""The reports that are sent: real ones, 4 KiB each, of many bodies, in the form in which bench_load takes them.

Ten '@' stand where bench_load puts a number that no other request has: in the reference and in the Idempotency-Key.
"""

import csv
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import ROOT

REGISTRY = ROOT / "routing" / "registry"
JST = timezone(timedelta(hours=9))
SIZE = 4096  # bytes of a body
PLACE = "@" * 10
MINISTRY = "mhlw"
SENTENCES = (
    "業務端末から外部の不審な宛先への通信を検知し、当該端末をネットワークから切り離した。",
    "通信先は既知の指令サーバと一致し、直近二週間の代理サーバの記録を確認している。",
    "同じ添付ファイルを受信した利用者を特定し、開封の有無を聞き取っている。",
    "認証サーバの記録には、通常と異なる時間帯の成功した認証が含まれていた。",
    "委託先に運用状況を照会し、予備系への切替えを準備している。",
    "個人情報を扱う系統への到達は確認されていないが、調査を続けている。",
)


def _rows(name):
    with open(REGISTRY / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def corporations(ministry=None):
    """Slugs of corporations in force whose main supervisor (主務) is that ministry; without one, of one for each."""
    today = datetime.now(JST).date().isoformat()

    def in_force(row):
        return not (row["valid_to"] and row["valid_to"] < today) and not (row["valid_from"] and row["valid_from"] > today)

    alive = {row["id"] for row in _rows("organizations.csv") if in_force(row)}
    supervised = [row for row in _rows("supervision_scopes.csv")
                  if row["role"] == "main" and row["org_id"] in alive and in_force(row)]
    if ministry:
        return sorted({row["org_id"] for row in supervised if row["agency_id"] == ministry})
    first = {}
    for row in supervised:
        if row["agency_id"] != MINISTRY:
            first.setdefault(row["agency_id"], row["org_id"])
    return sorted(set(first.values()))


AGENCIES = ("jma", "mlit", "meti", "mic", "mext", "maff", "moe", "mof")


def report(organization, variant, prefix="bench"):
    """One whole report, as an object."""
    recognized = datetime.now(JST).replace(microsecond=0) - timedelta(minutes=5)

    def minutes(before):
        return (recognized - timedelta(minutes=before)).isoformat()

    body = {
        "reference": f"{prefix}-{PLACE}", "stage": "first", "title": f"業務端末からの不審な通信（{organization}）",
        "summary": "",
        "times": {"occurred": {"value": minutes(600), "precision": "about"}, "detected": {"value": minutes(20)},
                  "recognized": {"value": recognized.isoformat()}, "assessed": {"value": minutes(0)}},
        "assessment": "incident", "cyberattack": ("yes", "possible", "unknown")[variant % 3],
        "category": "malicious-code/infected-system",
        "systems": [{"name": f"業務システム {place + 1}", "contractor": "運用の委託先", "product": "製品 1.0"}
                    for place in range(3)],
        "impact": {"confidentiality": "possible", "integrity": "no", "availability": "yes",
                   "persons_affected": {"min": 0, "max": 1200}, "services": ["窓口の受付", "電子申請"]},
        "classification": {"confidentiality": 2, "integrity": 2, "availability": 1},
        "actions": {"isolated_at": recognized.isoformat(), "evidence_kept": True, "outside_experts": variant % 2 == 0,
                    "note": "当該端末の複製を保全した。"},
        "notices_made": [{"to": "委託先", "at": recognized.isoformat(), "means": "電話"}],
        "consent_to_share": True, "contact": {"role": "情報受付当直", "means": "内線 1234"}}
    if variant % 4 == 1:
        body["large_scale"] = [{"criterion": "property", "harm": "feared", "certainty": "may_be"}]
    return body


def encoded(body):
    """With a summary so long that it is SIZE bytes."""
    def written(value):
        return json.dumps({**body, "summary": value}, ensure_ascii=False, separators=(",", ":")).encode()

    left, text, place = SIZE - len(written("")), "", 0
    while left - len(SENTENCES[place % len(SENTENCES)].encode()) >= 0:
        text += SENTENCES[place % len(SENTENCES)]
        left -= len(SENTENCES[place % len(SENTENCES)].encode())
        place += 1
    return written(text + "." * left)


def post(port, target, body, headers):
    """One request, whole."""
    lines = [f"POST {target} HTTP/1.1", f"Host: localhost:{port}", *(f"{name}: {value}" for name, value in headers.items()),
             f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def get(port, target, headers):
    lines = [f"GET {target} HTTP/1.1", f"Host: localhost:{port}", *(f"{name}: {value}" for name, value in headers.items()),
             "", ""]
    return "\r\n".join(lines).encode()


def write(path, requests):
    """For bench_load --requests."""
    with open(path, "wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(4, "little") + request)
    return path
