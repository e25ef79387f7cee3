#!/usr/bin/env python3
"""A mail relay for tests: Debian's Postfix with a folder, ports and certificates of its own, and no service of the system.

  mail_relay.py FOLDER

FOLDER holds the certificates already (relay.pem and relay.key, expired.*, other.*). Prints a line `NAME PORT` for each
listener and then `ready`; what is accepted lies in FOLDER/mail/new, a file for each mail. Ends when its input does.
Needs root, as Postfix does; under sudo the mails are the caller's.

Beside Postfix stand relays that behave as no honest one does (`IllBehaved`): they speak only as much SMTP as it takes.
"""

import base64
import os
import pwd
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

# What each listener is, as options of smtpd over those of main.cf.
LISTENERS = {
    "starttls": (),
    "implicit": ("smtpd_tls_wrappermode=yes",),
    "no_tls": ("smtpd_tls_security_level=none",),
    "expired": ("smtpd_tls_chain_files={folder}/expired.key,{folder}/expired.pem",),
    "other_name": ("smtpd_tls_chain_files={folder}/other.key,{folder}/other.pem",),
    "busy": ("smtpd_recipient_restrictions=defer",),
    "unknown_address": ("smtpd_recipient_restrictions=reject", "reject_code=550"),
    "small": ("message_size_limit=400",),
    "refused_sender": ("smtpd_sender_restrictions=reject", "smtpd_delay_reject=no"),
    "old_tls": ("smtpd_tls_mandatory_protocols=<=TLSv1.1", "smtpd_tls_protocols=<=TLSv1.1",
                "tls_medium_cipherlist=ALL:@SECLEVEL=0"),
}

MAIN = """
compatibility_level = 3.6
config_directory = {folder}/postfix
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
mail_owner = postfix
myhostname = relay.example.go.jp
mydestination =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/relay.key,{folder}/relay.pem
smtp_tls_security_level = none
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:mail/
virtual_mailbox_base = {folder}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""

MASTER = """
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def free_ports(count):
    """Below those that the system gives to whoever asks for any: nobody else takes one before Postfix does."""
    ports = []
    for port in random.sample(range(15000, 30000), 2000):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise SystemExit("no port is free")


class Postfix:
    def __init__(self, folder):
        self.folder = folder
        owner = pwd.getpwnam("postfix")
        for part in ("postfix", "queue", "data"):
            (folder / part).mkdir()
        os.chown(folder / "data", owner.pw_uid, 0)
        reader = pwd.getpwuid(int(os.environ["SUDO_UID"])) if "SUDO_UID" in os.environ else pwd.getpwnam("nobody")
        (folder / "mail").mkdir()
        for part in ("cur", "new", "tmp"):
            (folder / "mail" / part).mkdir()
            os.chown(folder / "mail" / part, reader.pw_uid, reader.pw_gid)
        names = {"folder": folder, "uid": reader.pw_uid, "gid": reader.pw_gid}
        (folder / "postfix/main.cf").write_text(MAIN.format(**names))
        self.ports = dict(zip(LISTENERS, free_ports(len(LISTENERS))))
        services = ""
        for name, options in LISTENERS.items():
            services += f"127.0.0.1:{self.ports[name]} inet n - n - - smtpd\n"
            services += "".join(f"  -o {{ {option.format(**names).replace('=', ' = ', 1)} }}\n" for option in options)
        (folder / "postfix/master.cf").write_text(MASTER + services)
        for name in ("dynamicmaps.cf", "postfix-files"):
            if Path("/etc/postfix", name).exists():
                shutil.copy(Path("/etc/postfix", name), folder / "postfix")
        subprocess.run(["postfix", "-c", folder / "postfix", "check"], check=True, stdout=sys.stderr)
        subprocess.run(["postfix", "-c", folder / "postfix", "start"], check=True, stdout=sys.stderr)

    def wait(self):
        for port in self.ports.values():
            for _ in range(500):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            else:
                raise SystemExit(f"postfix does not listen: {(self.folder / 'maillog').read_text()}")

    def stop(self):
        subprocess.run(["postfix", "-c", self.folder / "postfix", "stop"], check=False, stdout=sys.stderr)
        for part in ("postfix", "queue", "data", "mail"):  # root's, where the caller is not
            shutil.rmtree(self.folder / part, ignore_errors=True)


class IllBehaved(threading.Thread):
    """A relay in threads; `what` says where it goes wrong."""

    def __init__(self, folder, what):
        super().__init__(daemon=True)
        self.folder = folder
        self.what = what
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            self.talk(connection)
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def talk(self, connection):
        if self.what == "silent":
            time.sleep(3600)
        if self.what == "no_service":
            connection.sendall(b"554 relay.example.go.jp no service\r\n")
            return
        connection.sendall(b"220 relay.example.go.jp\r\n")
        reader = connection.makefile("rb")
        while line := reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                connection.sendall(b"250-relay.example.go.jp\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
            elif verb == b"STAR" and self.what == "starttls_refused":
                connection.sendall(b"454 no TLS now\r\n")
            elif verb == b"STAR":
                connection.sendall(b"220 go on\r\n")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.folder / "relay.pem", self.folder / "relay.key")
                connection = context.wrap_socket(connection, server_side=True)
                reader = connection.makefile("rb")
            elif verb == b"AUTH":
                expected = base64.b64encode(b"\0noroshi\0correct horse")
                if len(line.split()) == 2:
                    connection.sendall(b"334 \r\n")
                    line = reader.readline()
                right = line.split()[-1] == expected
                connection.sendall(b"235 yes\r\n" if right else b"535 no\r\n")
            elif verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                body = b""
                while (line := reader.readline()) and line != b".\r\n":
                    body += line
                if self.what == "never_answers":
                    time.sleep(3600)
                if self.what == "closes":
                    return
                if self.what == "content_refused":
                    connection.sendall(b"554 not this one\r\n")
                    continue
                (self.folder / f"{self.what}.received").write_bytes(body)
                connection.sendall(b"250 kept\r\n")
            elif verb == b"QUIT":
                if self.what == "never_says_goodbye":
                    time.sleep(3600)
                connection.sendall(b"221 goodbye\r\n")
                return
            else:
                connection.sendall(b"250 so be it\r\n")


def main():
    os.environ["PATH"] += ":/usr/sbin"
    folder = Path(sys.argv[1]).resolve()
    relays = {what: IllBehaved(folder, what) for what in (
        "silent", "no_service", "starttls_refused", "authenticates", "never_answers", "closes", "content_refused",
        "never_says_goodbye")}
    postfix = Postfix(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        postfix.wait()
        for name, port in [*postfix.ports.items(), *((what, relay.port) for what, relay in relays.items())]:
            print(name, port)
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        postfix.stop()


if __name__ == "__main__":
    main()
