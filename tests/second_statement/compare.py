#!/usr/bin/env python3
"""Compares `noroshi route explain` with the second statement (duties.py).

  compare.py NOROSHI            every body, both editions, both sides of each boundary; exit 1 on a difference
  compare.py NOROSHI --bench    10,000 facts in one run must take less than 2 s
  compare.py --self-test        the second statement and this comparison, against expectations written by hand
"""

import argparse
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from duties import JST, Duty, Registry, answer, in_force

ROOT = Path(__file__).resolve().parents[2]
SEED = 20180725
SAMPLED = 15_000
SHOWN = 10  # differences printed in full
SECOND = timedelta(seconds=1)

ASSESSMENTS = ("incident", "possible", "not_incident")
ATTACKS = ("yes", "possible", "no", "unknown")
CELLS = [dict(zip(("criterion", "harm", "certainty"), cell)) for cell in itertools.product(
    ("life", "body", "property", "territory"), ("occurred", "feared"), ("is", "may_be"))]
FAINTEST = {"criterion": "property", "harm": "feared", "certainty": "may_be"}
SHAPES = (  # (assessment, cyberattack, cells): what is asked on each side of every boundary
    ("incident", "possible", [FAINTEST]),  # opens every duty there is
    ("incident", "unknown", []),  # opens (g) alone
    ("incident", "no", [FAINTEST]),  # contradicts itself
    ("possible", "yes", [FAINTEST]),  # opens nothing yet
)
ERAS = (date(2017, 6, 1), date(2018, 8, 1), date(2022, 1, 1), date(2025, 8, 1))
# One for each way a report can travel: own duties, one told, several told, co-supervisors, the recipients.
TYPICAL = ("mext", "jps", "amed", "jaxa", "nisc", "cas-jitai", "npa", "cas")


# -- The facts -----------------------------------------------------------------------------------------------


def facts(organization, recognized, assessment, attack, cells, police=None):
    report = {"organization": organization, "times": {"recognized": {"value": recognized}},
              "assessment": assessment}
    if assessment == "not_incident":
        report["assessment_reason"] = "測定器の誤検知"
    if attack != "unknown":  # The default of an absent member, so both spellings are asked somewhere.
        report["cyberattack"] = attack
    if attack == "no":
        report["cyberattack_reason"] = "設定誤り"
    if cells:
        report["large_scale"] = cells
    if police:
        report["police"] = police
    return report


def spelled(instant, offset=JST):
    text = instant.astimezone(offset).isoformat()
    return text.replace("+00:00", "Z")


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def noon(day):
    return spelled(midnight(day) + timedelta(hours=12))


def boundaries(registry):
    """The first days of something new: an edition, a body, a supervision; the day after something's last."""
    days = {date(2016, 8, 31), date(2018, 7, 25), date(2021, 7, 7), date(2023, 7, 4), date(2025, 7, 1)}
    for row in itertools.chain(registry.bodies.values(), registry.supervision):
        if row["valid_from"]:
            days.add(date.fromisoformat(row["valid_from"]))
        if row["valid_to"]:
            days.add(date.fromisoformat(row["valid_to"]) + timedelta(days=1))
    return sorted(days)


def every_fact(registry, seed):
    police = [slug for slug, body in registry.bodies.items() if body["kind"] == "police"]
    bound = [slug for slug in registry.bodies if slug not in police]
    sides = [instant for day in boundaries(registry) for instant in (midnight(day) - SECOND, midnight(day))]

    # Every body on both sides of every boundary, the same instant written in both ways.
    for instant, offset in itertools.product(sides, (JST, timezone.utc)):
        for organization, shape in itertools.product(bound, SHAPES):
            yield facts(organization, spelled(instant, offset), *shape)
        for organization in police:
            yield facts(organization, spelled(instant, offset), *SHAPES[0])

    # Every body with every combination of what it may say, once in each era.
    some_cells = ([], [FAINTEST], [CELLS[0], CELLS[-1]])
    for day, organization in itertools.product(ERAS, registry.bodies):
        for said in itertools.product(ASSESSMENTS, ATTACKS, some_cells):
            if organization in bound or said == SHAPES[0]:
                yield facts(organization, noon(day), *said)

    # Every body with systems, one of them a shared platform or none, once in each era.
    for day, organization, assessment in itertools.product(ERAS, bound, ASSESSMENTS):
        for marks in ((), (None,), (False,), (True,), (False, True)):
            report = facts(organization, noon(day), assessment, "unknown", [])
            report["systems"] = [{"name": f"系{i}"} if mark is None else {"name": f"系{i}", "shared_platform": mark}
                                 for i, mark in enumerate(marks)]
            yield report

    # Every cell of the large-scale matrix by itself.
    for day, organization in itertools.product(ERAS[:2], TYPICAL):
        for assessment, attack, cell in itertools.product(ASSESSMENTS, ATTACKS, CELLS):
            yield facts(organization, noon(day), assessment, attack, [cell])

    # A sample of everything at once: any second, offset and set of cells, another police, an unknown body.
    dice = random.Random(seed)
    first, last = midnight(date(2015, 6, 1)), midnight(date(2026, 6, 1))
    span = int((last - first).total_seconds())
    offsets = (JST, timezone.utc, timezone(-timedelta(hours=5)), timezone(timedelta(hours=5, minutes=30)))
    for _ in range(SAMPLED):
        organization = dice.choice(bound + ["no-such-body"])
        instant = first + timedelta(seconds=dice.randrange(span))
        report = facts(organization, spelled(instant, dice.choice(offsets)), dice.choice(ASSESSMENTS),
                       dice.choice(ATTACKS), dice.sample(CELLS, dice.choice((0, 0, 1, 3, 16))),
                       dice.choice((None, None, "npa", *dice.sample(police, 2))))
        if dice.random() < 0.5:
            report.setdefault("cyberattack", "unknown")
            report.setdefault("large_scale", [])
        yield report


