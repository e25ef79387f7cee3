"""Runs the program as a person would, and plays the daemon that it talks to."""

import http.server
import json
import os
import ssl
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

NOROSHI = os.environ["NOROSHI"]
TOKEN = "noroshi_0190163d8694739b9bea966c26f8ad91_" + "x" * 43
OTHER_TOKEN = "noroshi_0190163d8694739b9bea966c26f8ad92_" + "y" * 43

REPORT = {
    "reference": "A-1",
    "stage": "first",
    "title": "端末のマルウェア感染",
    "times": {"recognized": {"value": "2026-01-05T09:00:00+09:00"}},
    "assessment": "incident",
}
ACCEPTED = {
    "report": {"id": "0190163d-8694-739b-9bea-966c26f8ad01", "version": 1},
    "incident": {"id": "0190163d-8694-739b-9bea-966c26f8ad02", "number": "JPS-2026-1", "state": "assessed"},
    "obligations": [],
    "alarms": [],
    "receipt": {"received_at": "2026-01-05T10:00:00+09:00", "sha256": "ab" * 32, "event_id": "e",
                "origin": "noroshi/1", "leaf_sha256": "cd" * 32, "key": "0123456789abcdef", "signature": "c2lnbmVk"},
}


def problem(status, code, **members):
    return {"type": f"urn:noroshi:problem:{code}", "title": code, "status": status, "code": code, **members}


class Certificates:
    """Two that were made for this machine; a client that trusts one does not trust the other."""

    def __init__(self, folder):
        self.ours = self._make(folder, "ours")
        self.strange = self._make(folder, "strange")

    @staticmethod
    def _make(folder, name):
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        return certificate, key


class Receiver:
    """Answers requests by a script, one step a request; the last step stays. Remembers what arrived.

    A step is (status, body), or "cut": the line is cut after the request was read, or a function that is called with
    the request and returns a step, or ("stream", bytes): an event stream that is cut after them.
    """

    def __init__(self, certificate, key, steps):
        self.requests = []
        self.steps = list(steps)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer()

            def do_POST(self):
                self.answer()

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = {"method": self.command, "target": self.path, "headers": dict(self.headers), "body": body}
                receiver.requests.append(request)
                step = receiver.steps.pop(0) if len(receiver.steps) > 1 else receiver.steps[0]
                if callable(step):
                    step = step(request)
                self.close_connection = True
                if step == "cut":
                    return
                status, answer = step
                if status == "stream":
                    self.send_response(200)
                    self.send_header("Content-Type", "text/event-stream")
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(answer), answer))
                    return
                data = json.dumps(answer).encode()
                self.send_response(status)
                kind = "application/json" if status < 400 else "application/problem+json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Connection", "close")
                if status == 503:
                    self.send_header("Retry-After", "1")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Case(unittest.TestCase):
    """A home of its own for each test, and nothing of the machine's environment."""

    @classmethod
    def setUpClass(cls):
        cls.class_folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.class_folder.cleanup)
        cls.certificates = Certificates(Path(cls.class_folder.name))

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.queue = self.home / "queue"
        self.token_file = self.write("token", TOKEN + "\n")

    def write(self, name, text):
        path = self.home / name
        path.write_text(text)
        return path

    def receiver(self, *steps, certificate=None):
        receiver = Receiver(*(certificate or self.certificates.ours), steps)
        self.addCleanup(receiver.close)
        return receiver

    def command(self, *arguments):
        return [NOROSHI, *map(str, arguments)]

    def environment(self, **variables):
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}

    def noroshi(self, *arguments, stdin=None, **variables):
        """(exit code, stdout, stderr)"""
        done = subprocess.run(self.command(*arguments), input=stdin, capture_output=True, text=True, timeout=240,
                              env=self.environment(**variables))
        return done.returncode, done.stdout, done.stderr

    def to(self, url, token_file=None):
        return ("--url", url, "--token-file", token_file or self.token_file, "--ca", self.certificates.ours[0])
