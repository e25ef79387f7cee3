"""A receiver that shares nothing with the daemon: Python's ssl and hmac, the openssl command, the published schema.

  test_webhook.py WEBHOOK_PROBE SCHEMA

It checks what Standard Webhooks 1.0 asks of a receiver to check, and that a changed byte is noticed.
"""

import base64
import hashlib
import hmac
import json
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PROBE, SCHEMA = (Path(argument).resolve() for argument in sys.argv[1:3])


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=60, **options).stdout


def make_certificate(folder):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=receiver", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem",
        "-out", folder / "ca.pem")


class Receiver(HTTPServer):
    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.received = []

    def handle_error(self, request, client_address):
        raise


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.headers, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def hmac_holds(secret, signature, text):
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return hmac.compare_digest(base64.b64decode(signature), hmac.digest(key, text, hashlib.sha256))


def ed25519_holds(key, signature, text):
    """By the openssl command; the prefix makes SubjectPublicKeyInfo of the 32 bytes (RFC 8410)."""
    raw = base64.b64decode(key.removeprefix("whpk_"), validate=True)
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": bytes.fromhex("302a300506032b6570032100") + raw, "text": text,
                 "signature": base64.b64decode(signature)}
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin",
                   "-in", "text", "-sigfile", "signature"]
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False).returncode == 0


def faults(value, schema, where=""):
    """What of the schema's words the value breaks: those words of JSON Schema that this schema uses, and no others."""
    known = {"$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties", "const",
             "enum", "pattern", "minimum", "maximum", "format"}
    assert schema.keys() <= known, schema.keys() - known
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    names = {str: "string", bool: "boolean", int: "integer", dict: "object", type(None): "null"}
    if types and names[type(value)] not in types:
        return [f"{where}: {names[type(value)]} is not {types}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{where}: not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: not of {schema['enum']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{where}: pattern")
    if isinstance(value, int) and value < schema.get("minimum", value):
        found.append(f"{where}: minimum")
    if isinstance(value, int) and value > schema.get("maximum", value):
        found.append(f"{where}: maximum")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{where}/{name}: missing" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties", True) is False:
            found += [f"{where}/{name}: unknown" for name in value if name not in properties]
        for name in value.keys() & properties.keys():
            found += faults(value[name], properties[name], f"{where}/{name}")
    return found


class Webhook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        make_certificate(Path(cls.folder.name))

    def send(self, generation, overlap):
        """What the probe told, and what came."""
        receiver = Receiver(Path(self.folder.name))
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            url = f"https://localhost:{receiver.server_port}/hook"
            told = run(PROBE, url, "127.0.0.1", Path(self.folder.name, "ca.pem"), generation, overlap, text=True)
        finally:
            receiver.shutdown()
            thread.join()
            receiver.server_close()
        lines = [line.split() for line in told.splitlines()]
        secrets = {int(words[1]): words[2] for words in lines if words[0] == "secret"}
        key = next(words[1] for words in lines if words[0] == "key")
        self.assertIn(["verdict", "delivered"], lines)
        [(path, headers, body)] = receiver.received
        self.assertEqual(path, "/hook")
        return secrets, key, headers, body

    def check(self, generation, overlap, signed_with):
        secrets, key, headers, body = self.send(generation, overlap)
        self.assertLess(abs(time.time() - int(headers["webhook-timestamp"])), 60)
        self.assertEqual(len(set(secrets.values())), generation)
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        changed = text.replace(b"JPS-2018-1", b"JPS-2018-2", 1)
        self.assertNotEqual(text, changed)
        signatures = [each.split(",", 1) for each in headers["webhook-signature"].split(" ")]
        self.assertEqual([version for version, _ in signatures], ["v1"] * len(signed_with) + ["v1a"])
        for secret, (_, signature) in zip(signed_with, signatures):
            self.assertTrue(hmac_holds(secrets[secret], signature, text))
            self.assertFalse(hmac_holds(secrets[secret], signature, changed))
        for other in secrets.keys() - set(signed_with):
            self.assertFalse(any(hmac_holds(secrets[other], signature, text) for _, signature in signatures[:-1]))
        self.assertTrue(ed25519_holds(key, signatures[-1][1], text))
        self.assertFalse(ed25519_holds(key, signatures[-1][1], changed))
        return headers, body

    def test_first_secret(self):
        self.check(1, "no", [1])

    def test_change_of_secret(self):
        self.check(3, "yes", [3, 2])

    def test_after_the_change(self):
        self.check(3, "no", [3])

    def test_event(self):
        headers, body = self.check(1, "no", [1])
        self.assertEqual(headers["Content-Type"], "application/cloudevents+json")
        event = json.loads(body)
        schema = json.loads(SCHEMA.read_text())
        self.assertEqual(faults(event, schema), [])
        self.assertEqual(event["id"], headers["webhook-id"])
        self.assertEqual(event["subject"], event["data"]["number"])
        self.assertEqual(event["type"].rpartition(".")[2], event["data"]["kind"])
        self.assertNotIn(b"SECRET", body)

    def test_schema_finds_faults(self):
        _, _, _, body = self.send(1, "no")
        schema = json.loads(SCHEMA.read_text())
        for change in ({"specversion": "0.3"}, {"title": "x"}, {"id": 1}, {"type": "jp.noroshi.message.rumour"},
                       {"data": json.loads(body)["data"] | {"note": "x"}},
                       {"data": json.loads(body)["data"] | {"sentence": 0}}):
            self.assertEqual(len(faults(json.loads(body) | change, schema)), 1, change)
        for name in json.loads(body):
            self.assertEqual(len(faults({k: v for k, v in json.loads(body).items() if k != name}, schema)), 1, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
