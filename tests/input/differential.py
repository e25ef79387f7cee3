#!/usr/bin/env python3
"""Evil streams and thousands of mutations of them, sent to the daemon alone and through Debian's haproxy and nginx in front of it.
Two readers of the same bytes must end each request at the same place, or a request of one client is answered to another and one that
nobody sees reaches a handler (request smuggling).

    differential.py --daemon build/release/noroshid --cli build/release/noroshi --streams build/release/evil_streams [--long]

Nothing is counted as a total: every request has a name. Each client has an address of its own; the proxy puts that address and a number
of its own into a header of every request that it passes on, and into its log and the answer. Between proxy and daemon stands a wire that
keeps what went over each connection, and gives each an address of its own, by which the daemon's access log tells them apart. Then, for
every connection between proxy and daemon:

  - the daemon's n-th request is the proxy's n-th, by its method, and there is none that the proxy did not send;
  - the n-th answer is that of the n-th request, by status; of what was not answered there is one at most, the last;
  - every answer that a client got is that to a request of its own, to the byte.

And for every stream: what the daemon alone reads of it as requests, the proxy read as the same requests, as far as it passed them on. Totals
would not do: a proxy that is still taking a body when its client leaves, or that the daemon has refused from the header alone, logs
no answer of the daemon's ("-" of nginx), although there was one.
"""

import asyncio
import collections
import json
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support import Deployment, Fault

from harness import free_port
from seeded import main, say

MUTATIONS, LONG_MUTATIONS = 5200, 100_000
AT_ONCE = 40
ANSWER = 25.0  # seconds that a client waits for the end of its connection: more than every limit of proxy and daemon
BYSTANDERS = ("jps", "jma", "jaxa", "mhlw")  # they ask what that body owes: an answer tells whose it is

HAPROXY_CONFIG = """
global
  log stdout len 4096 format raw daemon info
  maxconn 4096
defaults
  mode http
  log global
  option http-keep-alive
  retries 0
  timeout connect 5s
  timeout client 20s
  timeout server 40s
  timeout http-request 5s
  timeout http-keep-alive 5s
  log-format "%[src]/%[var(txn.number)] %HM %ST %tsc %s"
frontend in
  bind 127.0.0.1:{port}
  http-request set-var(txn.number) uuid()
  http-request set-header X-Marker %[src]/%[var(txn.number)]
  http-response set-header X-Marker %[src]/%[var(txn.number)]
  default_backend wire
backend wire
  http-reuse always
  server wire 127.0.0.1:{wire}
"""

NGINX_CONFIG = """
daemon off;
master_process off;
error_log {folder}/nginx-error.log crit;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  log_format marked '$remote_addr/$request_id $request_method $status "$upstream_status"';
  access_log {folder}/nginx.log marked;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_header_timeout 5s;
  client_body_timeout 5s;
  upstream noroshi {{ server 127.0.0.1:{wire}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    merge_slashes off;
    location / {{
      proxy_pass http://noroshi;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_next_upstream off;
      proxy_ignore_client_abort on;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Marker $remote_addr/$request_id;
      add_header X-Marker $remote_addr/$request_id always;
    }}
  }}
}}
"""

