"""What the programs say of themselves: their commands and options, by --help at every level."""

import os
import re
import subprocess
from pathlib import Path

NOROSHI = Path(os.environ["NOROSHI"])
NOROSHID = NOROSHI.with_name("noroshid")
WITNESS = NOROSHI.with_name("noroshi-witness")
SOURCE = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent"}


class Command:
    """One command by its words, () for the program itself; options are without those of the program."""

    def __init__(self, program, words, language="en_GB.UTF-8"):
        self.words = words
        text = subprocess.run([program, *words, "--help"], check=True, capture_output=True, text=True,
                              env=ENVIRONMENT | {"LC_MESSAGES": language}, timeout=60).stdout
        self.about = text.split("\nUsage:")[0].strip()
        self.below = re.findall(r"^  (\S+)", self.part(text, "Subcommands"), re.M)
        self.arguments = re.findall(r"^  (\S+)", self.part(text, "Positionals"), re.M)
        options = re.findall(r"^  (-\S+)", self.part(text, "Options"), re.M)
        self.options = {name for names in options for name in names.split(",")}
        if words:
            self.options -= {"-h", "--help"}

    @staticmethod
    def part(text, heading):
        found = re.search(rf"^{heading}:\n((?:  .*\n)*)", text, re.M)
        return found[1] if found else ""


def commands_of(program, words=(), language="en_GB.UTF-8"):
    """Every command, the program itself first, by its words."""
    command = Command(program, words, language)
    found = {words: command}
    for name in command.below:
        found.update(commands_of(program, (*words, name), language))
    return found
