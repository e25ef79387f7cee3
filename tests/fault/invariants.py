"""What must hold when a fault is over, whatever it was: seven promises, looked at from outside the program.

  I1  every key that was answered 2xx is stored once, with the bytes sent, and the leaf of its receipt is in the tree
  I2  each incident has exactly the duties that the second statement names for what was reported
  I3  each duty is met, or in time, or was escalated once a level, and no more than 5 s of the daemon's up-time late
  I4  what receivers got was written down as an attempt, what counts as delivered was got, and repeats are the same bytes
  I5  an export verifies offline, every head ever seen is that of the events, each act has its leaf and each leaf its act
  I6  what a body wrote appears in nothing that another received, nor in a log, a core or a temporary file
  I7  of what was not answered 2xx nothing is there in part

Nothing is taken on the program's word: the journal, the receivers' logs, the witness's file and what readers received are
read from their files, the duties come from the second statement, the tree is computed here, rows come from PostgreSQL. No
text of a report is asked of the database, so that it may keep them as it likes.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Journal, may_be_stored, plain_environment

import checks
from duties import JST, Duty
from record import openssl_verifies, read_note

CANARY = re.compile(rb"c4n4ry-[0-9a-f]{32}")  # 128 bits
LATE = 5.0  # seconds of the daemon's up-time
LEASE = 3.0  # seconds for which a daemon that was killed keeps its clocks from the next
OF_NOW = {"severity"}  # members of a webhook's data that tell how the case stands when it is sent
SIGNATURES = 5  # heads of the witness whose signatures are checked, by openssl


# How the record may lag behind while nothing is wrong.
LAWFUL = ("events_unsealed", "checkpoint_unrecorded")


class Finding(NamedTuple):
    invariant: str  # "I1" to "I7"; "answer" where the daemon's answers themselves are wrong
    where: str
    what: str

    def __str__(self):
        return f"{self.invariant}: {self.where}: {self.what}"


@dataclass
class Run:
    """A run that is over, its daemon still there to be asked.

    In `folder`: `journal` (harness.py); `faults`, one JSON object a line: {what, since, until}, seconds since 1970;
    `heads`, the witness's; `receivers/NAME.log` of receiver_process.py and `receivers/endpoints`, {endpoint: NAME};
    `received/ORGANIZATION`, every byte that readers of that body were answered.
    """
    folder: Path
    sql: object          # statements to rows, as superuser
    command: list        # noroshi with the options that lead to the daemon's folder and database
    registry: object     # duties.Registry
    steps: tuple         # of the ladder, in seconds
    bound: float | None = LATE  # None where the clock itself was moved
    refusal: float | None = checks.REFUSAL_LIMIT  # seconds until a 503; None where the fault excuses any
    hidden: list = field(default_factory=list)  # files and folders in which no word of a report may stand
    lost_origins: frozenset = frozenset()  # trees of which an operator has stated the loss
    received_since: float = 0.0  # what receivers got before is not asked for, in seconds since 1970
    lawful: tuple = LAWFUL  # codes of what an export may be found to lack


def check(run):
    known = Known(run)
    findings = []
    for one in (check_answers, check_stored, check_duties, check_clocks, check_sent, check_record, check_canaries,
                check_unanswered):
        findings += one(known)
    return findings


# -- What is known -------------------------------------------------------------------------------------------------

# {name: (columns, where they are from)}
ROWS = {
    "answered": ("organization, key", "FROM idempotency"),
    "report": ("id, incident_id, version, encode(sha256, 'hex'), event_id", "FROM report ORDER BY incident_id, version"),
    "incident": ("id, organization", "FROM incident"),
    "obligation": ("id, incident_id, edition, clause, nullif(sentence, 0), holder, recipient, self, inner_duty, opens_on, "
                   "nullif(formerly, ''), nullif(recipient_formerly, ''), state, occasion, extract(epoch FROM opened_at), "
                   "extract(epoch FROM due_at), extract(epoch FROM fulfilled_at)", "FROM obligation"),
    "alarm": ("subject, clock, round, level, organization, code, extract(epoch FROM raised_at)",
              "FROM alarm WHERE clock IS NOT NULL"),
    "event": ("id, sequence, encode(leaf, 'hex')", "FROM event ORDER BY sequence"),
    "message": ("id, incident_id, recipient, extract(epoch FROM sent_at), kind", "FROM message"),
    "delivery": ("id, endpoint_id, message_id", "FROM delivery"),
    # Nothing is sent of what was acknowledged meanwhile.
    "attempt": ("delivery_id, outcome", "FROM attempt WHERE cause <> 'acknowledged_meanwhile'"),
    "endpoint": ("id, organization, extract(epoch FROM decided_at)", "FROM endpoint WHERE state = 'active'"),
    "origin": ("ordinal, name, first_sequence", "FROM record_origin ORDER BY ordinal"),
    "checkpoint": ("origin, size, encode(root, 'hex')", "FROM checkpoint ORDER BY origin, size"),
    "now": ("extract(epoch FROM clock())", ""),
}


class Known:
    """Read once, for all checks."""

    def __init__(self, run):
        self.run = run
        self.records = Journal.read(run.folder / "journal")
        # The daemon goes on meanwhile: what was got before the rows were read, and what after.
        self.heads = lines_of(run.folder / "heads")
        self.came = {name: [arrival for arrival in arrivals if arrival.at >= run.received_since]
                     for name, arrivals in self.read_receivers().items()}
        script = "BEGIN ISOLATION LEVEL REPEATABLE READ;\n" + "".join(
            f"SELECT json_build_array('{name}', json_build_array({columns})) {origin};\n"
            for name, (columns, origin) in ROWS.items()) + "COMMIT;"
        self.rows = defaultdict(list)
        for line in run.sql(script):
            name, row = json.loads(line)
            self.rows[name].append(row)
        self.now = self.rows["now"][0][0]
        self.answered = {(organization, key) for organization, key in self.rows["answered"]}
        self.by_digest = defaultdict(list)
        for row in self.rows["report"]:
            self.by_digest[row[3]].append(row)
        self.told = checks.stories(self.records, self.answered)
        # {incident: Story}, by what is stored of it
        self.stories = {}
        for place, story in self.told.items():
            for record in story.reports:
                for row in self.by_digest[record.submission.digest]:
                    self.stories.setdefault(row[1], (place, story))
        self.got = Counter(arrival.id for arrivals in self.read_receivers().values() for arrival in arrivals
                           if arrival.answered is not None and 200 <= arrival.answered < 300)
        self.tree = Tree(self.rows)

    def read_receivers(self):
        return {path.stem: read_arrivals(path) for path in sorted((self.run.folder / "receivers").glob("*.log"))}

    def faults(self):
        return sorted(lines_of(self.run.folder / "faults"), key=lambda fault: fault["until"])

    def expected(self, story):
        return checks.expected_duties(self.run.registry, story, datetime.fromtimestamp(self.now, JST))

    def is_stored(self, record):
        return (record.submission.organization, record.submission.key) in self.answered


def lines_of(path):
    """The JSON objects of a file. A last line that its writer's end cut off is none."""
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.split(b"\n") if line]