PIECES = [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b",", b";", b"0", b"9", b"-", b"+", b"%", b"%0d%0a", b"/", b"?", b"\x80", b"\0", b"\x0b",
          b"Content-Length: 7\r\n", b"Content-Length: 0\r\n", b"Content-length : 5\r\n", b"Transfer-Encoding: chunked\r\n",
          b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding:\x0bchunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n",
          b"Host: localhost\r\n", b"Host: other\r\n", b"X-B: c\r\n", b" folded\r\n", b"Connection: close\r\n",
          b"Connection: Content-Length\r\n", b"Connection: upgrade\r\nUpgrade: h2c\r\n", b"Expect: 100-continue\r\n", b"HTTP/1.1", b"HTTP/1.0",
          b"0\r\n\r\n", b"5\r\nabcde\r\n0\r\n\r\n", b"3;x=\n\r\nabc\r\n0\r\nX-User: admin\r\n\r\n", b"Trailer: X-User\r\n",
          b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /version HTTP/1.1\r\nX: "]


def sound_streams(token):
    """Requests that are served, some of which have a body that is read."""
    facts = json.dumps(facts_of("jps")).encode()
    authorized = b"Host: localhost\r\nAuthorization: Bearer " + token.encode() + b"\r\n"
    json_of = b"Content-Type: application/json\r\nContent-Length: "
    explain = b"POST /api/v1/editions/h30/explain HTTP/1.1\r\n" + authorized + json_of
    return [b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /version HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n\r\n",
            b"HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
            explain + str(len(facts)).encode() + b"\r\n\r\n" + facts,
            explain + b"54\r\n\r\nGET /version HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: 1\r\n",
            b"POST /api/v1/reports HTTP/1.1\r\n" + authorized + json_of + b"2\r\nIdempotency-Key: a\r\n\r\n{}",
            b"POST /api/v1/reports HTTP/1.1\r\nHost: localhost\r\n" + json_of + b"2\r\n\r\n{}",
            b"POST /api/v1/reports HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            b"GET /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 44\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n"]


def facts_of(body):
    return {"organization": body, "times": {"recognized": {"value": "2018-08-01T09:00:00+09:00"}}, "assessment": "incident",
            "cyberattack": "possible"}


def mutated(dice, evil, sound):
    stream = bytearray(dice.choice(evil if dice.random() < 0.35 else sound))
    for _ in range(dice.choice((0, 0, 1, 1, 2))):  # something before it or behind it on the same connection
        stream = bytearray(dice.choice(sound)) + stream if dice.random() < 0.4 else stream + dice.choice(sound)
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(stream) + 1)
        what = dice.randrange(5)
        if what == 0:
            stream[at:at] = dice.choice(PIECES)
        elif what == 1:
            del stream[at:at + dice.randrange(1, 4)]
        elif what == 2 and at < len(stream):
            stream[at] = dice.randrange(256)
        elif what == 3:  # a whole line
            line = stream.find(b"\r\n", at)
            if line >= 0:
                stream[line + 2:line + 2] = dice.choice(PIECES)
        else:
            other = dice.choice(evil)
            start = dice.randrange(len(other))
            stream[at:at] = other[start:start + 40]
    return bytes(stream)


# -- The wire between proxy and daemon --------------------------------------------------------------------------------------------


def address_of(family, number):
    """The loopback network is wide enough for everybody."""
    return f"127.{family + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


class Upstream:
    """A connection from a proxy, and what went over it."""

    def __init__(self, address):
        self.address, self.sent, self.answered = address, bytearray(), bytearray()


class Wire:
    """Takes a proxy's connections in plain, and opens one by TLS for each."""

    def __init__(self, family, daemon_port, context):
        self.family, self.daemon_port, self.context = family, daemon_port, context
        self.port, self.upstreams, self.tasks = free_port(), [], set()

    async def start(self):
        self.server = await asyncio.start_server(self._take, "127.0.0.1", self.port)

    async def _take(self, reader, writer):
        upstream = Upstream(address_of(self.family, len(self.upstreams)))
        self.upstreams.append(upstream)
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", self.daemon_port, ssl=self.context, server_hostname="localhost",
                                                         local_addr=(upstream.address, 0))
        except OSError:
            writer.transport.abort()
            return
        both = [asyncio.create_task(self._carry(reader, outer, upstream.sent)), asyncio.create_task(self._carry(inner, writer, upstream.answered))]
        self.tasks.update(both)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        # What is under way from the daemon still goes out.
        await asyncio.wait(both, timeout=0.05)
        for one in both:
            one.cancel()
            self.tasks.discard(one)
        for end in (writer, outer):
            end.close()

    @staticmethod
    async def _carry(reader, writer, kept):
        try:
            while data := await reader.read(65536):
                kept += data
                writer.write(data)
                await writer.drain()
        except (OSError, ssl.SSLError):
            pass


# -- The proxies ------------------------------------------------------------------------------------------------------------------


class Proxy:
    """A proxy as a process of its own; `log()` after its end: {marker: (method, status that it passed on from the daemon, or None)}."""

    def __init__(self, folder, family, daemon_port, context):
        self.folder, self.port, self.process = folder, free_port(), None
        self.client_family, self.wire = family, Wire(family + 20, daemon_port, context)

    def start(self):
        config = self.folder / f"{self.name}.conf"
        config.write_text(self.config.format(folder=self.folder, port=self.port, wire=self.wire.port))
        with open(self.folder / f"{self.name}.out", "wb") as out:
            self.process = subprocess.Popen([program(self.name), *self.arguments, config], stdout=out, stderr=subprocess.STDOUT)
        until = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise Fault(f"{self.name} does not serve: {(self.folder / f'{self.name}.out').read_text()}") from None
                time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Haproxy(Proxy):
    name, config, arguments = "haproxy", HAPROXY_CONFIG, ("-db", "-f")

    def log(self):
        found = {}
        for line in (self.folder / "haproxy.out").read_text(errors="replace").splitlines():
            marker, *rest = line.split(" ")
            if len(rest) != 4 or marker.count("/") != 1:
                continue
            method, status, ended, server = rest
            # "--": both sides ended well. Else what it says was its own, or the daemon's cut short.
            found[marker] = method, int(status) if server == "wire" and ended.startswith("--") else None
        return found


