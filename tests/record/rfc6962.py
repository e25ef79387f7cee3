#!/usr/bin/env python3
"""Checks an export file of the record (noroshi-record/1), without any of the program that wrote it.

    rfc6962.py FILE [--key KEY]... [--checkpoint FILE]... [--receipt FILE]...

What it needs to know stands in schemas/events/README.md: the bytes of an event, the tree, checkpoints, receipts and the
export file. Leaves are read by the tables of that page (check_examples.py). The rest is here, from RFC 6962 (the tree),
RFC 8032 (Ed25519) and C2SP (signed notes), with Python's own library and nothing else.

KEY is a key in note form, "name+hash+base64", that you have from somebody you trust. Without one the keys that the file
brings are taken: then you learn that the file agrees with itself, and not who signed it.

Exit 0: all of it fits. 1: something was altered; the last line names it. 2: this is no export file.
"""

import argparse
import base64
import hashlib
import json
import re
import sys

from check_examples import Leaf, Page


class Altered(Exception):
    """What does not fit, in a sentence."""


def ensure(condition, sentence):
    if not condition:
        raise Altered(sentence)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def from_base64(text):
    """Canonical base64 only: one text for one value."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        data = None
    ensure(data is not None and base64.b64encode(data).decode() == text, f"{text!r:.60} is not base64")
    return data


# -- The tree: RFC 6962, section 2.1 ---------------------------------------------------------------------------


def leaf_hash(leaf):
    return sha256(b"\0", leaf)


def node_hash(left, right):
    return sha256(b"\1", left, right)


class Tree:
    """Grows leaf by leaf and keeps the roots of its perfect subtrees, large ones first: never more than 64."""

    def __init__(self):
        self.size, self.subtrees = 0, []

    def append(self, digest):
        self.size, waiting = self.size + 1, self.size
        while waiting & 1:  # two subtrees of one size become one
            digest, waiting = node_hash(self.subtrees.pop(), digest), waiting >> 1
        self.subtrees.append(digest)

    def root(self):
        if not self.subtrees:
            return sha256()
        digest = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_by_inclusion(digest, index, size, proof):
    """The root that the proof leads to from the leaf, or None where it is not as long as the way."""
    last = size - 1
    if not 0 <= index <= last:
        return None
    for sibling in proof:
        if last == 0:
            return None
        while index == last and index & 1 == 0:  # a node at the right edge without a sibling moves up as it is
            index, last = index >> 1, last >> 1
        digest = node_hash(sibling, digest) if index & 1 else node_hash(digest, sibling)
        index, last = index >> 1, last >> 1
    return digest if last == 0 else None


def consistent(old_size, old_root, new_size, new_root, proof):
    """Whether the tree of the new size continues the one of the old: RFC 9162, section 2.1.4.2."""
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof
    if old_size & (old_size - 1) == 0:  # a perfect tree is itself the first node
        proof = [old_root, *proof]
    if not proof:
        return False
    index, last = old_size - 1, new_size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while index and index & 1 == 0:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


# -- Ed25519: RFC 8032, section 5.1 ----------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    cross, both = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, both - cross, both + cross, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data):
    """The point that 32 bytes stand for, or None."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519(key, message, signature):
    if len(signature) != 64:
        return False
    public, nonce = point_of(key), point_of(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if public is None or nonce is None or number >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return same(multiply(number, BASE), add(nonce, multiply(challenge, public)))


# -- Signed notes: C2SP signed-note, tlog-checkpoint, tlog-cosignature ------------------------------------------

LOG, WITNESS = 1, 4


class Key:
    def __init__(self, text):
        self.text = text
        ensure(text.count("+") >= 2, f"{text!r:.60} is no key")
        self.name, stated, encoded = text.split("+", 2)
        data = from_base64(encoded)
        self.kind, self.public = data[0], data[1:]
        self.hash = sha256(self.name.encode(), b"\n", data)[:4]
        ensure(len(data) == 33 and self.kind in (LOG, WITNESS), f"{text!r:.60} is no Ed25519 key")
        ensure(self.hash.hex() == stated, f"the key {text} does not have the hash that it states")

    def signed(self, text, signature):
        """Of a witness, with the time before the signature."""
        if self.kind == LOG:
            return ed25519(self.public, text, signature)
        seconds = int.from_bytes(signature[:8], "big")
        return ed25519(self.public, b"cosignature/v1\ntime %d\n" % seconds + text, signature[8:])


class Checkpoint:
    def __init__(self, note, keys):
        form = re.fullmatch(r"((.+)\n(0|[1-9][0-9]*)\n(.{44})\n)\n((?:— [^ +\n]+ [^ \n]+\n)+)", note)
        ensure(form, "a checkpoint is not three lines, an empty one and signatures")
        text, self.origin, self.size, self.root = form[1].encode(), form[2], int(form[3]), from_base64(form[4])
        signers, self.witnesses = set(), []
        for name, encoded in re.findall(r"— (.+) (.+)\n", form[5]):
            data = from_base64(encoded)
            for key in keys:
                if (key.name, key.hash) != (name, data[:4]) or (key.kind == LOG and name != self.origin):
                    continue
                ensure(key.signed(text, data[4:]), f"the signature of {name} on {self} is not by its key")
                if key.kind == LOG:
                    signers.add(key.text)
                else:
                    self.witnesses.append(name)
        ensure(signers, f"{self} is not signed by any key that is known")

    def __str__(self):
        return f"the checkpoint of {self.origin} at size {self.size}"


# -- Events ----------------------------------------------------------------------------------------------------


class ExportedLeaf(Leaf):
    """A leaf whose texts need not all be there: one that was erased reads as empty and is counted."""

    def __init__(self, page, data, openings):
        super().__init__(page, data, [])
        self.openings, self.erased = dict(openings), []

    def opened(self, name):
        if not self.flag():
            return b""
        commitment, opening = self.take(32), self.openings.pop(name, None)
        if opening is None:
            self.erased.append(name)
            return b""
        salt, value = from_base64(opening["salt"]), from_base64(opening["value"])
        ensure(len(salt) == 32 and value and sha256(salt, value) == commitment,
               f"its text {name!r} is not what the leaf commits to")
        return value


class Event:
    def __init__(self, line, page):
        self.sequence, self.data = line["sequence"], from_base64(line["leaf"])
        self.digest = leaf_hash(self.data)
        leaf = ExportedLeaf(page, self.data, line["openings"])
        try:
            head = leaf.fields(page.head)
            self.type, rows = page.types[head["type"]]
            self.fields = leaf.fields(rows)
        except (AssertionError, KeyError, UnicodeDecodeError, ValueError) as error:
            raise Altered(f"its leaf is no event ({error})") from error
        ensure(leaf.place == len(self.data), "bytes follow the end of its leaf")
        ensure(not leaf.openings, f"its leaf commits to no {', '.join(leaf.openings)}")
        ensure(line.get("leaf_sha256", self.digest.hex()) == self.digest.hex(), "its leaf is not the one that was signed for")
        self.id, self.at, self.erased = head["event"], head["at"], leaf.erased
        self.report = line.get("report")
        if self.report is not None:
            self.check_report()

    def check_report(self):
        ensure(self.type == "report.received", "it brings a report and received none")
        if "sha256" not in self.erased:
            ensure(sha256(from_base64(self.report)).hex() == self.fields["sha256"],
                   "its report is not the one that was received")

    def check_receipt(self, receipt):
        ensure(self.type == "report.received", "it is not the receipt of a report")
        ensure(receipt["leaf_sha256"] == self.digest.hex(), "its leaf is not the one that the receipt promised")
        if "sha256" not in self.erased:
            ensure(receipt["sha256"] == self.fields["sha256"], "its report is not the one of the receipt")


def check_signature_of(receipt, keys):
    leaf = base64.b64encode(bytes.fromhex(receipt["leaf_sha256"])).decode()
    lines = ("noroshi-receipt/v1", receipt["origin"], receipt["event_id"], leaf, receipt["sha256"], receipt["received_at"])
    text = "".join(f"{line}\n" for line in lines).encode()
    signature = from_base64(receipt["signature"])
    ensure(any(key.kind == LOG and key.name == receipt["origin"] and ed25519(key.public, text, signature) for key in keys),
           f"the receipt of event {receipt['event_id']} is not signed by any key that is known")


# -- The file --------------------------------------------------------------------------------------------------


class Record:
    def __init__(self, header, keys, notes, receipts, page):
        ensure(header["format"] == "noroshi-record/1" and header["line"] == "header", "this is no noroshi-record/1")
        self.page, self.whole = page, header["proofs"] == "whole"
        self.keys = [Key(text) for text in keys or header["keys"]]
        self.origins = [(origin["name"], origin["first_sequence"]) for origin in header["origins"]]
        starts = [start for _, start in self.origins]
        ensure(starts and starts[0] == 0 and sorted(set(starts)) == starts, "the trees of the record are in disorder")
        self.checkpoints = [Checkpoint(note, self.keys) for note in header["checkpoints"] + notes]
        for checkpoint in self.checkpoints:
            ensure(checkpoint.origin in dict(self.origins), f"{checkpoint} is of a tree that the file does not list")
        self.receipts = {receipt["event_id"]: receipt for receipt in receipts}
        for receipt in receipts:
            check_signature_of(receipt, self.keys)
        self.connections = {(line["origin"], line["from"], line["to"]): line["proof"] for line in header.get("consistency", [])}
        self.tree, self.origin, self.next = Tree(), 0, 0
        self.events = self.reports = self.erased = self.promised = self.sealed = 0
        self.continued, self.lost = [], {}

    def of(self, origin):
        return [checkpoint for checkpoint in self.checkpoints if checkpoint.origin == origin]

    def event(self, line):
        sequence = line["sequence"]
        if self.whole:
            ensure(sequence == self.next, f"event {self.next} is missing: event {sequence} stands in its place")
        ensure(sequence >= self.next, f"event {sequence} is out of order")
        self.next = sequence + 1
        try:
            self.check(line, sequence)
        except Altered as error:
            raise Altered(f"event {sequence}: {error}") from error

    def check(self, line, sequence):
        event = Event(line, self.page)
        while self.origin + 1 < len(self.origins) and self.origins[self.origin + 1][1] <= sequence:
            self.origin += 1
            if self.whole:
                self.check_continuation(event)
        name, start = self.origins[self.origin]
        if self.whole:
            self.tree.append(event.digest)
            for checkpoint in self.of(name):
                if checkpoint.size == self.tree.size:
                    ensure(checkpoint.root == self.tree.root(),
                           f"it, or one of those before it, is not what {checkpoint} was signed for")
                    self.sealed = checkpoint.size
        else:
            ensure(self.of(name) and "proof" in line, "nothing proves that it stands in the tree")
            checkpoint, proof = self.of(name)[0], [from_base64(digest) for digest in line["proof"]]
            root = root_by_inclusion(event.digest, sequence - start, checkpoint.size, proof)
            ensure(root == checkpoint.root, f"its leaf or its proof is not what {checkpoint} was signed for")
        receipt = self.receipts.pop(event.id, None)
        if receipt:
            event.check_receipt(receipt)
            self.promised += 1
        self.events += 1
        self.reports += event.report is not None
        self.erased += len(event.erased)

    def check_continuation(self, event):
        """A tree that follows another begins by saying what was held of it, and what had been signed."""
        before, (name, _) = self.origins[self.origin - 1][0], self.origins[self.origin]
        ensure(event.type == "record.continued" and event.fields["origin"] == name, f"it does not open the tree {name}")
        held = (event.fields["held_size"], event.fields["held_root"])
        ensure(held == (self.tree.size, self.tree.root().hex()), f"the events of {before} are not those that it says were held")
        for checkpoint in self.of(before):
            highest = event.fields["highest_size"] if event.fields["origin_before"] == before else 0
            declared = checkpoint.size < highest or (checkpoint.size, checkpoint.root.hex()) == (highest, event.fields["highest_root"])
            ensure(checkpoint.size <= self.tree.size or declared, f"events that {checkpoint} was signed for are missing")
        self.continued.append((name, before, event.fields["reason"]))
        self.tree, self.sealed = Tree(), 0

    def end(self, line):
        ensure(line["events"] == self.events, f"the file says {line['events']} events and has {self.events}")
        ensure(not (self.whole and self.receipts), f"event {next(iter(self.receipts), '')}, which a receipt promised, is missing")
        if not self.whole:
            return self.connect()
        ensure(self.origin + 1 == len(self.origins), f"the events of {self.origins[-1][0]} are missing")
        for checkpoint in self.of(self.origins[-1][0]):
            ensure(checkpoint.size <= self.tree.size,
                   f"events {self.next} to {self.origins[-1][1] + checkpoint.size - 1} are missing: {checkpoint} was signed for them")
        ensure(self.sealed == self.tree.size, f"the last {self.tree.size - self.sealed} events are not signed for")

    def connect(self):
        """Other checkpoints of a tree continue the one that the proofs lead to, or are continued by it."""
        for name, _ in self.origins:
            for other in self.of(name)[1:]:
                small, large = sorted((self.of(name)[0], other), key=lambda checkpoint: checkpoint.size)
                proof = [] if small.size == large.size else self.connections.get((name, small.size, large.size))
                ensure(proof is not None, f"nothing connects {small} and {large}")
                ensure(consistent(small.size, small.root, large.size, large.root, [from_base64(digest) for digest in proof]),
                       f"{large} does not continue {small}")

    def summary(self):
        what = "all events from the first" if self.whole else "single events, each proved to stand in its tree"
        yield f"{self.events} events ({what}), {self.reports} reports, {self.erased} texts that are not here"
        for name, before, reason in self.continued:
            yield f"{name} continues {before}: {reason or 'the reason is not here'}"
        for checkpoint in sorted({str(checkpoint): checkpoint for checkpoint in self.checkpoints}.values(), key=str):
            yield f"{checkpoint} fits" + "".join(f", cosigned by {name}" for name in checkpoint.witnesses)
        if self.promised:
            yield f"{self.promised} receipts are kept"
        if self.receipts:
            yield f"{len(self.receipts)} receipts promise events that are not in this file"


def check(file, keys=(), notes=(), receipts=()):
    """The record, checked. Raises Altered. Reads line by line, so that a large file needs no more memory."""
    record, last = Record(json.loads(next(file)), list(keys), list(notes), list(receipts), Page()), {"line": "header"}
    for number, text in enumerate(file, 2):
        ensure(last["line"] != "end", f"line {number} follows the end")
        try:
            last = json.loads(text)
            if last["line"] == "end":
                record.end(last)
            else:
                ensure(last["line"] == "event", f"line {number} is neither event nor end")
                record.event(last)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Altered(f"line {number} is torn or has another form ({type(error).__name__})") from error
    ensure(last["line"] == "end", "the end of the file is missing")
    return record


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("file")
    parser.add_argument("--key", action="append", default=[], help="a key that you trust, name+hash+base64")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file with a checkpoint that you have kept")
    parser.add_argument("--receipt", action="append", default=[], help="a file with the receipt of a report")
    given = parser.parse_args()
    try:
        notes = [open(path, encoding="utf-8", newline="").read() for path in given.checkpoint]
        receipts = [json.load(open(path, encoding="utf-8")) for path in given.receipt]
        with open(given.file, encoding="utf-8", newline="\n") as file:
            record = check(file, given.key, notes, receipts)
    except Altered as error:
        print(f"ALTERED: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        print(f"this is no export file of the record: {type(error).__name__}: {error}")
        return 2
    print("\n".join(record.summary()))
    print("nothing was altered" if given.key else "the file agrees with itself; whose keys these are, it cannot say (--key)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
