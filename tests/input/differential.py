#!/usr/bin/env python3
"""Evil streams and thousands of mutations of them, sent to the daemon alone and through Debian's haproxy and nginx in front of
it. Two readers of the same bytes must see the same requests: what a proxy says that it passed on, the daemon says that it
answered, and a bystander who shares the proxy's connections gets his own answers and no other.

    differential.py --daemon build/release/noroshid --cli build/release/noroshi --streams build/release/evil_streams
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
import threading
import time
from pathlib import Path

from support import Deployment, Fault

from harness import free_port
from seeded import main, say

MUTATIONS = 5200
LONG_MUTATIONS = 100_000
AT_ONCE = 48
BATCH = 400
# From which address each way comes to the daemon: its access log tells it.
HAPROXY, NGINX, DIRECT = "127.0.0.41", "127.0.0.42", "127.0.0.43"

HAPROXY_CONFIG = """
global
  log 127.0.0.1:{log} format raw daemon info
  maxconn 4096
  stats socket {folder}/haproxy.sock mode 600 level admin
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
  log-format "%s %ST %tsc %HM"
frontend in
  bind 127.0.0.1:{port}
  default_backend noroshi
backend noroshi
  http-reuse always
  server noroshid 127.0.0.1:{daemon} source {source} ssl verify required ca-file {ca} sni str(localhost) verifyhost localhost
"""

NGINX_CONFIG = """
daemon off;
master_process off;
error_log {folder}/nginx-error.log crit;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  log_format counted '$request_method $status "$upstream_status"';
  access_log {folder}/nginx.log counted;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_header_timeout 5s;
  client_body_timeout 5s;
  upstream noroshi {{ server 127.0.0.1:{daemon}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass https://noroshi;
      proxy_bind {source};
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_next_upstream off;
      proxy_ignore_client_abort on;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate {ca};
      proxy_ssl_name localhost;
      proxy_ssl_server_name on;
      proxy_ssl_protocols TLSv1.3;
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
SOUND = [b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /version HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n\r\n",
         b"POST /api/v1/reports HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
         b"POST /api/v1/reports HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
         b"HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"]


def mutated(dice, streams):
    stream = bytearray(dice.choice(streams if dice.random() < 0.6 else SOUND))
    if dice.random() < 0.5:  # something before it or behind it on the same connection
        stream = bytearray(dice.choice(SOUND)) + stream if dice.random() < 0.4 else stream + dice.choice(SOUND)
    for _ in range(dice.randrange(1, 4)):
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
            other = dice.choice(streams)
            start = dice.randrange(len(other))
            stream[at:at] = other[start:start + 40]
    return bytes(stream)


# -- The proxies ------------------------------------------------------------------------------------------------------------------


class Proxy:
    """A proxy in front of the daemon, as a process of its own. `passed_on()` gives, since the last call, how many requests it says
    that the daemon answered, and how many it may have seen."""

    def __init__(self, name, address):
        self.name, self.address, self.port = name, address, free_port()
        self.process = None

    def wait_ready(self):
        until = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise Fault(f"{self.name} does not serve: {self.process.communicate(timeout=5)}") from None
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
    def __init__(self, folder, daemon_port, ca):
        super().__init__("haproxy", HAPROXY)
        self.lines, self.folder = [], folder
        self.log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE if hasattr(socket, "SO_RCVBUFFORCE") else socket.SO_RCVBUF, 8 << 20)
        self.log.bind(("127.0.0.1", 0))
        threading.Thread(target=self._hear, daemon=True).start()
        config = folder / "haproxy.cfg"
        config.write_text(HAPROXY_CONFIG.format(folder=folder, log=self.log.getsockname()[1], port=self.port, daemon=daemon_port,
                                                source=HAPROXY, ca=ca))
        self.process = subprocess.Popen([program("haproxy"), "-db", "-f", config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.wait_ready()

    def _hear(self):
        while True:
            self.lines.append(self.log.recv(4096).decode(errors="replace").strip())

    def passed_on(self):
        self.settle()
        taken, self.lines = self.lines, []
        answered = seen = 0
        for line in taken:
            server, _, ended, _ = (line.split() + [""] * 4)[:4]
            if server != "noroshid":
                continue
            seen += 1
            answered += ended.startswith("--")
        return answered, seen

    def settle(self):
        """Until all that it logged has come."""
        count = -1
        while count != len(self.lines):
            count = len(self.lines)
            time.sleep(0.1)

    def dropped(self):
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(self.folder / "haproxy.sock"))
            asked.sendall(b"show info\n")
            said = b""
            while piece := asked.recv(65536):
                said += piece
        return int(re.search(rb"DroppedLogs: (\d+)", said).group(1))


class Nginx(Proxy):
    def __init__(self, folder, daemon_port, ca):
        super().__init__("nginx", NGINX)
        self.path, self.at = folder / "nginx.log", 0
        config = folder / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(folder=folder, port=self.port, daemon=daemon_port, source=NGINX, ca=ca))
        self.process = subprocess.Popen([program("nginx"), "-p", folder, "-c", config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True)
        self.wait_ready()

    def passed_on(self):
        time.sleep(0.1)
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.at)
            text = log.read()
            self.at = log.tell()
        answered = seen = 0
        for line in text.splitlines():
            upstream = line.split('"')[1]
            if upstream in ("", "-"):
                continue
            seen += 1
            answered += upstream not in ("502", "504") and line.split()[1] not in ("499", "400", "408")
        return answered, seen

    def dropped(self):
        return 0


def program(name):
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not found:
        raise Fault(f"{name} is not installed: deploy/install-packages tests")
    return found


class AccessLog:
    """Of the daemon: how many requests it answered for each address since the last call."""

    def __init__(self, path):
        self.path, self.at, self.rest = path, 0, ""

    def answered(self):
        time.sleep(0.15)
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.at)
            text = self.rest + log.read()
            self.at = log.tell()
        *lines, self.rest = text.split("\n")
        counts = collections.Counter()
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                raise Fault("a line of the log is no JSON") from None
            if entry.get("event") == "http":
                counts[entry["remote_address"]] += 1
        return counts


