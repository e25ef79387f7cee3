#!/usr/bin/env python3
"""Alters a record as the superuser of its database, in every way that the tables allow, and an exported file in every line:
`noroshi record verify` has to end with exit 1 and name the thing, and with exit 0 where nothing was touched.

Each attack goes at a copy of the database in which triggers, foreign keys and checks are gone, as a superuser can have it.
What is printed is each attack with the sentence that found it.
"""

import base64
import json
import queue
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from scene import SUPERUSER, Cosigner, Fault, Scene, main, plain_environment, say

# Columns that no event speaks of: leases, and what only tells when something was done to a row.
UNSPOKEN = {
    "incident_clock": {"lease_until", "token", "look_at"},  # a look that is too early does no harm; see "looks put off"
    "sealer": {"only_row", "holder", "lease_until", "token"},
    "sequencer": {"only_row", "holder", "lease_until", "token"},
    "witness": {"added_at", "removed_at"},  # who witnesses are, no event tells
    "delivery": {"next_at", "lease_until", "token", "tried"},
    "record_origin": {"opened_at"},  # of the first tree, which no event opens
}
# Every column of these is altered once, a row deleted once, a row inserted once.
TABLES = ("event", "event_opening", "incident", "report", "judgement", "incident_access", "added_recipient", "obligation",
          "fulfillment", "waiver", "message", "alarm", "erasure", "relay_switch", "incident_clock", "body_counter", "record_tile",
          "checkpoint", "cosignature", "witness", "sealer", "sequencer", "record_origin", "person", "appointment", "delegation",
          "training", "shift", "assignment", "handling_step", "instruction", "platform_link", "cymat_request", "cymat_member",
          "cymat_entry", "endpoint", "delivery", "inquiry", "notice", "notice_link", "sealing_key", "annex",
          "annex_content")
INSERTED_ANEW = {"incident_clock": ("incident_id",), "incident_access": ("organization",), "added_recipient": ("organization",),
                 "body_counter": ("organization",), "event_opening": ("field",), "record_tile": ("index",),
                 "checkpoint": ("size",), "cosignature": ("witness", "number"), "record_origin": ("ordinal", "name", "first_sequence"),
                 "notice_link": ("notice_id",), "annex_content": ("annex_id",)}
KEEPS = {"sealer", "sequencer", "witness"}  # one row for ever, or who may be registered: none is inserted

# By type: another value for a column. A NULL becomes a value.
ANOTHER = {
    "text": "coalesce({c}, '') || 'x'", "uuid": "gen_random_uuid()", "boolean": "NOT {c}",
    "timestamp with time zone": "coalesce({c}, '2026-01-01Z') + interval '1 second'",
    "interval": "{c} + interval '1 second'", "integer": "coalesce({c}, 0) + 1000", "bigint": "coalesce({c}, 0) + 1000",
    "smallint": "{c} + 1000", "bytea": "set_byte({c}, length({c}) / 2, get_byte({c}, length({c}) / 2) # 1)",
    "jsonb": """'[{{"ja": "別の理由", "en": "another reason"}}]'::jsonb""",
    "ARRAY": "coalesce({c}, '{{}}') || ARRAY['mof']",
}

UNLOCK = """
DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
      WHERE connamespace = 'noroshi'::regnamespace AND contype IN ('f', 'c') LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', entry.place, entry.conname);
  END LOOP;
  FOR entry IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
      WHERE connamespace = 'noroshi'::regnamespace AND contype = 'u' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', entry.place, entry.conname);
  END LOOP;
  FOR entry IN SELECT indexrelid::regclass AS place FROM pg_index
      WHERE indisunique AND NOT indisprimary AND indrelid::regclass::text IN (SELECT tablename FROM pg_tables WHERE schemaname = 'noroshi') LOOP
    EXECUTE format('DROP INDEX %s', entry.place);
  END LOOP;
END
$$;
"""


@dataclass
class Attack:
    name: str
    sql: str
    finds: list = field(default_factory=list)  # each of these has to stand in what is said
    tables: bool = True  # whether --tables is needed


class Target:
    """Copies of the database without locks. What an attack has altered is put back from a second copy of its tables."""

    def __init__(self, scene, copies=2):
        self.scene = scene
        self.free = queue.Queue()
        self.make("unlocked", "noroshi")
        self.ask("unlocked", UNLOCK)
        self.tables = self.ask("unlocked", "SELECT tablename FROM pg_tables WHERE schemaname = 'noroshi';")
        self.ask("unlocked", "CREATE SCHEMA pristine;" + "".join(
            f"CREATE TABLE pristine.{table} AS SELECT * FROM noroshi.{table};" for table in self.tables))
        for number in range(copies):
            self.make(f"attacked_{number}", "unlocked")
            self.free.put(f"attacked_{number}")

    def make(self, name, template):
        self.server(f"DROP DATABASE IF EXISTS {name};")
        self.server(f"CREATE DATABASE {name} TEMPLATE {template};")

    def server(self, text):
        self.ask("postgres", text)

    def restore(self, database, attack):
        touched = [table for table in self.tables if re.search(rf"\b{table}\b", attack.sql)]
        self.ask(database, "".join(f"TRUNCATE noroshi.{table}; INSERT INTO noroshi.{table} SELECT * FROM pristine.{table};"
                                   for table in touched))

    def ask(self, database, text):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.scene.cluster.folder,
                               "-U", SUPERUSER, "-d", database],
                              input="SET client_min_messages = warning; SET search_path = noroshi, pg_catalog; "
                                    "SET session_replication_role = replica;\n" + text,
                              capture_output=True, text=True, timeout=120, env=plain_environment())
        if done.returncode:
            raise Fault(f"{database}: {text.strip()[:300]}\n{done.stderr.strip()}")
        return [line for line in done.stdout.split("\n") if line]


