#!/usr/bin/env python3
"""Clients that are slow, that stall, and that flood, against the real daemon: the slow ones are closed when the time of their
phase is over, an honest client goes on being answered (p99 at most 300 ms), and the daemon stays within its memory.

    slow_clients.py --daemon build/release/noroshid --cli build/release/noroshi
    slow_clients.py … --long      each way of being slow alone with 1,000 connections, and slowhttptest
"""

import asyncio
import json
import multiprocessing
import shutil
import socket
import ssl
import subprocess
import sys
import time

from support import HONEST_ADDRESS, Connection, Deployment, Fault, Honest, report, request, resident

sys.path.append(str(__import__("pathlib").Path(__file__).resolve().parents[1] / "processes"))

from seeded import main, say

MOST_MEMORY = 256.0  # MiB
MOST_P99 = 0.3  # seconds
# When the connections of each kind are closed at the latest, in seconds from when they began to be slow: the time of the phase
# (Deadlines in src/http/server.h) and two of patience with this machine, on which all of them share two cores with the daemon.
CLOSED = {"header": 10.0, "body": 30.0, "read": 30.0 + 1.0 * 16, "tls": 5.0}
PATIENCE = 6.0
HANDSHAKES_AT_ONCE = 10  # of a crowd: it has one process, and is not to be late itself
KINDS = tuple(CLOSED)


# -- Being slow: each in a process of its own ----------------------------------------------------------------------------------