class Nginx(Proxy):
    name, config = "nginx", NGINX_CONFIG

    @property
    def arguments(self):
        return "-p", self.folder, "-c"

    def log(self):
        found = {}
        for line in (self.folder / "nginx.log").read_text(errors="replace").splitlines():
            marker, method, status, upstream = line.split(" ", 3)
            upstream = upstream.strip('"')
            found[marker] = method, int(upstream) if upstream == status and upstream not in ("502", "504") else None
        return found


def program(name):
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not found:
        raise Fault(f"{name} is not installed: deploy/install-packages tests")
    return found


# -- Sending ----------------------------------------------------------------------------------------------------------------------


async def send(stream, address, port, context, gate):
    """What came back for a stream on a connection of its own."""
    async with gate:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost" if context else None,
                                                           local_addr=(address, 0))
        except (OSError, ssl.SSLError):
            return None
        answer = bytearray()
        try:
            writer.write(stream)
            await writer.drain()
            # No more will come: else both wait for their limits.
            writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
            async with asyncio.timeout(ANSWER):
                while data := await reader.read(65536):
                    answer += data
        except (OSError, ssl.SSLError, TimeoutError):
            pass
        finally:
            writer.transport.abort()
        return bytes(answer)


class Bystander:
    """Asks the same again and again through a proxy that others send evil streams through."""

    def __init__(self, proxy, number, token):
        self.proxy, self.address, self.token = proxy, address_of(7, number), token
        self.body = BYSTANDERS[number % len(BYSTANDERS)]
        self.asked, self.expected, self.wrong = 0, None, []

    async def ask(self, ending):
        facts = json.dumps(facts_of(self.body)).encode()
        asking = (b"POST /api/v1/editions/h30/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                  + self.token.encode() + b"\r\nContent-Length: " + str(len(facts)).encode() + b"\r\n\r\n" + facts)
        writer = None
        while not ending.is_set():
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.port, local_addr=(self.address, 0))
                writer.write(asking)
                async with asyncio.timeout(30):
                    head = await reader.readuntil(b"\r\n\r\n")
                    body = await reader.readexactly(int(re.search(rb"content-length: *(\d+)", head, re.I).group(1)))
                self.look(head, body)
                if b"close" in head.lower():
                    writer.close()
                    writer = None
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                writer = None
            await asyncio.sleep(0.02)

    def look(self, head, body):
        status, marker = int(head[9:12]), re.search(rb"X-Marker: ([^/\r]+)/", head, re.I)
        if status in (408, 502, 503, 504):
            return  # the proxy's own word: the daemon ended that connection just now
        self.asked += 1
        if status == 200 and self.expected is None and f'"{self.body}"'.encode() in body:
            self.expected = body
        if status != 200 or body != self.expected or marker is None or marker.group(1).decode() != self.address:
            self.wrong.append(f"{status} {head[:60]!r} {body[:80]!r}")


async def send_all(streams, proxies, port, context, bystanders):
    for proxy in proxies:
        await proxy.wire.start()
        proxy.start()
    ending = asyncio.Event()
    standing_by = [asyncio.create_task(one.ask(ending)) for one in bystanders]
    gates = {"alone": asyncio.Semaphore(AT_ONCE), **{proxy.name: asyncio.Semaphore(AT_ONCE) for proxy in proxies}}
    ways = [[send(stream, address_of(100, number), port, context, gates["alone"]) for number, stream in enumerate(streams)]]
    ways += [[send(stream, address_of(proxy.client_family, number), proxy.port, None, gates[proxy.name]) for number, stream in enumerate(streams)]
             for proxy in proxies]
    answers = await asyncio.gather(*(asyncio.gather(*way) for way in ways))
    ending.set()
    await asyncio.gather(*standing_by)
    for proxy in proxies:
        await asyncio.to_thread(proxy.stop)
        proxy.wire.server.close()
        if proxy.wire.tasks:
            await asyncio.wait(proxy.wire.tasks, timeout=10)
    return dict(zip(("alone", *(proxy.name for proxy in proxies)), answers))


# -- Reading what came -------------------------------------------------------------------------------------------------------------

Answer = collections.namedtuple("Answer", "status marker body whole closes")


