"""The table: every figure with its spread, and the ratios beside goal and moonshot."""

import json
from typing import NamedTuple

import figures
import measures
import rivals


def number(value):
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Table:
    def __init__(self, measurement):
        self.measurement, self.lines, self.goals = measurement, [], []
        self.heading = []  # of the part that has no row yet

    def cell(self, name, field):
        """Median, and the spread where there is one."""
        values = [value for value in self.measurement.found.get(name, {}).get(field, []) if value is not None]
        if not values:
            return "-"
        low, high = min(values), max(values)
        spread = f" ({number(low)}–{number(high)})" if len(values) > 1 and number(low) != number(high) else ""
        return number(figures.median(values)) + spread

    def title(self, *columns):
        self.heading = ["", "| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]

    def row(self, *cells):
        self.lines += self.heading
        self.heading = []
        self.lines.append("| " + " | ".join(cells) + " |")

    def has(self, name):
        return name in self.measurement.found

    # What is measured.

    def figures(self):
        found = self.measurement.found
        self.title("accept, connections that wait for their answer", "reports/s", "p50 ms", "p99 ms", "p99.9 ms", "daemon µs", "PostgreSQL µs")
        for connections in measures.CONNECTIONS:
            if self.has(name := f"accept {connections}"):
                self.row(str(connections), *(self.cell(name, field) for field in
                                             ("rate", "p50", "p99", "p999", "us_daemon", "us_database")))
        self.title("accept, at a rate (from the moment meant)", "p50 ms", "p99 ms", "p99.9 ms", "accepted")
        for rate in self.measurement.options.rates:
            if self.has(name := f"open {rate}"):
                accepted = self.measurement.median(name, "accepted")
                late = "" if accepted >= 0.999 else " — more than it takes: latencies are of the queue"
                self.row(f"{rate:,}/s", *(self.cell(name, field) for field in ("p50", "p99", "p999")), f"{accepted:.0%}{late}")
        self.title("submit → arrival", "p50 ms", "p99 ms", "beyond the answer, p50 ms", "p99 ms", "missing")
        for receivers in measures.RECEIVERS:
            for rate in self.measurement.options.delivery_rates:
                if self.has(name := f"webhook {receivers} at {rate}"):
                    self.arrival(f"{receivers} webhook{'s' if receivers > 1 else ''} of the ministry, {rate}/s", name)
        for rate in self.measurement.options.delivery_rates:
            if self.has(name := f"stream {rate}"):
                self.arrival(f"the ministry's live stream, {rate}/s", name)
        self.title("other", "measured")
        for label, name, field in (
                ("start, from an empty folder, s", "start", "empty_s"), ("start, from a folder that it stopped in order, s", "start", "again_s"),
                ("clocks: alarm after it was due, p50 ms", "clocks", "p50"), ("clocks: p99 ms", "clocks", "p99"),
                ("route(), ns a decision", "route", "route_ns"), ("the same with decoding of the report, ns", "route", "decode_and_route_ns"),
                ("memory of the daemon, MiB: idle", "memory idle", "mib"), ("at 256 connections", "memory 256", "mib"),
                (f"with {number(self.measurement.median('memory undelivered', 'waiting'))} undelivered", "memory undelivered", "mib"),
                (f"with {number(self.measurement.median('memory stored', 'reports'))} reports stored", "memory stored", "mib"),
                ("a 4 KiB row and its commit, one client: rows/s", "bare", "rate"), ("the same: p50 ms", "bare", "p50"),
                ("the same: p99 ms", "bare", "p99"), ("accept at 64 with three webhooks each, reports/s", "accept 64, 3 webhooks", "rate"),
                ("accept at 64, each flush 2 ms more, reports/s", "accept 64, slow disk", "rate"),
                ("accept at 64, empty, reports/s", "accept 64, empty", "rate"), ("accept at 64, all stored, reports/s", "accept 64, full", "rate")):
            if self.has(name) and field in found[name]:
                self.row(label, self.cell(name, field))
        for target in measures.LISTS:
            if self.has(name := f"list {target}"):
                self.row(f"GET {target}, all stored, p50 / p99 ms", f"{self.cell(name, 'p50')} / {self.cell(name, 'p99')}")

    def arrival(self, label, name):
        self.row(label, *(self.cell(name, field) for field in ("p50", "p99", "beyond_p50", "beyond_p99")),
                 f"{sum(self.measurement.found[name]['missing'])} of {sum(self.measurement.found[name]['sent']):,}")

    def others(self):
        """The rivals, and what each keeps."""
        rows = self.measurement.rows or {}
        what = ("report, {obligations} obligations, {messages} message, 1 event".format(**rows) if rows else "")
        all_rows = ("the same with {events} events and {openings} openings".format(**rows) if rows else "")
        kept = [(f"PostgreSQL alone ({what}; no constraint of an event upon its act, no row-level security), {clients} clients",
                 f"PostgreSQL {clients}", "yes") for clients in self.measurement.options.clients]
        kept += [(f"PostgreSQL alone, {all_rows} (as many rows as the daemon writes of events), 64 clients", "PostgreSQL whole 64", "yes"),
                 ("PostgreSQL with a row-locked chain head, 64 clients", "PostgreSQL chained 64", "yes"),
                 ("PostgreSQL alone, each flush 2 ms more, 64 clients", "PostgreSQL 64, slow disk", "yes"),
                 ("PostgreSQL with a row-locked chain head, each flush 2 ms more, 64 clients", "PostgreSQL chained 64, slow disk", "yes"),
                 ("Alertmanager: alerts, 64 connections, one webhook", "Alertmanager 64", "no: in memory"),
                 ("Icinga 2: check results over TLS, 64 connections", "Icinga 2 64", "no: in memory, its state in a file now and then"),
                 ("Request Tracker: tickets, 4 workers", f"Request Tracker {rivals.RequestTracker.WORKERS}", "yes")]
        self.title("others, same bodies, same run", "a second", "p50 ms", "p99 ms", "server µs", "durable")
        for label, name, durable in kept:
            if self.has(name):
                self.row(label, *(self.cell(name, field) for field in ("rate", "p50", "p99", "us_database")), durable)
        for rate in self.measurement.options.delivery_rates:
            if self.has(name := f"Alertmanager webhooks at {rate}"):
                self.row(f"Alertmanager: alert → 3 webhooks at {rate}/s", "-", self.cell(name, "p50"), self.cell(name, "p99"), "-",
                         "no: in memory")

    # What was to be reached.

    def goal(self, label, value, goal, moonshot, at_most=False, unit="", beside=""):
        if value is None:
            return
        reached = (lambda bound: bound is not None and (value <= bound if at_most else value >= bound))
        said = "moonshot" if reached(moonshot) else "met" if reached(goal) else "MISSED"
        sign = "≤" if at_most else "≥"
        self.goals.append({"goal": label, "value": value, "bound": goal, "moonshot": moonshot, "at_most": at_most, "said": said})
        self.row(label, number(value) + unit, f"{sign} {number(goal)}{unit}",
                 f"{sign} {number(moonshot)}{unit}" if moonshot is not None else "", said, beside)

    def ratios(self):
        median = self.measurement.median

        def ratio(one, other):
            return one / other if one is not None and other else None

        no_guard = "PostgreSQL alone has no event constraints and no row-level security"
        self.title("measure", "here", "goal", "moonshot", "", "beside")
        best = max((value for clients in self.measurement.options.clients
                    if (value := median(f"PostgreSQL {clients}", "rate")) is not None), default=None)
        for connections, goal, moonshot in ((64, 1.3, 1.6), (8, 0.75, 0.9), (1, 0.6, 0.8)):
            self.goal(f"accepted at {connections} ÷ PostgreSQL alone at {connections}",
                      ratio(median(f"accept {connections}", "rate"), median(f"PostgreSQL {connections}", "rate")), goal, moonshot,
                      beside=no_guard)
        self.goal("accepted at 64 ÷ PostgreSQL alone, its best of all clients", ratio(median("accept 64", "rate"), best), 1.3, 1.6,
                  beside=no_guard)
        self.goal("accepted at 64 ÷ PostgreSQL with a row-locked chain head",
                  ratio(median("accept 64", "rate"), median("PostgreSQL chained 64", "rate")), 5, 8, beside="no event constraints, no row-level security")
        self.goal("accepted at 64 ÷ PostgreSQL with a row-locked chain head, each flush 2 ms more",
                  ratio(median("accept 64, slow disk", "rate"), median("PostgreSQL chained 64, slow disk", "rate")), 10, 16)
        self.goal("accept p99 at 1 ÷ p99 of a bare commit", ratio(median("accept 1", "p99"), median("bare", "p99")), 4, 2.5, True)
        self.goal("accept p50 at 500/s ÷ p50 of a bare commit", ratio(median("open 500", "p50"), median("bare", "p50")), 5, 3, True)
        self.goal("accept p99 at 500/s ÷ p99 of a bare commit", ratio(median("open 500", "p99"), median("bare", "p99")), 12, 8, True)
        self.goal("accept p99 at 64 ÷ PostgreSQL alone at 64", ratio(median("accept 64", "p99"), median("PostgreSQL 64", "p99")), 0.7, 0.4,
                  True)
        for field, goal, moonshot, more, most in (("p50", 3, 1.5, 4, 2), ("p99", 10, 5, 3, 1.5)):
            ours = median("webhook 3 at 500", field)
            self.goal(f"submit → three webhooks at 500/s, {field}", ours, goal, moonshot, True, " ms")
            self.goal(f"submit → three webhooks at 500/s ÷ Alertmanager's, {field}", ratio(ours, median("Alertmanager webhooks at 500", field)), more, most, True,
                      beside="Alertmanager is not durable")
        self.goal("accepted with 3 webhooks each ÷ Alertmanager's accept",
                  ratio(median("accept 64, 3 webhooks", "rate"), median("Alertmanager 64", "rate")), 0.8, 1, beside="not durable, one webhook")
        self.goal("accepted at 64 ÷ Icinga 2's check results", ratio(median("accept 64", "rate"), median("Icinga 2 64", "rate")), 0.75, 1,
                  beside="not durable")
        self.goal("accepted at 64 ÷ Request Tracker's tickets",
                  ratio(median("accept 64", "rate"), median(f"Request Tracker {rivals.RequestTracker.WORKERS}", "rate")), 250, 600,
                  beside="durable")
        rate = max((rate for rate in self.measurement.options.delivery_rates if self.has(f"stream {rate}")), default=None)
        self.goal(f"submit → live stream at {rate}/s, p99", median(f"stream {rate}", "p99"), 50, 20, True, " ms")
        self.goal("clocks late, p99", median("clocks", "p99"), 1000, 200, True, " ms")
        sent = sum(sum(found["sent"]) for name, found in self.measurement.found.items() if name.startswith("stream "))
        lost = sum(sum(found["late"]) + sum(found["missing"]) for name, found in self.measurement.found.items()
                   if name.startswith("stream "))
        if sent:
            self.goal(f"lines of the live stream that came by no wake-up (later than 0.5 s after the answer, or never), of {sent:,} (the goal is of 100,000)",
                      lost, 0, 0, True)
        self.goal("throughput, all stored ÷ empty", ratio(median("accept 64, full", "rate"), median("accept 64, empty", "rate")), 0.9, 0.97)
        for target in measures.LISTS:
            self.goal(f"GET {target}, all stored, p99", median(f"list {target}", "p99"), 20, 5, True, " ms")
        self.goal("route() a decision", scaled(median("route", "route_ns")), 1, 0.3, True, " µs")
        self.goal("route() with decoding of the report", scaled(median("route", "decode_and_route_ns")), 10, 5, True, " µs")
        self.goal("memory idle", median("memory idle", "mib"), 32, None, True, " MiB")
        self.goal("memory at 256 connections", median("memory 256", "mib"), 64, None, True, " MiB")
        waiting = median("memory undelivered", "waiting")
        if waiting:
            self.goal(f"memory with {number(waiting)} undelivered (the goal is of 100,000)", median("memory undelivered", "mib"), 128, None, True, " MiB")
        self.goal("daemon's processor time a report ÷ PostgreSQL's, at 64",
                  ratio(median("accept 64", "us_daemon"), median("accept 64", "us_database")), 0.5, 0.3, True)

    def text(self, head):
        self.lines = [head]
        self.figures()
        self.others()
        self.ratios()
        if self.measurement.notes:
            self.lines += ["", *("* " + note for note in self.measurement.notes)]
        return "\n".join(self.lines) + "\n"

    def write(self, path, machine):
        path.write_text(json.dumps({"machine": machine, "options": self.measurement.options.shown,
                                    "rows": self.measurement.rows, "found": self.measurement.found, "goals": self.goals,
                                    "notes": self.measurement.notes}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def scaled(nanoseconds):
    return None if nanoseconds is None else nanoseconds / 1000
