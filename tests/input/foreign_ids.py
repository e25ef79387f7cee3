#!/usr/bin/env python3
"""The ids of others are, to a body that has nothing to do with them, ids that never were (BOLA, OWASP API1:2023). A record with
something of everything in it; then every path parameter of every call of schemas/api/openapi.json, by every role of a ministry, of
a corporation and of a police desk that none of it concerns: with an id that is in the database, and with one that nobody has. The
other places of a path hold their own ids, so that a lock on the first alone does not save the second. Both answers are the same, byte
for byte, headers too; and a role that the call is for gets 404.

    foreign_ids.py --daemon build/release/noroshid --cli build/release/noroshi [--long]
"""

import collections
import itertools
import json
import re
import sys
import uuid
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "record"))  # scene.py

from interface import Desk, body_of, issue_tokens, operations, query_of
from support import Fault, report

from scene import GENERATOR, Scene, base64url
from seeded import main, say

# None of them is in a story. The first two have cases of their own.
STRANGERS = ("mof", "jica", "police-okinawa")
# Nobody's in particular: what they name is for everybody who may make the call, or is itself the permission.
NOT_OF_A_BODY = {"/api/v1/editions/{id}", "/api/v1/editions/{id}/explain", "/api/v1/record/proofs/{sequence}",
                 "/api/v1/set-up/{code}", "/api/v1/set-up/{code}/passphrase", "/api/v1/set-up/{code}/passkey",
                 "/api/v1/set-up/{code}/demonstration"}
TABLES = {"assignment": "assignment", "erasure": "erasure", "waiver": "waiver", "message": "message", "person": "person",
          "instruction": "instruction", "request": "cymat_request", "member": "cymat_member", "change": "label_change"}
BY_PATH = {"incidents": "incident", "obligations": "obligation", "relay-switch": "relay_switch", "appointments": "appointment",
           "delegations": "delegation", "shifts": "shift", "endpoints": "endpoint", "deliveries": "delivery", "label-mappings": "label_mapping",
           "inquiries": "inquiry", "notices": "notice", "withholdings": "withholding", "sealing-keys": "sealing_key", "annexes": "annex",
           "attachments": "attachment"}
SAMPLE = 1  # ids of the table a place speaks of; the long run takes all there are, up to MOST
MOST = 40


def every_id(scene):
    """{table: ids} of whatever has an id."""
    tables = scene.cluster.sql("SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = "
                               "'noroshi'::regnamespace AND c.relkind = 'r' AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype ORDER BY 1;")
    found = {table: scene.cluster.sql(f"SELECT id FROM {table} ORDER BY id LIMIT {MOST};") for table in tables}
    return {table: ids for table, ids in found.items() if ids}


def table_of(place, path):
    table = TABLES.get(place) or next((table for word, table in BY_PATH.items() if f"/{word}/{{{place}}}" in path), None)
    if not table:
        raise Fault(f"{path}: which table {{{place}}} speaks of is not known here")
    return table


def add_to(scene):
    """What the scene leaves out and a path can name."""
    case = scene.answers["JPS-AUDIT-1"]["incident"]["id"]
    scene.post("jps", "csirt_head", "/api/v1/label-mappings", {"own_label": "社外秘", "confidentiality": 2})
    scene.post("jps", "csirt_head", f"/api/v1/incidents/{case}/label-changes",
               {"confidentiality": 1, "reason": "公表済み"})
    status, _, said = Desk(scene.daemon).ask("POST", f"/api/v1/incidents/{case}/attachments?name=log.txt",
                                             scene.desks.tokens["jps", "csirt_head"], "application/octet-stream", b"abc", "foreign-file")
    if status != 201:
        raise Fault(f"the file was refused: {status} {said[:300]!r}")
    scene.erase_one()
    scene.wait_quiet()


def own_of(desk, tokens, body):
    """{table: id} of what is the stranger's own: a case, a duty, a request for a team."""
    head = tokens.get("csirt_head")
    if not head:
        return {}
    said = desk.post(head, "/api/v1/reports", report(f"{body}-OWN-1", cyberattack="yes"), f"own-{body}")
    own = {"incident": said["incident"]["id"], "obligation": said["obligations"][0]["id"]}
    asked = desk.post(head, f"/api/v1/incidents/{own['incident']}/cymat-requests", {"reason": "範囲が分からない", "priority": "high"},
                      f"own-{body}-request")
    own["cymat_request"] = asked["cymat_request"]["id"]
    return own


def nobody():
    return str(uuid.uuid4())


