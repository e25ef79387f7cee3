#!/usr/bin/env python3
"""The rules of the house, held by a test.

  tidy.py [ROOT]       each breach as file:line: rule: what to do; exit 1 when there is one
  tidy.py --self-test  each rule against samples that it must catch and samples that it must let pass

A rule is a function from the tree to findings. Samples for each stand in test_tidy.py: a rule that catches
none of its own fails the self-test.
"""

import re
import sys
import unittest
from pathlib import Path
from typing import NamedTuple

from source import File, blank

SKIPPED_FOLDERS = {".git", ".cache", "build", "node_modules", "__pycache__", "dist"}
VERBATIM_FOLDERS = {"corpus", "fixtures"}  # Bytes under test: their whitespace is theirs.

# A room may include itself and these. Whoever adds a room adds its line.
INWARD = {
    "routing": (),
    "src/core": ("routing",),
    "src/record": ("routing", "src/core"),
    "src/codec": ("routing", "src/core"),
    "src/sealing": (),  # Ciphers, JWE and nothing else: what is sealed is not its business
    "src/sign_in": ("src/sealing",),  # Passphrases, codes and passkeys; knows no account
    "src/store": ("routing", "src/core", "src/record", "src/codec", "src/sealing"),
    "src/delivery": ("routing", "src/core", "src/record", "src/codec", "src/sealing", "src/store"),
    "src/http": ("routing", "src/core", "src/record", "src/codec", "src/sealing", "src/sign_in", "src/store", "src/web"),
    "src/web": (),
    "src/app": ("routing", "src/core", "src/record", "src/codec", "src/sealing", "src/sign_in", "src/store", "src/delivery",
                "src/http", "src/web"),
    "src/cli": ("routing", "src/core", "src/record", "src/codec", "src/sealing", "src/sign_in", "src/store", "src/delivery",
                "src/http", "src/web", "src/app"),
    "src/witness": (),  # It checks what the others write: it shares nothing with them (`witness` below).
}
PURE = ("routing", "src/core", "src/record")

# Where a library may be included; elsewhere it is behind the room that owns it. Tests may include anything.
LIBRARY_HOMES = {
    "boost/json": ("src/codec/", "src/sealing/", "src/sign_in/", "src/cli/", "src/witness/"),  # the latter two read what the daemon wrote
    "pqxx/": ("src/store/",),
    "boost/beast": ("src/http/", "src/delivery/"),
    "CLI/": ("src/app/", "src/cli/", "src/witness/"),  # And there in one file each: see cli11_once.
    "toml++/": ("routing/edition_reader.cpp", "src/app/config.cpp", "src/cli/configuration.cpp",
               "src/cli/connection.cpp", "src/cli/story.cpp"),
}

# Breaches that are right where they stand: (rule, path): the reason. One that has gone is a finding too.
EXCEPTIONS = {
    ("sql-time", "src/store/migrations.cpp"): "clock() comes by a migration; when one ran is real time",
    ("word", "src/core/duties.cpp"): "what newly happened to a body, which is no event of the record",
}


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    advice: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


class Tree:
    """The files of the house by their path; a sample is a tree of one or two files."""

    def __init__(self, texts):
        self.files = {path: File(path, text) for path, text in sorted(texts.items())}

    @classmethod
    def read(cls, root):
        texts = {}
        for path in sorted(root.rglob("*")):
            parts = path.relative_to(root).parts
            if SKIPPED_FOLDERS.isdisjoint(parts) and path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                if b"\0" not in content:
                    texts["/".join(parts)] = content.decode("utf-8", "surrogateescape")
        return cls(texts)

    def cpp(self, *folders):
        """The C++ files; those under the folders, if any are named."""
        return [file for file in self.files.values()
                if file.is_cpp and file.path.startswith(tuple(f"{name}/" for name in folders) or "")]


def room_of(path):
    parts = path.split("/")
    return parts[0] if parts[0] != "src" else "/".join(parts[:2])


RULES = {}