def columns_of(target):
    """{table: {column: type}}"""
    found = {}
    for line in target.ask("unlocked", "SELECT table_name, column_name, data_type FROM information_schema.columns "
                                       "WHERE table_schema = 'noroshi' ORDER BY table_name, ordinal_position;"):
        table, column, kind = line.split("|")
        found.setdefault(table, {})[column] = kind
    return found


def one_row(table, dice):
    """A condition for one row, the same for a seed: by its place in the order of its bytes."""
    return f"ctid = (SELECT ctid FROM {table} ORDER BY md5('{dice.random()}' || {table}::text) LIMIT 1)"


def attacks_on_columns(target, dice):
    for table, columns in columns_of(target).items():
        if table not in TABLES:
            continue
        for column, kind in columns.items():
            if column in UNSPOKEN.get(table, ()):
                continue
            another = ANOTHER[kind].format(c=f'"{column}"')
            where = one_row(table, dice)
            if kind == "bytea":  # of what was erased there is no byte to change
                where = where.replace(" ORDER", f' WHERE length("{column}") > 0 ORDER')
            if table == "record_origin":
                where = "ordinal = 1"
            if table == "incident_clock" and column == "rings_at":
                # Where no staff has to be looked at: a clock that is looked at too early does no harm.
                where = one_row("incident_clock", dice).replace(" ORDER", " WHERE rings_at IS NOT NULL AND look_at IS NULL ORDER")
            yield Attack(f"{table}.{column} changed", f'UPDATE {table} SET "{column}" = {another} WHERE {where};',
                         [named(table, column)])


def named(table, column):
    """A part of the sentence by which an altered column is found."""
    if table == "event":
        return {"leaf": "leaf", "sequence": "event", "id": "event", "incident_id": "event"}.get(column, f"event row .*{column}")
    if table == "event_opening":
        return "text|opening|event_opening"
    if table == "record_tile":
        return "record_tile|leaf"
    if table == "checkpoint":
        return f"table checkpoint .*{column}" if column == "signed_at" else "checkpoint"
    if table in ("cosignature", "witness"):
        return "cosignature"
    if table == "record_origin":
        return "origin|tree|checkpoint"
    if table in ("sealer", "sequencer"):
        return f"{table}.*{column}" if column != "origin" else "sealer"
    return f"table {table}"


def attacks_on_rows(target, dice):
    for table, columns in columns_of(target).items():
        if table not in TABLES:
            continue
        where = one_row(table, dice)
        if table == "body_counter":
            where = "last > 0"
        if table != "checkpoint":  # check_deleted_checkpoints()
            yield Attack(f"{table}: a row deleted", f"DELETE FROM {table} WHERE {where};", [named_row(table)])
        if table in KEEPS:
            continue
        anew = {column: {"uuid": "gen_random_uuid()", "text": "'zz' || md5(random()::text)", "bigint": "9000000",
                         "integer": "9"}[columns[column]]
                for column in INSERTED_ANEW.get(table, ("id",))}
        if table == "event":
            anew["sequence"] = "(SELECT max(sequence) + 1 FROM event)"
        select = ", ".join(anew.get(column, f'"{column}"') for column in columns)
        yield Attack(f"{table}: a row inserted",
                     f"INSERT INTO {table} SELECT {select} FROM {table} WHERE {one_row(table, dice)};", [named_row(table)])
        if table != "checkpoint":
            yield Attack(f"{table}: truncated", f"DELETE FROM {table};", [named_row(table)])
        if table in ("event", "event_opening", "report", "message", "obligation", "judgement", "fulfillment"):
            key = {"event": "sequence", "event_opening": "value"}.get(table, "event_id")
            yield Attack(f"{table}: two rows swapped ({key})", swap(table, key, dice), [named_row(table)])


def named_row(table):
    return {"event": "event", "event_opening": "text|opening", "record_tile": "record_tile|leaf", "checkpoint": "checkpoint",
            "cosignature": "table cosignature", "witness": "table cosignature",
            "record_origin": "origin|tree|checkpoint", "sealer": "sealer", "sequencer": "sequencer"}.get(table, f"table {table}")


def swap(table, column, dice):
    return (f"WITH two AS (SELECT ctid, {column} AS value FROM {table} ORDER BY md5('{dice.random()}' || ctid::text) LIMIT 2), "
            f"pairs AS (SELECT a.ctid, b.value FROM two a JOIN two b ON a.ctid <> b.ctid) "
            f"UPDATE {table} t SET {column} = p.value FROM pairs p WHERE t.ctid = p.ctid;")


