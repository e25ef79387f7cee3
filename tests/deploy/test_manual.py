"""The manual pages say what the programs do: each command, option, exit status and key, and none that is not there."""

import os
import re
import subprocess
import tomllib
import unittest
from pathlib import Path

from programs import NOROSHI, NOROSHID, SOURCE, WITNESS, commands_of

PAGES = Path(os.environ["NOROSHI_MANUAL"])
NAMES = ("noroshi.1", "noroshid.8", "noroshi-witness.1", "noroshi.toml.5", "noroshi-backup.8", "noroshi-restore.8")
SCRIPTS = {"noroshi-backup.8": SOURCE / "deploy/backup", "noroshi-restore.8": SOURCE / "deploy/restore"}
# Of the converter, not of the text: a man(7) page may hold long lines and a paragraph macro too many.
FORGIVEN = ("input text line longer than 80 bytes", "skipping paragraph macro", "lower case character in document title")


def source_of(name):
    return (SOURCE / "deploy/man" / f"{name}.scd").read_text()


def sections(text, heading):
    """Heading → what stands below it, of headings of one depth."""
    parts = re.split(rf"^{heading} (.+)$", text, flags=re.M)
    return {title.strip(): re.split(r"^# ", below, flags=re.M)[0] for title, below in zip(parts[1::2], parts[2::2])}


def entries(text):
    """The names in bold at the head of the entries of a list."""
    return {name for line in re.findall(r"^\*.+(?=\n\t)", text, re.M) for name in re.findall(r"\*([^*]+)\*", line)}