def rule(name):
    """Registers a function (tree) -> (file, offset, advice)… under the name its findings carry."""
    def register(function):
        RULES[name] = function
        return function
    return register


def matches(pattern, file, text, advice):
    for match in re.finditer(pattern, text, re.MULTILINE):
        yield file, match.start(), advice.format(match[0].strip())


# -- Arrows point inward -------------------------------------------------------------------------------------


@rule("arrow")
def arrows_point_inward(tree):
    for file in tree.cpp("routing", "src"):
        room = room_of(file.path)
        if room not in INWARD:
            yield file, 0, f"{room} is not a room of tests/tidy: add its line to INWARD"
            continue
        for offset, target, _ in file.includes:
            other = room_of(target)
            if other == "tests" or (other in INWARD and other != room and other not in INWARD[room]):
                yield file, offset, (f"{room} may not include {other}:"
                                     " pass in what is needed, or move the code inward")
            if target.startswith("src/app/main"):
                yield file, offset, "a main belongs to its program: move what is shared to a file of src/app"


@rule("include")
def includes_are_rooted(tree):
    for file in tree.cpp():
        folder = file.path.rpartition("/")[0]
        for offset, target, quoted in file.includes:
            if target.startswith("../") or (quoted and f"{folder}/{target}" in tree.files):
                yield file, offset, "write the path from the project's root"


# -- Pure rooms ----------------------------------------------------------------------------------------------

IMPURE_INCLUDES = re.compile(
    r"(fstream|iostream|filesystem|random|thread|future|condition_variable|unistd\.h|fcntl\.h|netdb\.h)$"
    r"|(sys|netinet|arpa|boost/asio|boost/beast|spdlog)(/|\.hpp)")
IMPURE_CALLS = (
    (r"\w*[cC]lock\s*::\s*now\b|\b(?:gettimeofday|clock_gettime)\s*\("
     r"|\btime\s*\(\s*(?:nullptr|NULL|0|&\s*\w+)\s*\)",
     "{} reads a clock: take the time as an argument"),
    (r"\bgetrandom\b|\bgetentropy\b|\brandom_device\b|\bRAND_\w*bytes\b|\brandombytes_\w+"
     r"|(?<![\w.>])s?rand\s*\(",
     "{} draws a random number: take it as an argument"),
    (r"\b[io]?fstream\b|\bfopen\s*\(|\bparse_file\s*\(|\bstd::c(?:out|err|log|in)\b|\bgetenv\s*\(",
     "{} reads or writes: take the content as an argument, return the result"),
    (r"\bstd::(?:jthread|thread|async)\b|\bpthread_create\b|\bsleep_(?:for|until)\b|\bsocket\s*\(",
     "{} has no place in a pure room: leave threads, waiting and sockets to the outer rooms"),
)


@rule("pure")
def pure_rooms_are_pure(tree):
    for file in tree.cpp(*PURE):
        for offset, target, _ in file.includes:
            if IMPURE_INCLUDES.match(target):
                yield file, offset, f"<{target}> in a pure room: take what it brings as an argument"
        for pattern, advice in IMPURE_CALLS:
            yield from matches(pattern, file, file.code, advice)


# -- SQL -----------------------------------------------------------------------------------------------------

SQL_TIME = re.compile(
    r"\bnow\s*\(\s*\)|'now'|\b(?:current_timestamp|current_time|current_date|localtimestamp|localtime)\b"
    r"|\b(?:clock|transaction|statement)_timestamp\s*\(|\btimeofday\s*\(", re.IGNORECASE)
SQL_STATEMENT = re.compile(  # In lower case only what English would not say.
    r"\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s"
    r"|WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\(|AS\b)"
    r"|(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+)?(?:TABLE|ROLE|USER|DATABASE|SCHEMA|FUNCTION"
    r"|INDEX|VIEW|TYPE|TRIGGER|POLICY|SEQUENCE|EXTENSION)\s"
    r"|(?:GRANT|REVOKE|LISTEN|UNLISTEN|NOTIFY|TRUNCATE|COPY)\s+[\w{]"
    r"|(?i:select\s[^;]*\sfrom\s+\w|insert\s+into\s+\S+\s*(?:\(|values\b|select\b)"
    r"|update\s+\S+\s+set\s+\w+\s*=|delete\s+from\s+\w+(?:\s+where\b|\s*$)))")