class Arrival(NamedTuple):
    id: str      # webhook-id
    body: bytes
    answered: int | None
    at: float    # seconds since 1970


def read_arrivals(path):
    """Requests that came whole, in the order of their coming."""
    entries = lines_of(path)
    answers = {entry["number"]: entry["answered"] for entry in entries if "answered" in entry}
    arrivals = []
    for entry in entries:
        if "raw" not in entry:
            continue
        head, _, body = base64.b64decode(entry["raw"]).partition(b"\r\n\r\n")
        fields = {name.lower(): value.strip() for name, _, value in
                  (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])}
        if len(body) == int(fields.get("content-length", -1)):
            arrivals.append(Arrival(fields.get("webhook-id", ""), body, answers.get(entry["number"]),
                                    entry["at"]))
    return arrivals


# -- The answers by themselves -------------------------------------------------------------------------------------

OF_ANSWERS = {"answer_changed": "I1", "doubled": "I1", "said_nothing_stored": "I7"}


def check_answers(known):
    for found in checks.check_tries(known.records):
        if found.code == "slow_refusal":
            continue
        yield Finding(OF_ANSWERS.get(found.code, "answer"), found.where, found.what)
    for key, record in known.records.items():
        for attempt in record.tries:
            took = attempt.until - attempt.since
            if known.run.refusal is not None and attempt.status == 503 and took > known.run.refusal:
                yield Finding("answer", key, f"503 after {took:.1f} s")


# -- I1: stored once, the same, and in the tree ------------------------------------------------------------------------