class Slow:
    """One connection that is slow in its way until it is closed; `ended` is when."""

    def __init__(self, kind, number, port, context, token):
        self.kind, self.number, self.port, self.context, self.token = kind, number, port, context, token
        self.began = self.ended = self.status = None

    async def run(self):
        address = f"127.0.0.{20 + self.number % 4}"
        try:
            if self.kind == "tls":
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
                self.began = time.monotonic()
                writer.write(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
            else:
                plain = socket.socket()
                plain.setblocking(False)
                if self.kind == "read":
                    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                plain.bind((address, 0))
                await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", self.port))
                reader, writer = await asyncio.open_connection(sock=plain, ssl=self.context, server_hostname="localhost", limit=4096)
                self.began = time.monotonic()
            await getattr(self, self.kind)(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        if self.began is None:
            self.began = time.monotonic()
            self.status = "refused"
        self.ended = time.monotonic()

    async def drip(self, reader, writer, data):
        """A byte now and then, until the other side says something or closes."""
        ending = asyncio.ensure_future(reader.read(4096))
        for byte in data:
            if ending.done():
                break
            writer.write(bytes([byte]))
            await asyncio.wait({ending}, timeout=0.9)
        said = await ending
        if said.startswith(b"HTTP/1.1 "):
            self.status = int(said[9:12])
        while said:
            said = await reader.read(4096)

    async def tls(self, reader, writer):
        await reader.read(1)

    async def header(self, reader, writer):
        await self.drip(reader, writer, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n" + b"X-Slow: a\r\n" * 50)

    async def body(self, reader, writer):
        writer.write(request("POST", "/api/v1/reports", self.token, b"", more=["Idempotency-Key: slow"]).replace(
            b"Content-Length: 0", b"Content-Length: 4000"))
        await self.drip(reader, writer, b"{" + b" " * 3000)

    async def read(self, reader, writer):
        """Asks for much, and takes nothing of it."""
        writer.transport.pause_reading()
        writer.write(request("GET", "/api/v1/openapi.json", self.token) * 20)
        plain = writer.get_extra_info("socket")
        while plain.fileno() >= 0:
            await asyncio.sleep(0.25)
            state = plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            if state != 1:  # no longer established
                break
        writer.transport.abort()


def _be_slow(counts, port, ca, token, ready, results):
    context = ssl.create_default_context(cafile=ca)

    async def all_of_them():
        slow = []
        number = 0
        while any(counts.values()):
            for kind in list(counts):
                if counts[kind]:
                    counts[kind] -= 1
                    slow.append(Slow(kind, number, port, context, token))
                    number += 1
        tasks = []
        for each in slow:
            tasks.append(asyncio.create_task(each.run()))
            while len(tasks) - sum(other.began is not None for other in slow[:len(tasks)]) > HANDSHAKES_AT_ONCE:
                await asyncio.sleep(0.01)
        ready.set()
        await asyncio.gather(*tasks)
        return [(each.kind, each.ended - each.began, each.status) for each in slow]

    results.put(asyncio.run(all_of_them()))


def be_slow(options, deployment, tokens, counts, wrong):
    """So many of each kind at once, with an honest client beside them."""
    ready, results = multiprocessing.Event(), multiprocessing.Queue()
    crowd = multiprocessing.Process(target=_be_slow, daemon=True, args=(
        dict(counts), deployment.port, str(deployment.data / "tls" / "ca.pem"), tokens["crowd"], ready, results))
    most_open = 0
    with Honest(deployment, tokens["honest"], f"slow-{'-'.join(counts)}") as honest:
        crowd.start()
        patience = time.monotonic() + max(CLOSED[kind] for kind in counts) + 60 + 100 * options.quiet
        while results.empty() and time.monotonic() < patience and crowd.is_alive():
            most_open = max(most_open, open_sockets(deployment.process.pid))
            time.sleep(0.25)
        ended = results.get(timeout=30)
    crowd.join(10)
    say(options, f"{sum(counts.values())} slow connections ({', '.join(counts)}), {most_open} open at once; honest: {honest}")
    judge(options, honest, wrong)
    # On a machine that is this busy with other things the crowd itself is too slow to be there at once.
    if options.quiet < 0.2 and most_open < 0.8 * sum(counts.values()):
        wrong.append(f"only {most_open} of {sum(counts.values())} slow connections were open at once")
    for kind in counts:
        # Of slow bodies those above the limit of their body are told at once.
        lived = [seconds for name, seconds, status in ended if name == kind and status not in (429, "refused")]
        statuses = {}
        for name, _, status in ended:
            if name == kind:
                statuses[status] = statuses.get(status, 0) + 1
        say(options, f"  {kind}: closed after {min(lived):.1f} to {max(lived):.1f} s, told {statuses}")
        if max(lived) > CLOSED[kind] + PATIENCE + 40 * options.quiet:
            wrong.append(f"{kind}: one was closed after {max(lived):.1f} s, at the latest {CLOSED[kind]:.0f} were allowed")
        if kind in ("header", "body") and set(statuses) - {408, 429, None}:
            wrong.append(f"{kind}: told {statuses}")
        if kind in ("header", "body") and 408 not in statuses:
            wrong.append(f"{kind}: nobody was told 408")


def open_sockets(pid):
    from os import listdir, readlink
    count = 0
    for descriptor in listdir(f"/proc/{pid}/fd"):
        try:
            count += readlink(f"/proc/{pid}/fd/{descriptor}").startswith("socket:")
        except OSError:
            pass
    return count


# -- Floods ---------------------------------------------------------------------------------------------------------------------


def _flood_handshakes(port, ca, until, results):
    """Connects as fast as it can, from one address, and leaves after the handshake."""
    context = ssl.create_default_context(cafile=ca)
    done = failed = 0

    async def one():
        nonlocal done, failed
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost",
                                                      local_addr=("127.0.0.30", 0))
            done += 1
            writer.transport.abort()
        except (OSError, ssl.SSLError):
            failed += 1

    async def many():
        under_way = set()
        while time.monotonic() < until:
            while len(under_way) < 200:
                under_way.add(asyncio.create_task(one()))
            _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED, timeout=1)
        for task in under_way:
            task.cancel()

    asyncio.run(many())
    results.put((done, failed))


def _flood_requests(port, ca, token, width, make, address, until, results):
    """Requests over `width` connections, each the next one as soon as it is answered: {status: count}."""
    context = ssl.create_default_context(cafile=ca)
    statuses = {}
    gate = asyncio.Semaphore(HANDSHAKES_AT_ONCE)

    async def one(number):
        writer, count = None, 0
        while time.monotonic() < until:
            count += 1
            try:
                if writer is None:
                    async with gate:
                        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost",
                                                                       local_addr=(address, 0))
                writer.write(make(token, f"{number}-{count}"))
                head = await reader.readuntil(b"\r\n\r\n")
                for line in head.split(b"\r\n"):
                    if line.lower().startswith(b"content-length:"):
                        await reader.readexactly(int(line.split(b":")[1]))
                status = int(head[9:12])
                statuses[status] = statuses.get(status, 0) + 1
                if b"\r\nConnection: close" in head:
                    writer.close()
                    writer = None
            except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
                statuses["cut"] = statuses.get("cut", 0) + 1
                writer = None
                await asyncio.sleep(0.05)

    async def many():
        await asyncio.gather(*(one(number) for number in range(width)))

    asyncio.run(many())
    results.put(statuses)


def report_request(token, name):
    body = json.dumps(report(f"flood-{name}", summary="あ" * 1000), ensure_ascii=False).encode()
    return request("POST", "/api/v1/reports", token, body, more=[f"Idempotency-Key: flood-{name}"])


def inbox_request(token, _):
    return request("GET", "/api/v1/incidents", token)


def guess_request(token, name):
    return request("GET", "/api/v1/inbox", "noroshi_" + f"{abs(hash(name)):032x}"[-32:] + "_" + "A" * 43)