SQL_FRAGMENT = re.compile(
    r"\s*(?:WHERE|AND|OR|FROM|VALUES|SET|LIMIT|OFFSET|ORDER BY|GROUP BY|RETURNING|JOIN)\s")
# Of a format string; '{}' is an empty array of PostgreSQL, [0-9]{4} a regular expression.
PLACEHOLDER = re.compile(r"(?<!')\{(?:[a-z_]\w*)?(?::[^{}]*)?\}(?!')")
CLOCK = re.compile(r"create\s+(?:or\s+replace\s+)?function\s+(?:\w+\.)?clock\s*\(", re.IGNORECASE)


def without_clock(sql):
    """The text with the definitions of clock() blanked: the one place where the database's time is read."""
    while definition := CLOCK.search(sql):
        body = re.compile(r"(\$\w*\$).*?\1|\bBEGIN\s+ATOMIC\b.*?\bEND\b|;", re.DOTALL | re.IGNORECASE)
        end = body.search(sql, definition.end())
        end = end.end() if end else len(sql)
        sql = sql[:definition.start()] + blank(sql[definition.start():end]) + sql[end:]
    return sql


@rule("sql-time")
def only_clock_reads_the_time(tree):
    advice = "{} reads the time behind clock(): call clock() once, or take the time as a parameter"
    for file in tree.files.values():
        if file.path.startswith("schemas/sql/") and file.path.endswith(".sql"):
            for match in SQL_TIME.finditer(without_clock(file.sql)):
                yield file, match.start(), advice.format(match[0])
    for file in tree.cpp("src/store"):
        for literal in file.literals:
            for start, text in literal.pieces:
                for match in SQL_TIME.finditer(text):
                    yield file, start + match.start(), advice.format(match[0])


@rule("sql-built")
def sql_is_not_built_from_strings(tree):
    for file in tree.cpp("src"):
        yield from matches(r"\b(?:quote|quote_name|quote_raw|quote_columns|quote_table|esc|esc_raw|esc_like"
                           r"|PQescape\w+)\s*\(", file, file.code,
                           "{}…) builds SQL: pass the value as a parameter")
        for literal in file.literals:
            if SQL_STATEMENT.match(literal.text):
                built = is_joined(file.code, literal) or is_formatted(file.code, literal)
            else:
                built = (room_of(file.path) == "src/store" and SQL_FRAGMENT.match(literal.text)
                         and is_joined(file.code, literal))
            if built:
                yield file, literal.start, "SQL put together at run time: write it whole, with parameters"


def is_joined(code, literal):
    before, after = code[:literal.start].rstrip(), code[literal.end:literal.end + 100].lstrip()
    return before.endswith(("+", "+=", "<<")) or after.startswith(("+", "<<"))


def is_formatted(code, literal):
    call = re.compile(r"\b(?:format|format_to|StrCat|append|sprintf|snprintf)\s*\((?:[^()\"]*,)?\s*$")
    return call.search(code[max(0, literal.start - 200):literal.start]) or PLACEHOLDER.search(literal.text)


@rule("statement")
def one_statement_name_has_one_text(tree):
    """A connection prepares a name once: another text under it would never run, or fail."""
    known = {}
    for file in tree.cpp("src/store"):
        for match in re.finditer(r"\bStatement\s+\w+\s*\{", file.code):
            end = closing(file.code, match.end() - 1)
            literals = [literal for literal in file.literals if match.end() <= literal.start < end]
            if not literals:
                continue
            name, *texts = literals
            # Macros in their place, between the literals.
            words = [(word.start(), word[0]) for word in re.compile(r"\w+").finditer(file.code, name.end, end)]
            text = "".join(part for _, part in sorted([*words, *((literal.start, literal.text) for literal in texts)]))
            first = known.setdefault(name.text, (file, text))
            if first[1] != text:
                yield file, name.start, f'"{name.text}" is another text in {first[0].path}: name it otherwise, or read it there'