def special_attacks():
    middle = "(SELECT max(sequence) / 2 FROM event)"
    last = "(SELECT max(sequence) FROM event)"
    yield Attack("an event in the middle deleted with its openings",
                 f"DELETE FROM event_opening WHERE event_id = (SELECT id FROM event WHERE sequence = {middle}); "
                 f"DELETE FROM event WHERE sequence = {middle};", ["There is no event|not there"], False)
    yield Attack("an event deleted and the numbers closed up",
                 f"DELETE FROM event WHERE sequence = {middle}; "
                 f"UPDATE event SET sequence = sequence - 1 WHERE sequence > {middle};", ["event|checkpoint"], False)
    yield Attack("the last event deleted, the sequencer set back",
                 f"DELETE FROM event WHERE sequence = {last}; UPDATE sequencer SET next_sequence = {last} + 1;",
                 ["no event"], False)
    yield Attack("a leaf changed together with its hash in the tiles",
                 f"UPDATE event SET leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) WHERE sequence = 3; "
                 "UPDATE record_tile SET hashes = overlay(hashes PLACING (SELECT sha256('\\x00'::bytea || leaf) FROM event "
                 "WHERE sequence = 3) FROM 3 * 32 + 1) WHERE level = 0 AND index = 0;", ["root|checkpoint"], False)
    yield Attack("one opening put in the place of another",
                 "WITH a AS (SELECT salt, value FROM event_opening WHERE field = 'title' ORDER BY event_id LIMIT 1) "
                 "UPDATE event_opening o SET salt = a.salt, value = a.value FROM a WHERE field = 'actor_name' AND event_id = "
                 "(SELECT event_id FROM event_opening WHERE field = 'actor_name' ORDER BY event_id DESC LIMIT 1);",
                 ["actor_name"], False)
    yield Attack("an opening deleted without an erasure",
                 "DELETE FROM event_opening WHERE ctid = (SELECT ctid FROM event_opening WHERE field = 'title' LIMIT 1);",
                 ["text title .*no erasure"])
    yield Attack("an erasure pretended: a case said to be erased", "UPDATE incident SET erased_at = now(), erased_by = "
                 "organization, title = 'erased' WHERE number LIKE 'JPS-%'; DELETE FROM event_opening WHERE field = 'title' AND "
                 "event_id IN (SELECT e.id FROM event e JOIN incident i ON i.id = e.incident_id WHERE i.number LIKE 'JPS-%');",
                 ["text title .*no erasure", "table incident.*erased_at"])
    yield Attack("an erased text put back", "INSERT INTO event_opening (event_id, field, salt, value) SELECT event_id, 'title', salt, "
                 "value FROM event_opening WHERE field = 'actor_name' AND event_id = (SELECT event_id FROM report WHERE erased_at "
                 "IS NOT NULL LIMIT 1);", ["title|event"])
    yield Attack("an erasure undone", "UPDATE incident SET erased_at = NULL, erased_by = '' WHERE erased_at IS NOT NULL; "
                 "DELETE FROM erasure;", ["table incident.*erased_at", "table erasure"])
    yield Attack("a stored answer said to be of an erased case",
                 "UPDATE idempotency SET body = convert_to(jsonb_build_object('erased', true, 'receipt', receipt)::text, 'UTF8') "
                 "WHERE receipt IS NOT NULL AND is_sealed(body);", ["idempotency"])
    yield Attack("a report's bytes, length and SHA-256 exchanged for others that agree",
                 "UPDATE report SET bytes = '{}', length = 2, sha256 = sha256('{}') WHERE version = 1;",
                 ["table report.*bytes", "sha256"])
    yield Attack("who relayed a report, and when, in table and event columns alike",
                 "UPDATE fulfillment SET at = at - interval '1 hour', late_by = '0'; "
                 "UPDATE event SET at = at - interval '1 hour' WHERE type = 'obligation.fulfilled';",
                 ["event row .*at"])
    yield Attack("a duty that was late made one in time",
                 "UPDATE obligation SET due_at = due_at + interval '400 days' WHERE state = 'fulfilled';",
                 ["table obligation.*due_at"])
    yield Attack("a duty made away with: all of its rows",
                 "DELETE FROM fulfillment WHERE obligation_id IN (SELECT id FROM obligation ORDER BY id LIMIT 1); "
                 "DELETE FROM waiver WHERE obligation_id IN (SELECT id FROM obligation ORDER BY id LIMIT 1); "
                 "DELETE FROM message WHERE obligation_id IN (SELECT id FROM obligation ORDER BY id LIMIT 1); "
                 "DELETE FROM obligation WHERE id IN (SELECT id FROM obligation ORDER BY id LIMIT 1);",
                 ["table obligation: row .*should be there"])
    yield Attack("an incident made away with in every table but the events",
                 "DELETE FROM incident WHERE number LIKE 'JPS-%'; DELETE FROM incident_clock c WHERE NOT EXISTS "
                 "(SELECT FROM incident i WHERE i.id = c.incident_id); DELETE FROM report r WHERE NOT EXISTS (SELECT FROM "
                 "incident i WHERE i.id = r.incident_id);", ["table incident: row .*should be there"])
    yield Attack("an incident invented, with no event",
                 "INSERT INTO incident (id, number, organization, reference, title, exercise, recognized_at, police, state, "
                 "version, latest_report, submitted_by, opened_at, revision, followup_round, followup_level, followup_from, "
                 "event_id) SELECT gen_random_uuid(), 'MOF-2026-1', 'mof', 'x', 'x', false, now(), '', 'reported', 1, "
                 "gen_random_uuid(), 'mof', now(), 1, 1, 0, now(), event_id FROM incident LIMIT 1;",
                 ["no event brought about"])
    yield Attack("clocks silenced", "UPDATE incident_clock SET rings_at = NULL;", ["incident_clock.*rings_at"])
    yield Attack("clocks put off", "UPDATE incident_clock SET rings_at = rings_at + interval '1 minute';",
                 ["incident_clock.*rings_at"])
    yield Attack("looks put off", "DROP TRIGGER incident_clock_look ON incident_clock; UPDATE incident_clock SET look_at = NULL;",
                 ["incident_clock.*look_at"])
    yield Attack("a time without end", "UPDATE obligation SET due_at = 'infinity' WHERE state = 'open';", ["obligation.*due_at"])
    yield Attack("an event's time without end", "UPDATE event SET at = 'infinity' WHERE sequence = 5;", ["event"])
    yield Attack("a signature of a checkpoint taken from another",
                 "UPDATE checkpoint c SET note = split_part(c.note, E'\\n\\n', 1) || E'\\n\\n' || split_part(o.note, E'\\n\\n', 2) "
                 "FROM checkpoint o WHERE c.size = (SELECT max(size) FROM checkpoint) AND o.size = (SELECT min(size) FROM checkpoint);",
                 ["checkpoint|signature"], False)
    yield Attack("the key of the record exchanged",
                 "UPDATE signing_key SET public_key = set_byte(public_key, 20, get_byte(public_key, 20) # 1) "
                 "WHERE purpose = 'record';", ["checkpoint|key"], False)
    yield Attack("the key's id changed", "UPDATE signing_key SET id = 'feedfeedfeedfeed' WHERE purpose = 'record';",
                 ["signing_key"])
    yield Attack("a key deleted", "DELETE FROM signing_key WHERE purpose = 'record';", ["checkpoint|signing_key"], False)
    yield Attack("a key slipped in without an event",
                 "INSERT INTO signing_key (id, purpose, algorithm, public_key, registered_at, event_id) SELECT 'feedfeedfeedfeed', "
                 "'record', 'ed25519', public_key || '\\x', registered_at, event_id FROM signing_key WHERE purpose = 'record' LIMIT 1;",
                 ["signing_key"])
    yield Attack("a key said to be retired", "UPDATE signing_key SET retired_at = now() WHERE purpose = 'record';",
                 ["signing_key.*retired_at"])
    yield Attack("the receipt in a stored answer changed",
                 f"UPDATE idempotency SET body = {ANOTHER['bytea'].format(c='body')} WHERE receipt ? 'origin' AND is_sealed(body);",
                 ["idempotency"])
    yield Attack("a tile exchanged for zeros", "UPDATE record_tile SET hashes = decode(repeat('00', length(hashes)), 'hex') "
                                               "WHERE level = 1;", ["record_tile"], False)
    yield Attack("the tail of the tiles cut off",
                 "UPDATE record_tile SET hashes = substring(hashes FROM 1 FOR length(hashes) - 32) WHERE level = 0 AND "
                 "index = (SELECT max(index) FROM record_tile WHERE level = 0);", ["record_tile"], False)
    yield Attack("the record cut at its half, with tiles, checkpoints and counters that agree, but for the seals",
                 f"DELETE FROM event_opening WHERE event_id IN (SELECT id FROM event WHERE sequence > {middle}); "
                 "DELETE FROM event WHERE sequence > (SELECT max(sequence) / 2 FROM event); "
                 "DELETE FROM checkpoint WHERE size > (SELECT max(sequence) + 1 FROM event); "
                 "UPDATE sequencer SET next_sequence = (SELECT max(sequence) + 1 FROM event);", ["sealer|checkpoint"], False)

    yield from attacks_on_what_was_kept()
    yield from attacks_with_the_nil_id()
    yield from attacks_on_clocks()
    yield from attacks_of_one_person()


