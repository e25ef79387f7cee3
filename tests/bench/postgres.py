"""PostgreSQL alone, with the settings of the daemon's own cluster: the rival of accepting, and the floor below it.

pgbench speaks to it over a Unix socket, statements prepared, one transaction a report: one statement stores the rows that an
accepted report has here on average (rival.sql). The ids, times and texts are as long as ours.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from cluster import SUPERUSER, Cluster
from harness import Fault, plain_environment

import figures
import reports

HERE = Path(__file__).resolve().parent
# Settings of the daemon's cluster that say where it is, not how it works.
PLACES = re.compile(r"^\s*(listen_addresses|port|unix_socket\w*|hba_file|ident_file|log\w*|max_connections|cluster_name)\b")
BECAUSE = ('[{"ja": "jps（日本年金機構）は指定法人である", "en": "jps (Japan Pension Service) is a designated corporation"}, '
           '{"ja": "jps がインシデントと評価した", "en": "jps assessed it as an incident"}]')
BARE = "INSERT INTO bare (bytes) VALUES (convert_to(:body, 'UTF8'));\n"


def statement(rows, chained=False, whole=False):
    """One report, its obligations and messages, one event, as one statement. `whole`: with as many events as ours, and their
    openings, which the rival has not."""
    head = ("head AS (UPDATE chain_head SET head = sha256(head || convert_to(:body, 'UTF8')) WHERE id = 1 RETURNING head), "
            if chained else "")
    bound = "(SELECT head FROM head)" if chained else "sha256(convert_to(:body, 'UTF8'))"
    more = f"""
m AS (INSERT INTO event SELECT next_id(), 'obligation.opened', now(), incident, 'jps', 'csirt_head', report,
      decode(repeat('ab', {rows["leaf"]}), 'hex') FROM i, generate_series(2, {rows["events"]}) RETURNING id),
n AS (INSERT INTO event_opening SELECT event, 'field ' || n, decode(repeat('cd', 16), 'hex'), decode(repeat('ef', 40), 'hex')
      FROM i, generate_series(1, {rows["openings"]}) AS n),""" if whole else ""
    return f"""WITH {head}i AS MATERIALIZED (SELECT next_id() AS incident, next_id() AS report, next_id() AS event),
e AS (INSERT INTO event SELECT event, 'report.received', now(), incident, 'jps', 'csirt_head', report,
      {bound} || decode(repeat('ab', {max(rows["leaf"] - 32, 0)}), 'hex') FROM i),{more}
r AS (INSERT INTO report SELECT report, incident, 'bench-' || report, 'jps', 'bench-' || report, 1, 'first', now(),
      convert_to(:body, 'UTF8'), length(:body), sha256(convert_to(:body, 'UTF8')), :body, event FROM i),
o AS (INSERT INTO obligation SELECT next_id(), incident, 'h30', 'g.' || n, '2.2.4(2)(g)', n % 4, 'jps', 'mhlw', false, false,
      'assessment', now(), now() + interval '1 hour', 'open', 1, '{BECAUSE}'::jsonb, NULL, 1, event
      FROM i, generate_series(1, {rows["obligations"]}) AS n)
INSERT INTO message SELECT next_id(), incident, report, 'report', 'jps', 'mhlw', '2.2.4(2)(g)', 2, now(), 'delivered', 1, event
  FROM i, generate_series(1, {rows["messages"]}) AS n;
"""


class Alone:
    """The cluster; clear_away() ends it. `environment`: for a slow disk."""

    def __init__(self, configuration, environment=None):
        self.cluster = Cluster(environment)
        try:
            kept = [line for line in Path(configuration).read_text(encoding="utf-8").splitlines() if not PLACES.match(line)]
            with open(self.cluster.data / "postgresql.conf", "a", encoding="utf-8") as settings:
                settings.write("\n".join(kept) + "\n")
            self.cluster.create()
            self.cluster.sql("SET search_path = public;\n" + (HERE / "rival.sql").read_text(encoding="utf-8"))
        except BaseException:
            self.clear_away()
            raise
        # The same bytes for every transaction: pgbench gives them as a parameter.
        self.body = reports.encoded(reports.report("jps", 0)).decode()
        self.pgbench = self.cluster.programs / "pgbench"

    def clear_away(self):
        self.cluster.clear_away()

    def settings(self):
        return {name: self.cluster.sql(f"SHOW {name};")[0] for name in ("fsync", "synchronous_commit", "full_page_writes",
                                                                       "shared_buffers")}

    def run(self, script, clients, seconds):
        """Transactions a second, p50 and p99 in milliseconds, microseconds of PostgreSQL for each."""
        folder = self.cluster.folder / "pgbench"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        file = folder / "script.sql"
        file.write_text(script, encoding="utf-8")
        for old in folder.glob("log*"):
            old.unlink()
        postmaster = int((self.cluster.data / "postmaster.pid").read_text().split()[0])
        before = figures.server_processor_seconds(postmaster)
        done = subprocess.run([self.pgbench, "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", f"{seconds:.0f}", "-f",
                               file, "-D", f"body={self.body}", "-l", "--log-prefix", folder / "log", "-h", self.cluster.folder,
                               "-U", SUPERUSER, "noroshi"], capture_output=True, text=True, timeout=seconds + 120,
                              env={**plain_environment(), "PGOPTIONS": "-c search_path=public"})
        if done.returncode:
            raise Fault(f"pgbench: exit {done.returncode}\n{done.stderr[-2000:]}")
        used = figures.server_processor_seconds(postmaster) - before
        said = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        if not said or re.search(r"number of failed transactions: [1-9]", done.stdout):
            raise Fault(f"pgbench: {done.stdout[-1000:]}")
        taken = [int(line.split()[2]) for log in folder.glob("log*") for line in log.read_text().splitlines()]
        found = figures.latencies(taken)
        return {"rate": float(said[1]), "p50": found["p50"], "p99": found["p99"], "us_database": used / len(taken) * 1e6}
