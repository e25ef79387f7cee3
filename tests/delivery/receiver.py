"""A receiver of webhooks that behaves as a test wants it, and keeps a log of its own: Python's ssl, hmac and http.server,
nothing of the daemon's."""

import base64
import hashlib
import hmac
import json
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import free_port

SILENT = "silent"  # takes the request and never answers
LONGEST_SILENCE = 60.0


@dataclass
class Arrival:
    """One request, whole."""
    at: float  # steady seconds
    id: str    # webhook-id
    timestamp: str
    signature: str
    body: bytes
    headers: str
    answer: int | None = None  # what was answered, once it was

    @property
    def event(self):
        return json.loads(self.body)

    @property
    def message(self):
        return self.event["data"]["message_id"]

    def is_signed(self, secret):
        """Standard Webhooks 1.0, v1: over id, timestamp and body, each as it came."""
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        text = f"{self.id}.{self.timestamp}.".encode() + self.body
        wanted = hmac.digest(key, text, hashlib.sha256)
        return any(hmac.compare_digest(base64.b64decode(each.removeprefix("v1,")), wanted)
                   for each in self.signature.split() if each.startswith("v1,"))


class Handler(BaseHTTPRequestHandler):
    timeout = 15

    def do_POST(self):
        owner = self.server.owner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        arrival = Arrival(time.monotonic(), self.headers["webhook-id"], self.headers["webhook-timestamp"],
                          self.headers["webhook-signature"], body, str(self.headers))
        with owner.changed:
            owner.arrivals.append(arrival)
            behaviour, extra = owner.behaviour, dict(owner.extra_headers)
            owner.changed.notify_all()
        owner.reached("received", arrival)
        if owner.takes_time:
            time.sleep(owner.takes_time)
        if behaviour == SILENT:
            owner.ended.wait(LONGEST_SILENCE)
            return
        self.send_response(behaviour)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.flush()
        with owner.changed:
            arrival.answer = behaviour
            owner.changed.notify_all()
        owner.reached("answered", arrival)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    # The handshake belongs to the thread of the connection: nobody who is slow at it holds up the others.
    def finish_request(self, request, client_address):
        self.owner.reached("accepted", None)
        request.settimeout(15)
        with self.owner.context.wrap_socket(request, server_side=True) as line:
            Handler(line, client_address, self)

    def handle_error(self, request, client_address):
        pass  # a daemon that is killed leaves half a connection


class Receiver:
    """Listens from the start. Any thread."""

    def __init__(self, folder, name):
        self.name, self.port = name, free_port()
        key, self.certificate = Path(folder) / f"{name}.key", Path(folder) / f"{name}.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", self.certificate], check=True, capture_output=True, timeout=60)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.behaviour, self.extra_headers, self.takes_time = 204, {}, 0.0
        self.arrivals = []  # in order
        self.changed = threading.Condition()
        self.ended = threading.Event()
        self.observer = None  # told (stage, Arrival or None): "accepted", "received", "answered"
        self.server = None
        self.open()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}/hook"

    def settings(self):
        """Those of an endpoint that leads here."""
        return {"url": self.url, "addresses": "127.0.0.0/8", "ca": self.certificate.read_text()}

    def open(self):
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.owner = self
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        """Nobody listens at the port any more."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    def clear_away(self):
        self.ended.set()
        self.close()

    def behave(self, behaviour, **extra_headers):
        """A status, or SILENT; `Retry_After` becomes Retry-After."""
        with self.changed:
            self.behaviour = behaviour
            self.extra_headers = {name.replace("_", "-"): value for name, value in extra_headers.items()}

    def reached(self, stage, arrival):
        if observer := self.observer:
            observer(stage, arrival)

    # The log.

    def of_message(self, message):
        with self.changed:
            return [arrival for arrival in self.arrivals if arrival.message == message]

    def messages(self):
        with self.changed:
            return [arrival.message for arrival in self.arrivals]

    def wait_for(self, message, patience, answered=True):
        """The first request with that message; None where it does not come in time."""
        deadline = time.monotonic() + patience
        with self.changed:
            while True:
                for arrival in self.arrivals:
                    if arrival.message == message and (arrival.answer or not answered):
                        return arrival
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)