def read_answers(data, method_of):
    """The final answers in these bytes, in order; `method_of(number, marker)` tells to which method. Ends where no answer begins."""
    answers, at = [], 0
    while (end := data.find(b"\r\n\r\n", at)) >= 0:
        head = data[at:end].decode("latin-1").split("\r\n")
        if not re.match(r"HTTP/1\.[01] \d\d\d", head[0]):
            break
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        status, at = int(head[0][9:12]), end + 4
        if status < 200:
            continue
        marker = fields.get("x-marker")
        bodiless = status in (204, 304) or method_of(len(answers), marker) == "HEAD"
        length = 0 if bodiless else int(fields["content-length"]) if "content-length" in fields else len(data) - at
        body = bytes(data[at:at + length])
        answers.append(Answer(status, marker, body, len(body) == length, fields.get("connection", "").lower() == "close"))
        at += length
    return answers


def read_access_log(path):
    """{address: what the daemon answered it, in order}."""
    entries = collections.defaultdict(list)
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            raise Fault("a line of the log is no JSON") from None
        if entry.get("event") == "http":
            entries[entry["remote_address"]].append(entry)
    return entries


MARKER = re.compile(rb"\r\nX-Marker: ([^\r\n]+)\r\n", re.I)


def check_connections(proxy, entries, wrong, counts):
    """{marker: (the daemon's entry, the daemon's answer) or None where it was not answered} of everything that the proxy passed on."""
    log, passed_on = proxy.log(), {}
    for upstream in proxy.wire.upstreams:
        markers = [found.decode() for found in MARKER.findall(upstream.sent)]
        known = entries.get(upstream.address, [])
        methods = [log.get(marker, ("?", None))[0] for marker in markers]
        answers = read_answers(upstream.answered, lambda number, _: methods[number] if number < len(methods) else "?")
        place = f"{proxy.name}, a connection with {len(markers)} requests"
        if len(known) > len(markers):
            wrong.append(f"{place}: the daemon read {len(known)}: {[entry['method'] + ' ' + entry['route'] for entry in known]} of "
                         f"{bytes(upstream.sent)[-300:]!r}")
        if len(known) < len(markers) - 1:
            wrong.append(f"{place}: the daemon read {len(known)} of {bytes(upstream.sent)[-300:]!r}")
        if len(answers) > len(known):
            wrong.append(f"{place}: {len(answers)} answers, {len(known)} of which the daemon knows")
        for number, (marker, method, entry) in enumerate(zip(markers, methods, known)):
            # What was refused for its framing has no method, and nothing comes after it.
            if entry["method"] != method and not (entry["method"] == "-" and number == len(known) - 1):
                wrong.append(f"{place}: request {number} is {method} to it, {entry['method']} to the daemon")
            if number < len(answers) and answers[number].status != entry["status"]:
                wrong.append(f"{place}: answer {number} is {answers[number].status}, the daemon said {entry['status']}")
        for number, marker in enumerate(markers):
            if marker in passed_on:
                wrong.append(f"{place}: {marker} was passed on twice")
            passed_on[marker] = (known[number], answers[number] if number < len(answers) else None) if number < len(known) else None
    counts[proxy.name + " passed on"] = len(passed_on)
    for marker, (method, status) in log.items():
        given = passed_on.get(marker)
        if status is None:
            counts[proxy.name + " left unanswered"] += given is not None
        elif given is None or given[0]["status"] != status:
            wrong.append(f"{proxy.name}: {method} {marker} was answered {status} to it, {given and given[0]['status']} by the daemon")
    return log, passed_on


def check_clients(proxy, log, passed_on, answers, wrong, counts):
    """Every answer with a marker is to a request of that client, and is the daemon's to the byte."""
    for number, data in enumerate(answers):
        address = address_of(proxy.client_family, number)
        for answer in read_answers(data or b"", lambda _, marker: log.get(marker, ("?", None))[0]):
            if answer.marker is None:
                continue
            place = f"{proxy.name}, stream {number}"
            if answer.marker.partition("/")[0] != address:
                wrong.append(f"{place}: it was answered what {answer.marker} asked, and is {address}")
            status = log.get(answer.marker, ("?", None))[1]
            given = passed_on.get(answer.marker)
            if status is None or not given or given[1] is None:
                continue  # the proxy's own word
            counts[proxy.name + " answers"] += 1
            if answer.status != given[1].status or not given[1].body.startswith(answer.body) or (answer.whole and answer.body != given[1].body):
                wrong.append(f"{place}: {answer.status} {answer.body[:60]!r} instead of {given[1].status} {given[1].body[:60]!r}")


