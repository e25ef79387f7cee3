"""Completion, by really completing in bash and in zsh: what is offered is what the programs take, no more and no less."""

import json
import os
import pty
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from programs import NOROSHI, NOROSHID, SOURCE, WITNESS, commands_of

COMPLETION = SOURCE / "deploy/completion"


class Bash:
    """Calls what `complete` has registered, as Tab does."""

    SCRIPT = """
      source "$1/noroshi" && source "$1/noroshid" && source "$1/noroshi-witness"
      while read -r line; do
        eval "COMP_WORDS=($line)"
        COMP_LINE=$line COMP_POINT=${#line} COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
        function=$(complete -p "${COMP_WORDS[0]}")
        function=${function##*-F }
        "${function%% *}" "${COMP_WORDS[0]}" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
        printf '%s\\n' "${COMPREPLY[@]}" =
      done
    """

    def __init__(self, case):
        self.process = subprocess.Popen(["bash", "--norc", "-c", self.SCRIPT, "bash", COMPLETION / "bash"], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=case.folder)
        case.addCleanup(self.close)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def complete(self, *words):
        # As bash splits words, with the = of an option alone.
        line = " ".join(word if word else "''" for given in words for word in re.split("(=)", given) if word or word == given)
        line += " ''" if words[-1].endswith("=") else ""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return read_offer(self.process.stdout)


class Zsh:
    """A zsh on a terminal of its own, where Tab is pressed."""

    def __init__(self, case):
        self.results = case.folder / "results"
        os.mkfifo(self.results)
        process, self.terminal = pty.fork()
        if process == 0:
            os.chdir(case.folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {"PATH": os.environ["PATH"], "TERM": "dumb", "LANG": "C.UTF-8", "HOME": str(case.folder),
                                                    "NOROSHI_FUNCTIONS": str(COMPLETION / "zsh"), "NOROSHI_RESULTS": str(self.results)})
        case.addCleanup(self.close, process)
        self.type(f"source {SOURCE}/tests/deploy/complete.zsh\n")
        self.offers = open(self.results)
        read_offer(self.offers)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def close(self, process):
        self.offers.close()
        os.close(self.terminal)  # hangs up
        os.waitpid(process, 0)

    def complete(self, *words):
        self.type("\x15" + " ".join(words) + "\t")
        # An option that takes a value as --lang=ja is offered with its =.
        return {offer.rstrip("=") for offer in read_offer(self.offers)}


def read_offer(stream):
    offered = set()
    for line in stream:
        if line == "=\n":
            return offered - {""}
        offered.add(line.rstrip("\n"))
    raise AssertionError("the shell has ended")


class Completion:
    """The same of both shells."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "report.json").write_text("{}")
        (self.folder / "data").mkdir()
        self.commands = commands_of(NOROSHI)
        self.shell = self.make_shell()

    def test_every_command_is_offered_where_it_stands(self):
        for words, command in self.commands.items():
            if command.below:
                self.assertEqual(self.shell.complete("noroshi", *words, ""), set(command.below), words)

    def test_every_option_is_offered_at_its_command_and_those_of_the_program_everywhere(self):
        for words, command in self.commands.items():
            self.assertEqual(self.shell.complete("noroshi", *words, "-"), command.options | self.commands[()].options, words)
        self.assertEqual(self.shell.complete("noroshid", "-"), commands_of(NOROSHID)[()].options)
        self.assertEqual(self.shell.complete("noroshi-witness", "-"), commands_of(WITNESS)[()].options)
        self.assertEqual(self.shell.complete("noroshi-witness", "--state", "data", "k"), {"key"})

    def test_a_word_is_completed_after_whatever_stands_before_it(self):
        for words, offered in ((("ob",), {"obligation", "obligations"}),
                               (("--data", "token", "tok"), {"token"}),
                               (("--data", "data", "token", ""), {"issue", "list", "revoke"}),
                               (("--json", "--lang", "en", "inbox", "a"), {"ack"}),
                               (("obligations", "--holder", "jps", "--ov"), {"--overdue"}),
                               (("token", "revoke", ""), set())):
            self.assertEqual(self.shell.complete("noroshi", *words), offered, words)

    def test_the_values_of_an_option_are_those_that_it_takes(self):
        api = json.loads((SOURCE / "schemas/api/openapi.json").read_text())
        schema = lambda name: api["components"]["schemas"][name.rpartition("/")[2]]["properties"]
        command = lambda path: schema(api["paths"]["/api/v1" + path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"])
        words = lambda members, member: set(members[member]["enum"]) - {None}
        roles = subprocess.run([NOROSHI, "--lang", "en", "token", "issue", "--org", "jps", "--role", "?"], capture_output=True, text=True,
                               timeout=60).stderr
        for line, values in ((("token", "issue", "--role"), set(re.findall(r"\w+", roles.split("there are")[1]))),
                             (("obligation", "fulfill", "--method"), words(command("/obligations/{id}/fulfillments"), "method")),
                             (("incident", "assess", "--assessment"), words(command("/incidents/{id}/assessments"), "assessment")),
                             (("incident", "assess", "--cyberattack"), words(command("/incidents/{id}/assessments"), "cyberattack")),
                             (("incident", "move", "--to"), words(command("/incidents/{id}/transitions"), "to")),
                             (("waiver", "decide", "--decision"), words(command("/obligations/{id}/waivers/{waiver}/decision"), "decision")),
                             (("obligations", "--state"), words(schema("Obligation"), "state")),
                             (("endpoint", "propose", "--zone"), words(command("/endpoints"), "zone")),
                             (("endpoint", "list", "--state"), words(schema("Endpoint"), "state")),
                             (("delivery", "list", "--state"), words(schema("Delivery"), "state")),
                             (("--lang",), {"ja", "en"})):
            self.assertEqual(self.shell.complete("noroshi", *line, ""), values, line)
        self.assertEqual(self.shell.complete("noroshi", "--lang=j"), {"ja"})

    def test_files_and_folders_are_offered_where_one_is_named(self):
        for line in (("report", "submit"), ("route", "explain"), ("inbox", "--ca")):
            self.assertEqual(self.shell.complete("noroshi", *line, "rep"), {"report.json"}, line)
        self.assertEqual(self.shell.complete("noroshi", "--data", "da"), {"data"})
        self.assertEqual(self.shell.complete("noroshi", "--data", ""), {"data"})
        self.assertEqual(self.shell.complete("noroshid", "--config", "rep"), {"report.json"})


class InBash(Completion, unittest.TestCase):
    def make_shell(self):
        return Bash(self)


class InZsh(Completion, unittest.TestCase):
    def make_shell(self):
        return Zsh(self)


if __name__ == "__main__":
    unittest.main()
