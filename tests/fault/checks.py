"""What must hold when the faults are over: of the journal against the daemon's answers and its tables.

Each broken promise is a Finding, for people to read. Nothing is repaired and nothing is taken on trust: the journal is
read from its file, the duties come from the second statement, the tables from PostgreSQL itself.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from content import Content
from harness import Client, Journal, may_be_stored

from duties import JST, Duty, answer

SETTLING = 20.0  # seconds until the sequencer has numbered every event
REFUSAL_LIMIT = 3.0  # seconds: with no database the daemon refuses within one; the rest is a busy machine's
THREADS = 6


class Finding(NamedTuple):
    code: str
    where: str  # the key, reference or row
    what: str

    def __str__(self):
        return f"{self.code}: {self.where}: {self.what}"


LOST = {"lost", "answer_changed", "bytes_changed", "half_stored"}
DOUBLED = {"doubled"}

# -- Behind the interface: rows that must not be there. {code: ((what is wrong, query with one text a finding), …)} ------

# Rows that say something happened, and the event that made them so.
NO_EVENT = """
SELECT '{table} ' || {table}::text FROM {table} WHERE NOT EXISTS (SELECT FROM event WHERE event.id = {table}.event_id);
"""

# The answers given, as values.
ANSWERED = """
CREATE TEMPORARY TABLE answered (key text, body jsonb);
{rows}
ANALYZE answered;
"""

TABLES = {
    "doubled": (
        ("two incidents with one reference",
         "SELECT organization || ' ' || reference FROM incident GROUP BY organization, reference HAVING count(*) > 1;"),
        ("two incidents with one number",
         "SELECT number FROM incident GROUP BY number HAVING count(*) > 1;"),
        ("the same bytes twice",
         "SELECT min(id::text) || ' ' || encode(sha256, 'hex') FROM report GROUP BY incident_id, stage, sha256, "
         "received_at HAVING count(*) > 1;"),
        ("a duty opened twice",
         "SELECT concat_ws(' ', incident_id, clause, nullif(sentence, 0), holder, recipient) FROM obligation "
         "WHERE NOT inner_duty GROUP BY incident_id, clause, sentence, holder, recipient HAVING count(*) > 1;"),
        ("an inner duty opened twice",
         "SELECT concat_ws(' ', incident_id, rule, holder) FROM obligation WHERE inner_duty "
         "GROUP BY incident_id, rule, holder HAVING count(*) > 1;"),
        ("a version sent twice to one body",
         "SELECT concat_ws(' ', report_id, recipient) FROM message WHERE kind = 'report' AND sender = "
         "(SELECT organization FROM incident WHERE incident.id = message.incident_id) "
         "GROUP BY report_id, recipient, coalesce(clause = '2.2.4(2)(h)' OR clause = '2.2.4(2)(i)', false) "
         "HAVING count(*) > 1;"),
        ("a duty relayed twice",
         "SELECT concat_ws(' ', obligation_id, report_id) FROM message WHERE obligation_id IS NOT NULL "
         "AND kind <> 'alarm' GROUP BY obligation_id, report_id, kind HAVING count(*) > 1;"),
        ("a level of a clock told twice",
         "SELECT concat_ws(' ', subject, clock, round, level, organization, code) FROM alarm WHERE clock IS NOT NULL "
         "GROUP BY incident_id, subject, clock, round, level, organization, code HAVING count(*) > 1;"),
        ("one leaf twice", "SELECT encode(leaf, 'hex') FROM event GROUP BY leaf HAVING count(*) > 1;"),
        ("a judgement told twice in the record",
         "SELECT subject::text FROM event WHERE type = 'judgement.made' GROUP BY subject HAVING count(*) > 1;"),
        ("a duty met twice in the record",
         "SELECT subject::text FROM event WHERE type = 'obligation.fulfilled' GROUP BY subject HAVING count(*) > 1 "
         "AND NOT EXISTS (SELECT FROM event r WHERE r.subject = event.subject AND r.type = 'obligation.reopened');"),
    ),
    "half_stored": (
        ("versions are not 1 to n, or the last is not the one in force",
         "SELECT i.number FROM incident i JOIN (SELECT incident_id, count(*) AS n, min(version) AS low, "
         "max(version) AS high FROM report GROUP BY incident_id) AS r ON r.incident_id = i.id JOIN report l "
         "ON l.id = i.latest_report WHERE r.low <> 1 OR r.high <> r.n OR i.version <> r.n OR l.version <> r.n;"),
        ("an incident without a report",
         "SELECT number FROM incident i WHERE NOT EXISTS (SELECT FROM report WHERE incident_id = i.id);"),
        ("a report without its incident",
         "SELECT id::text FROM report r WHERE NOT EXISTS (SELECT FROM incident WHERE id = r.incident_id);"),
        ("an incident that its own body cannot see",
         "SELECT number FROM incident i WHERE NOT EXISTS (SELECT FROM incident_access a WHERE a.incident_id = i.id "
         "AND a.organization = i.organization AND a.scope = 'content');"),
        ("a message to a body that may not see it",
         "SELECT m.id::text FROM message m WHERE NOT EXISTS (SELECT FROM incident_access a WHERE a.incident_id = "
         "m.incident_id AND a.organization = m.recipient AND (a.scope = 'content' OR m.kind = 'alarm'));"),
        ("bytes that are not those of their digest",
         "SELECT id::text FROM report WHERE length <> unsealed_length(bytes);"),
        ("a met duty without its fulfilment, or the reverse (but for one that was opened again)",
         "SELECT o.id::text FROM obligation o FULL JOIN fulfillment f ON f.obligation_id = o.id "
         "WHERE (o.state = 'fulfilled') IS DISTINCT FROM (f.id IS NOT NULL) "
         "AND NOT coalesce(f.id IS NOT NULL AND o.state IN ('open', 'waived') AND o.occasion > 1, false);"),
        ("a duty to tell that was met by the report itself, without the message",
         "SELECT o.id::text FROM obligation o JOIN fulfillment f ON f.obligation_id = o.id WHERE f.method IN "
         "('report', 'relay') AND NOT o.self AND NOT o.inner_duty AND NOT EXISTS (SELECT FROM message m "
         "WHERE m.obligation_id = o.id);"),
        ("an excepted duty without an approved exception",
         "SELECT o.id::text FROM obligation o WHERE o.state = 'waived' AND NOT EXISTS (SELECT FROM waiver w "
         "WHERE w.obligation_id = o.id AND w.decision = 'approved');"),
        ("a version that did not reach everybody who got the one before",
         "SELECT concat_ws(' ', i.number, 'version', r.version, 'to', e.recipient) FROM report r "
         "JOIN incident i ON i.id = r.incident_id JOIN (SELECT DISTINCT m.incident_id, m.recipient, v.version "
         "FROM message m JOIN report v ON v.id = m.report_id) AS e ON e.incident_id = r.incident_id "
         "AND e.version < r.version WHERE NOT EXISTS (SELECT FROM message m WHERE m.report_id = r.id "
         "AND m.recipient = e.recipient);"),
        ("a number beyond the counter, or one that nobody has",
         "SELECT concat_ws(' ', c.organization, c.year) FROM body_counter c LEFT JOIN LATERAL (SELECT count(*) AS n, "
         "max(split_part(number, '-', -1)::bigint) AS high FROM incident i WHERE i.organization = c.organization "
         "AND split_part(number, '-', -2) = c.year::text) AS i ON true WHERE c.last <> i.n "
         "OR coalesce(i.high, 0) <> i.n;"),
        ("an answer that speaks of a report that is not there",
         "SELECT key FROM answered WHERE body ? 'receipt' AND NOT EXISTS (SELECT FROM report r JOIN event e "
         "ON e.id = r.event_id WHERE r.id::text = body #>> '{report,id}' "
         "AND e.id::text = body #>> '{receipt,event_id}');"),
        ("an answer that speaks of an incident that is not there",
         "SELECT key FROM answered WHERE body ? 'incident' AND NOT EXISTS (SELECT FROM incident i "
         "WHERE i.id::text = body #>> '{incident,id}');"),
        ("a report that was never answered",
         "SELECT r.id::text FROM report r WHERE NOT EXISTS (SELECT FROM answered "
         "WHERE body #>> '{report,id}' = r.id::text);"),
        ("an acknowledgement that was never answered",
         "SELECT m.id::text FROM message m WHERE m.acknowledged_at IS NOT NULL AND NOT EXISTS (SELECT FROM answered "
         "WHERE body ? 'acknowledged_by' AND body ->> 'id' = m.id::text);"),
        ("an exception that was not answered, or answered twice",
         "SELECT w.id::text FROM waiver w LEFT JOIN answered ON body ->> 'id' = w.id::text GROUP BY w.id, w.decision "
         "HAVING count(key) <> CASE w.decision WHEN 'pending' THEN 1 ELSE 2 END;"),
        ("a fulfilment by a person that was never answered",
         "SELECT f.id::text FROM fulfillment f WHERE f.method IN ('relay', 'telephone', 'in_person', 'police_report', "
         "'consultation', 'decided_not_needed') AND NOT EXISTS (SELECT FROM answered "
         "WHERE body ->> 'id' = f.id::text);"),
    ),
    "record": (
        ("numbers are not 0 to n-1",
         "SELECT concat_ws(' ', count(*), 'events, numbered', count(sequence), 'from', min(sequence), 'to', "
         "max(sequence), 'next', (SELECT next_sequence FROM sequencer)) FROM event HAVING count(*) > 0 AND "
         "(count(sequence) <> count(*) OR min(sequence) <> 0 OR max(sequence) <> count(*) - 1 "
         "OR (SELECT next_sequence FROM sequencer) <> count(*));"),
        ("an event without its act",
         "SELECT e.type || ' ' || e.id FROM event e WHERE NOT CASE split_part(e.type, '.', 1) "
         "WHEN 'incident' THEN EXISTS (SELECT FROM incident t WHERE t.id = e.incident_id) "
         "WHEN 'report' THEN EXISTS (SELECT FROM report t WHERE t.id = e.subject AND t.event_id = e.id) "
         "WHEN 'judgement' THEN EXISTS (SELECT FROM judgement t WHERE t.id = e.subject AND t.event_id = e.id) "
         "WHEN 'access' THEN EXISTS (SELECT FROM incident_access t WHERE t.incident_id = e.incident_id) "
         "WHEN 'recipient' THEN EXISTS (SELECT FROM added_recipient t WHERE t.incident_id = e.incident_id) "
         "WHEN 'handling' THEN EXISTS (SELECT FROM handling_step t WHERE t.id = e.subject AND t.event_id = e.id) "
         "WHEN 'instruction' THEN EXISTS (SELECT FROM instruction t WHERE t.id = e.subject "
         "AND t.incident_id = e.incident_id) "
         "WHEN 'platform' THEN EXISTS (SELECT FROM platform_link t WHERE t.id = e.subject AND t.event_id = e.id) "
         "WHEN 'obligation' THEN EXISTS (SELECT FROM obligation t WHERE t.id = e.subject "
         "AND t.incident_id = e.incident_id) "
         "WHEN 'message' THEN EXISTS (SELECT FROM message t WHERE t.id = e.subject) "
         "WHEN 'waiver' THEN EXISTS (SELECT FROM waiver t WHERE t.id = e.subject) "
         "WHEN 'alarm' THEN EXISTS (SELECT FROM alarm t WHERE t.id = e.subject) "
         "WHEN 'erasure' THEN EXISTS (SELECT FROM erasure t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'assignment' THEN EXISTS (SELECT FROM assignment t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'relay_switch' THEN EXISTS (SELECT FROM relay_switch t WHERE t.id = e.subject) "
         "WHEN 'person' THEN EXISTS (SELECT FROM person t WHERE t.id = e.subject) "
         "WHEN 'appointment' THEN EXISTS (SELECT FROM appointment t WHERE t.id = e.subject) "
         "WHEN 'delegation' THEN EXISTS (SELECT FROM delegation t WHERE t.id = e.subject) "
         "WHEN 'training' THEN EXISTS (SELECT FROM training t WHERE t.id = e.subject) "
         "WHEN 'shift' THEN EXISTS (SELECT FROM shift t WHERE t.id = e.subject) "
         "WHEN 'cymat' THEN EXISTS (SELECT FROM cymat_request t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'endpoint' THEN EXISTS (SELECT FROM endpoint t WHERE t.id = e.subject) "
         "WHEN 'delivery' THEN EXISTS (SELECT FROM delivery t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'label' THEN EXISTS (SELECT FROM label t WHERE t.id = e.subject AND t.incident_id = e.incident_id UNION ALL "
         "SELECT FROM label_change t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'consent' THEN EXISTS (SELECT FROM consent t WHERE t.incident_id = e.incident_id) "
         "WHEN 'label_mapping' THEN EXISTS (SELECT FROM label_mapping t WHERE t.id = e.subject) "
         "WHEN 'sealing_key' THEN EXISTS (SELECT FROM sealing_key t WHERE t.id = e.subject) "
         "WHEN 'annex' THEN EXISTS (SELECT FROM annex t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'attachment' THEN EXISTS (SELECT FROM attachment t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'content' THEN EXISTS (SELECT FROM withholding t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'inquiry' THEN EXISTS (SELECT FROM inquiry t WHERE t.id = e.subject AND t.incident_id = e.incident_id) "
         "WHEN 'notice' THEN EXISTS (SELECT FROM notice t WHERE t.id = e.subject) "
         "WHEN 'key' THEN EXISTS (SELECT FROM signing_key t WHERE e.id IN (t.event_id, t.retirement_event_id)) "
         "WHEN 'record' THEN EXISTS (SELECT FROM record_origin t WHERE t.event_id = e.id) ELSE false END;"),
        ("a key of the record, or a tree after the first, without its event",
         "SELECT id FROM signing_key k WHERE purpose = 'record' AND NOT EXISTS (SELECT FROM event e "
         "WHERE e.id = k.event_id AND e.type = 'key.registered') UNION ALL SELECT name FROM record_origin o "
         "WHERE ordinal > 1 AND NOT EXISTS (SELECT FROM event e WHERE e.id = o.event_id AND e.type = 'record.continued');"),
        ("an incident, report, duty, message or alarm whose beginning is not in the record",
         "SELECT t.type || ' ' || t.id FROM (SELECT 'report.received' AS type, id FROM report UNION ALL "
         "SELECT 'judgement.made', id FROM judgement UNION ALL SELECT 'obligation.opened', id FROM obligation UNION ALL "
         "SELECT 'message.sent', id FROM message UNION ALL SELECT 'waiver.asked', id FROM waiver UNION ALL "
         "SELECT 'assignment.proposed', id FROM assignment UNION ALL "
         "SELECT CASE WHEN clock IS NULL THEN 'alarm.raised' ELSE 'alarm.rung' END, id FROM alarm) AS t "
         "WHERE NOT EXISTS (SELECT FROM event e WHERE e.subject = t.id "
         "AND e.type = t.type) UNION ALL SELECT 'incident.opened ' || id FROM incident i WHERE NOT EXISTS "
         "(SELECT FROM event e WHERE e.incident_id = i.id AND e.type = 'incident.opened');"),
        ("an acknowledgement whose event is missing",
         "SELECT id::text FROM message m WHERE acknowledged_at IS NOT NULL AND NOT EXISTS (SELECT FROM event e "
         "WHERE e.subject = m.id AND e.type = 'message.acknowledged');"),
    ),
}


def settled(deployment):
    """Whether the sequencer comes to an end."""
    deadline = time.monotonic() + SETTLING
    while deployment.sql("SELECT count(*) FROM event WHERE sequence IS NULL;") != ["0"]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def check_tables(deployment):
    findings = [] if settled(deployment) else [
        Finding("record", "event", f"events without a number {SETTLING:.0f} s after the last answer")]
    acts = deployment.sql("SELECT table_name FROM information_schema.columns WHERE table_schema = 'noroshi' "
                          "AND column_name = 'event_id' AND table_name NOT IN ('event_opening', 'signing_key', "
                          "'record_origin') ORDER BY 1;")
    questions = [(code, what, query) for code, of_code in TABLES.items() for what, query in of_code]
    questions += [("record", "an act without its event", NO_EVENT.format(table=table)) for table in acts]
    script = "".join(f"SELECT {number} || ' ' || found FROM ({query.rstrip().rstrip(';')}) AS question(found);\n"
                     for number, (_, _, query) in enumerate(questions))
    answered = "".join(f"INSERT INTO answered VALUES ($key${key}$key$, $body${body.decode()}$body$);\n"
                       for _, key, body in opened_answers(deployment))
    findings += [Finding("bytes_changed", identifier, "bytes that are not those of the hash")
                 for identifier, digest, opened in opened_reports(deployment) if sha256(opened).hexdigest() != digest]
    for row in deployment.sql(ANSWERED.format(rows=answered) + script):
        number, _, where = row.partition(" ")
        code, what, _ = questions[int(number)]
        findings.append(Finding(code, where, what))
    return findings


# -- The journal by itself ---------------------------------------------------------------------------------------


def check_tries(records):
    """What the answers say of each other, whatever is stored."""
    findings = []
    for key, record in records.items():
        accepted = [answer for answer in record.tries if answer.status == 201]
        for answer_ in record.tries:
            if answer_.status == 503 and answer_.until - answer_.since > REFUSAL_LIMIT:
                findings.append(Finding("slow_refusal", key, f"503 after {answer_.until - answer_.since:.1f} s"))
            if answer_.status not in (None, 201, 409, 422, 429, 503):
                findings.append(Finding("unexpected_answer", key, f"{answer_.status} {answer_.body}"))
        if accepted and record.refused:
            findings.append(Finding("answer_changed", key, f"201 and {record.refused.status} for the same bytes"))
        if len({answer_.body for answer_ in accepted}) > 1:
            findings.append(Finding("answer_changed", key, "answered 201 with different bytes"))
        if sum(not answer_.replayed for answer_ in accepted) > 1:
            findings.append(Finding("doubled", key, "answered 201 twice as new"))
        for answer_ in accepted:
            if answer_.replayed and not any(may_have_stored(other, answer_) for other in record.tries):
                findings.append(Finding("said_nothing_stored", key, "replayed, though every answer before said that "
                                                                    "nothing was stored"))
    return findings


def may_have_stored(other, replay):
    return (other is not replay and other.since < replay.until
            and (may_be_stored(other) or (other.status == 201 and not other.replayed)))


# -- The journal against what is stored --------------------------------------------------------------------------


def opened_answers(deployment):
    """(organization, key, the answer)"""
    content = Content(deployment.content_keys, deployment.sql)
    rows = deployment.sql("SELECT json_build_array(organization, key, encode(body, 'hex')) FROM idempotency;")
    return [(organization, key, content.open(bytes.fromhex(body))) for organization, key, body in map(json.loads, rows)]


def opened_reports(deployment):
    """(id, the hash that is stated, the report)"""
    content = Content(deployment.content_keys, deployment.sql)
    rows = deployment.sql("SELECT json_build_array(id, encode(sha256, 'hex'), encode(bytes, 'hex')) FROM report;")
    return [(identifier, digest, content.open_or_nothing(bytes.fromhex(body))) for identifier, digest, body in map(json.loads, rows)]


def stored_answers(deployment):
    """{(organization, key): SHA-256 of the answer}"""
    return {(organization, key): sha256(body).hexdigest() for organization, key, body in opened_answers(deployment)}


def stored_reports(deployment):
    rows = deployment.sql("SELECT json_build_array(id, version, encode(sha256, 'hex')) FROM report;")
    return {identifier: (version, digest) for identifier, version, digest in map(json.loads, rows)}


def check_stored(records, answers, reports):
    findings = []
    for key, record in records.items():
        submission, accepted = record.submission, record.accepted
        stored = answers.get((submission.organization, key))
        if accepted and not stored:
            findings.append(Finding("lost", key, f"answered 201, and no trace of it ({submission.target})"))
        elif accepted and stored != sha256(accepted.body.encode()).hexdigest():
            findings.append(Finding("answer_changed", key, "another answer is stored than was given"))
        elif record.refused and stored:
            findings.append(Finding("refused_but_stored", key, f"answered {record.refused.status}"))
        elif stored and not accepted and not record.in_doubt:
            findings.append(Finding("said_nothing_stored", key, "stored, though no try of it was in doubt"))
        if accepted and submission.target.endswith("/reports"):
            findings += check_report(record, reports)
    unasked = set(answers) - {(record.submission.organization, key) for key, record in records.items()}
    findings += [Finding("never_asked", key, f"stored for {organization}") for organization, key in sorted(unasked)]
    return findings


def check_report(record, reports):
    submission, said = record.submission, json.loads(record.accepted.body)
    if said["receipt"]["sha256"] != submission.digest:
        yield Finding("bytes_changed", submission.key, "the receipt's digest is not that of the bytes sent")
    stored = reports.get(said["report"]["id"])
    if not stored:
        yield Finding("lost", submission.key, f"answered 201, and no report {said['report']['id']}")
    elif stored != (said["report"]["version"], submission.digest):
        yield Finding("bytes_changed", submission.key, f"sent {submission.digest}, stored {stored}")


# -- What the interface shows of it ------------------------------------------------------------------------------


class Story:
    """All that is stored of one incident, in order."""

    def __init__(self):
        self.reports = []
        self.facts = []  # as they stood after each of them
        self.ids = set()


def stories(records, answers):
    """{(organization, reference): Story} of what was answered 201 or turned out to be stored."""
    told, by_id = {}, {}
    for key, record in records.items():
        submission = record.submission
        if (submission.organization, key) not in answers and not record.accepted:
            continue
        body = json.loads(submission.body)
        if submission.target.endswith("/reports"):
            organization = body.get("organization", submission.organization)
            story = told.setdefault((organization, body["reference"]), Story())
            story.reports.append(record)
            said = {**body, "organization": organization}
            if record.accepted:
                identifier = json.loads(record.accepted.body)["incident"]["id"]
                story.ids.add(identifier)
                by_id[identifier] = story
        elif submission.target.endswith("/assessments"):
            story = by_id.get(submission.target.split("/")[-2])
            if not story:
                continue  # of an incident that nothing is known of: a finding of its own
            said = body
        else:
            continue
        held = story.facts[-1] if story.facts else {}
        story.facts.append({**held, **{name: said[name] for name in (
            "organization", "times", "assessment", "cyberattack", "large_scale", "police") if name in said}})
    return told


def expected_duties(registry, story, now):
    """Each duty that the second statement names for the facts at any time: a duty once opened stays."""
    return {duty for facts in story.facts if "times" in facts for duty in answer(registry, facts, now).duties}


def shown_duties(incident):
    return Counter(Duty(duty["edition"], duty["clause"], duty.get("sentence"), duty["holder"], duty["recipient"],
                        duty["self"], duty["opens_on"], duty["formerly"], duty["recipient_formerly"])
                   for duty in incident["obligations"] if not duty["inner"])


def check_incident(client, desks, reference, story, now):
    organization, text = reference
    reader = desks.now(organization), "csirt_head"
    where = f"{organization} {text}"
    _, found = client.get(*reader, f"/api/v1/incidents?reference={quote(text, safe='')}")
    found = [item for item in found["items"] if item["organization"] == organization]
    if len(found) != 1:
        yield Finding("doubled" if found else "lost", where, f"{len(found)} incidents with this reference")
        return
    status, incident = client.get(*reader, f"/api/v1/incidents/{found[0]['id']}")
    if status != 200:
        yield Finding("lost", where, f"in the list, and {status} by itself")
        return
    if story.ids - {incident["id"]}:
        yield Finding("lost", where, f"answered {story.ids}, found {incident['id']}")
    if incident["version"] != len(story.reports) or len(incident["reports"]) != len(story.reports):
        code = "lost" if len(incident["reports"]) < len(story.reports) else "doubled"
        yield Finding(code, where, f"{len(story.reports)} versions accepted, {len(incident['reports'])} shown")
    sent = Counter(record.submission.digest for record in story.reports)
    shown = Counter(version["sha256"] for version in incident["reports"])
    if sent != shown:
        yield Finding("bytes_changed", where, f"accepted {sorted(sent)}, shown {sorted(shown)}")
    expected, duties = expected_duties(desks.registry, story, now), shown_duties(incident)
    for duty, times in duties.items():
        if times > 1:
            yield Finding("doubled", where, f"{times} times {duty}")
        if duty not in expected:
            yield Finding("wrong_duty", where, f"opened, and not owed: {duty}")
    for duty in expected - set(duties):
        yield Finding("missing_duty", where, f"owed, and not opened: {duty}")


def check_replay(client, record):
    again = client.post_again(record.submission)
    key = record.submission.key
    if again.status != 201:
        yield Finding("lost", key, f"answered 201, and on repetition {again.status} {again.body}")
    elif again.body != record.accepted.body:
        yield Finding("answer_changed", key, "the same bytes under the same key have another answer now")
    elif not again.replayed:
        yield Finding("doubled", key, "accepted again as new")


def in_parallel(deployment, desks, work, items):
    """work(client, item) for each, over a few connections: all findings."""
    def serve(part):
        client = Client(deployment, desks.tokens)
        try:
            return [finding for item in part for finding in work(client, item)]
        finally:
            client.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return [finding for found in pool.map(serve, (items[n::THREADS] for n in range(THREADS))) for finding in found]


def check(deployment, desks, journal):
    """Everything, with the daemon running: (findings, records of the journal)."""
    records = Journal.read(journal)
    findings = check_tries(records)
    findings += check_tables(deployment)
    answers = stored_answers(deployment)
    findings += check_stored(records, answers, stored_reports(deployment))
    now = datetime.now(JST)
    told = stories(records, answers)
    findings += in_parallel(deployment, desks, lambda client, item: check_incident(client, desks, *item, now),
                            list(told.items()))
    before = event_count(deployment)
    findings += in_parallel(deployment, desks, check_replay, [record for record in records.values() if record.accepted])
    if (after := event_count(deployment)) != before:
        findings.append(Finding("doubled", "repetitions", f"{before} events before, {after} after"))
    return findings, records


def event_count(deployment):
    """Of those that somebody's act made: clocks go on meanwhile."""
    return int(deployment.sql("SELECT count(*) FROM event WHERE organization <> '';")[0])


def counted(findings):
    """(lost, doubled, other), each by what it was found at."""
    lost = {finding.where for finding in findings if finding.code in LOST}
    doubled = {finding.where for finding in findings if finding.code in DOUBLED}
    return len(lost), len(doubled), len(findings) - sum(finding.code in LOST | DOUBLED for finding in findings)
