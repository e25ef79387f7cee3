"""The calls of schemas/api/openapi.json, and a desk that asks them and shows whatever of an answer could tell something. A call of
tomorrow is tried without a word here."""

import json

from support import Connection, Fault, request

from harness import ROOT

ROLES = ("reporter", "csirt_member", "csirt_head", "external_contact", "exception_officer", "ciso", "section_officer", "center_liaison",
         "police_desk", "crisis_desk", "cymat_member", "auditor", "operator")
PATIENCE = 20  # times that a 429 or 503 is asked again


def operations():
    """(method, path, operation) of every call under /api."""
    api = json.loads((ROOT / "schemas" / "api" / "openapi.json").read_text(encoding="utf-8"))
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete") and path.startswith("/api/"):
                yield method.upper(), path, operation


def body_of(operation):
    """(media type, bytes) of the example that the interface shows; nothing where the call takes none."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        example = content.get("example", {})
        return media_type, example.encode() if isinstance(example, str) else json.dumps(example, ensure_ascii=False).encode()
    return None, None


def query_of(operation):
    """The least that the call wants in its query: a text for each parameter that must be there."""
    wanted = [given["name"] for given in operation.get("parameters", ()) if given.get("in") == "query" and given.get("required")]
    return "?" + "&".join(f"{name}=x" for name in wanted) if wanted else ""


def issue_tokens(deployment, body):
    """{role: token} of every role that this body may have."""
    tokens = {}
    for role in ROLES:
        try:
            tokens[role] = deployment.issue_token(body, role)
        except Fault:
            continue
    return tokens


class Desk:
    def __init__(self, deployment):
        self.deployment, self.connection, self.asked = deployment, None, 0

    def ask(self, method, target, token, media_type=None, body=None, key=None):
        """(status, headers but for the time and the connection, body)."""
        self.asked += 1
        more = ["Accept-Language: en"] + ([f"Idempotency-Key: {key}"] if key else [])
        data = request(method, target, token, body, more=more)
        if media_type:
            data = data.replace(b"Content-Type: application/json", f"Content-Type: {media_type}".encode())
        for _ in range(PATIENCE):
            if self.connection is None:
                self.connection = Connection(self.deployment.port, self.deployment.client_context())
            try:
                self.connection.send(data)
                answer = self.connection.read_response()
            except OSError:
                answer = None
            if answer is None:
                self.connection = None
                continue
            status, headers, text = answer
            if headers.get("connection") == "close":
                self.connection.close()
                self.connection = None
            if status not in (429, 503):
                return status, tuple(sorted((name, value) for name, value in headers.items() if name not in ("date", "connection"))), text
        raise Fault(f"{method} {target}: no answer")

    def post(self, token, target, body, key):
        """What came of it; it has to be 201."""
        status, _, said = self.ask("POST", target, token, None, json.dumps(body, ensure_ascii=False).encode(), key)
        if status != 201:
            raise Fault(f"{target}: {status} {said[:300]!r}")
        return json.loads(said)
