"""Tests rfc6962.py: known vectors first, then the example files of schemas/events, whole and altered in each place.

The ten lines of Python that the page promises are run here as they stand there.
"""

import base64
import hashlib
import io
import json
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import rfc6962
from check_examples import FOLDER, PAGE, Leaf, Page

RECORD = FOLDER / "examples" / "record"
KEYS = (RECORD / "keys.txt").read_text(encoding="utf-8").split()
RECEIPT = json.loads((RECORD / "receipt.json").read_text(encoding="utf-8"))
CHECKPOINT = (RECORD / "checkpoint.txt").read_text(encoding="utf-8")


def lines_of(name):
    return [json.loads(line) for line in (RECORD / name).read_text(encoding="utf-8").splitlines()]


def checked(lines, **given):
    return rfc6962.check(io.StringIO("".join(json.dumps(line) + "\n" for line in lines)), **given)


def with_bit(encoded, place=0):
    data = bytearray(base64.b64decode(encoded))
    data[place] ^= 1
    return base64.b64encode(bytes(data)).decode()


class Tree(unittest.TestCase):
    LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    ROOTS = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    INCLUSION = ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]
    CONSISTENCY = {
        (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
        (6, 8): ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
        (2, 5): ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
    }

    def root(self, size):
        return bytes.fromhex(self.ROOTS[size])

    def test_the_reference_tree_of_certificate_transparency(self):
        tree = rfc6962.Tree()
        for size in range(9):
            if size in self.ROOTS:
                self.assertEqual(tree.root().hex(), self.ROOTS[size])
            if size < 8:
                tree.append(rfc6962.leaf_hash(bytes.fromhex(self.LEAVES[size])))

    def test_a_known_proof_of_inclusion(self):
        leaf, proof = rfc6962.leaf_hash(bytes.fromhex(self.LEAVES[5])), [bytes.fromhex(text) for text in self.INCLUSION]
        self.assertEqual(rfc6962.root_by_inclusion(leaf, 5, 8, proof), self.root(8))
        for index, size, hashes in ((4, 8, proof), (5, 6, proof), (5, 16, proof), (5, 8, proof[1:]), (5, 8, proof[:-1]),
                                    (5, 8, proof + proof[:1]), (8, 8, proof), (-1, 8, proof), (0, 0, [])):
            self.assertNotEqual(rfc6962.root_by_inclusion(leaf, index, size, hashes), self.root(8))

    def test_known_proofs_of_consistency(self):
        for (old, new), texts in self.CONSISTENCY.items():
            proof = [bytes.fromhex(text) for text in texts]
            self.assertTrue(rfc6962.consistent(old, self.root(old), new, self.root(new), proof))
            self.assertFalse(rfc6962.consistent(old, self.root(new), new, self.root(new), proof))
            self.assertFalse(rfc6962.consistent(old, self.root(old), new, self.root(old), proof))
            self.assertFalse(rfc6962.consistent(old, self.root(old), new, self.root(new), proof[:-1]))
            self.assertFalse(rfc6962.consistent(old, self.root(old), new, self.root(new), proof + proof[:1]))
        self.assertTrue(rfc6962.consistent(3, self.root(3), 3, self.root(3), []))
        self.assertFalse(rfc6962.consistent(3, self.root(3), 3, self.root(5), []))


class Signatures(unittest.TestCase):
    VECTORS = (  # RFC 8032, section 7.1: key, message, signature
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465514143"
         "8e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d2916"
         "12bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027bece"
         "ea1ec40a"),
    )

    def test_the_vectors_of_rfc_8032(self):
        for key, message, signature in (map(bytes.fromhex, vector) for vector in self.VECTORS):
            self.assertTrue(rfc6962.ed25519(key, message, signature))
            self.assertFalse(rfc6962.ed25519(key, message + b"x", signature))
            self.assertFalse(rfc6962.ed25519(key, message, signature[:-1]))
            for place in (0, 31, 32, 63):
                altered = bytearray(signature)
                altered[place] ^= 1
                self.assertFalse(rfc6962.ed25519(key, message, bytes(altered)))
            raised = int.from_bytes(signature[32:], "little") + rfc6962.ORDER
            self.assertFalse(rfc6962.ed25519(key, message, signature[:32] + raised.to_bytes(32, "little")))

    def test_a_published_note(self):
        """The example of golang.org/x/mod/sumdb/note."""
        key = rfc6962.Key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        text = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
        line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        self.assertTrue(key.signed(text, base64.b64decode(line)[4:]))

    def test_a_published_checkpoint_with_a_cosignature(self):
        note = (
            "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
            "— arche2025h1.staging.ct.transparency.dev "
            "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
            "— witness.stagemole.eu "
            "Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
            "— remora.n621.de "
            "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n")
        keys = [rfc6962.Key("arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"),
                rfc6962.Key("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")]
        checkpoint = rfc6962.Checkpoint(note, keys)
        self.assertEqual((checkpoint.size, checkpoint.witnesses), (1432088532, ["remora.n621.de"]))
        for changed in (note.replace("1432088532", "1432088533"), note.replace("U7WM", "V7WM"), note.replace("ui8GwCF", "ui8GwCG"),
                        note.replace("2net5wAAAABqEiEg", "2net5wAAAABqEiEh"), note[:-1], note.replace("\n\n", "\n"),
                        note.replace("\n1432088532", "\n01432088532"), note.replace("dev\n1", "dev\nx\n1", 1)):
            with self.assertRaises(rfc6962.Altered):
                rfc6962.Checkpoint(changed, keys)

    def test_keys_that_are_none(self):
        for text in ("", "a", "a+b", KEYS[0][:-1], KEYS[0].replace("+fe45", "+fe46"), "x" + KEYS[0],
                     "a+00000000+" + base64.b64encode(bytes(33)).decode()):
            with self.assertRaises(rfc6962.Altered):
                rfc6962.Key(text)