def attacks_on_what_was_kept():
    """Checkpoints and cosignatures, of which no event tells and nobody here holds a copy."""
    def nth(place):
        return f"(SELECT size FROM checkpoint ORDER BY size LIMIT 1 OFFSET {place})"
    half = "(SELECT count(*) / 2 FROM checkpoint)"
    middle, after = nth(half), nth(half + " + 1")
    with_cosignatures = "DELETE FROM cosignature s WHERE NOT EXISTS (SELECT FROM checkpoint c WHERE c.size = s.size);"
    no_history = "the history beside|beside the? ?checkpoints?.*there should be"
    missing = r"table checkpoint: {} that stood {} should be there and {} not"
    between = r"between 1/\d+ and 1/\d+"
    for name, sql, finds in (
            ("a checkpoint in the middle deleted", f"DELETE FROM checkpoint WHERE size = {middle};",
             missing.format(1, between, "is")),
            ("the first checkpoint deleted", f"DELETE FROM checkpoint WHERE size = {nth(0)};",
             missing.format(1, r"before 1/\d+", "is")),
            ("two checkpoints in a row deleted", f"DELETE FROM checkpoint WHERE size IN ({middle}, {after});",
             missing.format(2, between, "are")),
            ("all checkpoints deleted but the newest", "DELETE FROM checkpoint WHERE size < (SELECT max(size) FROM checkpoint);",
             missing.format(r"\d+", r"before 1/\d+", "are")),
            ("a checkpoint deleted, and the history of the next taken away",
             f"UPDATE checkpoint SET history = NULL WHERE size = {after}; DELETE FROM checkpoint WHERE size = {middle};",
             missing.format(1, between, "is")),
            ("a checkpoint deleted, and all histories taken away",
             f"UPDATE checkpoint SET history = NULL; DELETE FROM checkpoint WHERE size = {middle};", no_history),
            ("a checkpoint deleted, and the next given the history of the one before",
             f"UPDATE checkpoint SET history = (SELECT history FROM checkpoint WHERE size = {nth(half + ' - 1')}) WHERE size = "
             f"{after}; DELETE FROM checkpoint WHERE size = {middle};", missing.format(1, between, "is")),
            ("the time at which a checkpoint was signed set back",
             f"UPDATE checkpoint SET signed_at = signed_at - interval '1 hour' WHERE size = {middle};",
             r"table checkpoint row 1/\d+: column signed_at"),
            ("the time at which the newest checkpoint was signed set back",
             "UPDATE checkpoint SET signed_at = signed_at - interval '1 hour' WHERE size = (SELECT max(size) FROM checkpoint);",
             r"table checkpoint row 1/\d+: column signed_at"),
            ("all checkpoints of a cosigned record deleted", "DELETE FROM checkpoint;", "table cosignature: .*row"),
            ("a cosignature deleted", "DELETE FROM cosignature WHERE number = 2;",
             "table cosignature: number 2 should be there"),
            ("the last cosignatures deleted", "DELETE FROM cosignature WHERE number >= 2;",
             r"table cosignature: number 2\S* should be there"),
            ("a cosignature deleted, and the others numbered anew",
             "DELETE FROM cosignature WHERE number = 2; UPDATE cosignature SET number = number - 1 WHERE number > 2;",
             "table cosignature: (number 3 should be there|of number)"),
            ("a checkpoint deleted with its cosignatures", "DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM "
             "cosignature); " + with_cosignatures, "table cosignature: number 1-2 should be there"),
            ("the line of a cosignature changed", "UPDATE cosignature SET line = overlay(line PLACING 'AAAA' FROM length(line) - 40) "
             "WHERE number = 1;", r"table cosignature row 1/\d+/\S+: column line"),
            ("the time at which a cosignature came set back",
             "UPDATE cosignature SET received_at = received_at - interval '1 hour' WHERE number = 3;",
             "table cosignature: of number 3 something is not as it was"),
            ("a cosignature slipped in that the witness never made",
             "INSERT INTO cosignature (origin, size, witness, line, cosigned_at, received_at, number) SELECT origin, "
             f"{nth(1)}, witness, line, cosigned_at, received_at, 4 FROM cosignature WHERE number = 1;",
             r"table cosignature row 1/\d+/\S+: column line"),
            ("the key of a witness exchanged", "UPDATE witness SET public_key = sha256(public_key);",
             r"table cosignature row 1/\d+/\S+: column line"),
            ("a witness deleted", "DELETE FROM witness WHERE name = 'one.example';",
             r"table cosignature row 1/\d+/one.example: column line")):
        yield Attack(name, sql, [finds], False)


