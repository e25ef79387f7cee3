"""What is measured of the daemon. Each function is given the measurement, and writes what it found into its results: a name,
and the values of its runs."""

import json
import subprocess
import time

import figures
import scene
from harness import Fault

CONNECTIONS = (1, 8, 32, 64, 256)
RATES = (20, 100, 500, 1000, 2000)
OPEN_CONNECTIONS = 128
DELIVERY_RATES = (100, 500)
RECEIVERS = (1, 3)
FALLBACK = 500_000  # microseconds after which a stream looks without being woken (ARCHITECTURE.md, "The way of a live event")


class Measurement:
    """The options, and what has been found: {name: {field: [value of each run]}}."""

    def __init__(self, options):
        self.options, self.say = options, scene.Progress()
        self.found, self.notes, self.rows = {}, [], None
        self.load_share = []

    def add(self, name, **fields):
        for field, value in fields.items():
            self.found.setdefault(name, {}).setdefault(field, []).append(value)

    def median(self, name, field):
        values = [value for value in self.found.get(name, {}).get(field, []) if value is not None]
        return figures.median(values) if values else None

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)
            self.say(text)


def started(measurement, **how):
    daemon = scene.Measured(measurement.options, say=measurement.say, **how)
    try:
        daemon.start()
        daemon.prepare(measurement.options.bodies)
    except BaseException:
        daemon.clear_away()
        raise
    return daemon


def start(measurement):
    """From an empty folder to the ready line, and from one that was stopped in order; memory at rest."""
    for run in range(measurement.options.runs):
        measurement.say(f"start: run {run + 1}")
        daemon = scene.Measured(measurement.options)
        try:
            begun = time.monotonic()
            daemon.start()
            fresh = time.monotonic() - begun
            idle = daemon.resident()
            daemon.stop()
            begun = time.monotonic()
            daemon.start()
            measurement.add("start", empty_s=fresh, again_s=time.monotonic() - begun)
            measurement.add("memory idle", mib=idle)
        finally:
            daemon.clear_away()


def rows_of(daemon):
    """What an accepted report is in the database, on average."""
    counts = daemon.sql("SELECT count(*) FROM report; SELECT count(*) FROM obligation; SELECT count(*) FROM message; "
                        "SELECT count(*) FROM event; SELECT count(*) FROM event_opening; SELECT avg(length(leaf)) FROM event;")
    reports, obligations, messages, events, openings = (int(value) for value in counts[:5])
    return {"obligations": round(obligations / reports), "messages": round(messages / reports), "events": round(events / reports),
            "openings": round(openings / reports), "leaf": round(float(counts[5]))}


def closed(measurement, daemon, connections):
    """Accept, as fast as it is answered."""
    seconds = measurement.options.seconds
    measurement.say(f"accept: {connections} connections, {seconds:.0f} s")
    before, machine = daemon.processors(), figures.machine_seconds()
    ours = daemon.loader.processor
    samples, said = daemon.load(connections=connections, seconds=seconds)
    busy = figures.machine_seconds()[0] - machine[0]
    ours = daemon.loader.processor - ours
    memory = daemon.resident()
    daemon.settle()
    after = daemon.processors()
    found = figures.latencies([sample.done - sample.meant for sample in samples])
    measurement.add(f"accept {connections}", rate=len(samples) / said["seconds"], p50=found["p50"], p99=found["p99"],
                    p999=found["p999"], us_daemon=(after[0] - before[0]) / len(samples) * 1e6,
                    us_database=(after[1] - before[1]) / len(samples) * 1e6)
    measurement.load_share.append(ours / busy if busy else 0)
    if connections == 256:
        measurement.add("memory 256", mib=memory)


def spread_out(measurement, daemon, rate):
    """Accept at a rate that does not wait for the answers."""
    seconds = measurement.options.seconds
    measurement.say(f"accept: {rate}/s, {seconds:.0f} s")
    samples, said = daemon.load(connections=OPEN_CONNECTIONS, seconds=seconds, rate=rate)
    daemon.settle()
    found = figures.latencies([sample.done - sample.meant for sample in samples])
    accepted = [sample for sample in samples if sample.status == 201]
    measurement.add(f"open {rate}", p50=found["p50"], p99=found["p99"], p999=found["p999"],
                    accepted=len(accepted) / len(samples), unanswered=said["unanswered"])


