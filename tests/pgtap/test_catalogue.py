#!/usr/bin/env python3
"""pgTAP over every table, function, policy and grant of a freshly migrated database (catalogue.sql), and the proof that it
can fail: each mistake of MISTAKES is made on purpose, in a transaction that is rolled back, and has to be told by name.

    tests/pgtap/test_catalogue.py --cli build/release/noroshi
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # cluster.py

from cluster import SUPERUSER, Cluster
from harness import Fault, plain_environment

CATALOGUE = Path(__file__).resolve().parent / "catalogue.sql"

BATCHES = 6  # mistakes made together; neighbours in the list, which may speak of one object, never are

# What somebody might do: the statements, and words that stand in the line that tells of it.
MISTAKES = [
    ("CREATE TABLE noroshi.remark (organization text, text text); ALTER TABLE noroshi.remark OWNER TO noroshi_owner",
     "table remark has row-level security, forced"),
    ("ALTER TABLE noroshi.report NO FORCE ROW LEVEL SECURITY", "table report has row-level security, forced"),
    ("ALTER TABLE noroshi.witness ADD COLUMN organization text", "table witness, which has no row-level security"),
    ("ALTER TABLE noroshi.report OWNER TO noroshi_reader", "relation report belongs to nobody who logs in"),
    ("CREATE VIEW noroshi.every_report AS SELECT * FROM noroshi.report", "view every_report looks with the rights"),
    ("CREATE MATERIALIZED VIEW noroshi.every_report AS SELECT * FROM noroshi.report",
     "relation every_report is a table, a sequence or a view"),
    ("CREATE RULE quiet AS ON UPDATE TO noroshi.label DO INSTEAD NOTHING", "table label has no rule"),
    ("ALTER TABLE noroshi.report DISABLE TRIGGER ALL", "of report is not switched off"),
    ("ALTER TABLE noroshi.label ADD CONSTRAINT later CHECK (true) NOT VALID", "constraint later of label"),
    ("GRANT SELECT ON noroshi.report TO PUBLIC", "relation report: PUBLIC has nothing"),
    ("GRANT SELECT (bytes) ON noroshi.report TO PUBLIC", "relation report: PUBLIC has nothing"),
    ("GRANT SELECT ON noroshi.report TO noroshi_reader WITH GRANT OPTION", "relation report: nobody but its owner"),
    ("GRANT TRUNCATE ON noroshi.report TO noroshi_apply", "relation report: nobody but its owner"),
    ("CREATE ROLE guest; GRANT SELECT ON noroshi.report TO guest", "relation report: nobody but the roles of the daemon"),
    ("GRANT UPDATE ON noroshi.incident TO noroshi_writer", "noroshi_writer writes to incident"),
    ("GRANT UPDATE (sent_at) ON noroshi.message TO noroshi_delivery", "noroshi_delivery writes to message"),
    ("GRANT SELECT ON noroshi.event_opening TO noroshi_reader", "table event_opening has a policy for SELECT by noroshi_reader"),
    ("DROP POLICY locked ON noroshi.report", "table report has a policy for SELECT by noroshi_writer"),
    ("CREATE POLICY everything ON noroshi.report FOR SELECT TO noroshi_reader USING (true)",
     "policy everything of report may show noroshi_reader every row"),
    ("CREATE POLICY everything ON noroshi.report FOR SELECT TO noroshi_reader USING (length(organization) > 0)",
     "policy everything of report asks whose transaction"),
    ("CREATE POLICY everything ON noroshi.report FOR SELECT USING (organization = noroshi.caller())",
     "policy everything of report is for a named role"),
    ("CREATE FUNCTION noroshi.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM noroshi.report';"
     "ALTER FUNCTION noroshi.peek() OWNER TO noroshi_apply; REVOKE ALL ON FUNCTION noroshi.peek() FROM PUBLIC",
     "function peek() has its search path fixed"),
    ("CREATE FUNCTION noroshi.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = noroshi, public AS "
     "'SELECT count(*) FROM noroshi.report'; ALTER FUNCTION noroshi.peek() OWNER TO noroshi_apply; "
     "REVOKE ALL ON FUNCTION noroshi.peek() FROM PUBLIC", "function peek() has its search path fixed"),
    ("CREATE FUNCTION noroshi.peek() RETURNS bigint LANGUAGE sql SET search_path = noroshi, pg_temp AS 'SELECT 1::bigint'; "
     "ALTER FUNCTION noroshi.peek() OWNER TO noroshi_owner", "function peek() is executed by whom it names"),
    ("GRANT EXECUTE ON FUNCTION noroshi.apply(jsonb) TO PUBLIC", "function apply(jsonb) is executed by whom it names"),
    ("GRANT EXECUTE ON FUNCTION noroshi.refuse_headless() TO PUBLIC", "function refuse_headless() is executed by whom"),
    ("ALTER FUNCTION noroshi.apply(jsonb) OWNER TO noroshi_writer", "function apply(jsonb) belongs to nobody who logs in"),
    ("ALTER FUNCTION noroshi.clock() LEAKPROOF", "function clock() claims nothing of leaks"),
    ("CREATE FUNCTION noroshi.run(text) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS "
     "'BEGIN EXECUTE $1; END'", "function run(text) makes no SQL of strings"),
    ("ALTER ROLE noroshi_reader BYPASSRLS", "role noroshi_reader has no attribute of power"),
    ("GRANT noroshi_owner TO noroshi_reader", "role noroshi_reader is a member of no other"),
    ("ALTER ROLE noroshi_owner LOGIN", "role noroshi_owner logs in or owns, never both"),
    ("GRANT CREATE ON SCHEMA noroshi TO noroshi_writer", "role noroshi_writer makes nothing in schema noroshi"),
    ("GRANT USAGE ON SCHEMA public TO PUBLIC", "schema public: PUBLIC has nothing"),
    ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", "no privileges by default"),
    ("DROP FUNCTION noroshi.set_shown_clock(double precision) CASCADE", "list: the function set_shown_clock is there"),
]


def run_catalogue(cluster, before=""):
    """(passed, failed, said): the lines of TAP."""
    text = f"BEGIN;\nSET LOCAL client_min_messages = warning;\n{before};\n{CATALOGUE.read_text()}\nROLLBACK;\n"
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", cluster.folder, "-U", SUPERUSER,
                           "-d", "noroshi"], input=text, capture_output=True, text=True, timeout=120, env=plain_environment())
    if done.returncode:
        raise Fault(f"psql: {done.stderr.strip()}\nafter: {before}")
    lines = done.stdout.split("\n")
    plan = [line for line in lines if line.startswith("1..")]
    passed = [line for line in lines if line.startswith("ok ")]
    failed = [line for line in lines if line.startswith("not ok ")]
    if plan != [f"1..{len(passed) + len(failed)}"]:
        raise Fault(f"the tests ended early: {plan}, {len(passed)} passed, {len(failed)} failed")
    return passed, failed, [line for line in lines if line.startswith("#")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True, help="the program noroshi")
    options = parser.parse_args()
    cluster = Cluster()
    try:
        with open(cluster.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write("fsync = off\n")
        cluster.create()
        done = subprocess.run([options.cli, "migrate", "--database-url", cluster.url()], capture_output=True, text=True,
                              timeout=120, env=plain_environment())
        if done.returncode:
            raise Fault(f"noroshi migrate: exit {done.returncode}\n{done.stderr}")
        cluster.sql("CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap;")
        since = time.monotonic()
        passed, failed, said = run_catalogue(cluster)
        print(f"{len(passed)} passed, {len(failed)} failed, {time.monotonic() - since:.1f} s")
        if failed:
            print("\n".join(failed + said))
            return 1
        wrong = 0
        for first in range(BATCHES):
            batch = MISTAKES[first::BATCHES]
            found = run_catalogue(cluster, "; ".join(statements for statements, _ in batch))[1]
            for statements, words in batch:
                if not any(words in line for line in found):
                    wrong += 1
                    print(f"not told: {statements}\n  expected: {words}\n  said: " + ("; ".join(found) or "nothing"))
        print(f"{len(MISTAKES) - wrong} of {len(MISTAKES)} mistakes made on purpose were told, {time.monotonic() - since:.1f} s")
        return 1 if wrong else 0
    finally:
        cluster.clear_away()


if __name__ == "__main__":
    sys.exit(main())
