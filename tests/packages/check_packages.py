"""Proves that the package lists of deploy/packages are complete.

Gathers what this build and the scripts really used, asks dpkg whose it is, and fails where a package is neither on a
list nor a dependency of one that is:

  build   headers the compiler read (ninja's own notes), CMake packages and tools found, pkg-config modules
  run     libraries the programs load (ldd), programs of PostgreSQL that src/store names
  tests   commands that the scripts call, interpreters of test scripts

Needs Debian; elsewhere it says so and is skipped (exit 77).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

SKIPPED = 77


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True).stdout


def read_list(path):
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


class Packages:
    """What dpkg knows of this machine."""

    def __init__(self, status=Path("/var/lib/dpkg/status")):
        self.depends = {}
        self.providers = defaultdict(set)
        self.essential = set()
        for stanza in status.read_text().split("\n\n"):
            fields = dict(re.findall(r"^(\S+): (.*)$", stanza, re.M))
            if "install ok installed" not in fields.get("Status", ""):
                continue
            name = fields["Package"]
            depends = ", ".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends"))))
            self.depends[name] = [
                [re.split(r"[ (:]", alternative.strip())[0] for alternative in clause.split("|")]
                for clause in depends.split(",")
                if clause.strip()
            ]
            for provided in fields.get("Provides", "").split(","):
                if provided.strip():
                    self.providers[re.split(r"[ (:]", provided.strip())[0]].add(name)
            if fields.get("Essential") == "yes" or fields.get("Priority") == "required":
                self.essential.add(name)

    def closure(self, names):
        """The packages that come with these: their dependencies as they are met here, and what every Debian has."""
        found, waiting = set(), list(names) + list(self.essential)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            if name not in self.depends:
                waiting.extend(self.providers.get(name, ()))
                continue
            found.add(name)
            for alternatives in self.depends[name]:
                waiting.extend(alternatives)
        return found

    @staticmethod
    def owners(paths):
        """Path -> package; a path that no package owns is left out."""
        asked = defaultdict(set)
        for path in paths:
            for name in {path, os.path.realpath(path)}:
                asked[name].add(path)
                # Merged /usr: dpkg knows some files under their old place.
                asked[name.removeprefix("/usr") if name.startswith("/usr/") else "/usr" + name].add(path)
        owner = {}
        names = sorted(asked)
        for start in range(0, len(names), 500):
            for line in run("dpkg-query", "-S", *names[start : start + 500]).splitlines():
                packages, _, name = line.partition(": ")
                if not packages.startswith("diversion"):
                    for path in asked.get(name, ()):
                        owner[path] = packages.split(",")[0].split(":")[0]
        return owner


def system(path):
    return path.startswith(("/usr/", "/lib/", "/lib64/", "/bin/", "/etc/")) and not path.startswith("/usr/local/")


def headers(build):
    """Headers of the system that the compiler read for what is built."""
    found = set()
    for line in run("ninja", "-t", "deps", cwd=build).splitlines():
        path = line.strip()
        if line.startswith("    ") and path.startswith("/") and system(os.path.normpath(path)):
            found.add(os.path.normpath(path))
    return found


def cmake_finds(build):
    """Packages and tools that CMake found, from its cache; modules of pkg-config by their .pc file."""
    found = set()
    cache = (build / "CMakeCache.txt").read_text()
    for name, kind, value in re.findall(r"^([^:#/\n]+):(\w+)=(/.*)$", cache, re.M):
        if kind in ("PATH", "FILEPATH", "STRING") and system(value) and os.path.exists(value):
            if name.endswith("_DIR") or kind == "FILEPATH":
                found.add(value)
    for module in re.findall(r"^(\w+)_MODULE_NAME:INTERNAL=(\S+)$", cache, re.M):
        folder = run("pkg-config", "--variable=pcfiledir", module[1]).strip()
        if folder:
            found.add(f"{folder}/{module[1]}.pc")
    return found


def libraries(build):
    found = set()
    for program in sorted(build.glob("*")):
        if program.is_file() and os.access(program, os.X_OK):
            found.update(re.findall(r"=> (/\S+)", run("ldd", str(program))))
    return found


def program_path(name):
    """Where Debian has a command: a copy of somebody's own before it in PATH is not what a bare machine has."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