def check_stored(known):
    for key, record in known.records.items():
        if not record.accepted:
            continue
        if not known.is_stored(record):
            yield Finding("I1", key, f"answered {record.accepted.status}, and no trace of it")
        elif record.submission.target.endswith("/reports"):
            yield from check_report(known, record)
    sent = {record.submission.digest for record in known.records.values()}
    for digest, rows in known.by_digest.items():
        if digest not in sent:
            yield Finding("I1", rows[0][0], "a report that nobody sent")
        if len(rows) > 1:
            yield Finding("I1", rows[0][0], f"stored {len(rows)} times")
    asked = {(record.submission.organization, key) for key, record in known.records.items()}
    for organization, key in sorted(known.answered - asked):
        yield Finding("I1", key, f"answered to {organization}, which never asked")


def check_report(known, record):
    key, said = record.submission.key, json.loads(record.accepted.body)
    rows = known.by_digest[record.submission.digest]
    if not rows:
        yield Finding("I1", key, "answered 201, and no report has the bytes that were sent")
        return
    if said["report"]["id"] not in {row[0] for row in rows}:
        yield Finding("I1", key, f"answered as report {said['report']['id']}, stored as {rows[0][0]}")
    receipt = said["receipt"]
    if receipt["sha256"] != record.submission.digest:
        yield Finding("I1", key, "the receipt's digest is not that of the bytes that were sent")
    place = known.tree.place.get(receipt["event_id"])
    if place is None:
        yield Finding("I1", key, "the receipt's event is not in the record")
    elif hashlib.sha256(b"\0" + known.tree.leaf[receipt["event_id"]]).hexdigest() != receipt["leaf_sha256"]:
        yield Finding("I1", key, "the receipt's leaf is another than the record's")
    elif not known.tree.is_sealed(place):
        yield Finding("I1", key, "the receipt's leaf stands under no checkpoint")


# -- I2: the duties of the second statement --------------------------------------------------------------------------

def check_duties(known):
    shown = defaultdict(Counter)
    for row in known.rows["obligation"]:
        if not row[8]:
            edition, clause, sentence, holder, recipient, self_, _, opens_on, formerly, recipient_formerly = row[2:12]
            shown[row[1]][Duty(edition, clause, sentence, holder, recipient, self_, opens_on, formerly,
                               recipient_formerly)] += 1
    for incident, _ in known.rows["incident"]:
        if incident not in known.stories:
            continue  # I1: nobody sent it; I7: it is there in part
        (organization, _), story = known.stories[incident]
        where, expected = f"{organization} {incident}", known.expected(story)
        for duty, times in shown[incident].items():
            if times > 1:
                yield Finding("I2", where, f"opened {times} times: {duty}")
            if duty not in expected:
                yield Finding("I2", where, f"opened, and not owed: {duty}")
        for duty in expected - set(shown[incident]):
            yield Finding("I2", where, f"owed, and not opened: {duty}")


# -- I3: met, in time, or escalated ------------------------------------------------------------------------------------

def check_clocks(known):
    told = defaultdict(list)
    for subject, clock, round_, level, organization, code, raised in known.rows["alarm"]:
        told[subject, clock, round_, level].append((organization, code, raised))
    for (subject, clock, round_, level), alarms in told.items():
        for (organization, code), times in Counter(alarm[:2] for alarm in alarms).items():
            if times > 1:
                yield Finding("I3", subject, f"level {level} of the clock {clock} told {times} times to {organization}")
    if known.run.bound is None:
        return  # the clock was moved: what was reached when is not to be said
    faults = known.faults()
    for row in known.rows["obligation"]:
        identifier, state, occasion, opened, due, fulfilled = row[0], *row[12:17]
        _, story = known.stories.get(row[1], (None, None))
        # Of a case that was dismissed for a while clocks stood still, and started anew. A duty that was opened again too.
        if (occasion != 1 or state not in ("open", "fulfilled") or due is None or story is None
                or any(facts.get("assessment") == "not_incident" for facts in story.facts)):
            continue
        end = fulfilled if state == "fulfilled" else known.now
        for level, step in enumerate(known.run.steps, 1):
            reached = max(opened, due) + step
            alarms = told.get((identifier, "duty", 1, level), ())
            must = countable(reached, faults, known.run.bound) + known.run.bound
            if not alarms and must < end:
                yield Finding("I3", identifier, f"level {level} was passed {end - reached:.1f} s ago and not told")
            for _, _, raised in alarms:
                if raised < reached:
                    yield Finding("I3", identifier, f"level {level} was told {reached - raised:.3f} s before its time")
                if raised > must:
                    yield Finding("I3", identifier, f"level {level} was told {raised - reached:.1f} s late")


