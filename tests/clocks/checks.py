"""What must hold of clocks: each level of each, once, not before its time and not long after.

Times are whole microseconds since 1970, as the database's clock counts them. The clocks are those of duties inside a
body, whose alarms have one listener a level.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

SECOND = 1_000_000


class Finding(NamedTuple):
    code: str
    where: str
    what: str

    def __str__(self):
        return f"{self.code}: {self.where}: {self.what}"


class Clock(NamedTuple):
    """As the answer to the report said it."""
    number: str
    incident: str
    duty: str
    clause: str
    due: int
    opened: int

    def reaches(self, level, steps):
        return max(self.due, self.opened) + steps[level - 1] * SECOND

    def levels_by(self, moment, steps):
        return [level for level in range(1, len(steps) + 1) if self.reaches(level, steps) <= moment]


class Alarm(NamedTuple):
    """A row; committed is when others could see it."""
    id: str
    incident: str
    subject: str
    level: int
    organization: str
    code: str
    due: int
    raised: int
    committed: int


class Rung(NamedTuple):
    """What the database holds of clocks that have rung."""
    alarms: list
    events: list  # the subjects of the events that say so, each an alarm's id
    told: list  # (incident, line) of the messages

    QUERY = """
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT concat_ws('|', 'alarm', a.id, a.incident_id, a.subject, a.level, a.organization, a.code, {due}, {raised},
  {committed}) FROM alarm a WHERE a.clock IS NOT NULL;
SELECT concat_ws('|', 'event', subject) FROM event WHERE type = 'alarm.rung';
SELECT concat_ws('|', 'told', incident_id, encode(convert_to(note, 'UTF8'), 'hex')) FROM message WHERE kind = 'alarm';
COMMIT;""".format(**{name: f"(extract(epoch FROM {column}) * 1000000)::bigint" for name, column in (
        ("due", "a.due_at"), ("raised", "a.raised_at"), ("committed", "pg_xact_commit_timestamp(a.xmin)"))})

    @classmethod
    def read(cls, sql, content):
        rung = cls([], [], [])
        for row in sql(cls.QUERY):
            kind, _, rest = row.partition("|")
            if kind == "alarm":
                *words, due, raised, committed = rest.split("|")
                rung.alarms.append(Alarm(*words[:3], int(words[3]), *words[4:], int(due), int(raised), int(committed)))
            elif kind == "event":
                rung.events.append(rest)
            else:
                incident, note = rest.split("|")
                lines = content.open(bytes.fromhex(note).decode()).split("\n")
                rung.told.extend((incident, line) for line in lines)
        return rung


class Outage(NamedTuple):
    """From when to when nobody could tell what was reached: all, or that of incidents which a fault at the end took out of
    a daemon's hands once more."""
    since: int
    until: int
    incidents: frozenset = None

    def kept(self, alarm):
        """Whether it kept that alarm from being told."""
        return self.incidents is None or (alarm.incident in self.incidents and alarm.committed >= self.until)


def countable(alarm, reached, outages):
    """From when on its lateness counts: when somebody could tell it. `outages` in the order of their ends."""
    moment = reached
    for outage in outages:
        if outage.since <= moment <= outage.until and outage.kept(alarm):
            moment = min(outage.until, alarm.committed)
    return moment


def check(clocks, rung, steps, until, bound, outages=()):
    """Levels reached by `until` must have been told. `bound`: the longest lateness in seconds; None where the clock
    itself was moved."""
    findings = []
    by_duty = {clock.duty: clock for clock in clocks}
    rows = defaultdict(list)
    for alarm in rung.alarms:
        clock = by_duty.get(alarm.subject)
        if not clock or alarm.code != "duty_overdue" or not 1 <= alarm.level <= len(steps):
            findings.append(Finding("unasked", alarm.subject, f"{alarm.code} of level {alarm.level}"))
        else:
            rows[clock, alarm.level].append(alarm)
    for clock in clocks:
        for level in clock.levels_by(until, steps):
            if (clock, level) not in rows:
                findings.append(Finding("missing", f"{clock.number} {clock.clause}", f"level {level} was not told"))
    for (clock, level), alarms in rows.items():
        findings += check_level(clock, level, alarms, clock.reaches(level, steps), bound, outages)
    return findings + list(check_record(rung))


def check_level(clock, level, alarms, reached, bound, outages):
    where = f"{clock.number} {clock.clause} level {level}"
    if len(alarms) > 1:
        yield Finding("doubled", where, f"told {len(alarms)} times")
    for alarm in alarms:
        if alarm.due != clock.due:
            yield Finding("moved", where, f"due {clock.due}, told as {alarm.due}")
        if alarm.raised < reached:
            yield Finding("early", where, f"{(reached - alarm.raised) / SECOND:.3f} s before its time")
        late = (alarm.committed - countable(alarm, reached, outages)) / SECOND
        if bound is not None and late > bound:
            yield Finding("late", where, f"{late:.3f} s")


def check_record(rung):
    """Each alarm is in the record once, and one line of one message."""
    events = Counter(rung.events)
    for alarm in rung.alarms:
        if events[alarm.id] != 1:
            code = "doubled" if events[alarm.id] else "missing"
            yield Finding(code, alarm.id, f"{events[alarm.id]} times in the record")
    for event in events.keys() - {alarm.id for alarm in rung.alarms}:
        yield Finding("unasked", event, "in the record, and no such alarm")
    for (incident, line), times in Counter(rung.told).items():
        if times > 1:
            yield Finding("doubled", incident, f"{times} messages say: {line}")
    lines, alarms = Counter(incident for incident, _ in rung.told), Counter(alarm.incident for alarm in rung.alarms)
    for incident in lines.keys() | alarms.keys():
        if lines[incident] != alarms[incident]:
            code = "doubled" if lines[incident] > alarms[incident] else "missing"
            yield Finding(code, incident, f"{alarms[incident]} alarms, {lines[incident]} lines of messages")


def latenesses(clocks, rung, steps, outages=()):
    """[(seconds, clock, alarm)], the latest first."""
    by_duty = {clock.duty: clock for clock in clocks}
    known = [(by_duty[alarm.subject], alarm) for alarm in rung.alarms if alarm.subject in by_duty]
    late = [(alarm.committed - countable(alarm, clock.reaches(alarm.level, steps), outages), clock, alarm)
            for clock, alarm in known]
    return [(micros / SECOND, clock, alarm) for micros, clock, alarm in sorted(late, reverse=True)]


def spread(seconds):
    """min, median, p99 and max, for people."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    return f"min {ordered[0]:.3f} s, p50 {at(0.5):.3f} s, p99 {at(0.99):.3f} s, max {ordered[-1]:.3f} s"
