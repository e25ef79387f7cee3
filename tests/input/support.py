"""What the tests of bad input share: a daemon with tokens, an honest client whose answers are timed, and plain TLS."""

import json
import multiprocessing
import socket
import ssl
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Deployment, Fault  # noqa: F401: for those who import this module

HONEST_ADDRESS = "127.0.0.9"  # a client's own address: the limits are by address


def report(reference, **more):
    return {"reference": reference, "stage": "first", "title": "受給者情報の流出", "summary": "標的型メールの添付を開いた端末から外部への通信",
            "times": {"recognized": {"value": "2026-01-05T09:00:00+09:00"}}, "assessment": "incident", "cyberattack": "unknown", **more}


def request(method, target, token=None, body=None, port=0, more=()):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost" + (f":{port}" if port else "")]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *more, "", ""]).encode() + (body or b"")


class Connection:
    """A TLS connection from an address of choice, with answers read one by one."""

    def __init__(self, port, context, address=HONEST_ADDRESS, timeout=60.0, receive_buffer=None):
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(timeout)
        plain.bind((address, 0))
        plain.connect(("127.0.0.1", port))
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        self.received = b""

    def send(self, data):
        self.socket.sendall(data)

    def read_response(self):
        """(status, headers with names in lower case, body); None where the connection ended before."""
        while b"\r\n\r\n" not in self.received:
            if not self._more():
                return None
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(self.received) < length:
            if not self._more():
                return None
        body, self.received = self.received[:length], self.received[length:]
        return int(lines[0].split()[1]), headers, body

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ssl.SSLEOFError, ConnectionResetError, BrokenPipeError):
            return False
        self.received += data
        return bool(data)

    def close(self):
        self.socket.close()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _be_honest(port, ca, token, name, ending, results, pause):
    """Reports and reads in turn; every tenth time over a connection of its own. (seconds, status) each."""
    context = ssl.create_default_context(cafile=ca)
    connection, timed, count = None, [], 0
    while not ending.is_set():
        count += 1
        since = time.monotonic()
        try:
            if connection is None or count % 10 == 0:
                if connection:
                    connection.close()
                connection = Connection(port, context)
            if count % 2:
                body = json.dumps(report(f"{name}-{count}"), ensure_ascii=False).encode()
                connection.send(request("POST", "/api/v1/reports", token, body, more=[f"Idempotency-Key: {name}-{count}"]))
            else:
                connection.send(request("GET", "/api/v1/inbox", token))
            answer = connection.read_response()
        except OSError:
            answer = None
        if answer is None:
            connection = None
        timed.append((time.monotonic() - since, answer[0] if answer else 0))
        time.sleep(pause)
    results.put(timed)


class Honest:
    """A client of another body in a process of its own, as long as the block runs; `timed` and `statuses` after it."""

    def __init__(self, deployment, token, name, pause=0.03):
        self.ending, self.results = multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=_be_honest, daemon=True, args=(
            deployment.port, str(deployment.data / "tls" / "ca.pem"), token, name, self.ending, self.results, pause))

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        answers = self.results.get(timeout=60)
        self.process.join(10)
        self.timed = [seconds for seconds, _ in answers]
        self.statuses = {}
        for _, status in answers:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        self.p99 = percentile(self.timed, 0.99)
        self.median = percentile(self.timed, 0.5)

    def __str__(self):
        return (f"{len(self.timed)} answers {self.statuses}, median {1000 * self.median:.0f} ms, p99 {1000 * self.p99:.0f} ms, "
                f"most {1000 * max(self.timed):.0f} ms")


def resident(pid, field="VmRSS"):
    """Of a process, in MiB; VmHWM is the most there ever was."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0
