"""Seeds for the fuzz targets, made of what lies in the repository: examples of the public interface and of the record, the
editions and the registry, the stories. Nothing of it is kept beside them."""

import json
import random
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = 64  # so many decoders there are at the most; the first byte of a command chooses one
TABLE_LINES = 40  # of the registry: enough for every kind of row, and short enough to be mutated often


def examples():
    """The JSON bodies that the public interface shows."""
    api = json.loads((ROOT / "schemas" / "api" / "openapi.json").read_text(encoding="utf-8"))
    for path in api["paths"].values():
        for operation in path.values():
            for content in operation.get("requestBody", {}).get("content", {}).values() if isinstance(operation, dict) else ():
                if isinstance(content.get("example"), (dict, list)):
                    yield json.dumps(content["example"], ensure_ascii=False).encode()


def framing():
    for method, target, fields, body in (
            ("GET", "/livez", "", b""), ("GET", "/api/v1/inbox?acknowledged=false&limit=5", "Accept-Language: ja\r\n", b""),
            ("POST", "/api/v1/reports", "Content-Type: application/json\r\nContent-Length: 2\r\n", b"{}"),
            ("POST", "/x", "Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"), ("PATCH", "/a/b%20c;v=1", "Content-Length: 0\r\n", b""),
            ("HEAD", "/%E3%81%82", "Connection: keep-alive, x\r\nExpect: 100-continue\r\n", b""),
            ("DELETE", "/", "X-Empty:\r\n folded\r\nUpgrade: h2c\r\n", b""), ("OPTIONS", "*", "Host: other\r\n", b"")):
        yield f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode() + body
    yield b"GET http://u:p@localhost/ HTTP/1.0\nHost: [::1]:8443\n\n"


def report():
    for path in sorted((ROOT / "src" / "cli" / "stories").glob("*.toml")):
        for step in tomllib.loads(path.read_text(encoding="utf-8")).get("step", []):
            if step.get("call") == "report":
                yield step["body"].encode()
    yield from (body for body in examples() if b'"stage"' in body)
    yield from ((ROOT / "tests" / "codec" / "golden" / "report.json").read_bytes(),)


def command():
    dice = random.Random(0)
    for body in examples():
        for chosen in dice.sample(range(COMMANDS), 6):
            yield bytes([chosen]) + body


def edition():
    for path in sorted((ROOT / "routing" / "editions").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        head, *rules = text.split("[[rule]]")
        yield text.encode()
        yield head.encode() + b"[[rule]]" + "[[rule]]".join(rules[:2]).encode()
        yield head.encode() + b"[[rule]]" + "[[rule]]".join(rules[-1:]).encode()


def registry():
    tables = [(ROOT / "routing" / "registry" / name).read_text(encoding="utf-8").splitlines(keepends=True)
              for name in ("organizations.csv", "supervision_scopes.csv")]
    yield b"\0".join("".join(table[:TABLE_LINES]).encode() for table in tables)
    yield b"\0".join("".join(table[:4]).encode() for table in tables)
    yield b"\0".join("".join(table).encode() for table in tables)


def times():
    for text in ("2018-08-01T09:00:00+09:00", "2018-08-01T00:00:00.123456Z", "2016-12-31T23:59:60Z", "9999-12-31T23:59:59-23:59",
                 "1900-01-01T00:00:00Z", "2018-07-25", "PT60M", "P1DT12H", "P90D", "PT0S", "P1DT1H1M1S"):
        yield text.encode()


def record():
    folder = ROOT / "schemas" / "events" / "examples" / "record"
    for name in ("checkpoint.txt", "history.txt", "receipt.json", "keys.txt"):
        text = (folder / name).read_bytes()
        yield text
        yield text.partition(b"\n\n")[0] + b"\n"
        yield from text.splitlines()
    yield from (json.loads((folder / "receipt.json").read_text(encoding="utf-8")).get(name, "").encode() for name in ("text",))
    yield (1).to_bytes(8, "little") + (3).to_bytes(8, "little") + bytes(range(64)) + bytes(64)


def event():
    for path in sorted((ROOT / "schemas" / "events" / "examples").glob("*.json")):
        shown = json.loads(path.read_text(encoding="utf-8"))
        for value in shown.values():
            if isinstance(value, str) and len(value) % 2 == 0 and len(value) > 40 and set(value) <= set("0123456789abcdef"):
                yield bytes.fromhex(value)


def export():
    for name in ("whole.jsonl", "each.jsonl"):
        text = (ROOT / "schemas" / "events" / "examples" / "record" / name).read_bytes()
        yield text
        yield from text.splitlines(keepends=True)[:3]
    yield b'{"format":"noroshi-bundle-state/1","lines":{}}'


def annex():
    for path in sorted((ROOT / "schemas" / "bundle" / "examples").iterdir()):
        try:
            shown = json.loads(path.read_bytes())
        except ValueError:
            continue
        yield path.read_bytes()
        if isinstance(shown, dict) and isinstance(shown.get("jwe"), str):
            yield shown["jwe"].encode()
    yield from (body for body in examples() if b'"kty"' in body or b'"recipients"' in body)


def people():
    yield ("name,employment,skills,cleared,post,ground,from,until,training_kind,training_course,training_completed,training_valid_until\r\n"
           '"情報 太郎",permanent,forensics,yes,csirt_member,"辞令 第1号",2026-04-01,,csirt,"初任者研修",2026-04-10,2027-03-31\r\n'
           "\"'=名前\",,,,,,,,,,,\r\n").encode()
    yield "\ufeffname,post\n名前 一,csirt_head\n".encode()


def letter():
    yield (b"From: =?UTF-8?B?5oOF5aCx?= <desk@mhlw.example.jp>\r\nTo: noroshi@example.jp\r\nSubject: Re: [noroshi]\r\n"
           b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
           b"Content-Transfer-Encoding: base64\r\n\r\nbm9yb3NoaS1hY2s6IGFiYy1ERUZfMDEy\r\n--b--\r\n")
    for text in ("https://a.example.jp:8443/hooks/1", "https://[2001:db8::1]/", "desk@mhlw.example.jp", "10.0.0.0/8, 2001:db8::/32",
                 "Wed, 21 Oct 2026 07:28:00 GMT", "120", "MHLW-R-49QD-C9AP-39PM"):
        yield text.encode()


MAKERS = {maker.__name__: maker for maker in (framing, report, command, edition, registry, times, record, event, export, annex, people,
                                              letter)}


def write(target, folder):
    """The seeds of that target as files; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = list(dict.fromkeys(MAKERS[target]()))
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:04}").write_bytes(seed)
    return len(seeds)