def attack_by_a_witness_of_his_own(target, name):
    """The key of that witness exchanged for one that the attacker has, and all of its lines made anew with it."""
    forger = Cosigner(name)
    sql = f"UPDATE witness SET public_key = '\\x{forger.public.hex()}' WHERE name = '{name}';"
    for row in target.ask("unlocked", "SELECT s.number, extract(epoch FROM s.cosigned_at)::bigint, encode(convert_to(c.note, "
                                      "'UTF8'), 'hex') FROM cosignature s JOIN checkpoint c USING (origin, size) WHERE "
                                      f"s.witness = '{name}';"):
        number, seconds, note = row.split("|")
        text = bytes.fromhex(note).decode().partition("\n\n")[0] + "\n"
        sql += f" UPDATE cosignature SET line = '{forger.line(text, int(seconds))}' WHERE number = {number};"
    return Attack("a witness's key exchanged, and what it had cosigned signed anew", sql,
                  ["table cosignature: of number .* something is not as it was"], False)


NIL = "00000000-0000-0000-0000-000000000000"


def attacks_with_the_nil_id():
    """A case of the id that means no incident, under which no event of an incident is looked for."""
    real = ("(SELECT i.id FROM incident i WHERE i.number LIKE 'JPS-%' AND EXISTS (SELECT FROM message m WHERE m.incident_id = i.id) "
            "AND EXISTS (SELECT FROM obligation o WHERE o.incident_id = i.id) ORDER BY i.number LIMIT 1)")
    yield Attack("a whole case invented under the nil id",
                 f"INSERT INTO incident SELECT (jsonb_populate_record(i, jsonb_build_object('id', '{NIL}', 'number', "
                 "'JPS-' || split_part(number, '-', 2) || '-' || (SELECT last + 1 FROM body_counter WHERE organization = 'jps' AND year = "
                 f"split_part(number, '-', 2)::integer)))).* FROM incident i WHERE id = {real}; "
                 + "".join(f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object('incident_id', '{NIL}'{more}))).* "
                           f"FROM {table} t WHERE incident_id = {real};"
                           for table, more in (("message", ", 'id', gen_random_uuid(), 'note', 'forged'"), ("incident_access", ""),
                                               ("obligation", ", 'id', gen_random_uuid()"), ("incident_clock", "")))
                 + "UPDATE body_counter SET last = last + 1 WHERE organization = 'jps';",
                 [f"table {table}: no event brought about row" for table in
                  ("incident", "message", "incident_access", "obligation", "incident_clock")])
    for table, owner in (("fulfillment", "obligation_id"), ("waiver", "obligation_id")):
        yield Attack(f"{table}: a row with the nil id, of no duty",
                     f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object('id', '{NIL}', '{owner}', "
                     f"gen_random_uuid()))).* FROM {table} t LIMIT 1;", [f"table {table}"])
    yield Attack("a body's counter set ahead", "UPDATE body_counter SET last = last + 1 WHERE organization = 'jps';",
                 ["body_counter.*last"])


def attacks_on_clocks():
    yield Attack("clocks silenced and their ladder taken away",
                 "DELETE FROM clock_ladder; UPDATE incident_clock SET rings_at = NULL, lease_until = '9999-01-01Z';",
                 ["clock_ladder: row", "incident_clock.*rings_at", "incident_clock.*lease_until"])
    yield Attack("clocks silenced and their ladder emptied",
                 "UPDATE clock_ladder SET steps = ''; UPDATE incident_clock SET rings_at = NULL;", ["incident_clock.*rings_at"])
    for until in ("9999-01-01Z", "infinity"):
        yield Attack(f"clocks leased until {until}", f"UPDATE incident_clock SET lease_until = '{until}';",
                     ["incident_clock.*lease_until"])


def attacks_of_one_person():
    """Leaves that nobody has signed for yet, made from those of a real erasure: ids are 16 bytes in them as they are."""
    copied = """
        CREATE TEMPORARY TABLE copied AS
          SELECT e.id AS was, gen_random_uuid() AS now, e.incident_id AS was_of, e.subject AS was_subject, e.type, e.at
          FROM event e WHERE e.type IN ({types}) ORDER BY e.at, e.id;
        INSERT INTO event (id, type, at, incident_id, organization, role, parties, subject, leaf)
          SELECT c.now, e.type, e.at, o.id, e.organization, e.role, e.parties, {subject},
            decode(replace(replace(replace(encode(e.leaf, 'hex'), replace(e.id::text, '-', ''), replace(c.now::text, '-', '')),
              replace(e.incident_id::text, '-', ''), replace(o.id::text, '-', '')),
              replace(e.subject::text, '-', ''), replace(({subject})::text, '-', '')), 'hex')
          FROM copied c JOIN event e ON e.id = c.was, (SELECT id FROM incident WHERE {where} ORDER BY number LIMIT 1) AS o;
        INSERT INTO event_opening (event_id, field, salt, value)
          SELECT c.now, p.field, p.salt, p.value FROM copied c JOIN event_opening p ON p.event_id = c.was;
        """
    cannot = ["cannot follow"]
    yield Attack("an open case erased by unnumbered events",
                 copied.format(types="'erasure.asked', 'erasure.decided'", where="state NOT IN ('closed', 'dismissed')",
                               subject="'00000000-0000-7000-8000-0000000000ee'::uuid"), cannot)
    yield Attack("an erasure decided a second time by an unnumbered event",
                 copied.format(types="'erasure.decided'", where="erased_at IS NOT NULL", subject="e.subject"), cannot)
    yield Attack("the switch of the relay decided a second time by an unnumbered event",
                 """
        CREATE TEMPORARY TABLE copied AS SELECT e.id AS was, gen_random_uuid() AS now FROM event e
          WHERE e.type = 'relay_switch.decided' ORDER BY e.at, e.id LIMIT 1;
        INSERT INTO event (id, type, at, incident_id, organization, role, parties, subject, leaf)
          SELECT c.now, e.type, e.at, e.incident_id, e.organization, e.role, e.parties, e.subject, decode(replace(
            encode(e.leaf, 'hex'), replace(e.id::text, '-', ''), replace(c.now::text, '-', '')), 'hex')
          FROM copied c JOIN event e ON e.id = c.was;
        INSERT INTO event_opening (event_id, field, salt, value)
          SELECT c.now, p.field, p.salt, p.value FROM copied c JOIN event_opening p ON p.event_id = c.was;
        """, cannot)


# -- One attack ------------------------------------------------------------------------------------------------


def sentences(said):
    """The findings by which it ends with exit 1: what was altered; of a file also that nothing proves it."""
    lines = said.splitlines()
    found = [line for line in lines if line.startswith("ALTERED: ")]
    if any(line.startswith("Verdict: NOT PROVEN") for line in lines):
        found += [line for line in lines if line.startswith("unproven: ")]
    return found


def run_attack(target, attack):
    """(good, line to print)"""
    database = target.free.get()
    try:
        target.ask(database, attack.sql)
        done = target.scene.noroshi("record", "verify", *(["--tables"] if attack.tables else []), database=database)
        target.restore(database, attack)
    finally:
        target.free.put(database)
    said = done.stdout.decode()
    found = sentences(said)
    missing = [wanted for wanted in attack.finds if not any(re.search(wanted, line) for line in found)]
    if done.returncode != 1 or missing or not found:
        return False, (f"NOT FOUND: {attack.name}: exit {done.returncode}, wanted {missing or attack.finds}\n  "
                       + (said + done.stderr.decode())[:1500])
    best = next(line for line in found if re.search(attack.finds[0], line))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return True, f"{attack.name}: {best.removeprefix('ALTERED: ')}{more}"


def run_all(target, attacks, options):
    good = True
    with ThreadPoolExecutor(2) as pool:
        for ok, line in pool.map(lambda attack: run_attack(target, attack), attacks):
            good = good and ok
            say(options, line)
    return good


def check_histories(target):
    """Every history of the untouched database, computed a second time from schemas/events/README.md; how many."""
    def rows(query):  # of texts in hexadecimal
        return [[bytes.fromhex(part).decode() for part in line.split("|")] for line in target.ask("unlocked", query)]

    def columns(*names):
        return ", ".join(f"encode(convert_to(({name})::text, 'UTF8'), 'hex')" for name in names)

    def time_of(column):
        return (f"to_char({column} AT TIME ZONE '-09', 'YYYY-MM-DD\"T\"HH24:MI:SS') || rtrim(rtrim(to_char({column}, '.US'), '0'), "
                "'.') || '+09:00'")

    hashes, checkpoints = [bytes(32)], (0, bytes(32))
    for origin, size, at, line in rows(f"SELECT {columns('name', 'size', time_of('received_at'), 'line')} FROM cosignature JOIN "
                                       "record_origin o ON o.ordinal = origin ORDER BY number;"):
        hashes.append(sha256(hashes[-1] + f"{origin}\n{size}\n{at}\n{line}\n".encode()).digest())
    count = 0
    for origin, size, at, note, history in rows(
            f"SELECT {columns('name', 'size', time_of('signed_at'), 'note', 'history')} FROM checkpoint JOIN record_origin o ON "
            "o.ordinal = origin ORDER BY origin, size;"):
        number, running = checkpoints
        kept = int(re.search(r"^cosignatures (\d+) ", history, re.M)[1])
        wanted = (f"noroshi-history/v1\n{origin}\n{size}\nsigned {at}\ncheckpoints {number} {base64.b64encode(running).decode()}\n"
                  f"cosignatures {kept} {base64.b64encode(hashes[kept]).decode()}\n")
        if not history.startswith(wanted + "\n— "):
            raise Fault(f"the history beside {size} is not\n{wanted}but\n{history}")
        checkpoints = number + 1, sha256(running + f"{origin}\n{size}\n{at}\n{note}".encode()).digest()
        count += 1
    return count


# -- What an attacker cannot undo elsewhere --------------------------------------------------------------------


def check_rollback(scene, options):
    """The database as it was before, whole and agreeing with itself."""
    held = scene.checkpoint_file()
    known = scene.noroshi("record", "verify", "--tables", database="early")
    elsewhere = scene.noroshi("record", "verify", "--checkpoint", held, database="early", data=False)
    alone = scene.noroshi("record", "verify", "--tables", database="early", data=False)
    good = True
    for name, done in (("a perfect rollback, with the daemon's own DIR/record/checkpoint", known),
                       ("a perfect rollback, with a checkpoint kept elsewhere", elsewhere)):
        found = sentences(done.stdout.decode())
        good = good and done.returncode == 1 and bool(found)
        say(options, f"{name}: " + (found[0].removeprefix("ALTERED: ") if found else f"NOT FOUND, exit {done.returncode}"))
    told = "no other tree was signed" in alone.stdout.decode()
    say(options, "a perfect rollback, with nothing kept elsewhere: exit "
        f"{alone.returncode}, and it says that this is not proven: {told}")
    return good and alone.returncode == 0 and told


def check_deleted_checkpoints(scene, target, options):
    """Of the newest row no history tells, and of all rows together neither: a copy of a note does. The newest one kept outside
    may not be recorded yet, so that its row away is told and no alteration; any other that was kept elsewhere has been in the
    table."""
    sizes = [int(size) for size in target.ask("unlocked", "SELECT size FROM checkpoint ORDER BY size;")]
    middle = sizes[len(sizes) // 2]
    copy = scene.daemon.folder / "middle.note"
    copy.write_text("\n".join(target.ask("unlocked", f"SELECT replace(note, E'\\n\\n', E'\\n \\n') FROM checkpoint WHERE size = "
                                         f"{middle};")).replace("\n \n", "\n\n") + "\n", encoding="utf-8")
    good = True
    for name, where, arguments, data, altered in (
            ("a checkpoint in the middle deleted, with a copy of it kept elsewhere", f"size = {middle}", [f"--checkpoint={copy}"],
             True, "table checkpoint: row .* should be there"),
            ("the newest checkpoint deleted", f"size = {sizes[-1]}", [], True, None),
            ("the newest checkpoint deleted, with nothing kept elsewhere", f"size = {sizes[-1]}", [], False, None),
            ("all checkpoints and cosignatures deleted, with an older checkpoint kept elsewhere", "true",
             [f"--checkpoint={copy}"], True, "table checkpoint: row .* should be there"),
            ("all checkpoints and cosignatures deleted", "true", [], True, None),
            ("all checkpoints and cosignatures deleted, with nothing kept elsewhere", "true", [], False, None)):
        attack = Attack(name, f"DELETE FROM cosignature WHERE {where}; DELETE FROM checkpoint WHERE {where};")
        database = target.free.get()
        try:
            target.ask(database, attack.sql)
            done = scene.noroshi("record", "verify", *arguments, database=database, data=data)
            target.restore(database, attack)
        finally:
            target.free.put(database)
        said, found = done.stdout.decode(), sentences(done.stdout.decode())
        told = [line for line in said.splitlines() if line.startswith("note: ") and "[checkpoint_unrecorded]" in line]
        if altered:
            ok = done.returncode == 1 and any(re.search(altered, line) for line in found)
        else:
            ok = done.returncode == 0 and not found and len(told) == (1 if data else 0)
            told = told or ["exit 0: nothing tells of it"]
        good = good and ok
        say(options, f"{name}: " + ((found or told)[0].removeprefix("ALTERED: ") if ok else
                                    f"NOT AS IT SHOULD BE, exit {done.returncode}\n{said}{done.stderr.decode()}"))
    return good


# -- The exported file -----------------------------------------------------------------------------------------


def flip(text, dice):
    """Base64 of other bytes."""
    data = bytearray(base64.b64decode(text))
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return base64.b64encode(bytes(data)).decode()


def altered_lines(lines, dice):
    """(name, lines) for each alteration of an export."""
    def with_line(place, value):
        return [*lines[:place], json.dumps(value, ensure_ascii=False), *lines[place + 1:]]

    header = json.loads(lines[0])
    for name, change in {
            "the proofs called otherwise": {"proofs": "each" if header["proofs"] == "whole" else "whole"},
            "another origin": {"origins": [{**header["origins"][0], "name": "noroshi/else/1"}]},
            "the first sequence of the origin": {"origins": [{**header["origins"][0], "first_sequence": 1}]},
            "no keys": {"keys": []}, "no checkpoints": {"checkpoints": []},
            "a checkpoint of another size": {"checkpoints": [re.sub(r"\n(\d+)\n", lambda m: f"\n{int(m[1]) - 1}\n",
                                                                    header["checkpoints"][0], count=1)]},
            "a format of the future": {"format": "noroshi-record/2"},
            "another member": {"comment": "x"}}.items():
        yield f"header: {name}", with_line(0, {**header, **change})
    end = json.loads(lines[-1])
    yield "end: another count", with_line(len(lines) - 1, {**end, "events": end["events"] + 1})
    yield "end: dropped", lines[:-1]
    yield "end: doubled", [*lines, lines[-1]]
    for place in range(1, len(lines) - 1):
        event = json.loads(lines[place])
        where = f"line {place + 1}"
        yield f"{where}: leaf", with_line(place, {**event, "leaf": flip(event["leaf"], dice)})
        yield f"{where}: leaf and hash", with_line(place, altered_leaf(event, dice))
        yield f"{where}: sequence", with_line(place, {**event, "sequence": event["sequence"] + 1000})
        for name, opening in event["openings"].items():
            part = dice.choice(("salt", "value"))
            yield f"{where}: opening {name}, {part}", with_line(place, {
                **event, "openings": {**event["openings"], name: {**opening, part: flip(opening[part], dice)}}})
        if "report" in event:
            yield f"{where}: report", with_line(place, {**event, "report": flip(event["report"], dice)})
        if event.get("proof"):
            proof = list(event["proof"])
            index = dice.randrange(len(proof))
            proof[index] = flip(proof[index], dice)
            yield f"{where}: proof", with_line(place, {**event, "proof": proof})
        yield f"{where}: dropped", [*lines[:place], *lines[place + 1:]]
        yield f"{where}: doubled", [*lines[:place], lines[place], *lines[place:]]
        if place + 1 < len(lines) - 1:
            yield f"{where}: swapped with the next", [*lines[:place], lines[place + 1], lines[place], *lines[place + 2:]]


def altered_leaf(event, dice):
    leaf = flip(event["leaf"], dice)
    return {**event, "leaf": leaf, "leaf_sha256": sha256(b"\0" + base64.b64decode(leaf)).hexdigest()}


def protected(line):
    """What of a line is signed for or agrees with what is: all but when the file was made."""
    value = json.loads(line)
    value.pop("made_at", None)
    return value


def verify_file(scene, lines, *arguments):
    return verify_bytes(scene, "".join(line + "\n" for line in lines).encode(), *arguments)


def verify_bytes(scene, data, *arguments):
    return scene.noroshi("record", "verify", "-", *arguments, database=None, data=False, input=data)


def attack_file(scene, options, name, lines, most):
    """Every alteration of every line, or a choice of `most` of them, and bytes at random."""
    control = verify_file(scene, lines)
    if control.returncode != 0 or sentences(control.stdout.decode()):
        say(options, f"{name}: untouched, and yet exit {control.returncode}\n{control.stdout.decode()}")
        return False
    say(options, f"{name}: untouched: exit 0, {control.stdout.decode().count('ALTERED')} findings")
    alterations = list(altered_lines(lines, options.dice))
    if len(alterations) > most:
        alterations = [*alterations[:11], *options.dice.sample(alterations[11:], most)]
    good = True
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda entry: (entry[0], verify_file(scene, entry[1])), alterations)
        for what, done in results:
            said = sentences(done.stdout.decode()) or done.stderr.decode().splitlines()
            wanted = 2 if "format of the future" in what else 1
            ok = done.returncode == wanted and said
            good = good and bool(ok)
            say(options, f"{name}, {what}: " + (said[0].removeprefix("ALTERED: ") if ok else
                                                f"NOT FOUND, exit {done.returncode} {done.stdout.decode()[:600]}"))
    return attack_bytes(scene, options, name, lines, most // 2) and good


def attack_bytes(scene, options, name, lines, count):
    whole = "".join(line + "\n" for line in lines).encode()
    spared, good = 0, True
    for _ in range(count):
        data = bytearray(whole)
        place = options.dice.randrange(len(data))
        data[place] ^= 1 << options.dice.randrange(8)
        done = verify_bytes(scene, bytes(data))
        if done.returncode in (1, 2):
            continue
        # Nothing that is signed for may have changed.
        try:
            changed = bytes(data).decode().split("\n")[:-1]
            same = [protected(line) for line in changed] == [protected(line) for line in lines]
        except ValueError:
            same = False
        spared += same
        if not same:
            good = False
            say(options, f"{name}: byte {place} flipped: NOT FOUND, exit {done.returncode}")
    say(options, f"{name}: {count} single bits flipped at random: {count - spared} found, {spared} changed nothing but "
        "when the file was made or how a character is written")
    return good


def run(options):
    with Scene(options, 4) as scene:
        scene.play()
        one, two = Cosigner("one.example"), Cosigner("two.example")
        scene.watch(one)
        scene.watch(two)
        scene.cosign(one, two)
        scene.erase_one()
        scene.wait_quiet()
        scene.cosign(one)
        scene.daemon.stop()
        scene.make_copy("early")
        scene.daemon.start()
        scene.report("jps", "JPS-AUDIT-2")
        scene.wait_quiet()
        if code := scene.daemon.stop():
            raise Fault(f"the daemon ended with exit {code}")
        target = Target(scene)

        control = scene.noroshi("record", "verify", "--tables")
        said = control.stdout.decode()
        say(options, f"untouched: exit {control.returncode}, {len(sentences(said))} findings: {said.splitlines()[0]}")
        good = control.returncode == 0 and not sentences(said) and "unproven" not in said
        if not good:
            say(options, said + control.stderr.decode())

        say(options, f"{check_histories(target)} histories computed a second time")
        # The copies go back to what they were, or each attack would find the one before.
        attacks = [*special_attacks(), attack_by_a_witness_of_his_own(target, one.name), *attacks_on_columns(target, options.dice), *attacks_on_rows(target, options.dice)]
        attacks = [attack for attack in attacks if re.search(options.only, attack.name)]
        good = run_all(target, attacks, options) and good
        for database in ("attacked_0", "attacked_1"):
            after = scene.noroshi("record", "verify", "--tables", database=database)
            if after.returncode:
                raise Fault(f"{database} was not put back: {after.stdout.decode()}")
        say(options, f"{len(attacks)} attacks on the database")
        good = check_deleted_checkpoints(scene, target, options) and good
        good = check_rollback(scene, options) and good

        number = scene.answers["JPS-AUDIT-1"]["incident"]["number"]
        for name, arguments, most in (("the whole record", [], options.lines), (f"incident {number}", ["--incident", number], options.lines)):
            exported = scene.noroshi("record", "export", "-", *arguments)
            good = attack_file(scene, options, name, exported.stdout.decode().split("\n")[:-1], most) and good
        return good


def more_options(parser):
    parser.add_argument("--lines", type=int, default=80, help="alterations of each exported file")
    parser.add_argument("--only", default="", help="of the attacks on the database those whose names hold this expression")


if __name__ == "__main__":
    sys.exit(main("attacks", __doc__, run, more_options))
