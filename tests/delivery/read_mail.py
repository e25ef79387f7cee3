#!/usr/bin/env python3
"""What Python's own reader of mail makes of a file, as JSON: `read_mail.py FILE`.

{"headers": {name in lower case: decoded text}, "defects": […], "parts": [{"type", "name", "text"}]}; `parts` are the
leaves, as they come; what is not text is base64. `raw_headers` are the lines of the head as they stand.
"""

import base64
import email
import email.policy
import json
import sys
from pathlib import Path


def main():
    raw = Path(sys.argv[1]).read_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts, defects = [], [str(one) for one in mail.defects]
    for part in mail.walk():
        defects += [str(one) for one in part.defects]
        defects += [str(one) for value in part.values() for one in getattr(value, "defects", ())]
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        text = content.decode() if part.get_content_maintype() == "text" else base64.b64encode(content).decode()
        parts.append({"type": part.get_content_type(), "name": part.get_filename() or "", "text": text})
    headers = {name.lower(): str(value) for name, value in mail.items()}
    head = raw.replace(b"\r\n", b"\n").split(b"\n\n")[0].decode("ascii")
    print(json.dumps({"headers": headers, "defects": defects, "parts": parts, "type": mail.get_content_type(),
                      "names": [name for name, _ in mail.items()], "longest": max(map(len, raw.splitlines())),
                      "raw_headers": head}))


if __name__ == "__main__":
    main()