def check_stored(daemon, accepted):
    """All that was answered 201 is there, and its rows with it."""
    stored = daemon.stored()
    if stored < accepted:
        raise Fault(f"{accepted} reports were accepted, {stored} are stored")
    bare = daemon.sql("SELECT count(*) FROM report r WHERE NOT EXISTS (SELECT FROM obligation o WHERE o.incident_id = r.incident_id)"
                      " OR NOT EXISTS (SELECT FROM message m WHERE m.report_id = r.id)"
                      " OR NOT EXISTS (SELECT FROM event e WHERE e.id = r.event_id);")[0]
    if bare != "0":
        raise Fault(f"{bare} reports are stored without an obligation, a message or an event")


def accept(measurement, beside=None, then=None):
    """Everything of accepting, run after run. `beside(run)` is measured after each run of ours, so that both have the same day;
    `then(measurement, daemon)` at the end."""
    options = measurement.options
    with_daemon = started(measurement)
    try:
        settings = with_daemon.settings()
        if settings["fsync"] != "on" or settings["synchronous_commit"] != "on" or settings["full_page_writes"] != "on":
            raise Fault(f"the database does not keep what it says: {settings}")
        measurement.settings = settings
        measurement.say("the daemon's PostgreSQL: " + ", ".join(f"{name} {value}" for name, value in settings.items()))
        measurement.configuration = (with_daemon.data / "postgres" / "noroshi.conf").read_text(encoding="utf-8")
        with_daemon.load(connections=8, seconds=min(2.0, options.seconds / 2))  # plans, caches
        with_daemon.settle()
        for run in range(options.runs):
            measurement.say(f"accept: run {run + 1} of {options.runs}")
            for connections in options.connections:
                closed(measurement, with_daemon, connections)
            for rate in options.rates:
                spread_out(measurement, with_daemon, rate)
            stream(measurement, with_daemon)
            measurement.rows = rows_of(with_daemon)
            if beside:
                beside(run)
        if then:
            then(measurement, with_daemon)
        check_stored(with_daemon, with_daemon.accepted)
    finally:
        with_daemon.clear_away()


def stream(measurement, daemon):
    for rate in measurement.options.delivery_rates:
        stream_at(measurement, daemon, rate, measurement.options.seconds)


def wakeups(measurement):
    """Many lines of the live stream, each by a wake-up of its own, so slowly that nothing queues: is one lost?"""
    options = measurement.options
    daemon = started(measurement)
    try:
        slice_s = 30
        for _ in range(max(1, round(options.wakeups / options.wakeup_rate / slice_s))):
            stream_at(measurement, daemon, options.wakeup_rate, slice_s)
    finally:
        daemon.clear_away()


def stream_at(measurement, daemon, rate, seconds):
    """From a report's moment to its line in the ministry's live stream."""
    options = measurement.options
    ministry = scene.reports.MINISTRY
    request = daemon.folder / "stream"
    request.write_bytes(scene.reports.get(daemon.port, "/api/v1/stream",
                                          {"Authorization": f"Bearer {daemon.token(ministry, 'csirt_member')}",
                                           "Accept": "text/event-stream"}))
    measurement.say(f"live stream: {rate}/s, {seconds:.0f} s")
    with scene.Arrivals(options.programs, daemon.folder, "stream", port=daemon.port, ca=daemon.data / "tls" / "ca.pem",
                        request=request, marker='"reference":"bench-') as watching:
        samples, _ = daemon.load(daemon.to_ministry, connections=OPEN_CONNECTIONS, seconds=seconds, rate=rate)
        daemon.settle()
        watching.wait_for(sum(sample.status == 201 for sample in samples), options.patience)
    came = {int(what): at for (_, what), at in watching.first.items() if what.isdigit()}
    accepted = [sample for sample in samples if sample.status == 201]
    taken = [came[sample.number] - sample.meant for sample in accepted if sample.number in came]
    after = [came[sample.number] - sample.done for sample in accepted if sample.number in came]
    found, beyond = figures.latencies(taken), figures.latencies(after)
    measurement.add(f"stream {rate}", p50=found["p50"], p99=found["p99"], beyond_p50=beyond["p50"], beyond_p99=beyond["p99"],
                    sent=len(accepted), missing=len(accepted) - len(taken),
                    late=sum(each >= FALLBACK for each in after))