class Files(unittest.TestCase):
    def test_the_examples_fit(self):
        for name, events, reports in (("whole.jsonl", 3, 1), ("each.jsonl", 2, 1)):
            record = checked(lines_of(name), keys=KEYS, notes=[CHECKPOINT], receipts=[RECEIPT])
            self.assertEqual((record.events, record.reports, record.promised, record.erased), (events, reports, 1, 0))
            self.assertEqual(record.checkpoints[0].witnesses, ["witness.example/w1"])

    def test_what_was_erased_is_counted_and_no_alteration(self):
        lines = lines_of("whole.jsonl")
        del lines[2]["report"]
        lines[2]["openings"] = {}
        record = checked(lines)
        self.assertEqual((record.erased, record.reports), (8, 0))

    def refuse(self, name, change, says, **given):
        lines = lines_of(name)
        change(lines)
        with self.assertRaisesRegex(rfc6962.Altered, says):
            checked(lines, **{"keys": KEYS, **given})

    def test_each_alteration_is_named(self):
        title = "title"
        altered = (
            ("a leaf", lambda f: f[2].update(leaf=with_bit(f[2]["leaf"], 20)), "event 1: its leaf is not the one"),
            ("a leaf and its hash",
             lambda f: (f[2].update(leaf=with_bit(f[2]["leaf"], 20)), f[2].pop("leaf_sha256")), "event 2: it, or one of those"),
            ("the type of a leaf", lambda f: f[2].update(leaf=with_bit(f[2]["leaf"], 1)), "event 1: its leaf is no event"),
            ("a text", lambda f: f[2]["openings"][title].update(value="AAAA"), "event 1: its text 'title'"),
            ("a salt", lambda f: f[2]["openings"][title].update(salt=with_bit(f[2]["openings"][title]["salt"])),
             "event 1: its text 'title'"),
            ("two texts exchanged",
             lambda f: f[2]["openings"].update(title=f[2]["openings"]["document"], document=f[2]["openings"][title]),
             "event 1: its text 'title'"),
            ("a text of no field", lambda f: f[2]["openings"].update(more=f[2]["openings"][title]),
             "event 1: its leaf commits to no more"),
            ("a report", lambda f: f[2].update(report="AAAA"), "event 1: its report is not the one"),
            ("a report where none was received", lambda f: f[1].update(report="AAAA"), "event 0: it brings a report"),
            ("an event deleted", lambda f: f.pop(2), "event 1 is missing"),
            ("the first event deleted", lambda f: f.pop(1), "event 0 is missing"),
            ("the last event deleted", lambda f: f.pop(3), "says 3 events and has 2"),
            ("the last event deleted, and counted", lambda f: (f.pop(3), f[-1].update(events=2)), "events 2 to 2 are missing"),
            ("two events exchanged", lambda f: f.insert(2, f.pop(3)), "event 1 is missing"),
            ("two leaves exchanged", lambda f: (f[1].update(sequence=1), f[2].update(sequence=0), f.insert(1, f.pop(2))),
             "event 2: it, or one of those"),
            ("an event twice", lambda f: f.insert(2, f[1]), "event 1 is missing"),
            ("the end cut off", lambda f: f.pop(), "the end of the file is missing"),
            ("something after the end", lambda f: f.append(f[1]), "follows the end"),
            ("a line of another kind", lambda f: f[2].update(line="note"), "line 3 is neither"),
            ("a member gone", lambda f: f[2].pop("leaf"), "line 3 is torn"),
            ("the root of the checkpoint",
             lambda f: f[0].update(checkpoints=[CHECKPOINT.replace("\n81ED", "\n91ED")]), "the signature of noroshi/"),
            ("the signature", lambda f: f[0].update(checkpoints=[CHECKPOINT.replace("/kXRY1VzdZ", "/kXRY1VzdY")]),
             "the signature of noroshi/"),
            ("the time of the witness", lambda f: f[0].update(checkpoints=[CHECKPOINT.replace("AAAABbYQr8", "AAAABbYQr9")]),
             "the signature of witness.example/w1"),
            ("the checkpoint gone", lambda f: f[0].update(checkpoints=[]), "3 events are not signed for"),
            ("the trees", lambda f: f[0]["origins"][0].update(first_sequence=1), "in disorder"),
            ("the name of the tree", lambda f: f[0]["origins"][0].update(name="noroshi/x/1"), "does not list"),
            ("a second tree that is not opened",
             lambda f: f[0]["origins"].append({"name": "noroshi/x/2", "first_sequence": 2}), "does not open the tree"),
        )
        for what, change, says in altered:
            with self.subTest(what):
                self.refuse("whole.jsonl", change, says)

    def test_each_alteration_of_single_events_is_named(self):
        altered = (
            ("a proof", lambda f: f[1]["proof"].__setitem__(0, with_bit(f[1]["proof"][0])), "event 1: its leaf or its proof"),
            ("a proof cut off", lambda f: f[1]["proof"].pop(), "event 1: its leaf or its proof"),
            ("a proof too long", lambda f: f[1]["proof"].append(f[1]["proof"][0]), "event 1: its leaf or its proof"),
            ("no proof", lambda f: f[1].pop("proof"), "event 1: nothing proves"),
            ("another sequence", lambda f: f[1].update(sequence=0), "event 0: its leaf or its proof"),
            ("a leaf and its hash",
             lambda f: (f[1].update(leaf=with_bit(f[1]["leaf"], 20)), f[1].pop("leaf_sha256")), "event 1: its leaf or its proof"),
            ("two events exchanged", lambda f: f.insert(1, f.pop(2)), "event 1 is out of order"),
        )
        for what, change, says in altered:
            with self.subTest(what):
                self.refuse("each.jsonl", change, says)

    def test_receipts_hold_the_record_to_its_word(self):
        for member, value in (("leaf_sha256", "0" * 64), ("sha256", "0" * 64), ("event_id", "0" * 36), ("origin", "x"),
                              ("received_at", "2018-08-01T10:20:31+09:00"), ("signature", with_bit(RECEIPT["signature"]))):
            with self.subTest(member), self.assertRaisesRegex(rfc6962.Altered, "receipt"):
                checked(lines_of("whole.jsonl"), keys=KEYS, receipts=[{**RECEIPT, member: value}])
        lines = lines_of("whole.jsonl")
        lines[0]["checkpoints"] = []
        del lines[2:4]
        lines[-1]["events"] = 1
        with self.assertRaisesRegex(rfc6962.Altered, f"event {RECEIPT['event_id']}, which a receipt promised, is missing"):
            checked(lines, keys=KEYS, receipts=[RECEIPT])

    def test_another_key_than_the_published_one_is_no_signature(self):
        stranger = "noroshi/0164f3a0-bd00-7000-8000-000000000060/1+"
        public = bytes([1]) + base64.b64decode(KEYS[1].split("+", 2)[2])[1:]
        digest = rfc6962.sha256(stranger[:-1].encode(), b"\n", public)[:4].hex()
        self.refuse("whole.jsonl", lambda f: None, "is not signed by any key",
                    keys=[f"{stranger}{digest}+{base64.b64encode(public).decode()}"])

    def test_what_is_no_export_file_is_told_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            for text, code in (("", 2), ("{}", 2), ("no JSON", 2), ('{"line":"header","format":"other/1"}', 1)):
                path = Path(folder) / "file"
                path.write_text(text, encoding="utf-8")
                run = subprocess.run([sys.executable, rfc6962.__file__, path], capture_output=True, text=True, timeout=20)
                self.assertEqual((run.returncode, run.stderr), (code, ""), text)

    def test_as_a_program_it_says_what_it_found(self):
        arguments = [sys.executable, rfc6962.__file__, RECORD / "whole.jsonl"]
        known = subprocess.run([*arguments, "--key", KEYS[0], "--receipt", RECORD / "receipt.json"], capture_output=True, text=True,
                               timeout=20)
        self.assertEqual(known.returncode, 0, known.stdout + known.stderr)
        self.assertIn("nothing was altered", known.stdout)
        self.assertIn("1 receipts are kept", known.stdout)
        unknown = subprocess.run(arguments, capture_output=True, text=True, timeout=20)
        self.assertEqual(unknown.returncode, 0)
        self.assertIn("whose keys these are, it cannot say", unknown.stdout)


