"""The duties of section 2.2.4 that cross the border of an organisation, stated a second time.

The first statement is the C++ engine with its edition files; this one was written from the table of the
design alone, in another language, without looking at the first. Where the two agree on every body and every
boundary day, a mistake would have to have been made twice. It is a yardstick, not an implementation: it
knows no targets, no reasons, of the inner duties those of the system's officer and of sharing alone ((e), (f), (l)),
and trusts its input.

Section 2.2.4 (情報セキュリティインシデントへの対処) binds the CSIRT of a national agency (国の行政機関) and of
a corporation (独立行政法人 or 指定法人). "Told" is a national agency that received a corporation's report.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

JST = timezone(timedelta(hours=9))
AGENCY, CORPORATION = "agency", "corporation"  # Whose own incident it is.


# -- The rules -----------------------------------------------------------------------------------------------


def always(report):
    return True


def police_matter(report):
    """サイバー攻撃又はそのおそれ. Silence about the cause does not dodge the police when the harm is large."""
    attack = report.get("cyberattack", "unknown")
    return attack in ("yes", "possible") or (attack == "unknown" and bool(report.get("large_scale")))


def large_scale_matter(report):
    """大規模サイバー攻撃事態等: any of the sixteen cells, `may_be` (その可能性がある事態) included."""
    return bool(report.get("large_scale")) and report.get("cyberattack", "unknown") != "no"


def platform_matter(report):
    """基盤となる情報システム: a system of the report is marked as one."""
    return any(system.get("shared_platform") is True for system in report.get("systems") or ())


class Rule(NamedTuple):
    clause: str
    sentence: int | None
    victim: str  # AGENCY or CORPORATION: whose incident it is
    holder: str  # "victim", or "told": each national agency that the victim must tell
    recipient: str
    condition: object

    @property
    def opens_on(self):
        return "receipt" if self.holder == "told" else "assessment"


RULES = {
    "h28": (
        Rule("2.2.4(2)(g)", 1, AGENCY, "victim", "centre", always),
        Rule("2.2.4(2)(g)", 2, AGENCY, "victim", "police", police_matter),
        Rule("2.2.4(2)(g)", 3, AGENCY, "victim", "crisis_management", large_scale_matter),
    ),
    "h30": (
        Rule("2.2.4(2)(g)", 1, AGENCY, "victim", "centre", always),
        Rule("2.2.4(2)(g)", 2, CORPORATION, "victim", "told", always),
        Rule("2.2.4(2)(g)", 3, CORPORATION, "told", "centre", always),
        Rule("2.2.4(2)(h)", None, AGENCY, "victim", "police", police_matter),
        Rule("2.2.4(2)(h)", None, CORPORATION, "victim", "police", police_matter),
        Rule("2.2.4(2)(i)", None, AGENCY, "victim", "crisis_management", large_scale_matter),
        Rule("2.2.4(2)(i)", None, CORPORATION, "told", "crisis_management", large_scale_matter),
    ),
}

# (2)(f), the one duty inside a body that hangs on more than the assessment: whose own incident opens it.
PLATFORM_RULES = {"h28": (AGENCY,), "h30": (AGENCY, CORPORATION)}

# The one who is in charge of a system handles its incident, clause (e), and the CSIRT shares what is known of it with the
# bodies concerned, clause (l), which was (j) before (g) was split in three: whoever's own incident it is, always.
INSIDE_RULES = {"h28": {AGENCY: ("2.2.4(2)(e)", "2.2.4(2)(j)")},
                "h30": {victim: ("2.2.4(2)(e)", "2.2.4(2)(l)") for victim in (AGENCY, CORPORATION)}}

# A day begins at midnight +09:00. Later editions exist, their text is not held: H30 is applied and says so.
IN_FORCE_FROM = ((date(2018, 7, 25), "h30"), (date(2016, 8, 31), "h28"))
LATER_EDITION_FROM = date(2021, 7, 7)


# -- The registry --------------------------------------------------------------------------------------------


def in_force(row, day):
    """Both ends of a validity are inclusive; an empty one is open."""
    return (not row["valid_from"] or date.fromisoformat(row["valid_from"]) <= day) and (
        not row["valid_to"] or day <= date.fromisoformat(row["valid_to"]))


class Registry:
    def __init__(self, folder):
        def table(name):
            with open(Path(folder) / name, encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        self.bodies = {row["id"]: row for row in table("organizations.csv")}
        self.supervision = table("supervision_scopes.csv")

    def victim_kind(self, organization):
        """As whom a body reports its own incident; None for prefectural police, which 2.2.4 does not bind."""
        body = self.bodies[organization]
        if "national_agency" in (body["kind"], body["also_kind"]):
            return AGENCY
        return None if body["kind"] == "police" else CORPORATION

    def of_kind(self, kind, day):
        return [slug for slug, body in self.bodies.items() if body["kind"] == kind and in_force(body, day)]

    def supervisors(self, organization, roles, day):
        """{agency: its scope}, for those whose role and who themselves are in force."""
        return {row["agency_id"]: row["scope_ja"] for row in self.supervision
                if row["org_id"] == organization and row["role"] in roles
                and in_force(row, day) and in_force(self.bodies[row["agency_id"]], day)}

    def today(self, organization, day):
        """The body that stands in the place of one that has ended, and whether the registry knows one."""
        while not in_force(self.bodies[organization], day):
            successor = self.bodies[organization]["successor"]
            if not successor:
                return organization, False
            organization = successor
        return organization, True


# -- The answer ----------------------------------------------------------------------------------------------


class Duty(NamedTuple):
    edition: str
    clause: str
    sentence: int | None
    holder: str
    recipient: str
    self: bool
    opens_on: str
    formerly: str | None = None
    recipient_formerly: str | None = None


@dataclass
class Codes:
    """What an answer must say, and what it may say because the design leaves it open."""
    required: set
    tolerated: set
    one_of: frozenset = frozenset()  # at least one of these, where there are any

    def agree_with(self, said):
        return (self.required <= said <= self.required | self.tolerated | self.one_of
                and (not self.one_of or bool(self.one_of & said)))


@dataclass
class Answer:
    edition: str | None
    duties: list
    alarms: Codes
    notes: Codes
    co_supervisors: dict | None  # {agency: scope} in `not_opened`; None where the design leaves it open
    platform: str | None = None  # the holder of (2)(f), who follows the rules of the shared platform
    inside: frozenset = frozenset()  # (clause, holder): a system's incident handled, information shared


def answer(registry, report, at=None):
    """What `route explain` must say about the report. `at` (default: the recognised time) is the time of
    asking. Who holds what is settled by the recognised day; a body ended since gives way to its successor."""
    recognized = datetime.fromisoformat(report["times"]["recognized"]["value"])
    day = recognized.astimezone(JST).date()
    today = (at or recognized).astimezone(JST).date()
    edition = next((name for first, name in IN_FORCE_FROM if day >= first), None)
    organization = report["organization"]
    body = registry.bodies.get(organization)
    victim = registry.victim_kind(organization) if body else None

    stops = {code for code, holds in {
        "no_edition_in_force": edition is None,
        "unknown_organization": body is None,
        "not_a_reporting_body": body is not None and victim is None,
        "body_not_in_force": body is not None and not in_force(body, day),
    }.items() if holds}
    if stops:
        return stopped(edition, day, stops)

    incident = report["assessment"] == "incident"
    cells = bool(report.get("large_scale"))
    told = registry.supervisors(organization, ("main", "joint"), day) if victim == CORPORATION else {}
    police = report.get("police") or body["police"]
    who = {"victim": [organization], "told": list(told), "police": [police] if police else [],
           "centre": registry.of_kind("center", day),
           "crisis_management": registry.of_kind("crisis_management", day)}
    opened = [rule for rule in RULES[edition]
              if incident and rule.victim == victim and rule.condition(report)]
    duties, alarms = border_duties(registry, edition, opened, who, today)

    if cells and report.get("cyberattack") == "no":
        alarms.add("large_scale_without_attack")
    silent = edition == "h28" and victim == CORPORATION  # H28 gives a corporation no duty to speak of.
    if cells and report["assessment"] == "possible" and not silent:
        alarms.add("large_scale_unassessed")

    notes = {"later_edition_not_held"} if day >= LATER_EDITION_FROM else set()
    if silent and incident:
        notes.add("no_duty_for_corporation")
    reads = edition == "h30" and victim == CORPORATION  # 「所管する」 had to be read to find whom to tell.
    if reads and incident and len(told) > 1:
        notes.add("main_and_joint_is_our_reading")

    # Whether either note also stands where it changes nothing is left open.
    open_notes = {code for code, holds in {
        "no_duty_for_corporation": silent,
        "main_and_joint_is_our_reading": reads,
    }.items() if holds}
    open_alarms = unsettled_alarms(alarms, report, body, silent, registry.today(organization, today)[1])
    platform = incident and victim in PLATFORM_RULES[edition] and platform_matter(report)
    return Answer(edition, duties, Codes(alarms, open_alarms), Codes(notes, open_notes),
                  registry.supervisors(organization, ("co",), day) if reads and incident else None,
                  registry.today(organization, today)[0] if platform else None,
                  frozenset((clause, registry.today(organization, today)[0])
                            for clause in INSIDE_RULES[edition].get(victim, ()) if incident))


def border_duties(registry, edition, opened, who, today):
    """Each opened rule for each holder and recipient, and the alarms of those that could not be found."""
    duties, alarms = [], set()
    for rule in opened:
        if not who[rule.recipient]:
            alarms.add("no_police_known" if rule.recipient == "police" else "no_recipient")
        for holder in who[rule.holder]:
            holder_now, known = registry.today(holder, today)
            if not known:
                alarms.add("successor_unknown")
            for recipient in who[rule.recipient]:
                recipient_now, _ = registry.today(recipient, today)
                duties.append(Duty(edition, rule.clause, rule.sentence, holder_now, recipient_now,
                                   holder_now == recipient_now, rule.opens_on,
                                   holder if holder != holder_now else None,
                                   recipient if recipient != recipient_now else None))
    return duties, alarms


def stopped(edition, day, stops):
    """No duty. Of several causes one must be named; of what else could be said the design says nothing."""
    alarms = Codes(set(), {"large_scale_without_attack", "large_scale_unassessed", "no_police_known",
                           "successor_unknown", "no_recipient"}, stops)
    later = {"later_edition_not_held"} if day >= LATER_EDITION_FROM else set()
    return Answer(edition, [], alarms, Codes(set(), later | {"no_duty_for_corporation"}), None)


def unsettled_alarms(required, report, body, silent, successor_known):
    """Alarms about a state of things, not a duty: open is whether they sound where no duty needs them."""
    open_ones = set()
    if not body["police"] and not report.get("police"):
        open_ones.add("no_police_known")
    if not successor_known:
        open_ones.add("successor_unknown")
    if "no_police_known" in required:
        open_ones.add("no_recipient")
    if silent and report.get("large_scale"):
        open_ones.add("large_scale_unassessed")
    return open_ones