def flood(options, deployment, tokens, what, target, arguments, seconds, wrong):
    results = multiprocessing.Queue()
    ca = str(deployment.data / "tls" / "ca.pem")
    with Honest(deployment, tokens["honest"], f"flood-{what.replace(' ', '-')}") as honest:
        until = time.monotonic() + seconds
        crowd = multiprocessing.Process(target=target, args=(deployment.port, ca, *arguments, until, results), daemon=True)
        crowd.start()
        came = results.get(timeout=seconds + 90)
    crowd.join(10)
    say(options, f"flood of {what}: {came}; honest: {honest}")
    judge(options, honest, wrong)
    return came


def judge(options, honest, wrong):
    limit = max(MOST_P99, 4 * options.quiet)
    if honest.p99 > limit:
        wrong.append(f"the honest client's p99 was {1000 * honest.p99:.0f} ms, {1000 * limit:.0f} are allowed")
    if set(honest.statuses) - {200, 201}:
        wrong.append(f"the honest client was told {honest.statuses}")


def slowhttptest(options, deployment, tokens, wrong):
    """Another's program: it must not find the daemon unavailable."""
    program = shutil.which("slowhttptest")
    if not program:
        raise Fault("slowhttptest is not installed: deploy/install-packages tests")
    for mode, more in (("-H", []), ("-B", []), ("-X", ["-k", "3"])):
        with Honest(deployment, tokens["honest"], f"slowhttptest{mode}") as honest:
            done = subprocess.run(
                [program, mode, "-c", "1000", "-r", "200", "-i", "5", "-l", "60", "-p", "3", *more, "-u",
                 f"https://localhost:{deployment.port}/livez"], capture_output=True, text=True, timeout=180, check=False)
        said = [line.strip() for line in done.stdout.splitlines() if "Exit status" in line or "exit status" in line.lower()]
        say(options, f"slowhttptest {mode}: {said[-1:] or done.returncode}; honest: {honest}")
        judge(options, honest, wrong)


def run(options):
    wrong = []
    deployment = Deployment(options.daemon, options.cli)
    try:
        deployment.start()
        tokens = {"honest": deployment.issue_token("jaxa", "csirt_head"), "crowd": deployment.issue_token("jps", "csirt_head")}
        with Honest(deployment, tokens["honest"], "quiet") as quiet:
            time.sleep(4)
        options.quiet = quiet.p99
        say(options, f"quiet: {quiet}")
        if options.long:
            for kind in KINDS:
                be_slow(options, deployment, tokens, {kind: 1000}, wrong)
            slowhttptest(options, deployment, tokens, wrong)
        else:
            be_slow(options, deployment, tokens, dict.fromkeys(KINDS, 250), wrong)
        seconds = 30 if options.long else 5
        came = flood(options, deployment, tokens, "handshakes", _flood_handshakes, (), seconds, wrong)
        if came[0] > 200 * (seconds + 2 + 3):
            wrong.append(f"{came[0]} handshakes in {seconds} s were served from one address")
        came = flood(options, deployment, tokens, "reports by one body", _flood_requests,
                     (tokens["crowd"], 300, report_request, "127.0.0.31"), seconds, wrong)
        if not came.get(201) or set(came) - {201, 429, "cut"}:
            wrong.append(f"the flooding body was told {came}: 201 was expected, and 429")
        came = flood(options, deployment, tokens, "reading by one body", _flood_requests,
                     (tokens["crowd"], 100, inbox_request, "127.0.0.32"), seconds, wrong)
        came = flood(options, deployment, tokens, "tokens that are none", _flood_requests,
                     ("", 50, guess_request, "127.0.0.33"), seconds, wrong)
        if came.get(401, 0) > 120 + 2 * (seconds + 30) or not came.get(429):
            wrong.append(f"guesses were told {came}: after 120 of a minute 429 was expected")
        most = resident(deployment.process.pid, "VmHWM")
        say(options, f"memory: {most:.0f} MiB at the most, {resident(deployment.process.pid):.0f} MiB now")
        if most > MOST_MEMORY:
            wrong.append(f"the daemon took {most:.0f} MiB, {MOST_MEMORY:.0f} are allowed")
        # Nobody who was slow is still there, and a new client is served.
        connection = Connection(deployment.port, deployment.client_context(), HONEST_ADDRESS)
        connection.send(request("GET", "/livez"))
        if (answer := connection.read_response()) is None or answer[0] != 200:
            wrong.append(f"after all a new client was told {answer}")
        connection.close()
        if deployment.stop() != 0:
            wrong.append("the daemon did not end in order")
    finally:
        deployment.clear_away()
    for line in wrong:
        say(options, line)
    return not wrong


if __name__ == "__main__":
    sys.exit(main("input.slow", __doc__, run, lambda parser: parser.add_argument("--long", action="store_true")))