# -- Sending ----------------------------------------------------------------------------------------------------------------------


async def send(stream, port, context, address, gate):
    """What came back for a stream on a connection of its own."""
    async with gate:
        try:
            plain = socket.socket()
            plain.setblocking(False)
            plain.bind((address, 0))
            await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
            reader, writer = await asyncio.open_connection(sock=plain, ssl=context, server_hostname="localhost" if context else None)
            writer.write(stream)
            if context:
                plain.shutdown(socket.SHUT_WR) if await drained(writer) else None
            else:
                writer.write_eof()
            answer = b""
            try:
                answer = await asyncio.wait_for(reader.read(-1), 25)
            finally:
                writer.transport.abort()
            return answer
        except (OSError, ssl.SSLError, asyncio.TimeoutError):
            return b""


async def drained(writer):
    await writer.drain()
    return writer.get_extra_info("socket") is not None


async def bystander(port, ending, said):
    """Asks for the same again and again over one connection to the proxy: (asked, wrong answers)."""
    asked = wrong = 0
    expected = None
    writer = None
    while not ending.is_set():
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            length = int(re.search(rb"content-length: *(\d+)", head, re.I).group(1))
            body = await reader.readexactly(length)
            status = int(head[9:12])
            if status in (408, 502, 503, 504):  # the proxy's own word: it had no connection in time
                writer = None
                continue
            asked += 1
            expected = expected or (body if status == 200 else None)
            if status != 200 or body != expected:
                wrong += 1
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            writer = None
        await asyncio.sleep(0.01)
    said.append((asked, wrong))


def answers_in(data):
    """How many final answers these bytes hold: no body that is sent here holds such a line."""
    return len(re.findall(rb"HTTP/1\.1 [2-5]\d\d ", data))


async def send_batch(batch, proxies, port, context, said):
    gate = {address: asyncio.Semaphore(AT_ONCE) for address in (HAPROXY, NGINX, DIRECT)}
    ending = asyncio.Event()
    standing_by = [asyncio.create_task(bystander(proxy.port, ending, said[proxy.name])) for proxy in proxies]
    direct = [asyncio.create_task(send(stream, port, context, DIRECT, gate[DIRECT])) for stream in batch]
    through = [asyncio.create_task(send(stream, proxy.port, None, "127.0.0.1", gate[proxy.address])) for proxy in proxies for stream in batch]
    answers = await asyncio.gather(*direct)
    await asyncio.gather(*through)
    ending.set()
    await asyncio.gather(*standing_by)
    return answers


