#!/usr/bin/env python3
"""Keeps every checkpoint that it ever saw, as a process of its own.

  witness_process.py FILE CA TOKEN PORT...

Asks the daemons at those ports several times a second; one JSON object a line, flushed to the disk: {at, port, note, keys}.
"""

import http.client
import itertools
import json
import os
import ssl
import sys
import time

PAUSE = 0.1


def main():
    path, authorities, token, *ports = sys.argv[1:]
    seen = set()
    with open(path, "ab", buffering=0) as kept:
        for turn in itertools.count():
            port = int(ports[turn % len(ports)])
            context = ssl.create_default_context(cafile=authorities.split(":")[turn % len(ports)])
            if note := ask(port, context, token):
                if note["note"] not in seen:
                    seen.add(note["note"])
                    kept.write(json.dumps({"at": time.time(), "port": port, "note": note["note"],
                                           "keys": note["keys"]}).encode() + b"\n")
                    os.fdatasync(kept.fileno())
            time.sleep(PAUSE)


def ask(port, context, token):
    """None where the daemon cannot say."""
    try:
        line = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)
        line.request("GET", "/api/v1/record/checkpoint", headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        said = answer.read()
        line.close()
        return json.loads(said) if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None


if __name__ == "__main__":
    main()