def countable(reached, faults, bound):
    """From when on its lateness counts: what was in time when a fault began has its time anew when it ends. A daemon that
    was killed keeps its clocks until its lease ends."""
    moment = reached
    for fault in faults:
        if fault["since"] - bound <= moment <= fault["until"] + LEASE:
            moment = fault["until"] + LEASE
    return moment


# -- I4: receivers and attempts ----------------------------------------------------------------------------------------

def check_sent(known):
    endpoints = json.loads((known.run.folder / "receivers" / "endpoints").read_text())
    deliveries = {row[0]: row for row in known.rows["delivery"]}
    attempts = defaultdict(Counter)
    for delivery, outcome in known.rows["attempt"]:
        attempts[delivery][outcome] += 1
    arrived = defaultdict(list)
    for name, arrivals in known.came.items():
        for arrival in arrivals:
            delivery = deliveries.get(arrival.id)
            if not delivery:
                yield Finding("I4", name, f"was sent {arrival.id}, of which there is no row")
            elif endpoints.get(delivery[1]) != name:
                yield Finding("I4", name, f"was sent {arrival.id}, which is another's")
            arrived[arrival.id].append(arrival)
    for identifier, arrivals in arrived.items():
        if sum(attempts[identifier].values()) < len(arrivals):
            yield Finding("I4", identifier, f"came {len(arrivals)} times, {sum(attempts[identifier].values())} attempts "
                                            "are written down")
        for arrival in arrivals[1:]:
            if arrival.body != arrivals[0].body and (other := difference(arrivals[0].body, arrival.body)):
                yield Finding("I4", identifier, f"was repeated with other bytes: {other}")
    for identifier, outcomes in attempts.items():
        if outcomes["delivered"] > known.got[identifier]:
            yield Finding("I4", identifier, f"{outcomes['delivered']} attempts count as delivered, {known.got[identifier]} "
                                            "were taken")
    sent = Counter((row[2], row[1]) for row in known.rows["delivery"])
    for message, _, recipient, at, kind in known.rows["message"]:
        for identifier, organization, since in known.rows["endpoint"]:
            if organization == recipient and at > since and sent[message, identifier] != 1:
                yield Finding("I4", message, f"{sent[message, identifier]} deliveries of a {kind} to the endpoint of "
                                             f"{recipient}")


def difference(one, other):
    """What of two webhooks is not the same."""
    try:
        one, other = json.loads(one), json.loads(other)
    except ValueError:
        return "no JSON"
    members = [(name, one.get(name), other.get(name)) for name in one.keys() | other.keys()]
    members += [(f"data.{name}", one["data"].get(name), other["data"].get(name))
                for name in (one["data"].keys() | other["data"].keys()) - OF_NOW]
    return ", ".join(f"{name} {first} / {second}" for name, first, second in sorted(members, key=str)
                     if name != "data" and first != second)


# -- I5: the record ----------------------------------------------------------------------------------------------------

class Tree:
    """RFC 6962 over the leaves of the table, and which places a checkpoint covers."""

    def __init__(self, rows):
        self.events = rows["event"]
        self.place = {row[0]: row[1] for row in self.events if row[1] is not None}
        self.leaf = {row[0]: bytes.fromhex(row[2]) for row in self.events}
        self.origins = [(ordinal, name, first) for ordinal, name, first in rows["origin"]]
        self.sizes = defaultdict(int)
        for origin, size, _ in rows["checkpoint"]:
            self.sizes[origin] = max(self.sizes[origin], size)

    def is_sealed(self, place):
        """By a checkpoint; or, where its tree has ended, by the first leaf of the next, which names the root of all."""
        number = max(number for number, origin in enumerate(self.origins) if origin[2] <= place)
        ordinal, name, first = self.origins[number]
        if place - first < self.sizes[ordinal]:
            return True
        if number + 1 == len(self.origins):
            return False
        held = self.leaves(name)
        return self.roots(held, {len(held)})[len(held)] in bytes.fromhex(self.events[self.origins[number + 1][2]][2])

    def leaves(self, name):
        for number, (_, own, first) in enumerate(self.origins):
            if own == name:
                after = self.origins[number + 1][2] if number + 1 < len(self.origins) else None
                return [bytes.fromhex(row[2]) for row in self.events
                        if row[1] is not None and row[1] >= first and (after is None or row[1] < after)]
        return None

    @staticmethod
    def roots(leaves, sizes):
        """{size: root} for those sizes, in one pass: a stack of the roots of whole trees."""
        found, stack = {0: hashlib.sha256(b"").digest()}, []
        for number, leaf in enumerate(leaves, 1):
            node, width = hashlib.sha256(b"\0" + leaf).digest(), 1
            while stack and stack[-1][1] == width:
                node, width = hashlib.sha256(b"\1" + stack.pop()[0] + node).digest(), width * 2
            stack.append((node, width))
            if number in sizes:
                root = stack[-1][0]
                for left, _ in reversed(stack[:-1]):
                    root = hashlib.sha256(b"\1" + left + root).digest()
                found[number] = root
        return found