@rule("sql-home")
def only_the_store_speaks_sql(tree):
    for file in tree.cpp("routing", "src"):
        if room_of(file.path) != "src/store":
            for literal in file.literals:
                if SQL_STATEMENT.match(literal.text):
                    yield file, literal.start, "only src/store speaks SQL: give it a function for this"


# -- Libraries have homes ------------------------------------------------------------------------------------


@rule("library")
def libraries_stay_at_home(tree):
    for file in tree.cpp("routing", "src"):
        for offset, target, _ in file.includes:
            for library, homes in LIBRARY_HOMES.items():
                if target.startswith(library) and not file.path.startswith(homes):
                    yield file, offset, f"<{target}> belongs to {' and '.join(homes)}: call what is there"


@rule("cli11-once")
def cli11_once(tree):
    """Its header costs seconds of compilation for each file."""
    for program in ("src/app", "src/cli", "src/witness"):
        found = [(file, offset) for file in tree.cpp(program)
                 for offset, target, _ in file.includes if target.startswith("CLI/")]
        for file, offset in found[1:]:
            yield file, offset, f"{found[0][0].path} includes CLI11 already: let one file read arguments"


# -- The coroutine trap --------------------------------------------------------------------------------------

LAMBDA = re.compile(r"(?<![\w)\]])\s*\[(?P<captures>[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]"
                    r"\s*(?=[({<]|mutable\b|->|noexcept\b)")
BRACED = re.compile(r"(?P<type>\b[A-Za-z_][\w:]*(?:<[^<>;(){}]*(?:<[^<>;(){}]*>[^<>;(){}]*)*>)?)\s*\{"
                    r"|[(,]\s*\{")
# Constructed, not aggregates: what a brace makes of them is an ordinary temporary.
CONSTRUCTED = re.compile(r"(?:std::(?!array\b)|asio::|net::|beast::|boost::)")


def closing(code, opening):
    """The offset after the bracket that closes the one at `opening`."""
    depth = 0
    for match in re.compile(r"[(\[{]|[)\]}]").finditer(code, opening):
        depth += 1 if match[0] in "([{" else -1
        if depth == 0:
            return match.end()
    return len(code)


def expression_start(code, at):
    """Back to where the statement began, over whole groups in brackets, out of the brackets around."""
    depth = 0
    for offset in range(at - 1, -1, -1):
        mark = code[offset]
        if mark in ")]":
            depth += 1
        elif mark == "}":
            if depth == 0 and not re.match(r"\s*[,).]", code[offset + 1:at + 1]):
                return offset + 1  # The end of a block; a temporary's or lambda's would go on with , or )
            depth += 1
        elif mark in "([":
            depth = max(0, depth - 1)
        elif (mark == "{" and depth == 0) or (mark == ";" and depth == 0):
            return offset + 1
        elif mark == "{":
            depth -= 1
    return 0


def full_expression(code, at):
    """(start, end) of the full expression around the co_await at `at`."""
    start, depth = expression_start(code, at), 0
    for match in re.compile(r"[(\[{]|[)\]}]|;").finditer(code, at):
        if match[0] == ";" and depth <= 0:
            return start, match.start()
        depth += {"(": 1, "[": 1, "{": 1, ";": 0}.get(match[0], -1)
        if depth < 0 and match[0] in "}]":
            return start, match.start()
        if depth < 0 and re.match(r"\s*[{\w]", code[match.end():]):  # The end of if (…), while (…)
            return start, match.start()
    return start, len(code)


def captured_by_value(captures):
    for capture in filter(None, (part.strip() for part in re.split(r",(?![^(<{]*[)>}])", captures))):
        if not capture.startswith("&") and capture != "this":
            return capture
    return None