def deliver(measurement):
    """From a report's moment to the ministry's receivers: one, then three; a daemon for each rate, so that none begins with what
    another left."""
    options = measurement.options
    for receivers in options.receivers:
        for rate in options.delivery_rates:
            daemon = started(measurement)
            try:
                to_receivers(measurement, daemon, receivers, rate)
            finally:
                daemon.clear_away()
    daemon = started(measurement)
    try:
        with_webhooks(measurement, daemon)
        undelivered(measurement, daemon)
    finally:
        daemon.clear_away()


class Hooks:
    """The ministry's receivers, those that the daemon knows among them."""

    def __init__(self, daemon, options, receivers):
        self.daemon, self.options = daemon, options
        self.certificate, self.key = scene.certificate(daemon.folder)
        self.ports = scene.free_ports(receivers)
        with self.listening():
            for port in self.ports:
                daemon.endpoint(scene.reports.MINISTRY, port, self.certificate)

    def listening(self):
        return scene.Arrivals(self.options.programs, self.daemon.folder, "receive", ports=",".join(map(str, self.ports)),
                              certificate=self.certificate, key=self.key, marker='"incident_id":"')


def to_receivers(measurement, daemon, receivers, rate):
    options, name = measurement.options, f"webhook {receivers} at {rate}"
    hooks = Hooks(daemon, options, receivers)
    for run in range(options.runs):
        measurement.say(f"webhooks: {receivers} receivers, {rate}/s, run {run + 1}")
        with hooks.listening() as receiving:
            before = daemon.processors()
            samples, _ = daemon.load(daemon.to_ministry, connections=OPEN_CONNECTIONS, seconds=options.seconds, rate=rate)
            accepted = [sample for sample in samples if sample.status == 201]
            drained, left = drain(daemon, measurement)
            daemon.settle()
            after = daemon.processors()
        if not accepted:
            measurement.note(f"{name}/s: nothing was accepted within {options.seconds + daemon.drain:.0f} s")
            return
        note_deliveries(measurement, name, accepted, receiving.first, receivers, drained)
        measurement.add(name, us_daemon=(after[0] - before[0]) / len(accepted) * 1e6,
                        us_database=(after[1] - before[1]) / len(accepted) * 1e6)
        if left:
            measurement.note(f"{name}/s: {left} deliveries still waited {drained:.0f} s later; no further run of it")
            return


def with_webhooks(measurement, daemon):
    """Accept as fast as it is answered while every report goes to three receivers."""
    options = measurement.options
    hooks = Hooks(daemon, options, max(RECEIVERS))
    for run in range(options.runs):
        measurement.say(f"accept: 64 connections with three webhooks each, run {run + 1}")
        with hooks.listening():
            samples, said = daemon.load(daemon.to_ministry, connections=64, seconds=options.seconds)
            drained, left = drain(daemon, measurement)
            daemon.settle()
        measurement.add("accept 64, 3 webhooks", rate=len(samples) / said["seconds"], drained_s=drained, waiting=left)


def drain(daemon, measurement, patience=120.0):
    """Until nothing waits to be delivered, or patience ends: how long that took, and how many still wait."""
    begun = said = time.monotonic()
    while (left := int(daemon.sql("SELECT count(*) FROM delivery WHERE state = 'queued';")[0])):
        if time.monotonic() > begun + patience:
            break
        if time.monotonic() > said + 2:
            said = time.monotonic()
            measurement.say(f"webhooks: {left} still to be delivered")
        time.sleep(0.1)
    return time.monotonic() - begun, left


def note_deliveries(measurement, name, accepted, came, receivers, drained):
    arrived = [[came.get((place, sample.captured)) for place in range(receivers)] for sample in accepted]
    taken = [at - sample.meant for sample, each in zip(accepted, arrived) for at in each if at is not None]
    beyond = [at - sample.done for sample, each in zip(accepted, arrived) for at in each if at is not None]
    found, after = figures.latencies(taken), figures.latencies(beyond)
    measurement.add(name, p50=found["p50"], p99=found["p99"], beyond_p50=after["p50"], beyond_p99=after["p99"],
                    sent=len(accepted) * receivers, missing=sum(at is None for each in arrived for at in each), drained_s=drained)


