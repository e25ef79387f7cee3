#!/usr/bin/env python3
"""One body's clients that submit as fast as they can, as a process of their own, until its standard input ends.

  flooding.py PORT CA TOKEN BODY NAME THREADS JOURNAL
"""

import json
import ssl
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py

from harness import Client, Journal, Submission


def main():
    port, authority, token, body, name, threads, path = sys.argv[1:]
    deployment = SimpleNamespace(port=int(port), client_context=lambda: ssl.create_default_context(cafile=authority))
    journal, stop = Journal(path), threading.Event()

    def submit(place):
        client = Client(deployment, {(body, "csirt_head"): token})
        number = 0
        while not stop.is_set():
            number += 1
            said = {"reference": f"{name} {place}/{number}", "stage": "first", "title": "不審な通信の検知",
                    "times": {"recognized": {"value": "2026-01-05T00:00:00+09:00"}}, "assessment": "possible"}
            submission = Submission(f"{name}-{place}-{number}", body, "csirt_head", "/api/v1/reports",
                                    json.dumps(said, ensure_ascii=False).encode())
            journal.submitted(submission)
            journal.tried(submission.key, client.attempt("POST", body, "csirt_head", submission.target, {
                "Idempotency-Key": submission.key, "Content-Type": "application/json"}, submission.body))
        client.close()

    running = [threading.Thread(target=submit, args=(place,)) for place in range(int(threads))]
    for thread in running:
        thread.start()
    sys.stdin.read()
    stop.set()
    for thread in running:
        thread.join()
    journal.close()


if __name__ == "__main__":
    main()
