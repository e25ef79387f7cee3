"""A record with something of everything in it: a real daemon on a PostgreSQL of the test's own, cases played through the
public interface, sealed and at rest. For tests that attack it, export it and read it."""

import base64
import json
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import sha256
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "processes"))  # harness.py
sys.path.append(str(Path(__file__).resolve().parents[1] / "fault"))  # traffic.py

from cluster import SUPERUSER, Cluster
from harness import Client, Deployment, Fault, Journal, Progress, Submission, plain_environment
from seeded import main, say  # noqa: F401: for those who import this module
from traffic import Actor, Desks, load_stories

SEALING = 30.0  # seconds until all that happened must be signed for


# A point of P-384 that everybody knows (SEC 2, 2.5.1): whoever seals to it seals to nobody.
GENERATOR = ("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
             "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def run_openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True, timeout=30, **more).stdout


class Cosigner:
    """A witness whose key this test has (C2SP tlog-cosignature), by openssl."""

    def __init__(self, name):
        self.name = name
        self.pem = run_openssl("genpkey", "-algorithm", "ed25519").decode()
        self.public = run_openssl("pkey", "-pubout", "-outform", "DER", input=self.pem.encode())[-32:]
        self.short = sha256(name.encode() + b"\n\4" + self.public).digest()[:4]

    def key(self):
        return f"{self.name}+{self.short.hex()}+{base64.b64encode(bytes([4]) + self.public).decode()}"

    def line(self, text, seconds):
        """The line over that text of a note, with its line feeds."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "key").write_text(self.pem)
            (folder / "text").write_bytes(f"cosignature/v1\ntime {seconds}\n{text}".encode())
            signature = run_openssl("pkeyutl", "-sign", "-inkey", folder / "key", "-rawin", "-in", folder / "text")
        return f"— {self.name} " + base64.b64encode(self.short + seconds.to_bytes(8, "big") + signature).decode()


class Scene:
    """Ends everything it started when it is left."""

    def __init__(self, options, cases):
        self.options, self.cases = options, cases
        self.cluster = Cluster()
        with open(self.cluster.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write("fsync = off\nfull_page_writes = off\n")  # nothing here is about a loss of power
        # Nothing of the internet: annexes are held.
        self.daemon = Deployment(options.daemon, options.cli, database_url=self.cluster.url(),
                                 environment={"NOROSHI_LISTEN_ZONE": "closed", "NOROSHI_DATABASE_ZONE": "closed"})
        self.desks = Desks()
        self.answers = {}  # of the reports of report(), by reference

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.daemon.log_tail(10))
        self.daemon.clear_away()
        self.cluster.clear_away()

    def play(self):
        """Starts the daemon and plays the cases, the same ones for a seed but for their times."""
        self.cluster.create()
        self.daemon.start()
        self.desks.issue_all(self.daemon, load_stories())
        for organization, role in (("mhlw", "ciso"), ("mhlw", "exception_officer"), ("jps", "csirt_member"),
                                   ("nco", "auditor"), ("nco", "operator")):
            self.desks.tokens[organization, role] = self.daemon.issue_token(organization, role)
        journal = Journal(self.daemon.folder / "journal")
        actor = Actor(0, self.options.seed, self.daemon, self.desks, journal, Progress(), threading.Event())
        try:
            for _ in range(self.cases):
                actor.play_one()
            self.respond()
            self.play_rest()
        finally:
            actor.client.close()
            journal.close()

    def play_rest(self):
        """What the cases leave out: a switch of the relay, an endpoint, a recipient who was added, an exception that waits."""
        asked = self.post("mhlw", "csirt_head", "/api/v1/relay-switch", {"switched_on": True, "reason": "夜間の不在に備える"})
        self.post("mhlw", "ciso", f"/api/v1/relay-switch/{asked['id']}/decision",
                  {"decision": "approved", "reason": "確認した"})
        self.post("mhlw", "csirt_head", "/api/v1/relay-switch", {"switched_on": False, "reason": "体制を整えた"})
        # Nobody listens there: what is sent waits, and is tried again.
        asked = self.post("mhlw", "csirt_head", "/api/v1/endpoints", {
            "channel": "webhook", "name": "当直の受信サーバー", "zone": "closed",
            "settings": {"url": "https://127.0.0.1:9/noroshi", "addresses": "127.0.0.0/8"},
            "filter": {"kinds": ["report", "notice"]}})
        self.post("mhlw", "ciso", f"/api/v1/endpoints/{asked['id']}/decision", {"decision": "approved", "reason": "確認した"})
        said = self.report("jps", "JPS-AUDIT-1")
        self.post("jps", "csirt_head", f"/api/v1/incidents/{said['incident']['id']}/recipients",
                  {"organization": "police-osaka", "reason": "被害端末の所在地"})
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
        for members in (["systems"], ["actions", "impact"]):
            withheld = self.post("jps", "csirt_head", f"/api/v1/incidents/{said['incident']['id']}/withholdings",
                                 {"from": "police-osaka", "members": members, "reason": "協議中", "until": until})
        self.post("jps", "csirt_head", f"/api/v1/withholdings/{withheld['id']}/release", {"reason": "公表した"})
        relay = next(duty for duty in said["obligations"] if duty["holder"] == "mhlw" and duty["clause"] == "2.2.4(2)(g)")
        self.post("mhlw", "csirt_head", f"/api/v1/obligations/{relay['id']}/fulfillments",
                  {"method": "relay", "note": "内容を確認の上、中継する"})
        crisis = next(duty for duty in said["obligations"] if duty["clause"] == "2.2.4(2)(i)")
        self.post("mhlw", "csirt_head", f"/api/v1/obligations/{crisis['id']}/waivers", {"reason": "別の経路で伝達済み"})
        self.speak(said["incident"]["id"])
        self.enclose(said["incident"]["id"], "JPS-AUDIT-1")

    def enclose(self, incident, reference):
        """An annex of confidentiality 3 at the ministry, one that waits for its permission, and a key that waits for its second person.
        What is sealed in it nobody here looks at."""
        point = {"kty": "EC", "crv": "P-384", "x": base64url(bytes.fromhex(GENERATOR[:96])), "y": base64url(bytes.fromhex(GENERATOR[96:]))}
        asked = self.post("mhlw", "csirt_head", "/api/v1/sealing-keys", {"name": "当直の鍵", "public_key": point})
        self.post("mhlw", "ciso", f"/api/v1/sealing-keys/{asked['id']}/decision", {"decision": "approved", "reason": "確認した"})
        self.post("jps", "csirt_head", "/api/v1/sealing-keys", {"name": "決定を待つ鍵", "public_key": point})
        self.desks.tokens["jps", "section_officer"] = self.daemon.issue_token("jps", "section_officer")
        annexes = f"/api/v1/incidents/{incident}/annexes"
        annex = self.post("jps", "csirt_head", annexes, {"name": "侵入経路の調査記録"})["id"]
        self.post("jps", "csirt_head", annexes, {"name": "許可を待つ別紙"})
        self.post("jps", "section_officer", f"/api/v1/annexes/{annex}/permission", {"decision": "approved", "reason": "必要な範囲である"})
        key = f"scene-{time.monotonic_ns()}"
        sealed = {"protected": base64url(b'{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}'),
                  "recipients": [{"header": {"kid": asked["key_id"], "epk": point}, "encrypted_key": base64url(bytes(40))}],
                  "aad": base64url(f"jps\n{reference}\n{key}\n".encode()), "iv": base64url(bytes(12)), "ciphertext": base64url(bytes(99)),
                  "tag": base64url(bytes(16))}
        client = Client(self.daemon, self.desks.tokens)
        try:
            answer = client.attempt("POST", "jps", "csirt_head", f"/api/v1/annexes/{annex}/content",
                                    {"Idempotency-Key": key, "Content-Type": "application/jose+json"}, json.dumps(sealed).encode())
        finally:
            client.close()
        if answer.status != 201:
            raise Fault(f"the annex was refused: {answer.status} {answer.body}")

    def speak(self, incident):
        """Along the chain: an inquiry that is passed on and answered, one withdrawn, one that waits; notices, one of which led to the case."""
        center, ministry, corporation = ("nco", "center_liaison"), ("mhlw", "csirt_head"), ("jps", "csirt_head")
        inquiries = f"/api/v1/incidents/{incident}/inquiries"
        asked = self.post(*center, inquiries, {"to": "mhlw", "text": "最初の不審な通信の日時"})["inquiry"]["id"]
        passed_on = self.post(*ministry, inquiries, {"to": "jps", "text": "通信の日時", "passes_on": asked})["inquiry"]["id"]
        self.post(*corporation, f"/api/v1/inquiries/{passed_on}/answer", {"text": "5月8日"})
        withdrawn = self.post(*ministry, inquiries, {"to": "jps", "text": "端末の台数"})["inquiry"]["id"]
        self.post(*ministry, f"/api/v1/inquiries/{withdrawn}/withdrawal", {"reason": "続報で判明"})
        self.post(*center, f"/api/v1/incidents/{incident}/notices", {"to": "mhlw", "text": "同じ送信元を他でも確認"})
        given = self.post(*center, "/api/v1/notices", {"to": "mhlw", "text": "所管法人と思われる不審な通信"})["notice"]["id"]
        below = self.post(*ministry, "/api/v1/notices", {"to": "jps", "text": "端末の確認", "passes_on": given})["notice"]["id"]
        self.post(*corporation, f"/api/v1/notices/{below}/answer", {"text": "確認中"})
        self.post(*corporation, f"/api/v1/notices/{below}/link", {"incident": incident})

    def respond(self):
        """Who responds: people of two ministries that no story names (where people are known, two tokens of nobody are no two
        persons), an assignment, handling inside, a team of CYMAT at work."""
        for organization, role in (("maff", "ciso"), ("maff", "csirt_head"), ("moj", "ciso"), ("moj", "csirt_head"),
                                   ("nco", "center_liaison")):
            self.desks.tokens[organization, role] = self.daemon.issue_token(organization, role)
        people = {}
        for organization, name, post in (("maff", "当番 甲", "csirt_member"), ("maff", "当番 乙", "csirt_head"),
                                         ("moj", "要員 丙", "cymat_member")):
            person = people[name] = self.post(organization, "csirt_head", "/api/v1/people", {
                "name": name, "employment": "employee", "skills": ["forensics"]})["id"]
            self.post(organization, "ciso", f"/api/v1/people/{person}/appointments", {
                "post": post, "ground": "expertise", "until": "2099-01-05T00:00:00+09:00"})
        first, second, member = people.values()
        self.post("maff", "csirt_head", f"/api/v1/people/{first}/trainings", {
            "kind": "csirt", "course": "研修", "completed_at": "2026-01-05T00:00:00+09:00",
            "valid_until": "2099-01-05T00:00:00+09:00"})
        self.post("maff", "ciso", f"/api/v1/people/{second}/delegations", {
            "to_person": first, "post": "csirt_head", "powers": ["decide"], "until": "2099-01-05T00:00:00+09:00"})
        self.post("maff", "csirt_head", "/api/v1/rosters/shifts", {
            "person": first, "post": "csirt_member", "from": "2098-01-05T00:00:00+09:00", "until": "2098-01-06T00:00:00+09:00"})
        case = "/api/v1/incidents/" + self.report("maff", "MAFF-RESPONSE-1")["incident"]["id"]
        self.post("maff", "csirt_head", f"{case}/assignments", {"person": first, "function": "head", "note": "夜間"})
        self.post("maff", "csirt_head", f"{case}/steps", {"kind": "situation", "text": "通信を遮断した"})
        given = self.post("maff", "csirt_head", f"{case}/instructions", {
            "kind": "recovery", "force": "instruction", "addressee": "情報システムセキュリティ責任者", "text": "復旧すること"})
        self.post("maff", "csirt_head", f"{case}/instructions/{given['instruction']['id']}/answer",
                  {"carried_out": True, "text": "復旧した"})
        self.post("maff", "csirt_head", f"{case}/platforms", {"platform": "共通基盤", "operator_organization": "moj"})
        asked = self.post("maff", "csirt_head", f"{case}/cymat-requests", {"reason": "範囲が分からない", "priority": "high"})
        request = f"/api/v1/cymat-requests/{asked['cymat_request']['id']}"
        self.post("nco", "center_liaison", f"{request}/receipt", {})
        self.post("nco", "center_liaison", f"{request}/decision",
                  {"ruling": "dispatch", "united_response": True, "reason": "政府として一体となった対応が必要"})
        answer = self.post("nco", "center_liaison", f"{request}/members", {"organization": "moj", "person": member, "lead": True})
        self.post("moj", "csirt_head", f"{request}/members/{answer['cymat_request']['members'][0]['id']}/answer", {"agreed": True})
        self.post("nco", "center_liaison", f"{request}/formation", {})
        self.post("nco", "center_liaison", f"{request}/dispatch", {})
        self.post("maff", "csirt_head", f"{request}/log", {"kind": "information", "text": "端末の一覧", "confidentiality": 2})

    def erase_one(self):
        """A case that was none is erased by two persons, many years of the database's clock later."""
        self.desks.tokens["jma", "section_officer"] = self.daemon.issue_token("jma", "section_officer")
        said = self.post("jma", "csirt_head", "/api/v1/reports", {
            "reference": "JMA-ERASED-1", "stage": "first", "title": "誤検知の疑い", "assessment": "not_incident",
            "assessment_reason": "設定の誤り", "cyberattack": "no", "cyberattack_reason": "内部の操作",
            "times": {"recognized": {"value": "2026-01-05T09:00:00+09:00"}}})
        self.cluster.sql("UPDATE clock_setting SET shown_at = shown_at + interval '20 years';")
        where = f"/api/v1/incidents/{said['incident']['id']}/erasures"
        asked = self.post("jma", "csirt_head", where, {"reason": "保存期間の満了"})
        self.post("jma", "section_officer", f"{where}/{asked['id']}/decision", {"decision": "approved", "reason": "満了を確認"})

    def watch(self, cosigner):
        """Registers a witness."""
        done = self.noroshi("record", "witness", "add", cosigner.key())
        if done.returncode:
            raise Fault(f"witness add: {done.stderr.decode()}")

    def cosign(self, *cosigners, wait=True):
        """The newest checkpoint, at the time that the database's clock shows; `wait`: once it covers everything."""
        if wait:
            self.wait_signed()
        row = self.cluster.sql("SELECT size, encode(convert_to(note, 'UTF8'), 'hex'), extract(epoch FROM clock())::bigint FROM "
                               "checkpoint ORDER BY origin DESC, size DESC LIMIT 1;")[0]
        size, note, seconds = row.split("|")
        text = bytes.fromhex(note).decode().partition("\n\n")[0] + "\n"
        for cosigner in cosigners:
            self.post("nco", "auditor", "/api/v1/record/cosignatures",
                      {"size": int(size), "line": cosigner.line(text, int(seconds))})

    def report(self, organization, reference):
        body = {"reference": reference, "stage": "first", "title": "受給者情報の流出",
                "summary": "標的型メールの添付を開いた端末から外部への通信",
                "times": {"recognized": {"value": "2026-01-05T09:00:00+09:00"}}, "assessment": "incident",
                "cyberattack": "yes", "large_scale": [{"criterion": "property", "harm": "feared", "certainty": "may_be"}]}
        self.answers[reference] = self.post(organization, "csirt_head", "/api/v1/reports", body)
        return self.answers[reference]

    def post(self, organization, role, target, body):
        client = Client(self.daemon, self.desks.tokens)
        try:
            answer = client.post_again(Submission(f"scene-{time.monotonic_ns()}", organization, role, target,
                                                  json.dumps(body, ensure_ascii=False).encode()))
        finally:
            client.close()
        if answer.status != 201:
            raise Fault(f"{organization} ({role}) POST {target}: {answer.status} {answer.body}")
        return json.loads(answer.body)

    def wait_signed(self):
        """Until every event has its number and a checkpoint covers the last."""
        self._wait("a checkpoint of everything",
                   "SELECT (SELECT count(*) FROM event WHERE sequence IS NULL) = 0 AND (SELECT next_sequence FROM sequencer) = "
                   "(SELECT o.first_sequence + max(c.size) FROM record_origin o JOIN checkpoint c ON c.origin = o.ordinal "
                   "GROUP BY o.ordinal ORDER BY o.ordinal DESC LIMIT 1)")

    def wait_quiet(self):
        """Until no clock waits to be rung, and all of that is signed for too."""
        self._wait("the clocks", "SELECT NOT EXISTS (SELECT FROM incident_clock WHERE rings_at <= clock())")
        self.wait_signed()

    def _wait(self, what, question):
        deadline = time.monotonic() + SEALING
        while self.cluster.sql(question + ";") != ["t"]:
            if time.monotonic() > deadline:
                raise Fault(f"{SEALING:.0f} s have passed without {what}\n{self.daemon.log_tail()}")
            time.sleep(0.05)

    def make_copy(self, name):
        """Of the database as it stands; nobody may be connected to it."""
        subprocess.run(["psql", "-X", "-q", "-h", self.cluster.folder, "-U", SUPERUSER, "-d", "postgres", "-c",
                        f"CREATE DATABASE {name} TEMPLATE noroshi"], check=True, capture_output=True, timeout=60,
                       env=plain_environment())

    # The command line.

    def noroshi(self, *arguments, database="noroshi", data=True, language="en", **more):
        """What the program said, with its exit code."""
        where = [] if database is None else ["--database-url", f"postgresql://{SUPERUSER}@/{database}?host={self.cluster.folder}",
                                             "--content-keys", self.daemon.content_keys]
        folder = ["--data", self.daemon.data] if data else []
        return subprocess.run([self.options.cli, "--lang", language, *folder, *where, *map(str, arguments)],
                              capture_output=True, timeout=300, env=plain_environment(), **more)

    def checkpoint_file(self):
        return self.daemon.data / "record" / "checkpoint"