# Words of bash itself, and names the scripts define.
BASH = set(
    """if then else elif fi for while until do done case esac in function select time coproc ! [[ [ ]] { } . : alias bg
    break builtin cd command continue declare echo eval exec exit export false fg getopts hash help history jobs kill
    let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source test times
    trap true type typeset ulimit umask unalias unset wait""".split()
)
PREFIXES = {"exec", "sudo", "env", "command", "then", "do", "else", "if", "while", "until", "!", "time", "--"}


def commands_in(script):
    """Words that stand where bash looks for a command. Quoted text and comments are taken out first."""
    text = script.read_text()
    functions = set(re.findall(r"^\s*(\w[\w-]*)\(\)", text, re.M))
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"(^|\s)#.*", r"\1", text)
    text = re.sub(r"'[^']*'", "''", text)
    text = re.sub(r"\$\{[^{}]*\}", "X", text)
    text = re.sub(r"\$\(", " \x01 ", text)
    text = re.sub(r'"(?:[^"\\]|\\.)*"', lambda quoted: " ".join(re.findall(r"\x01\s*[\w./-]+", quoted[0])) or '""', text)
    found = set()
    for piece in re.split(r"\n|;|\|\||&&|\||\(|\)|<\(|\x01", text):
        words = piece.split()
        while words and (words[0] in PREFIXES or re.match(r"\w+\+?=", words[0])):
            words.pop(0)
        if words and re.fullmatch(r"[a-z][\w.+-]*", words[0]) and words[0] not in BASH | functions:
            found.add(words[0])
    return found


def commands(root):
    scripts = [
        path
        for folder in ("deploy", "tests", ".ci")
        for path in sorted((root / folder).rglob("*"))
        if "node_modules" not in path.parts and path.is_file() and os.access(path, os.X_OK) and path.read_bytes()[:2] == b"#!"
    ]
    for script in scripts:
        first = script.read_text().splitlines()[0]
        interpreter = first.split("/")[-1].split()[-1]
        yield interpreter, script
        if interpreter in ("bash", "sh"):
            for name in commands_in(script):
                yield name, script
    if list((root / "tests").rglob("*.py")):
        yield "python3", root / "tests"


def database_programs(root):
    """Programs of the database server that the store starts."""
    names = set()
    for source in (root / "src/store").glob("*.cpp"):
        names.update(re.findall(r'"(initdb|postgres|pg_ctl|pg_controldata|pg_resetwal)"', source.read_text()))
    return {path for name in names for path in map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    options = parser.parse_args()
    if not shutil.which("dpkg-query"):
        print("check-packages: no dpkg here, skipped")
        return SKIPPED

    packages = Packages()
    lists = {name: read_list(options.source / "deploy/packages" / name) for name in ("build", "run", "tests")}
    listed = packages.closure([name for names in lists.values() for name in names])
    at_run_time = packages.closure(lists["run"])
    complaints = []

    for name, names in lists.items():
        for package in names:
            if package not in packages.depends and package not in packages.providers:
                complaints.append(f"deploy/packages/{name}: {package} is not installed here")

    def check(paths, allowed, what, list_name):
        owner = packages.owners(paths)
        unowned = 0
        for path in sorted(paths):
            package = owner.get(path)
            if package is None:
                unowned += 1
            elif package not in allowed:
                complaints.append(f"{what} {path} is of package {package}: add it to deploy/packages/{list_name}")
        print(f"{what}: {len(paths)} used, of {len(set(owner.values()))} packages, {unowned} of no package")
        if not paths or len(owner) * 2 < len(paths):
            complaints.append(f"{what}: found too little to prove anything")

    check(headers(options.build), listed, "header", "build")
    check(cmake_finds(options.build), listed, "CMake's find", "build")
    check(libraries(options.build), listed, "library", "build")
    programs = {p for n in ("noroshid", "noroshi") if (p := options.build / n).exists()}
    loaded = {lib for p in programs for lib in re.findall(r"=> (/\S+)", run("ldd", str(p)))}
    check(loaded, at_run_time, "library of the programs", "run")
    check(database_programs(options.source), at_run_time, "program of the database", "run")

    used = defaultdict(set)
    for name, script in commands(options.source):
        used[name].add(str(script.relative_to(options.source)))
    places = {}
    for name, scripts in sorted(used.items()):
        path = program_path(name)
        if path is None:
            complaints.append(f"{', '.join(sorted(scripts))}: calls {name}, which no package of this machine has")
        else:
            places[path] = scripts
    check(set(places), listed, "command", "tests")

    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