def numbered_soon(run, identifiers, patience=checks.SETTLING):
    """Whether each of those events has a number within so many seconds."""
    wanted = ", ".join(f"'{identifier}'" for identifier in identifiers)
    deadline = time.monotonic() + patience
    while run.sql(f"SELECT wanted FROM unnest(ARRAY[{wanted}]::uuid[]) AS wanted WHERE NOT EXISTS (SELECT FROM event WHERE id = "
                  "wanted AND sequence IS NOT NULL);"):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def check_record(known):
    numbers = [row[1] for row in known.rows["event"] if row[1] is not None]
    if numbers != list(range(len(numbers))):
        yield Finding("I5", "event", "the events are not numbered 0 to n-1")
    # Deliveries go on while a run is judged, and their events get a number after they are there.
    waiting = [identifier for identifier, number, _ in known.rows["event"] if number is None]
    if not numbered_soon(known.run, waiting):
        yield Finding("I5", "event", f"one of {', '.join(waiting)} has no number after {checks.SETTLING:.0f} s")
    yield from check_heads(known)
    for what, query in checks.TABLES["record"]:
        if what != "numbers are not 0 to n-1":
            yield from (Finding("I5", row, what) for row in known.run.sql(query))
    acts = known.run.sql("SELECT table_name FROM information_schema.columns WHERE table_schema = 'noroshi' AND column_name "
                         "= 'event_id' AND table_name NOT IN ('event_opening', 'signing_key', 'record_origin') ORDER BY 1;")
    for row in known.run.sql("".join(f"SELECT '{table}' FROM {table} WHERE NOT EXISTS (SELECT FROM event WHERE event.id = "
                                     f"{table}.event_id);\n" for table in acts)):
        yield Finding("I5", row, "an act without its event")
    yield from check_offline(known)


def check_heads(known):
    """Those of the table and those that the witness saw."""
    names = {ordinal: name for ordinal, name, _ in known.tree.origins}
    seen = known.heads
    heads = {(names[origin], size, bytes.fromhex(root)) for origin, size, root in known.rows["checkpoint"]}
    heads |= {tuple(read_note(entry["note"])[0]) for entry in seen}
    by_origin = defaultdict(set)
    for origin, size, root in heads:
        by_origin[origin].add((size, root))
    for origin, of_it in by_origin.items():
        leaves = known.tree.leaves(origin)
        if leaves is None:
            yield Finding("I5", origin, "a tree was signed that the database does not know")
            continue
        roots = known.tree.roots(leaves, {size for size, _ in of_it})
        for size, root in sorted(of_it):
            if roots.get(size) != root and origin not in known.run.lost_origins:
                yield Finding("I5", f"{origin} {size}", "a head was signed that is not that of so many events")
    for entry in seen[-SIGNATURES:]:
        text, (head, signatures) = entry["note"].partition("\n\n")[0].encode() + b"\n", read_note(entry["note"])
        keys = {short: base64.b64decode(key, validate=True)[1:] for name, short, key in
                (line.split("+", 2) for line in entry["keys"])}
        good = [short for _, short, signature in signatures if short.hex() in keys
                and openssl_verifies(text, signature, keys[short.hex()])]
        if not good:
            yield Finding("I5", f"{head.origin} {head.size}", "its signature is not good")


