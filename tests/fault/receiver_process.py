#!/usr/bin/env python3
"""A receiver of webhooks as a process of its own: it writes down every byte that comes, flushed to the disk before it
answers, and behaves as a file says.

  receiver_process.py FOLDER NAME PORT

FOLDER/NAME.pem and .key are its certificate, FOLDER/NAME.other.pem and .key one that nobody was told of. FOLDER/NAME.mode
holds how it behaves, read again at each connection: a status, `hang`, `drip`, `half`, `bloat`, `lie`, `wrong_certificate`, or
`slow` with seconds. The log FOLDER/NAME.log has one JSON object a line: {number, at, raw} for what came, {number, answered} for
an answer that is whole.
"""

import base64
import itertools
import json
import os
import socketserver
import ssl
import sys
import threading
import time
from pathlib import Path

LONGEST = 120.0  # seconds that it keeps anybody waiting
BLOAT = 600 * 1024 * 1024
LINE = b"HTTP/1.1 %d Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Log:
    def __init__(self, path):
        self.file, self.lock = open(path, "ab", buffering=0), threading.Lock()
        self.numbers = itertools.count(time.time_ns())

    def write(self, entry):
        with self.lock:
            self.file.write(json.dumps(entry).encode() + b"\n")
            os.fdatasync(self.file.fileno())


class Receiver(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, folder, name, port):
        self.mode_file, self.log = folder / f"{name}.mode", Log(folder / f"{name}.log")
        self.contexts = [context_of(folder / name), context_of(folder / f"{name}.other")]
        super().__init__(("127.0.0.1", port), None)

    def finish_request(self, request, address):
        mode = self.mode_file.read_text().split()
        request.settimeout(LONGEST)
        try:
            with self.contexts[mode[0] == "wrong_certificate"].wrap_socket(request, server_side=True) as line:
                self.serve(line, mode)
        except OSError:
            pass  # the other side has gone

    def handle_error(self, request, address):
        pass

    def serve(self, line, mode):
        number, raw = next(self.log.numbers), read_request(line)
        self.log.write({"number": number, "at": time.time(), "raw": base64.b64encode(raw).decode()})
        self.answer(line, mode, number)

    def answer(self, line, mode, number):
        kind = mode[0]
        if kind == "slow":
            time.sleep(float(mode[1]))
            kind = "204"
        if kind.isdigit():
            extra = b"Location: https://127.0.0.1:1/elsewhere\r\n" if kind.startswith("3") else b""
            # Before the last byte goes out: whoever was answered is found here, whatever ends this process.
            self.log.write({"number": number, "answered": int(kind)})
            line.sendall((LINE % int(kind)).replace(b"Connection", extra + b"Connection", 1))
        elif kind == "half":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif kind == "lie":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nshort")
        elif kind == "drip":
            for byte in LINE % 204:
                line.sendall(bytes([byte]))
                time.sleep(1.0)
        elif kind == "bloat":
            line.sendall(b"HTTP/1.1 500 Said\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % BLOAT)
            for _ in range(BLOAT // 65536):
                line.sendall(b"x" * 65536)
        elif kind in ("hang", "wrong_certificate"):
            time.sleep(LONGEST)
        else:
            raise SystemExit(f"no such behaviour: {kind}")


def context_of(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{path}.pem", f"{path}.key")
    return context


def read_request(line):
    raw, wanted = b"", None
    while wanted is None or len(raw) < wanted:
        part = line.recv(65536)
        if not part:
            break
        raw += part
        head, found, _ = raw.partition(b"\r\n\r\n")
        if found and wanted is None:
            length = next((int(row.partition(b":")[2]) for row in head.split(b"\r\n")
                           if row.lower().startswith(b"content-length:")), 0)
            wanted = len(head) + 4 + length
    return raw


def main():
    folder, name, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with Receiver(folder, name, port) as receiver:
        print("ready", flush=True)
        receiver.serve_forever(0.05)


if __name__ == "__main__":
    main()