def encoded(point):
    inverse = pow(point[2], -1, rfc6962.P)
    x, y = point[0] * inverse % rfc6962.P, point[1] * inverse % rfc6962.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Signer:
    """RFC 8032, section 5.1.6, with the keys of the examples."""

    def __init__(self, name, seed_text):
        seed = hashlib.sha512(hashlib.sha256(seed_text).digest()).digest()
        self.number = int.from_bytes(seed[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.prefix, self.name = seed[32:], name
        self.public = encoded(rfc6962.multiply(self.number, rfc6962.BASE))
        self.hash = rfc6962.sha256(name.encode(), b"\n\1", self.public)[:4]
        self.key = f"{name}+{self.hash.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def sign(self, message):
        nonce = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % rfc6962.ORDER
        point = encoded(rfc6962.multiply(nonce, rfc6962.BASE))
        challenge = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little")
        return point + ((nonce + challenge * self.number) % rfc6962.ORDER).to_bytes(32, "little")

    def checkpoint(self, leaves):
        text = f"{self.name}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n"
        line = base64.b64encode(self.hash + self.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {line}\n"


class Continued(unittest.TestCase):
    """A record whose first tree was signed for three leaves, of which two are left, and the tree that continues it."""

    def setUp(self):
        self.lines = lines_of("whole.jsonl")
        self.one = Signer(self.lines[0]["origins"][0]["name"], b"noroshi example key")
        self.two = Signer(self.one.name[:-1] + "2", b"noroshi example key")
        self.leaves = [rfc6962.leaf_hash(base64.b64decode(line["leaf"])) for line in self.lines[1:4]]

    def record(self, **stated):
        """The lines, with what record.continued states."""
        example = json.loads((FOLDER / "examples" / "record.continued.json").read_text(encoding="utf-8"))
        leaf = Leaf(Page(), bytes.fromhex(example["leaf"]), example["openings"])
        leaf.fields(Page().head)
        what = {"origin": self.two.name, "before": self.one.name, "highest": 3, "highest_root": root(self.leaves), "held": 2,
                "held_root": root(self.leaves[:2]), **stated}
        word = lambda text: struct.pack(">H", len(text)) + text.encode()
        data = (leaf.data[: leaf.place] + word(what["origin"]) + word(what["before"]) + struct.pack(">Q", what["highest"]) +
                what["highest_root"] + struct.pack(">Q", what["held"]) + what["held_root"] + b"\0")
        actor = {"salt": base64.b64encode(bytes.fromhex(example["openings"][0]["salt"])).decode(),
                 "value": base64.b64encode(bytes.fromhex(example["openings"][0]["value"])).decode()}
        event = {"line": "event", "sequence": 2, "leaf": base64.b64encode(data).decode(), "openings": {"actor_name": actor}}
        header = {**self.lines[0], "keys": [self.one.key, self.two.key],
                  "origins": [{"name": self.one.name, "first_sequence": 0}, {"name": self.two.name, "first_sequence": 2}],
                  "checkpoints": [self.one.checkpoint(self.leaves), self.two.checkpoint([rfc6962.leaf_hash(data)])]}
        return [header, self.lines[1], self.lines[2], event, self.lines[4]]

    def test_the_signer_is_the_one_of_the_examples(self):
        self.assertEqual(self.one.key, KEYS[0])
        self.assertTrue(CHECKPOINT.startswith(self.one.checkpoint(self.leaves)))

    def test_a_loss_that_was_declared_is_told(self):
        record = checked(self.record())
        self.assertEqual([names[:2] for names in record.continued], [(self.two.name, self.one.name)])

    def test_what_was_declared_otherwise_is_named(self):
        for stated, says in (
            ({"highest": 2, "highest_root": root(self.leaves[:2])}, "was signed for are missing"),
            ({"highest_root": bytes(32)}, "was signed for are missing"),
            ({"before": "another"}, "was signed for are missing"),
            ({"held": 1}, "are not those that it says were held"),
            ({"held_root": bytes(32)}, "are not those that it says were held"),
            ({"origin": self.one.name}, "does not open the tree"),
        ):
            with self.subTest(stated), self.assertRaisesRegex(rfc6962.Altered, f"event 2: .*{says}"):
                checked(self.record(**stated))

    def test_checkpoints_of_other_sizes_need_a_proof_that_connects_them(self):
        lines = lines_of("each.jsonl")
        lines[0]["checkpoints"].append(self.one.checkpoint(self.leaves[:2]))
        with self.assertRaisesRegex(rfc6962.Altered, "nothing connects"):
            checked(lines)
        third = base64.b64encode(self.leaves[2]).decode()
        lines[0]["consistency"] = [{"origin": self.one.name, "from": 2, "to": 3, "proof": [third]}]
        self.assertEqual(checked(lines).events, 2)
        lines[0]["consistency"][0]["proof"] = [with_bit(third)]
        with self.assertRaisesRegex(rfc6962.Altered, "does not continue"):
            checked(lines)
        lines = lines_of("each.jsonl")
        lines[0]["checkpoints"].append(self.one.checkpoint(self.leaves[:2] + self.leaves[:1]))
        with self.assertRaisesRegex(rfc6962.Altered, "does not continue"):
            checked(lines)


class TenLines(unittest.TestCase):
    """The snippet of the page, exactly as it stands there."""

    def setUp(self):
        self.snippet = re.search(r"```python\n(.*?)```", PAGE, re.S)[1]

    def run_on(self, path, sequence):
        return subprocess.run([sys.executable, "-c", self.snippet, str(path), str(sequence)], capture_output=True, text=True,
                              timeout=20)

    def test_they_are_ten(self):
        self.assertEqual(len(self.snippet.splitlines()), 10)
        self.assertLessEqual(max(map(len, self.snippet.splitlines())), 130)

    def test_they_find_the_events_of_the_example_in_the_tree(self):
        for sequence in (1, 2):
            run = self.run_on(RECORD / "each.jsonl", sequence)
            self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_they_refuse_what_was_altered(self):
        changes = {
            "leaf": lambda f: f[1].update(leaf=with_bit(f[1]["leaf"], 20)),
            "proof": lambda f: f[1]["proof"].reverse(),
            "short": lambda f: f[1]["proof"].pop(),
            "long": lambda f: f[1]["proof"].append(f[1]["proof"][0]),
            "size": lambda f: f[0].update(checkpoints=[CHECKPOINT.replace("\n3\n", "\n2\n")]),
            "root": lambda f: f[0].update(checkpoints=[CHECKPOINT.replace("\n81ED", "\n91ED")]),
            "start": lambda f: f[0]["origins"][0].update(first_sequence=1),
        }
        for what, change in changes.items():
            lines = lines_of("each.jsonl")
            change(lines)
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "altered.jsonl"
                path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
                run = self.run_on(path, 1)
                self.assertEqual(run.returncode, 1)
                self.assertEqual(run.stderr, "this event is not in the tree\n")

    def test_they_agree_with_the_checker_in_trees_of_all_sizes(self):
        """Every leaf of every tree up to 20 leaves, by the loop of the snippet."""
        loop = re.search(r"for other.*?(?=sys\.exit)", self.snippet, re.S)[0]
        for size in range(1, 21):
            leaves = [rfc6962.leaf_hash(bytes([number])) for number in range(size)]
            tree = rfc6962.Tree()
            for leaf in leaves:
                tree.append(leaf)
            for place in range(size):
                proof = path(place, leaves)
                names = {"sha256": hashlib.sha256, "base64": base64, "index": place, "last": size - 1, "node": leaves[place],
                         "event": {"proof": [base64.b64encode(digest).decode() for digest in proof]}}
                exec(loop, names)
                self.assertEqual((names["node"], names["last"]), (tree.root(), 0), (place, size))
                self.assertEqual(rfc6962.root_by_inclusion(leaves[place], place, size, proof), tree.root())


def root(leaves):
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return rfc6962.node_hash(root(leaves[:half]), root(leaves[half:]))


def path(place, leaves):
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if place < half:
        return path(place, leaves[:half]) + [root(leaves[half:])]
    return path(place - half, leaves[half:]) + [root(leaves[:half])]


if __name__ == "__main__":
    unittest.main()