class Page(unittest.TestCase):
    def test_the_pages_read_as_manual_pages(self):
        for name in NAMES:
            found = subprocess.run(["mandoc", "-T", "lint", PAGES / name], capture_output=True, text=True, timeout=60).stdout
            complaints = [line for line in found.splitlines() if not any(words in line for words in FORGIVEN)]
            self.assertEqual(complaints, [])

    def test_what_is_read_is_what_is_written(self):
        for name in NAMES:
            shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=200", PAGES / name], check=True, capture_output=True,
                                   text=True, timeout=60).stdout
            shown = re.sub(r".\x08", "", shown)
            for word in re.findall(r"\*((?:--|NOROSHI_)[\w-]+)\*", source_of(name)):
                self.assertIn(word, shown, name)

    def test_each_command_and_each_option_stands_in_its_section_and_no_other(self):
        text = source_of("noroshi.1")
        common = entries(sections(text, "#")["COMMON OPTIONS"]) - {"--key"}
        commands = commands_of(NOROSHI)
        written = {}
        for title, below in sections(text, "##").items():
            words = title.split()
            self.assertEqual(words[0], "noroshi")
            words = tuple(word for word in words[1:] if not re.fullmatch(r"\[?[A-Z-]+\]?", word))
            also = re.search(r"^Also: .*", below, re.M)
            options = entries(below) | set(re.findall(r"\*(--[\w-]+)\*", also[0] if also else ""))
            written[words] = options | (common if also and "connection options" in also[0] else set())
        self.assertEqual(entries(sections(text, "#")["GLOBAL OPTIONS"]), commands[()].options)
        # A command that only holds others has no section of its own.
        spoken = {words: command.options for words, command in commands.items() if words and (not command.below or command.options)}
        self.assertEqual(set(written), set(spoken))
        for words, options in spoken.items():
            self.assertEqual(written[words], options, " ".join(words))

    def test_each_command_says_in_english_and_in_japanese_what_it_does(self):
        japanese = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
        for program in NOROSHI, NOROSHID:
            english, of_japan = commands_of(program), commands_of(program, language="ja_JP.UTF-8")
            self.assertEqual(set(english), set(of_japan))
            for words, command in of_japan.items():
                self.assertRegex(command.about, japanese, " ".join(words))
                self.assertNotEqual(command.about, english[words].about, " ".join(words))
                self.assertEqual(command.options, english[words].options)

    def test_an_option_that_the_text_mentions_exists(self):
        known = set().union(*(command.options for command in commands_of(NOROSHI).values()),
                            commands_of(NOROSHID)[()].options, commands_of(WITNESS)[()].options)
        for name in NAMES:
            if name not in SCRIPTS:
                self.assertLessEqual(set(re.findall(r"\*(--[\w-]+)\*", source_of(name))), known, name)

    def test_the_commands_that_are_scripts_have_the_options_of_their_pages(self):
        for name, script in SCRIPTS.items():
            told = subprocess.run([script, "--help"], check=True, capture_output=True, text=True, timeout=60).stdout
            taken = set(re.findall(r"(?<![\w-])(--[\w-]+)(?=[ |)\n])", script.read_text().split("while (($#)); do")[1].split("esac\ndone")[0]))
            written = entries(sections(source_of(name), "#")["OPTIONS"]) - {"-h"}
            self.assertEqual(written, taken, name)
            self.assertEqual(set(re.findall(r"^  (--[\w-]+)", told, re.M)) | {"--help"}, written, name)

    def test_the_commands_that_are_scripts_are_completed_with_their_options(self):
        for name, script in SCRIPTS.items():
            words = {"--help"} | set(re.findall(r"^#   (--[\w-]+)", script.read_text(), re.M))
            command = name.removesuffix(".8")
            for place in (f"bash/{command}", f"zsh/_{command}"):
                text = (SOURCE / "deploy/completion" / place).read_text()
                self.assertEqual(set(re.findall(r"(?<![\w-])(--[a-z-]+[a-z])", text)), words, place)

    def test_the_arguments_of_a_command_stand_in_its_heading(self):
        titles = list(sections(source_of("noroshi.1"), "##"))
        for words, command in commands_of(NOROSHI).items():
            for argument in command.arguments:
                other = r"(?: \[?[A-Z-]+\]?)*"
                heading = re.compile(rf"noroshi {' '.join(words)}{other} \[?{argument}\]?{other}")
                self.assertTrue(any(heading.fullmatch(title) for title in titles), heading.pattern)

    def test_the_options_of_noroshid_are_its_own(self):
        self.assertEqual(entries(sections(source_of("noroshid.8"), "#")["OPTIONS"]), commands_of(NOROSHID)[()].options)

    def test_the_options_and_the_command_of_the_witness_are_its_own(self):
        commands = commands_of(WITNESS)
        text = sections(source_of("noroshi-witness.1"), "#")
        self.assertEqual(entries(text["OPTIONS"]), commands[()].options)
        self.assertEqual(set(re.findall(r"^## noroshi-witness (\w+)", source_of("noroshi-witness.1"), re.M)), set(commands[()].below))
        # Those of noroshi, but for what it has no use of.
        self.assertLess(entries(text["EXIT STATUS"]), entries(sections(source_of("noroshi.1"), "#")["EXIT STATUS"]))

    def test_the_exit_statuses_are_those_of_the_readme(self):
        readme = (SOURCE / "README.md").read_text()
        table = re.search(r"^\| exit code of `noroshi` .*\n\|.*\n((?:\|.*\n)+)", readme, re.M)[1]
        self.assertEqual(entries(sections(source_of("noroshi.1"), "#")["EXIT STATUS"]), set(re.findall(r"^\| (\d+) \|", table, re.M)))
        daemon = re.search(r"^`noroshid` ends with (.*?)\n\n", readme, re.M | re.S)[1]
        # 2 is what every program here says of bad options.
        self.assertEqual(entries(sections(source_of("noroshid.8"), "#")["EXIT STATUS"]), {"2", *re.findall(r"\b\d+\b", daemon)})

    def test_every_key_of_the_configuration_stands_with_its_default_and_no_other(self):
        # deploy/noroshi.toml names every key, set to its default or, without one, as a comment; tests/app holds that.
        example = (SOURCE / "deploy/noroshi.toml").read_text()
        defaults = tomllib.loads(example)
        expected = {}
        for table, below in re.findall(r"^\[([\w.]+)\]\n((?:(?!^\[).*\n)*)", example, re.M):
            if not table.startswith("targets"):
                expected[table] = {key: None for key in re.findall(r"^(?:# )?(\w+) = ", below, re.M)} | defaults.get(table, {})
        written = {}
        for table, below in sections(source_of("noroshi.toml.5"), "##").items():
            written[table.strip("[]")] = keys = {}
            for line in re.findall(r"^\*.+(?=\n\t)", below, re.M):
                for key, default in re.findall(r"\*(\w+)\* (?:= (.+)|\(no default\))", line):
                    keys[key] = tomllib.loads(f"value = {default}")["value"] if default else None
        # Keys of [targets] are rules and names of bodies: no list of them is in force everywhere.
        self.assertEqual([table for table, keys in written.items() if table.startswith("targets") and keys], [])
        self.assertEqual({table: keys for table, keys in written.items() if not table.startswith("targets")}, expected)


if __name__ == "__main__":
    unittest.main()
