#!/usr/bin/env python3
"""What an auditor does: a report is submitted and relayed, exported by its incident, and checked on "another machine" with the
published key and the receipt from the 201: by `noroshi record verify`, by the checker in Python (rfc6962.py), and by the ten
lines of schemas/events/README.md. And what he reads: the record as a whole, the chronology, events as a table, CSV and JSON.
"""

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

from scene import Fault, Scene, main, say

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "schemas" / "events" / "README.md"


def ensure(condition, what):
    if not condition:
        raise Fault(what)


def ten_lines():
    """As they stand in the page."""
    return re.search(r"### Ten lines of Python\n.*?```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[1]


def python(*arguments):
    return subprocess.run([sys.executable, "-B", *map(str, arguments)], capture_output=True, text=True, timeout=120)


def text_of(done, code=0):
    ensure(done.returncode == code, f"{' '.join(map(str, done.args))}: exit {done.returncode}, {code} was wanted\n"
           f"{done.stdout.decode()[-3000:]}{done.stderr.decode()[-1000:]}")
    return done.stdout.decode()


def check_export(scene, folder, options):
    answer = scene.answers["JPS-AUDIT-1"]
    number = answer["incident"]["number"]
    exported, whole, receipt = folder / "incident.jsonl", folder / "whole.jsonl", folder / "answer.json"
    receipt.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    alone = folder / "receipt.json"
    alone.write_text(json.dumps(answer["receipt"]), encoding="utf-8")
    # The daemon runs: exporting disturbs it as little as reading does.
    text_of(scene.noroshi("record", "export", exported, "--incident", number))
    text_of(scene.noroshi("record", "export", whole))
    before = exported.read_bytes()
    again = scene.noroshi("record", "export", exported)
    text_of(again, 2)
    ensure(b"choose another name" in again.stderr and exported.read_bytes() == before, "an export was overwritten")
    said = scene.noroshi("record", "export", folder / "two words.jsonl", "--incident", "JPS-AUDIT-1").stderr.decode()
    for wanted in (f"incident {number}, ", " events, checkpoint of size ", f"record verify '{folder}/two words.jsonl' --key"):
        ensure(wanted in said, f"record export does not say {wanted!r}:\n{said}")
    ensure(stat.S_IMODE(exported.stat().st_mode) == 0o600, "an export can be read by others than its owner")
    ensure(not list(folder.glob("*.part")), "an export left a part behind")
    keys = [key for key in json.loads(text_of(scene.noroshi("--json", "record", "show")))["keys"][0]["names"]]

    offline = {"database": None, "data": False}
    given = [f"--key={keys[0]}", f"--checkpoint={scene.checkpoint_file()}", f"--receipt={receipt}"]
    said = text_of(scene.noroshi("record", "verify", exported, *given, **offline))
    for wanted in ("Verdict: nothing altered", "(the key that was given)", "1 receipts promised", "Report received, version 1",
                   "Sent (relay): mhlw → nco (2.2.4(2)(g) 3)", "checkpoints that were kept elsewhere"):
        ensure(wanted in said, f"record verify of the incident does not say {wanted!r}:\n{said}")
    received = next(line for line in said.splitlines() if "Report received" in line)
    say(options, f"incident {number}: {received.strip()}")
    say(options, said[said.index("Verdict"):].strip().replace("\n", "\n  "))
    said = text_of(scene.noroshi("record", "verify", whole, *given, **offline))
    ensure("none between the first and the last" in said, said)

    for file in (exported, whole):
        done = python(HERE / "rfc6962.py", file, "--key", keys[0], "--receipt", alone)
        ensure(done.returncode == 0, f"rfc6962.py {file.name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        say(options, f"rfc6962.py {file.name}: {done.stdout.strip().splitlines()[-1]}")

    lines = exported.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines[1:-1]]
    program = folder / "proof.py"
    program.write_text(ten_lines(), encoding="utf-8")
    for event in events:
        done = python(program, exported, event["sequence"])
        ensure(done.returncode == 0, f"ten lines: event {event['sequence']}: {done.stderr}")
    altered = folder / "altered.jsonl"
    altered.write_text("\n".join([lines[0], lines[1].replace('"leaf":"', '"leaf":"AQ'), *lines[2:]]) + "\n", encoding="utf-8")
    ensure(python(program, altered, events[0]["sequence"]).returncode != 0, "ten lines: an altered leaf passes")
    say(options, f"the ten lines: {len(events)} events stand in the tree, an altered one does not")

    # Another key, another receipt, no export at all.
    other = folder / "other.json"
    other.write_text(json.dumps({"receipt": {**answer["receipt"], "sha256": "00" * 32}}), encoding="utf-8")
    text_of(scene.noroshi("record", "verify", exported, f"--receipt={other}", **offline), 1)
    stranger = "example.com/log+b0b93d4e+AXkSDBj2qp5CxABISzueH4YqBfxM6C7w5t/QtQqlQHzO"
    ensure(scene.noroshi("record", "verify", exported, f"--key={stranger}", **offline).returncode in (1, 2),
           "a key that has not signed passes")
    text_of(scene.noroshi("record", "verify", receipt, **offline), 2)
    text_of(scene.noroshi("record", "verify", folder / "nowhere", **offline), 2)
    text_of(scene.noroshi("record", "export", folder / "none.jsonl", "--incident", "JPS-1999-1"), 1)
    ensure(not (folder / "none.jsonl").exists(), "an export of nothing left a file")
    text_of(scene.noroshi("record", "export", folder / "no" / "such" / "folder.jsonl"), 1)

    # A range of time: each event with its proof.
    middle = json.loads(text_of(scene.noroshi("--json", "record", "events")).splitlines()[40])["at"]
    span = folder / "range.jsonl"
    text_of(scene.noroshi("record", "export", span, "--from", middle))
    text_of(scene.noroshi("record", "verify", span, **offline))
    ensure(len(span.read_text(encoding="utf-8").splitlines()) > 3, "a range of time is empty")


def check_reading(scene, options):
    answer = scene.answers["JPS-AUDIT-1"]
    number = answer["incident"]["number"]
    shown = json.loads(text_of(scene.noroshi("--json", "record", "show")))
    ensure(shown["checkpoint"]["size"] == shown["events"] and shown["unsigned_events"] == 0, shown)
    ensure("signed for" in text_of(scene.noroshi("record", "show")), "record show says nothing of what is signed")

    said = text_of(scene.noroshi("record", "show"))
    ensure("SEALING HAS STOPPED" not in said and shown["stopped"] is None, said)
    ensure(re.search(r"signed for: \d+ \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+09:00\)", said), said)
    ensure(re.search(r"\+09:00  #\d+  " + re.escape(number) + "  ", said), f"the last events name no incident:\n{said}")
    listed = text_of(scene.noroshi("record", "keys")).splitlines()
    ensure([line for line in listed if not line.startswith("#")] == shown["keys"][0]["names"] and len(listed) == 2, listed)

    story = text_of(scene.noroshi("record", "show", "--incident", number))
    for wanted in ("Report received, version 1", "2.2.4(2)(g) 3", "by relay", "Recipient added: police-osaka"):
        ensure(wanted in story, f"the chronology does not say {wanted!r}:\n{story}")
    japanese = text_of(scene.noroshi("record", "show", "--incident", number, language="ja"))
    ensure("報告（第一報）を受付" in japanese and "日本年金機構 (jps)" in japanese, japanese)
    text_of(scene.noroshi("record", "show", "--incident", "JPS-1999-1"), 1)

    everything = [json.loads(line) for line in text_of(scene.noroshi("--json", "record", "events")).splitlines()]
    ensure([event["sequence"] for event in everything] == list(range(shown["events"])), "events are missing or out of order")
    for arguments, fits in ((["--incident", number], lambda event: event["number"] == number),
                            (["--type", "report.received"], lambda event: event["type"] == "report.received"),
                            (["--organization", "mhlw"], lambda event: event["organization"] == "mhlw"),
                            (["--from", everything[50]["at"]], lambda event: event["at"] >= everything[50]["at"]),
                            (["--to", everything[50]["at"]], lambda event: event["at"] < everything[50]["at"])):
        found = [json.loads(line) for line in text_of(scene.noroshi("--json", "record", "events", *arguments)).splitlines()]
        ensure(found and found == [event for event in everything if fits(event)], f"record events {arguments}")
    table = list(csv.reader(io.StringIO(text_of(scene.noroshi("record", "events", "--csv")).removeprefix("\ufeff"))))
    ensure(len(table) == len(everything) + 1 and all(len(row) == len(table[0]) for row in table), "the CSV is not whole")
    say(options, f"{len(everything)} events read as JSON Lines and CSV, by incident, type, body and time")
    text_of(scene.noroshi("record", "events", "--from", "yesterday"), 2)
    for arguments, wanted in ((["--type", "reprot"], b"report.received"), (["--organization", "zzz"], b"zzz")):
        done = scene.noroshi("record", "events", *arguments)
        text_of(done, 2)
        ensure(wanted in done.stderr, done.stderr)
    none = scene.noroshi("record", "events", "--to", "1999-01-01")
    ensure(text_of(none) == "" and b"no events" in none.stderr, none)
    for name in (answer["incident"]["id"], "JPS-AUDIT-1"):
        ensure(text_of(scene.noroshi("record", "show", "--incident", name)) == story, f"{name} is another incident")
    day = everything[-1]["at"][:10]
    found = text_of(scene.noroshi("--json", "record", "events", "--from", day)).splitlines()
    ensure([json.loads(line) for line in found] == [event for event in everything if event["at"] >= day], "--from a day")


def run(options):
    with Scene(options, 2) as scene:
        scene.play()
        scene.wait_quiet()
        folder = scene.daemon.folder / "audit"
        folder.mkdir()
        check_export(scene, folder, options)
        check_reading(scene, options)
        verified = text_of(scene.noroshi("record", "verify", "--tables", f"--checkpoint={scene.checkpoint_file()}"))
        say(options, f"the database, while the daemon runs: {verified.splitlines()[0]}")
        return True


if __name__ == "__main__":
    sys.exit(main("auditor", __doc__, run))