def undelivered(measurement, daemon):
    """Memory while nobody takes what is sent: the receivers of with_webhooks() are gone."""
    wanted = measurement.options.undelivered
    while (waiting := int(daemon.sql("SELECT count(*) FROM delivery WHERE state = 'queued';")[0])) < wanted:
        measurement.say(f"undelivered: {waiting} of {wanted}")
        daemon.load(daemon.to_ministry, connections=64, seconds=min(10.0, measurement.options.seconds))
    daemon.settle()
    measurement.add("memory undelivered", mib=daemon.resident(), waiting=waiting)


def clocks(measurement):
    """How late alarms are: the acknowledgement that nobody gives, under load."""
    options = measurement.options
    daemon = started(measurement, acknowledgement="PT3S")
    try:
        for run in range(options.runs):
            measurement.say(f"clocks: run {run + 1}, {options.clock_rate}/s")
            since = daemon.sql("SELECT clock();")[0]
            daemon.load(daemon.to_ministry, connections=OPEN_CONNECTIONS, seconds=options.seconds, rate=options.clock_rate)
            time.sleep(4)
            daemon.settle()
            late = daemon.sql("SELECT (extract(epoch FROM raised_at - due_at) * 1000000)::bigint FROM alarm WHERE clock IS NOT "
                              f"NULL AND level = 1 AND raised_at > '{since}';")
            missing = daemon.sql("SELECT count(*) FROM incident_clock WHERE rings_at < clock();")[0]
            found = figures.latencies([int(each) for each in late])
            measurement.add("clocks", p50=found["p50"], p99=found["p99"], rung=found["count"], missing=int(missing))
    finally:
        daemon.clear_away()


def decisions(measurement):
    """The law by itself."""
    options = measurement.options
    daemon = scene.Measured(options)
    try:
        daemon.tokens = {}
        daemon.bodies = scene.reports.corporations(scene.reports.MINISTRY)[:options.bodies]
        texts = daemon.texts()
        for run in range(options.runs):
            measurement.say(f"route(): run {run + 1}")
            done = subprocess.run([options.programs / "bench_decisions", texts, str(min(1.0, options.seconds / 4))],
                                  capture_output=True, text=True, timeout=60)
            if done.returncode:
                raise Fault(f"bench_decisions: exit {done.returncode}: {done.stderr}")
            measurement.add("route", **json.loads(done.stdout))
    finally:
        daemon.clear_away()


LISTS = ("/inbox?limit=50", "/obligations?holder=mhlw&state=open&limit=50", "/incidents?limit=50", "/alarms?limit=50")


def million(measurement):
    """With so many stored: throughput against an empty database, lists, memory. Takes as long as accepting them takes."""
    options = measurement.options
    daemon = started(measurement)
    try:
        daemon.load(connections=8, seconds=2)
        closed_named(measurement, daemon, "accept 64, empty")
        begun = time.monotonic()
        while (stored := daemon.stored()) < options.stored:
            rate = stored / max(time.monotonic() - begun, 1)
            measurement.say(f"stored: {stored} of {options.stored}, {(options.stored - stored) / max(rate, 1) / 60:.0f} min left")
            daemon.load(connections=64, seconds=20)
        daemon.settle(1800)
        measurement.add("memory stored", mib=daemon.resident(), reports=stored)
        closed_named(measurement, daemon, "accept 64, full")
        for target in LISTS:
            request = daemon.folder / "list"
            scene.reports.write(request, [scene.reports.get(daemon.port, "/api/v1" + target, {
                "Authorization": f"Bearer {daemon.token(scene.reports.MINISTRY, 'csirt_member')}"})])
            samples, _ = daemon.loader.run(request, port=daemon.port, ca=daemon.data / "tls" / "ca.pem", connections=1, seconds=5)
            if any(sample.status != 200 for sample in samples):
                raise Fault(f"GET {target}: {sorted({sample.status for sample in samples})}")
            found = figures.latencies([sample.done - sample.meant for sample in samples])
            measurement.add(f"list {target}", p50=found["p50"], p99=found["p99"])
    finally:
        daemon.clear_away()


def closed_named(measurement, daemon, name):
    for _ in range(measurement.options.runs):
        measurement.say(name)
        samples, said = daemon.load(connections=64, seconds=measurement.options.seconds)
        daemon.settle()
        measurement.add(name, rate=len(samples) / said["seconds"])