def run(options):
    listed = subprocess.run([options.streams], capture_output=True, text=True, check=True, timeout=20).stdout.splitlines()
    evil = [bytes.fromhex(line.split(" ", 1)[0]) for line in listed]
    if len(evil) < 48:
        raise Fault(f"there are {len(evil)} evil streams, at least 48 were expected")
    count = LONG_MUTATIONS if options.long else MUTATIONS
    streams = evil + [mutated(options.dice, evil) for _ in range(count)]
    wrong = []
    deployment = Deployment(options.daemon, options.cli, environment={
        "NOROSHI_LIMITS_HANDSHAKES_PER_ADDRESS": "0", "NOROSHI_LOG_FORMAT": "json"})
    folder = Path(tempfile.mkdtemp(prefix="noroshi-differential-"))
    proxies = []
    try:
        deployment.start()
        ca = deployment.data / "tls" / "ca.pem"
        copied = folder / "ca.pem"
        copied.write_bytes(ca.read_bytes())
        context = ssl.create_default_context(cafile=str(copied))
        proxies = [Haproxy(folder, deployment.port, copied), Nginx(folder, deployment.port, copied)]
        log = AccessLog(deployment.log)
        log.answered()
        totals = collections.Counter()
        said = {proxy.name: [] for proxy in proxies}
        for first in range(0, len(streams), BATCH):
            batch = streams[first:first + BATCH]
            answers = asyncio.run(send_batch(batch, proxies, deployment.port, context, said))
            answered = log.answered()
            place = f"streams {first} to {first + len(batch) - 1}"
            told = sum(map(answers_in, answers))
            totals["direct"] += answered[DIRECT]
            if answered[DIRECT] < told:
                wrong.append(f"{place}, alone: the client got {told} answers, the daemon knows of {answered[DIRECT]}")
            # What is refused for its framing ends the connection: nothing behind it is served.
            if first == 0:
                for name, answer in zip(listed, answers):
                    if answers_in(answer) != 1 or not re.match(rb"HTTP/1\.1 4\d\d ", answer):
                        wrong.append(f"alone: {name.split(' ', 1)[1]}: {answers_in(answer)} answers, {answer[:40]!r}")
            for proxy in proxies:
                complete, seen = proxy.passed_on()
                totals[proxy.name] += seen
                if not complete <= answered[proxy.address] <= seen:
                    wrong.append(f"{place}, through {proxy.name}: it passed on {complete} to {seen} requests, the daemon answered "
                                 f"{answered[proxy.address]}")
                totals[proxy.name + " unsure"] += seen - complete
        for proxy in proxies:
            if dropped := proxy.dropped():
                wrong.append(f"{proxy.name} dropped {dropped} lines of its log: nothing is proved")
            asked, bad = map(sum, zip(*said[proxy.name]))
            say(options, f"{proxy.name}: {totals[proxy.name]} requests passed on, {totals[proxy.name + ' unsure']} of them by clients that left; "
                f"a bystander asked {asked} times, {bad} wrong answers")
            if bad or asked < 5:
                wrong.append(f"{proxy.name}: of {asked} answers {bad} were not the bystander's own")
            if totals[proxy.name] < count / 20:
                wrong.append(f"{proxy.name} passed on {totals[proxy.name]} requests of {count}: that proves little")
        say(options, f"{len(streams)} streams; alone the daemon answered {totals['direct']} requests")
        if deployment.process.poll() is not None:
            wrong.append("the daemon is gone")
    finally:
        for proxy in proxies:
            proxy.stop()
        deployment.clear_away()
        shutil.rmtree(folder, ignore_errors=True)
    for line in wrong[:20]:
        say(options, line)
    return not wrong


def more(parser):
    parser.add_argument("--streams", required=True, help="the program evil_streams")
    parser.add_argument("--long", action="store_true")


if __name__ == "__main__":
    sys.exit(main("input.differential", __doc__, run, more))