def check_alone(proxy, streams, entries, log, passed_on, wrong, counts):
    """What the daemon alone read as requests, the proxy read as the same, in the same order."""
    by_client = collections.defaultdict(list)
    for marker in log:  # as they ended, one after another for a client
        by_client[marker.partition("/")[0]].append(marker)
    for number, stream in enumerate(streams):
        alone = [entry for entry in entries.get(address_of(100, number), []) if entry["method"] != "-"]
        through = by_client[address_of(proxy.client_family, number)]
        for place, (entry, marker) in enumerate(zip(alone, through)):
            counts[proxy.name + " compared"] += 1
            given = passed_on.get(marker)
            if given is None:
                counts[proxy.name + " refused by it"] += 1
                break
            behind = given[0]
            same = ("method", "route", "status", "bytes_received")
            if any(entry[name] != behind[name] for name in same):
                wrong.append(f"{proxy.name}, stream {number}, request {place}: alone {[entry[name] for name in same]}, behind it "
                             f"{[behind[name] for name in same]}: {stream!r}")
                break


def run(options):
    listed = subprocess.run([options.streams], capture_output=True, text=True, check=True, timeout=20).stdout.splitlines()
    evil = [bytes.fromhex(line.split(" ", 1)[0]) for line in listed]
    if len(evil) < 48:
        raise Fault(f"there are {len(evil)} evil streams, at least 48 were expected")
    wrong, counts = [], collections.Counter()
    deployment = Deployment(options.daemon, options.cli, environment={
        "NOROSHI_LIMITS_HANDSHAKES_PER_ADDRESS": "0", "NOROSHI_LIMITS_REQUESTS_PER_BODY": "4096", "NOROSHI_LOG_FORMAT": "json"})
    folder = Path(tempfile.mkdtemp(prefix="noroshi-differential-"))
    proxies = []
    try:
        deployment.start()
        context = deployment.client_context()
        token = deployment.issue_token("jps", "csirt_member")
        sound = sound_streams(token)
        count = LONG_MUTATIONS if options.long else MUTATIONS
        streams = evil + [mutated(options.dice, evil, sound) for _ in range(count)]
        proxies = [Haproxy(folder, 10, deployment.port, context), Nginx(folder, 12, deployment.port, context)]
        bystanders = [Bystander(proxy, number, token) for number, proxy in enumerate([*proxies] * len(BYSTANDERS))]
        answers = asyncio.run(send_all(streams, proxies, deployment.port, context, bystanders))
        if deployment.process.poll() is not None:
            raise Fault("the daemon is gone")
        if deployment.stop() != 0:
            wrong.append("the daemon did not end in order")
        entries = read_access_log(deployment.log)
        # What is refused for its framing ends the connection: nothing behind it is served.
        for name, answer in zip(listed, answers["alone"]):
            told = read_answers(answer or b"", lambda *_: "?")
            if len(told) != 1 or told[0].status // 100 != 4:
                wrong.append(f"alone: {name.split(' ', 1)[1]}: {len(told)} answers, {answer[:40]!r}")
        for proxy in proxies:
            log, passed_on = check_connections(proxy, entries, wrong, counts)
            check_clients(proxy, log, passed_on, answers[proxy.name], wrong, counts)
            check_alone(proxy, streams, entries, log, passed_on, wrong, counts)
            beside = [one for one in bystanders if one.proxy is proxy]
            asked = sum(one.asked for one in beside)
            wrong += [f"{proxy.name}, bystander: {what}" for one in beside for what in one.wrong[:2]]
            told = {name.removeprefix(proxy.name + " "): count for name, count in counts.items() if name.startswith(proxy.name)}
            say(options, f"{proxy.name}: {told}, {len(proxy.wire.upstreams)} connections; bystanders asked {asked} times")
            if asked < 20 or told.get("passed on", 0) < count / 3 or told.get("answers", 0) < count / 4 or told.get("compared", 0) < count / 8:
                wrong.append(f"{proxy.name}: that proves little")
        alone = sum(len(entries.get(address_of(100, number), [])) for number in range(len(streams)))
        say(options, f"{len(streams)} streams; alone the daemon answered {alone} requests")
    finally:
        for proxy in proxies:
            proxy.stop()
        deployment.clear_away()
        shutil.rmtree(folder, ignore_errors=True)
    for line in wrong[:20]:
        say(options, line[:1500])
    return not wrong


def more(parser):
    parser.add_argument("--streams", required=True, help="the program evil_streams")
    parser.add_argument("--long", action="store_true")


if __name__ == "__main__":
    sys.exit(main("input.differential", __doc__, run, more))