def without_lambdas(expression):
    """The expression with its lambdas blanked, and (offset, capture) of each that captures by value. The body
    of a lambda is another function: its own co_awaits are looked at by themselves."""
    found = []
    while match := LAMBDA.search(expression):
        value = captured_by_value(match["captures"])
        if value:
            found.append((match.start("captures") - 1, value))
        body, parameters = (expression.find(mark, match.end()) for mark in "{(")
        if 0 <= parameters < body:  # A default argument may hold braces.
            body = expression.find("{", closing(expression, parameters))
        stop = closing(expression, body) if body >= 0 else match.end()
        expression = expression[:match.start()] + blank(expression[match.start():stop]) + expression[stop:]
    return expression, found


def brace_temporaries(expression, awaited):
    """The offsets of braces that make a temporary; a block or declaration around the co_await makes none."""
    for match in BRACED.finditer(expression):
        before = expression[:match.start()]
        is_operand = match.end() > awaited or before.count("(") > before.count(")")
        if not match["type"] or (is_operand and not CONSTRUCTED.match(match["type"])):
            yield match.end() - 1


@rule("co-await")
def nothing_is_freed_twice(tree):
    """g++ 12 destroys twice what a lambda captured by value or an aggregate held in a co_await expression."""
    for file in tree.cpp():
        found = {}  # One expression may await twice.
        for awaited in re.finditer(r"\bco_await\b", file.code):
            start, end = full_expression(file.code, awaited.start())
            expression, captures = without_lambdas(file.code[start:end])
            found |= {start + offset: f"[{value}] captured by value" for offset, value in captures}
            found |= {start + offset: "a brace temporary"
                      for offset in brace_temporaries(expression, awaited.start() - start)}
        for offset, what in found.items():
            yield file, offset, (f"{what} inside a co_await expression is freed twice:"
                                 " name it first, std::move it in")


# -- Text ----------------------------------------------------------------------------------------------------


def own_text(tree):
    return [file for file in tree.files.values() if VERBATIM_FOLDERS.isdisjoint(file.path.split("/"))]


@rule("machine-path")
def no_path_of_a_machine(tree):
    for file in own_text(tree):
        yield from matches(r"(?:(?<![\w.}>*])|(?<=-[IL]))/(?:work|home|root)/", file, file.text,
                           "{} is a folder of one machine: take the path as an argument or from the build")


@rule("whitespace")
def no_trailing_whitespace(tree):
    for file in own_text(tree):
        yield from matches(r"[ \t\r]+$", file, file.text, "trailing whitespace (or CR): remove it")
        if file.text and (not file.text.endswith("\n") or file.text.endswith("\n\n")):
            yield file, len(file.text) - 1, "end the file with one newline"


@rule("tab")
def no_tabs_in_cpp(tree):
    for file in tree.cpp():
        yield from matches(r"\t", file, file.text, "a tab: run clang-format")


@rule("unfinished")
def nothing_is_left_for_later(tree):
    for file in own_text(tree):
        yield from matches(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b", file, file.text,
                           "{}: do it now, or say in the issue tracker what is missing")


# Japanese for people has one word for one thing: the word that lost, and the one that stays.
WORDS = (
    ("検" "証点", "チェックポイント"),
    ("受" "付証", "受領証"),
    ("副" "署", "連署"),
)
WORD_OF_EVENT = ("事" "象", "出来事")  # In texts of the program; the law's words have both.


@rule("word")
def one_word_for_one_thing(tree):
    for file in own_text(tree):
        for lost, stays in (*WORDS, *((WORD_OF_EVENT,) if file.is_cpp and file.path.startswith("src/") else ())):
            yield from matches(lost, file, file.text, f"{{}}: the word is {stays}")


@rule("pragma-once")
def headers_are_read_once(tree):
    for file in tree.cpp():
        if file.is_header and not re.search(r"^#pragma once$", file.code, re.MULTILINE):
            yield file, 0, "a header without #pragma once"


