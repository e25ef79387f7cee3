#!/usr/bin/env python3
"""Files that somebody forges who has no key of the log: `noroshi record verify` with what was given by a way of its own. Made
from the example files of schemas/events, with a signer of the test's own.
"""

import base64
import copy
import json
import subprocess
import sys
import tempfile
import unittest

import rfc6962
import test_rfc6962
from test_rfc6962 import Signer, lines_of, path

CLI = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "noroshi"


def verify(lines, *arguments, within=60):
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = subprocess.run([CLI, "--lang", "en", "--json", "record", "verify", "-", *arguments], input=text.encode(),
                          capture_output=True, timeout=within)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr.decode()


def codes(said):
    return {(finding["code"], finding["weight"]) for finding in said["findings"]}


def leaf_of(line):
    return rfc6962.leaf_hash(base64.b64decode(line["leaf"]))


def encoded(digests):
    return [base64.b64encode(digest).decode() for digest in digests]


class ForgedTree(unittest.TestCase):
    """The two attacks: a tree that a forger signs, after a genuine one."""

    def setUp(self):
        made = test_rfc6962.Continued()
        made.setUp()
        self.lines, self.leaves, self.one, self.two, self.record = made.lines, made.leaves, made.one, made.two, made.record
        self.forger = Signer(self.two.name, b"a forger's key")
        self.kept = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8"))
        self.kept.write(self.one.checkpoint(self.leaves))
        self.kept.flush()

    def test_an_invented_tree_beside_a_genuine_event(self):
        header, genuine, *_ = copy.deepcopy(self.lines)
        genuine["proof"] = encoded(path(0, self.leaves))
        invented = copy.deepcopy(self.lines[2])
        invented["sequence"], leaves = 1001, [leaf_of(self.lines[1]), leaf_of(invented)]
        invented["proof"] = encoded(path(1, leaves))
        header["proofs"] = "each"
        header["origins"].append({"name": self.two.name, "first_sequence": 1000})
        end = {"line": "end", "events": 2}
        for signer, given, code, finding in (
                (self.forger, [f"--key={self.one.key}"], 1, ("origin_not_pinned", "altered")),
                (self.forger, [], 1, ("continuation_unproven", "unproven")),
                (self.two, [f"--key={self.one.key}"], 0, ("continuation_absent", "told"))):
            head = {**header, "keys": [self.one.key, signer.key],
                    "checkpoints": [self.one.checkpoint(self.leaves), signer.checkpoint(leaves)]}
            with self.subTest(given=given, signer=signer.key):
                done, said, _ = verify([head, genuine, invented, end], *given)
                self.assertEqual(done, code, said)
                self.assertIn(finding, codes(said))

    def test_a_record_that_was_cut_and_continued(self):
        lawful = self.record()
        forged = copy.deepcopy(lawful)
        forged[0]["keys"][1] = self.forger.key
        forged[0]["checkpoints"][1] = self.forger.checkpoint([leaf_of(forged[3])])
        key, kept = f"--key={self.one.key}", f"--checkpoint={self.kept.name}"
        for lines, given, code, findings in (
                (lawful, [key], 0, {("record_continued", "told")}),
                (lawful, [], 1, {("continuation_unproven", "unproven")}),
                (lawful, [key, kept], 1, {("checkpoint_excused", "unproven")}),
                (forged, [kept], 1, {("checkpoint_excused", "unproven"), ("continuation_unproven", "unproven")}),
                (forged, [key], 1, {("origin_not_pinned", "altered")}),
                (forged, [key, kept], 1, {("origin_not_pinned", "altered")})):
            with self.subTest(forged=lines is forged, given=given):
                done, said, _ = verify(lines, *given)
                self.assertEqual(done, code, said)
                self.assertLessEqual(findings, codes(said))
                self.assertFalse([line for line in said["proves"] if "kept elsewhere" in line], said)


class InventedWitness(unittest.TestCase):
    """The example's checkpoint bears a cosignature; who the witness is, the file alone says."""

    def test_a_witness_counts_where_its_key_was_given(self):
        lines = lines_of("whole.jsonl")
        log, witness = (f"--key={key}" for key in lines[0]["keys"])
        for given, mark, watched in (([log], "(key from the file)", False), ([log, witness], "(the key that was given)", True)):
            with self.subTest(given=given):
                done, said, _ = verify(lines, *given)
                self.assertEqual(done, 0, said)
                self.assertEqual([line.endswith(f"{mark}.") for line in said["proves"] if "The witness" in line], [True])
                self.assertEqual(any("no other tree was signed" in line for line in said["does_not_prove"]), not watched)


class LargeHeader(unittest.TestCase):
    def test_keys_and_lines_that_stand_there_many_times(self):
        lines = lines_of("whole.jsonl")
        header, keys, note = lines[0], lines[0]["keys"], lines[0]["checkpoints"][0]
        cosignature = note.splitlines()[-1] + "\n"
        for keys, notes, code, says in (
                (keys * 400, [note + 98 * cosignature], 0, None),
                (keys * 10000, [note + 98 * cosignature], 1, "more than 1000 keys"),
                (keys, [note] * 10001, 1, "more than 10000 checkpoints"),
                (keys * 500, [note] * 2000, 0, None)):
            with self.subTest(keys=len(keys), notes=len(notes)):
                done, said, complaint = verify([{**header, "keys": keys, "checkpoints": notes}, *lines[1:]], within=5)
                self.assertEqual(done, code, (said, complaint))
                if says:
                    self.assertIn(says, said["findings"][0]["message"])


if __name__ == "__main__":
    unittest.main()
