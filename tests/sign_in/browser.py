"""What a browser does when somebody signs in: requests with a cookie, one-time codes and passkeys, made by the standards with
Python and the openssl command alone. Shares nothing with the daemon."""

import atexit
import base64
import hashlib
import hmac
import http.client
import json
import os
import ssl
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

COOKIE = "__Host-noroshi"
COOKIE_OF_DEMONSTRATION = "__Host-noroshi-demonstration"  # and under a clock that is shifted
KEYS = tempfile.TemporaryDirectory()
atexit.register(KEYS.cleanup)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def totp(secret, at=None, step=0):
    """RFC 6238 of a secret in base32."""
    counter = int((time.time() if at is None else at) // 30) + step
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[offset:offset + 4])[0] & 0x7fffffff) % 10**6)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["code"]

    @property
    def cookies(self):
        return self.headers.get_all("Set-Cookie") or []


class Browser:
    """One profile: keeps the cookie as a browser does, and the csrf token as the page does."""

    def __init__(self, port, authority, host="localhost", address=None, timeout=30):
        """`address`: of this machine, from which it comes."""
        self.port, self.host, self.timeout = port, host, timeout
        self.source = (address, 0) if address else None
        self.context = ssl.create_default_context(cafile=str(authority))
        self.cookie = None
        self.cookie_name = COOKIE
        self.csrf = None

    @property
    def origin(self):
        return f"https://{self.host}:{self.port}"

    def ask(self, method, path, body=None, headers=None, csrf=True, origin=True):
        sent = {"Accept-Language": "en", **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if self.cookie:
            sent.setdefault("Cookie", f"{self.cookie_name}={self.cookie}")
        if csrf and self.csrf and method != "GET":
            sent.setdefault("X-CSRF-Token", self.csrf)
        if origin and method != "GET":
            sent.setdefault("Origin", self.origin)
            sent.setdefault("Sec-Fetch-Site", "same-origin")
        connection = http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=self.timeout,
                                                 source_address=self.source)
        try:
            data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            if method in ("POST", "PUT", "PATCH") and data is None:
                data = b""
            connection.request(method, "/api/v1" + path, data, sent)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for cookie in answer.cookies:
            name, _, rest = cookie.partition("=")
            assert name in (COOKIE, COOKIE_OF_DEMONSTRATION), cookie
            self.cookie_name = name
            self.cookie = rest.split(";")[0] or None
        if answer.status == 200 and path.endswith(("/session", "/passphrase", "/passkey", "/demonstration")) and "csrf" in answer.json:
            self.csrf = answer.json["csrf"]
        return answer


def stream_of(browser):
    """The open stream of GET /stream: an http.client response, whose first bytes have come."""
    connection = http.client.HTTPSConnection(browser.host, browser.port, context=browser.context, timeout=browser.timeout)
    connection.request("GET", "/api/v1/stream", headers={"Cookie": f"{browser.cookie_name}={browser.cookie}"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    response.read1(1)
    return response


def code_of(link):
    """The code of https://HOST:PORT/set-up/CODE."""
    return urlsplit(link.strip()).path.rpartition("/")[2]


# -- Passkeys (WebAuthn Level 2) ------------------------------------------------------------------------------


def cbor(value):
    """RFC 8949, canonical as authenticators write it (CTAP2)."""
    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        for extra, size, form in ((24, 1, ">B"), (25, 2, ">H"), (26, 4, ">I")):
            if number < 1 << (8 * size):
                return bytes([major << 5 | extra]) + struct.pack(form, number)
        raise ValueError(number)
    if isinstance(value, bool):
        return bytes([0xf5 if value else 0xf4])
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(cbor(name) + cbor(item) for name, item in value.items())
    raise TypeError(value)


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, check=True, capture_output=True).stdout


class Authenticator:
    """Holds one key and signs as an authenticator does. `algorithm`: COSE, -7, -8 or -257."""

    def __init__(self, algorithm=-7):
        self.key = Path(KEYS.name) / f"{os.urandom(8).hex()}.pem"
        self.algorithm = algorithm
        kind = {-7: ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"), -8: ("ED25519",),
                -257: ("RSA", "-pkeyopt", "rsa_keygen_bits:2048")}[algorithm]
        openssl("genpkey", "-algorithm", *kind, "-out", self.key)
        self.id = hashlib.sha256(self.key.read_bytes()).digest()
        self.counter = 0
        self.user = b""

    def cose_key(self):
        der = openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")
        if self.algorithm == -7:
            return {1: 2, 3: -7, -1: 1, -2: der[-64:-32], -3: der[-32:]}
        if self.algorithm == -8:
            return {1: 1, 3: -8, -1: 6, -2: der[-32:]}
        modulus = openssl("rsa", "-in", self.key, "-modulus", "-noout").decode().strip().partition("=")[2]
        return {1: 3, 3: -257, -1: bytes.fromhex(modulus), -2: b"\x01\x00\x01"}

    def sign(self, text):
        if self.algorithm == -8:
            with tempfile.NamedTemporaryFile() as file:
                file.write(text)
                file.flush()
                return openssl("pkeyutl", "-sign", "-rawin", "-in", file.name, "-inkey", self.key)
        return openssl("dgst", "-sha256", "-sign", self.key, data=text)

    def data(self, relying_party, flags, attested=b""):
        return hashlib.sha256(relying_party.encode()).digest() + bytes([flags]) + struct.pack(">I", self.counter) + attested

    @staticmethod
    def client_data(kind, challenge, origin, **others):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False, **others},
                          separators=(",", ":")).encode()

    def make(self, options, origin, flags=0x45):
        """What navigator.credentials.create() gives, as the page sends it."""
        self.user = from_base64url(options["user_id"])
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor(self.cose_key())
        attestation = cbor({"fmt": "none", "attStmt": {}, "authData": self.data(options["rp_id"], flags, attested)})
        return {"state": options["state"], "id": base64url(self.id),
                "client_data_json": base64url(self.client_data("webauthn.create", options["challenge"], origin)),
                "attestation_object": base64url(attestation)}

    def get(self, options, origin, flags=0x05):
        """What navigator.credentials.get() gives."""
        self.counter += 1
        client = self.client_data("webauthn.get", options["challenge"], origin)
        data = self.data(options["rp_id"], flags)
        return {"state": options["state"], "id": base64url(self.id), "client_data_json": base64url(client),
                "authenticator_data": base64url(data),
                "signature": base64url(self.sign(data + hashlib.sha256(client).digest())), "user_handle": base64url(self.user)}
