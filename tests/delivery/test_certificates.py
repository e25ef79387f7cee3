"""Receivers whose certificates do not hold, made by the openssl command: nothing is said to any of them, and the operator is told why.
Python's ssl plays the receiver and would serve; the webhook client is that of the daemon.

    test_certificates.py build/release/webhook_probe
"""

import itertools
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

PROBE = Path(sys.argv[1]).resolve()
numbers = itertools.count(1)

SETTINGS = """
[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
"""
ROOT = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
BETWEEN = ROOT + "authorityKeyIdentifier=keyid\n"
LEAF = "basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
NAMED = LEAF + "subjectAltName=DNS:localhost\n"
EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
PAST, FUTURE = (-48, -24), (24, 48)  # hours from now


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=120).stdout


class Issued:
    """A certificate with its key; `issuer` None: signed by itself. `valid` in hours from now."""

    def __init__(self, folder, extensions, issuer=None, valid=(-1, 24), key=EC, digest="sha256", name=None):
        number = next(numbers)
        self.key, self.certificate = folder / f"{number}.key", folder / f"{number}.pem"
        request, words = folder / f"{number}.csr", folder / f"{number}.ext"
        words.write_text(extensions)
        run("openssl", "req", "-new", "-newkey", *key, "-nodes", "-subj", f"/CN={name or f'of the test {number}'}", "-keyout", self.key,
            "-out", request)
        from_, until = ((datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y%m%d%H%M%SZ") for hours in valid)
        by = ("-selfsign", "-keyfile", self.key) if issuer is None else ("-keyfile", issuer.key, "-cert", issuer.certificate)
        run("openssl", "ca", "-batch", "-notext", "-config", folder / "settings", *by, "-in", request, "-out", self.certificate, "-startdate",
            from_, "-enddate", until, "-extfile", words, "-md", digest)


class Receiver:
    """Serves one connection after another with that chain, and keeps what it was told."""

    def __init__(self, folder, chain):
        self.told, self.connections = b"", 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # it would serve with anything
        whole = folder / f"chain-{next(numbers)}.pem"
        whole.write_bytes(b"".join(issued.certificate.read_bytes() for issued in chain))
        context.load_cert_chain(whole, chain[0].key)
        self.context, self.listener = context, socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                taken, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            taken.settimeout(20)
            try:
                with self.context.wrap_socket(taken, server_side=True) as connection:
                    self.told += connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            except OSError:
                pass

    def close(self):
        self.listener.close()


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="noroshi-certificates-")
        cls.folder = Path(cls.holder.name)
        (cls.folder / "settings").write_text(SETTINGS.format(folder=cls.folder))
        (cls.folder / "index").touch()
        cls.root = Issued(cls.folder, ROOT)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def issue(self, extensions=NAMED, issuer=None, **more):
        return Issued(self.folder, extensions, issuer or self.root, **more)

    def said(self, *chain, host="localhost"):
        """What the channel says of a receiver with that chain, and whether anything was said to it."""
        receiver = Receiver(self.folder, chain)
        try:
            said = run(PROBE, f"https://{host}:{receiver.port}/hook", "127.0.0.1", self.root.certificate, 1, "no").decode()
        finally:
            receiver.close()
        self.assertGreater(receiver.connections, 0)
        return said.splitlines()[-1].removeprefix("verdict ").strip(), bool(receiver.told)

    def test_those_that_hold(self):
        between = self.issue(BETWEEN)
        for name, chain in (("of the root", [self.issue()]), ("over one between", [self.issue(issuer=between), between]),
                            ("RSA", [self.issue(key=("rsa:3072",))]), ("for servers", [self.issue(NAMED + "extendedKeyUsage=serverAuth\n")])):
            with self.subTest(name):
                self.assertEqual(self.said(*chain), ("delivered", True))
        self.assertEqual(self.said(self.issue(LEAF + "subjectAltName=IP:127.0.0.1\n"), host="127.0.0.1"), ("delivered", True))

    def test_those_that_do_not(self):
        stranger = Issued(self.folder, ROOT)
        between, ended, no_authority = self.issue(BETWEEN), self.issue(BETWEEN, valid=PAST), self.issue(LEAF)
        short = self.issue(BETWEEN.replace("CA:TRUE", "CA:TRUE,pathlen:0"))
        beyond = self.issue(BETWEEN, issuer=short)
        elsewhere = self.issue(BETWEEN + "nameConstraints=critical,permitted;DNS:example.jp\n")
        signs_none = self.issue("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n")
        untrusted, expired, another_name = "gone certificate_untrusted", "gone certificate_expired", "gone certificate_name"
        cases = (
            ("expired", [self.issue(valid=PAST)], expired),
            ("not yet valid", [self.issue(valid=FUTURE)], "again certificate_not_yet_valid"),
            ("another name", [self.issue(LEAF + "subjectAltName=DNS:other.example.jp\n")], another_name),
            ("its address instead of its name", [self.issue(LEAF + "subjectAltName=IP:127.0.0.1\n")], another_name),
            ("its name as the common one alone", [self.issue(LEAF, name="localhost")], another_name),
            ("a name with more behind it", [self.issue(LEAF + "subjectAltName=DNS:localhost.example.jp\n")], another_name),
            ("another CA", [self.issue(issuer=stranger)], untrusted),
            ("another CA, which it brings along", [self.issue(issuer=stranger), stranger], untrusted),
            ("signed by itself", [Issued(self.folder, NAMED.replace("authorityKeyIdentifier=keyid\n", ""))], untrusted),
            ("one between is missing", [self.issue(issuer=between)], untrusted),
            ("one between has expired", [self.issue(issuer=ended), ended], expired),
            ("one between is no CA", [self.issue(issuer=no_authority), no_authority], untrusted),
            ("one between may sign no certificates", [self.issue(issuer=signs_none), signs_none], untrusted),
            ("a longer chain than its CA allows", [self.issue(issuer=beyond), beyond, short], untrusted),
            ("a CA for other names", [self.issue(issuer=elsewhere), elsewhere], untrusted),
            ("for clients alone", [self.issue(NAMED + "extendedKeyUsage=clientAuth\n")], untrusted),
            ("for signing mail", [self.issue(NAMED + "extendedKeyUsage=emailProtection\n")], untrusted),
            ("a critical word that nobody knows", [self.issue(NAMED + "1.2.3.4=critical,DER:0500\n")], untrusted),
            ("RSA of 1,024 bits", [self.issue(key=("rsa:1024",))], untrusted),
            ("one between with RSA of 1,024 bits", [self.issue(issuer=(weak := self.issue(BETWEEN, key=("rsa:1024",)))), weak], untrusted),
            ("signed over SHA-1", [self.issue(digest="sha1")], untrusted),
        )
        for name, chain, verdict in cases:
            with self.subTest(name):
                self.assertEqual(self.said(*chain), (verdict, False))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