def later_askings(registry):
    """(at, facts): the same incidents asked about when a body has just, or has not quite, ended."""
    ends = sorted({date.fromisoformat(body["valid_to"]) + timedelta(days=1)
                   for body in registry.bodies.values() if body["valid_to"]})
    bound = [slug for slug, body in registry.bodies.items() if body["kind"] != "police"]
    for at in (instant for day in ends for instant in (midnight(day) - SECOND, midnight(day))):
        yield at, [facts(organization, recognized, *shape)
                   for recognized in (noon(ERAS[0]), noon(ERAS[1]), spelled(at - timedelta(days=1)))
                   for organization in bound for shape in SHAPES]


# -- The comparison ------------------------------------------------------------------------------------------


def told_duties(said):
    """The duties of an answer as the program printed it. That a duty without a recipient is an alarm is
    settled; whether it is also listed is not, so such a duty is left out here."""
    return Counter(Duty(said["edition"], duty["clause"], duty.get("sentence"), duty["holder"],
                        duty["recipient"], duty.get("self", False), duty["opens_on"],
                        duty.get("formerly"), duty.get("recipient_formerly"))
                   for duty in said["obligations"] if duty.get("recipient"))


def differences(expected, said):
    """What the program's answer gets wrong, one line each."""
    if "errors" in said:
        return [f"refused: {json.dumps(said['errors'], ensure_ascii=False)}"]
    found = []
    if said["edition"] != expected.edition:
        found.append(f"edition: expected {expected.edition}, got {said['edition']}")
    wanted, got = Counter(expected.duties), told_duties(said)
    found += [f"missing:    {readable(duty)}" for duty in (wanted - got).elements()]
    found += [f"unexpected: {readable(duty)}" for duty in (got - wanted).elements()]
    found += [f"without a reason: {duty['clause']} {duty['holder']}"
              for duty in said["obligations"] if not duty.get("because")]
    platform = [duty["holder"] for duty in said["inner"] if duty["clause"] == "2.2.4(2)(f)"]
    if platform != ([expected.platform] if expected.platform else []):
        found.append(f"(f): expected {expected.platform}, got {platform}")
    sharing = "2.2.4(2)(j)" if said["edition"] == "h28" else "2.2.4(2)(l)"
    inside = Counter((duty["clause"], duty["holder"]) for duty in said["inner"]
                     if duty["clause"] in ("2.2.4(2)(e)", sharing))
    if inside != Counter(expected.inside):
        found.append(f"inside: expected {sorted(expected.inside)}, got {sorted(inside.elements())}")
    for name in ("alarms", "notes"):
        codes, heard = getattr(expected, name), {entry["code"] for entry in said[name]}
        if not codes.agree_with(heard):
            one_of = f", one of {sorted(codes.one_of)}" if codes.one_of else ""
            found.append(f"{name}: expected {sorted(codes.required)}{one_of}"
                         f" (tolerated {sorted(codes.tolerated)}), got {sorted(heard)}")
    if expected.co_supervisors is not None:
        found += differences_in_co_supervisors(expected.co_supervisors, said["not_opened"])
    return found


def differences_in_co_supervisors(expected, not_opened):
    listed = {entry["recipient"]: json.dumps(entry, ensure_ascii=False) for entry in not_opened
              if entry["clause"] == "2.2.4(2)(g)" and entry.get("sentence") in (None, 2)
              and entry.get("recipient")}
    found = []
    if listed.keys() != expected.keys():
        found.append(f"not_opened co-supervisors: expected {sorted(expected)}, got {sorted(listed)}")
    found += [f"not_opened {agency}: its scope is not told: {scope}" for agency, scope in expected.items()
              if agency in listed and scope not in listed[agency]]
    return found