def check_offline(known):
    """An export of everything, read by `record verify` with the keys that the witness was first told."""
    with tempfile.TemporaryDirectory(prefix="noroshi-export-") as folder:
        export, keys = Path(folder) / "export.jsonl", Path(folder) / "keys"
        keys.write_text("\n".join(dict.fromkeys(key for entry in known.heads for key in entry["keys"])) + "\n")
        done = subprocess.run([*known.run.command, "record", "export", export], capture_output=True, text=True, timeout=300,
                              env=plain_environment())
        if done.returncode:
            yield Finding("I5", "record export", f"exit {done.returncode}: {done.stderr}")
            return
        done = subprocess.run([*known.run.command, "--json", "record", "verify", export, "--key", keys],
                              capture_output=True, text=True, timeout=300, env=plain_environment())
    try:
        said = json.loads(done.stdout)
    except ValueError:
        yield Finding("I5", "record verify", f"exit {done.returncode}: {done.stderr}")
        return
    for found in said["findings"]:
        if found["weight"] != "told" and found["code"] not in known.run.lawful:
            yield Finding("I5", "record verify", json.dumps(found, ensure_ascii=False))
    if said["altered"] or (done.returncode and not said["findings"]) or not said["events"]:
        yield Finding("I5", "record verify", f"exit {done.returncode}: {done.stderr}{done.stdout[-300:]}")


# -- I6: who learns what -----------------------------------------------------------------------------------------------

def check_canaries(known):
    of_body, may_see = {}, defaultdict(set)
    recipients = defaultdict(set)
    for _, incident, recipient, _, _ in known.rows["message"]:
        recipients[incident].add(recipient)
    for place, story in known.told.items():
        incidents = {row[1] for record in story.reports for row in known.by_digest[record.submission.digest]}
        oracle = {body for duty in known.expected(story) for body in (duty.holder, duty.recipient)}
        told = set().union(*(recipients[incident] for incident in incidents)) & oracle
        for record in story.reports:
            for canary in CANARY.findall(record.submission.body):
                may_see[canary] |= {place[0], record.submission.organization} | told
    for record in known.records.values():
        for canary in CANARY.findall(record.submission.body):
            of_body[canary] = record.submission.organization
            may_see[canary].add(record.submission.organization)
    for path in sorted((known.run.folder / "received").glob("*")):
        yield from misplaced(known, of_body, may_see, path.read_bytes(), path.name, f"what {path.name} was answered")
    for record in known.records.values():
        for attempt in record.tries:
            yield from misplaced(known, of_body, may_see, (attempt.body or "").encode(), record.submission.organization,
                                 f"the answer to {record.submission.key}")
    # A webhook says that there is something to fetch, and nothing of it.
    places = [known.run.folder / "receivers", *known.run.hidden]
    for path in (file for place in places for file in ([place] if place.is_file() else place.rglob("*"))):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if path.suffix == ".log" and path.parent == places[0]:
                data = b"\n".join(base64.b64decode(entry["raw"]) for entry in lines_of(path) if "raw" in entry)
            yield from misplaced(known, of_body, may_see, data, None, path.name)


def misplaced(known, of_body, may_see, data, reader, where):
    for canary in sorted(set(CANARY.findall(data))):
        if reader not in may_see[canary]:
            yield Finding("I6", where, f"words of {of_body.get(canary, 'nobody')}: {canary.decode()}")


# -- I7: nothing in part -----------------------------------------------------------------------------------------------

def check_unanswered(known):
    # Of two under different keys with the same bytes one is taken.
    taken = {record.submission.digest for record in known.records.values() if known.is_stored(record)}
    for key, record in known.records.items():
        is_report = record.submission.target.endswith("/reports")
        stored, rows = known.is_stored(record), known.by_digest[record.submission.digest] if is_report else []
        if record.accepted:
            continue  # I1
        if record.refused and stored:
            yield Finding("I7", key, f"answered {record.refused.status}, and stored")
        elif stored and not record.in_doubt and not any(map(may_be_stored, record.tries)) and record.tries:
            yield Finding("I7", key, "stored, though no try of it was in doubt")
        if rows and record.submission.digest not in taken:
            yield Finding("I7", key, "its report is there and its answer is not")
        if is_report and stored and not rows:
            yield Finding("I7", key, "its answer is there and its report is not")
    reported = {row[1] for row in known.rows["report"]}
    for incident, _ in known.rows["incident"]:
        if incident not in reported:
            yield Finding("I7", incident, "an incident without a report")