def pairs(options, path, query, ids, own, wanted):
    """(place, path with another's id, the same path with nobody's) for every place, what stands in the others being own where the stranger
    has such a thing, and another's."""
    places = re.findall(r"\{(\w+)\}", path)
    path += query
    pool = [one for several in ids.values() for one in several]
    for place in places:
        foreign = ids.get(table_of(place, path), [])
        chosen = foreign if len(foreign) <= wanted else options.dice.sample(foreign, wanted)
        for one in [*chosen, options.dice.choice(pool)]:
            rest = [other for other in places if other != place]
            choices = [[own[table]] if (table := table_of(other, path)) in own else [] for other in rest]
            choices = [mine + options.dice.sample(ids.get(table_of(other, path), pool), 1) for mine, other in zip(choices, rest)]
            for others in itertools.product(*choices):
                filled = dict(zip(rest, others))
                yield place, path.format(**filled, **{place: one}), path.format(**filled, **{place: nobody()})


# What a call takes that is no JSON: the form of a sealed text, which nobody here opens.
POINT = {"kty": "EC", "crv": "P-384", "x": base64url(bytes.fromhex(GENERATOR[:96])), "y": base64url(bytes.fromhex(GENERATOR[96:]))}
SEALED = json.dumps({"protected": base64url(b'{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}'),
                     "recipients": [{"header": {"kid": "0" * 43, "epk": POINT}, "encrypted_key": base64url(bytes(40))}],
                     "aad": base64url(b"mof\nA-1\nkey\n"), "iv": base64url(bytes(12)), "ciphertext": base64url(bytes(99)),
                     "tag": base64url(bytes(16))}).encode()


def body_for(operation):
    media_type, body = body_of(operation)
    if media_type == "application/jose+json":
        body = SEALED
    elif media_type == "*/*":
        media_type, body = "application/octet-stream", b"abc"
    return media_type, body


def run(options):
    wrong, statuses = [], collections.Counter()
    hidden = set()  # (path, place) of which a 404 was seen by a role that the call is for
    with Scene(options, 0) as scene:
        scene.play()
        add_to(scene)
        ids = every_id(scene)
        calls = [(method, path, operation) for method, path, operation in operations() if "{" in path and path not in NOT_OF_A_BODY]
        wanted = {table_of(place, path) for _, path, _ in calls for place in re.findall(r"\{(\w+)\}", path)}
        if poor := wanted - ids.keys():
            raise Fault(f"the scene has nothing of {sorted(poor)}: of these nothing is proved")
        desk = Desk(scene.daemon)
        busy = {body for body, _ in scene.desks.tokens}
        for stranger in STRANGERS:
            if stranger in busy:
                raise Fault(f"{stranger} is no stranger to the scene")
            tokens = issue_tokens(scene.daemon, stranger)
            own = own_of(desk, tokens, stranger)
            for (method, path, operation), (role, token) in itertools.product(calls, tokens.items()):
                media_type, body = body_for(operation)
                may_call = role in operation.get("x-roles", ())
                if not may_call and options.dice.random() > 0.2:
                    continue  # refused for the role alone; a sample of these will do
                for place, real, never in pairs(options, path, query_of(operation), ids, own, MOST if options.long else SAMPLE):
                    key = f"foreign-{desk.asked}" if method == "POST" else None
                    one = desk.ask(method, real, token, media_type, body, key)
                    other = desk.ask(method, never, token, media_type, body, key and key + "-never")
                    statuses[one[0]] += 1
                    if one != other:
                        wrong.append(f"{method} {path}, {place}, as {role} of {stranger}: {one[0]} {one[2][:160]!r} for another's, "
                                     f"{other[0]} {other[2][:160]!r} for nobody's")
                    elif may_call and one[0] == 404:
                        hidden.add((path, place))
                    elif one[0] != 403:
                        wrong.append(f"{method} {path}, {place}, as {role} of {stranger}: {one[0]} {one[2][:120]!r} for an id that nobody has")
        # What only the centre, a team or the crisis desk may call: there is one of each, and no stranger among them.
        held = {(path, place) for _, path, operation in calls for place in re.findall(r"\{(\w+)\}", path)
                if set(operation.get("x-roles", ())) - {"center_liaison", "cymat_member", "crisis_desk"}}
        # The example of a call may be refused before its id is looked for: then nothing was seen.
        for path, place in sorted(held - hidden):
            wrong.append(f"{path}: no role that the call is for was answered 404 for {{{place}}}")
        say(options, f"{desk.asked} calls, {len(calls)} routes with {len(hidden)} of {len(held)} places hidden, ids of {len(ids)} tables: "
            f"{dict(sorted(statuses.items()))}")
    for line in wrong[:30]:
        say(options, line)
    return not wrong


if __name__ == "__main__":
    sys.exit(main("input.foreign_ids", __doc__, run, lambda parser: parser.add_argument("--long", action="store_true")))