def readable(duty):
    sentence = f" sentence {duty.sentence}" if duty.sentence else ""
    ends = f"{duty.holder}{f' (formerly {duty.formerly})' if duty.formerly else ''} -> " \
           f"{duty.recipient}{f' (formerly {duty.recipient_formerly})' if duty.recipient_formerly else ''}"
    return f"{duty.edition} {duty.clause}{sentence}: {ends}{' self' if duty.self else ''}, on {duty.opens_on}"


# -- The program ---------------------------------------------------------------------------------------------


class Program:
    def __init__(self, path, root):
        self.command = [path, "route", "explain", "-", "--registry", str(root / "routing/registry"),
                        "--editions", str(root / "routing/editions")]

    def answers(self, lines, at=None, expected_exit=0):
        """One run over all lines, an answer a line. Input is a file, so neither side waits for the other."""
        command = self.command + (["--at", spelled(at)] if at else [])
        with tempfile.TemporaryFile() as source:
            for line in lines:
                source.write(line.encode() + b"\n")
            source.seek(0)
            with subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE) as process:
                for line in process.stdout:
                    yield line
        if process.returncode != expected_exit:
            sys.exit(f"{' '.join(command)}: exit {process.returncode}, expected {expected_exit}")


def one_line(report):
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"))


class Tally:
    def __init__(self):
        self.facts = 0
        self.differences = 0

    def compare(self, registry, program, reports, at=None):
        answers = program.answers(map(one_line, reports), at)
        for report, line in itertools.zip_longest(reports, answers):
            if report is None or line is None:
                sys.exit("the number of answers is not the number of lines")
            self.facts += 1
            said = json.loads(line)
            found = differences(answer(registry, report, at), said)
            if found:
                self.differences += 1
                if self.differences <= SHOWN:
                    asked = f" asked at {spelled(at)}" if at else ""
                    print(f"\nfacts{asked}: {one_line(report)}", *found, f"answer: {one_line(said)}",
                          sep="\n  ")


def check_bad_lines(program):
    """A bad line is answered in its place, the good ones around it as ever, and the exit tells at the end."""
    good = one_line(facts("mext", noon(ERAS[1]), *SHAPES[0]))
    bad = ["{", "[]", "{}", "null", good[:-1] + ',"no_such_member":1}', good[:-1] + ',"organization":"jps"}',
           good.replace('"incident"', '"perhaps"'), good.replace("2018-08-01T12", "2018-13-01T12"),
           good.replace('"property"', '"honour"')]
    lines = [good, *itertools.chain.from_iterable((line, good) for line in bad)]
    said = [json.loads(line) for line in program.answers(lines, expected_exit=2)]
    if len(said) != len(lines):
        sys.exit(f"bad lines: {len(lines)} lines, {len(said)} answers")
    wrong = [line for line, one in zip(lines, said) if bool(one.get("errors")) != (line != good)]
    for line in wrong:
        print(f"bad line {'accepted' if line != good else 'spoiled a good one'}: {line}")
    return len(wrong)


def compare(program, seed):
    registry = Registry(ROOT / "routing/registry")
    print(f"seed {seed}")
    tally = Tally()
    tally.compare(registry, program, list(every_fact(registry, seed)))
    for at, reports in later_askings(registry):
        tally.compare(registry, program, reports, at)
    total = tally.differences + check_bad_lines(program)
    print(f"second statement: {tally.facts} facts, {total} differences")
    return 1 if total else 0


def bench(program, seed):
    registry = Registry(ROOT / "routing/registry")
    dice = random.Random(seed)
    bodies = [slug for slug, body in registry.bodies.items()
              if body["kind"] != "police" and in_force(body, ERAS[1])]
    lines = [one_line(facts(dice.choice(bodies), noon(ERAS[1]), *SHAPES[0])) for _ in range(10_000)]
    started = time.monotonic()
    said = list(program.answers(lines))
    seconds = time.monotonic() - started
    answered = sum(1 for line in said if json.loads(line)["obligations"])
    print(f"second statement: {answered} of {len(lines)} facts answered in {seconds:.2f} s")
    return 0 if answered == len(lines) and seconds < 2 else 1


def self_test():
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("noroshi", nargs="?", help="the program to compare with")
    arguments.add_argument("--seed", type=int, default=SEED, help="of the sampled part")
    arguments.add_argument("--bench", action="store_true")
    arguments.add_argument("--self-test", action="store_true")
    given = arguments.parse_args()
    if given.self_test:
        return self_test()
    if not given.noroshi:
        arguments.error("the path of noroshi is needed")
    program = Program(given.noroshi, ROOT)
    return bench(program, given.seed) if given.bench else compare(program, given.seed)


if __name__ == "__main__":
    sys.exit(main())
