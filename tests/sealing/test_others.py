#!/usr/bin/env python3
"""The command line against two programs that are not ours: npm's jose and Debian's python3-jwcrypto.

  test_others.py --cli NOROSHI [TEST...]

What we seal each recipient opens there and a third does not; what is sealed there we open; ids of keys are the same.
"""

import argparse
import base64
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
OTHERS = {
    "npm jose": ["node", str(HERE / "jose_side.mjs")],
    "jwcrypto": ["/usr/bin/python3", "-B", str(HERE / "jwcrypto_side.py")],
}
TEXT = "別添：機密性３の添付。\x00\n" + "x" * 5000
AAD = "jps\nJPS-2018-1\n0189-key\n"
CLI = None


def ask(other, **request):
    done = subprocess.run(OTHERS[other], input=json.dumps(request).encode(), capture_output=True, check=False)
    if done.returncode:
        raise AssertionError(f"{other}: {done.stderr.decode()}")
    return json.loads(done.stdout)


class Sealing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def cli(self, *arguments, text=b"", code=0):
        done = subprocess.run([CLI, "--lang", "en", "sealing", *map(str, arguments)], input=text, capture_output=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout

    def make_key(self, name):
        """(file with the private key, file with the public key, public JWK)"""
        private, public = self.folder / f"{name}.jwk", self.folder / f"{name}.pub"
        shown = self.cli("make-key", private)
        public.write_bytes(shown)
        return private, public, json.loads(shown)

    def keep(self, name, value):
        path = self.folder / name
        path.write_text(json.dumps(value))
        return path

    def sealed(self, *publics, aad=AAD):
        to = [argument for public in publics for argument in ("--to", public)]
        return json.loads(self.cli("seal", *to, "--aad", aad, text=TEXT.encode()))

    def test_they_open_what_we_seal_and_a_third_does_not(self):
        for other in OTHERS:
            with self.subTest(other):
                first, second, third = (ask(other, do="make") for _ in range(3))
                publics = [self.keep(f"{i}.pub", key["public"]) for i, key in enumerate((first, second))]
                for aad in (AAD, ""):
                    jwe = self.sealed(*publics, aad=aad)
                    for key in (first, second):
                        self.assertEqual(ask(other, do="open", key=key["private"], jwe=jwe), {"text": TEXT, "aad": aad})
                    self.assertIn("refused", ask(other, do="open", key=third["private"], jwe=jwe))
                # What they refuse too: it was altered.
                for member in ("aad", "ciphertext", "tag", "iv"):
                    jwe = self.sealed(publics[0])
                    jwe[member] = ("B" if jwe[member][0] == "A" else "A") + jwe[member][1:]
                    self.assertIn("refused", ask(other, do="open", key=first["private"], jwe=jwe), member)

    def test_we_open_what_they_seal(self):
        mine, _, mine_public = self.make_key("mine")
        theirs, _, theirs_public = self.make_key("theirs")
        stranger, _, _ = self.make_key("stranger")
        for other in OTHERS:
            for at_recipient in (False, True):
                for to in ([mine_public], [theirs_public, mine_public]):
                    with self.subTest(other, at_recipient=at_recipient, recipients=len(to)):
                        jwe = ask(other, do="seal", to=to, text=TEXT, aad=AAD, alg_at_recipient=at_recipient)["jwe"]
                        path = self.keep("jwe", jwe)
                        self.assertEqual(self.cli("open", "--key", mine, path).decode(), TEXT)
                        self.cli("open", "--key", stranger, path, code=1)
                        if len(to) > 1:
                            self.assertEqual(self.cli("open", "--key", theirs, path).decode(), TEXT)

    def test_who_is_added_by_us_opens_it_there(self):
        mine, mine_file, _ = self.make_key("mine")
        for other in OTHERS:
            with self.subTest(other):
                added = ask(other, do="make")
                added_file = self.keep("added.pub", added["public"])
                jwe = self.sealed(mine_file)
                more = json.loads(self.cli("rewrap", "--key", mine, "--to", added_file, text=json.dumps(jwe).encode()))
                for member in ("protected", "aad", "iv", "ciphertext", "tag"):
                    self.assertEqual(more[member], jwe[member])
                self.assertEqual(more["recipients"][0], jwe["recipients"][0])
                self.assertEqual(ask(other, do="open", key=added["private"], jwe=more), {"text": TEXT, "aad": AAD})
                # One that was made there with `alg` at its recipient goes on in the same way.
                own, second = ask(other, do="make"), ask(other, do="make")
                flat = ask(other, do="seal", to=[json.loads(mine_file.read_text()), second["public"]], text=TEXT, aad=AAD,
                           alg_at_recipient=True)
                more = json.loads(self.cli("rewrap", "--key", mine, "--to", self.keep("own.pub", own["public"]),
                                           text=json.dumps(flat["jwe"]).encode()))
                self.assertEqual(ask(other, do="open", key=own["private"], jwe=more)["text"], TEXT)
                self.assertEqual(self.cli("open", "--key", mine, self.keep("jwe", more)).decode(), TEXT)
                # npm's jose protects the header of a single recipient: no other can be added to it.
                single = ask(other, do="seal", to=[json.loads(mine_file.read_text())], text=TEXT, aad=AAD)["jwe"]
                protected = json.loads(base64.urlsafe_b64decode(single["protected"] + "=="))
                self.cli("rewrap", "--key", mine, "--to", self.keep("own.pub", own["public"]), text=json.dumps(single).encode(),
                         code=2 if "epk" in protected else 0)

    def test_ids_of_keys_are_the_same(self):
        _, _, public = self.make_key("mine")
        for other in OTHERS:
            self.assertEqual(ask(other, do="id", key=public)["id"], public["kid"], other)
            made = ask(other, do="make")
            jwe = self.sealed(self.keep("made.pub", made["public"]))
            self.assertEqual(jwe["recipients"][0]["header"]["kid"], ask(other, do="id", key=made["public"])["id"])

    def test_other_algorithms_of_theirs_are_refused(self):
        mine, _, public = self.make_key("mine")
        jwe = ask("jwcrypto", do="seal", to=[public], text=TEXT, aad=AAD)["jwe"]
        for header in ({"alg": "ECDH-ES+A128KW", "enc": "A256GCM"}, {"alg": "ECDH-ES+A256KW", "enc": "A128GCM"},
                       {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "zip": "DEF"}):
            changed = jwe | {"protected": base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")}
            self.cli("open", "--key", mine, self.keep("jwe", changed), code=2)

    def test_files(self):
        mine, public, shown = self.make_key("mine")
        self.assertEqual(stat.S_IMODE(os.stat(mine).st_mode), 0o600)
        self.assertNotIn("d", shown)
        before = mine.read_bytes()
        self.cli("make-key", mine, code=2)
        self.assertEqual(mine.read_bytes(), before)
        self.assertEqual(json.loads(self.cli("public", mine)), shown)
        self.cli("public", public, code=2)  # no private key in it
        self.cli("seal", "--to", mine, text=b"x", code=2)  # a private key is not for others
        self.cli("seal", "--to", public, "--to", public, text=b"x", code=2)
        self.cli("seal", text=b"x", code=2)
        self.cli("public", self.folder / "missing", code=2)
        sealed, opened = self.folder / "sealed", self.folder / "opened"
        (self.folder / "text").write_text(TEXT)
        self.cli("seal", "--to", public, self.folder / "text", "--out", sealed)
        self.cli("open", "--key", mine, sealed, "--out", opened)
        self.assertEqual(opened.read_text(), TEXT)
        self.assertEqual(stat.S_IMODE(os.stat(opened).st_mode), 0o600)
        self.cli("open", "--key", mine, sealed, "--out", opened, code=2)  # nothing is written over
        altered = self.folder / "altered"
        altered.write_text(sealed.read_text().replace('"tag":"', '"tag":"A', 1).replace('"}', '', 1)[:-2])
        self.cli("open", "--key", mine, altered, "--out", self.folder / "none", code=2)
        self.assertFalse((self.folder / "none").exists())
        self.assertEqual([each.name for each in self.folder.glob("*.part")], [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", required=True)
    options, rest = parser.parse_known_args()
    CLI = options.cli
    if not (HERE / "node_modules/jose").is_dir():
        sys.exit("npm's jose is not there: npm ci --prefix tests/sealing")
    unittest.main(argv=[sys.argv[0], *rest])