@rule("contract")
def headers_begin_with_their_contract(tree):
    for file in tree.cpp("routing", "src"):
        if file.is_header and not re.match(r"\s*(?://+[ \t]*[^\s/]|/\*+\s*[^\s*])", file.text):
            yield file, 0, "begin the header with a comment: what it is for, who owns what, which errors"


# -- Build and schema ----------------------------------------------------------------------------------------


@rule("listed")
def every_source_is_built(tree):
    """A file that no CMakeLists.txt names is compiled and tested by nobody."""
    lists = {file.path: re.sub(r"#.*", "", file.text) for file in tree.files.values()
             if file.path.rpartition("/")[2] == "CMakeLists.txt"}
    for file in tree.cpp():
        if file.is_header:
            continue
        folders = file.path.split("/")[:-1]
        for depth in range(len(folders), -1, -1):
            here = "/".join([*folders[:depth], "CMakeLists.txt"])
            relative = file.path.split("/", depth)[-1]
            if re.search(rf"(?<![\w./-]){re.escape(relative)}(?![\w.-])", lists.get(here, "")):
                break
        else:
            yield file, 0, "in no CMakeLists.txt above it: list it or remove it"


@rule("witness")
def witness_stands_alone(tree):
    """A mistake that it shared with the log would be cosigned. No room includes it either: it would no longer be apart."""
    list_of_it = tree.files.get("src/witness/CMakeLists.txt")
    if list_of_it:
        text = re.sub(r"#.*", lambda comment: blank(comment[0]), list_of_it.text)
        for match in re.finditer(r"target_link_libraries\(([^)]*)\)|noroshi_embed_files\(([^)]*)\)", text):
            for library in re.finditer(r"\bnoroshi_\w+", match[0]):
                if library[0] != "noroshi_witness":
                    yield list_of_it, match.start() + library.start(), \
                        f"the witness may not use {library[0]}: write what it needs a second time"
    for file in tree.files.values():
        if file.path.endswith("CMakeLists.txt") and file.path.startswith(("routing/", "src/")) and file is not list_of_it:
            yield from matches(r"\bnoroshi_witness\b", file, re.sub(r"#.*", lambda comment: blank(comment[0]), file.text),
                               "{} is a program of its own: nothing else links it")


@rule("migration")
def migrations_are_numbered_without_gaps(tree):
    numbered = []
    for file in tree.files.values():
        folder, _, name = file.path.rpartition("/")
        if folder == "schemas/sql" and name.endswith(".sql"):
            match = re.match(r"(\d{4})_\w+\.sql$", name)
            if match:
                numbered.append((int(match[1]), file))
            else:
                yield file, 0, "name it NNNN_what_it_brings.sql: another name is not embedded"
    for position, (number, file) in enumerate(sorted(numbered, key=lambda pair: pair[0]), 1):
        if number != position:
            yield file, 0, f"number {number:04} where {position:04} is next: no number twice, and no gap"
            return


# -- The test ------------------------------------------------------------------------------------------------


def findings(tree, rules=RULES):
    return sorted(Finding(file.path, file.line(offset), name, advice)
                  for name, function in rules.items() for file, offset, advice in function(tree))


def breaches_of(tree, exceptions):
    found = findings(tree)
    met = {(one.rule, one.path) for one in found}
    return [one for one in found if (one.rule, one.path) not in exceptions] + [
        Finding(path, 1, name, "no longer breached: remove its exception from tests/tidy")
        for name, path in exceptions if (name, path) not in met]


def check(root):
    breaches = breaches_of(Tree.read(root), EXCEPTIONS)
    for one in breaches:
        print(one)
    print(f"tidy: {len(RULES)} rules, {len(breaches)} breaches")
    return 1 if breaches else 0


def self_test():
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent), pattern="test_*.py")
    result = unittest.TextTestRunner().run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        sys.exit(self_test())
    sys.exit(check(Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]))
