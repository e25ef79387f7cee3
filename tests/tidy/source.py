"""Source text as the rules need it: code without comments and strings, literals with their places, lines.

Blanking keeps every offset: what is taken out becomes spaces, so an offset in the code is one in the file.
This is a lexer, not a parser: it knows C++ and SQL only as far as where comments and strings end.
"""

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

CPP_TOKEN = re.compile(r'''
    (?P<comment> //[^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<raw> (?:u8|u|U|L)?R"(?P<mark>[^()\\\s]{0,16})\((?P<raw_text>.*?)\)(?P=mark)" )
  | (?P<string> (?:u8|u|U|L)?"(?P<text>(?:\\.|[^"\\\n])*)" )
  | (?P<character> (?:u8|u|U|L)?'(?:\\.|[^'\\\n])+' )
  | (?P<include> ^[ \t]*\#[ \t]*include[ \t]*[<"](?P<target>[^>"\n]+)[>"] )
  | (?P<number> \d(?:'?[\w.])* )
  | (?P<word> [A-Za-z_]\w* )
''', re.VERBOSE | re.DOTALL | re.MULTILINE)

KINDS = ("comment", "raw", "string", "character", "include", "number", "word")

SQL_TOKEN = re.compile(r'''
    (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<string> '(?:''|[^'])*' )
  | (?P<name> "(?:""|[^"])*" )
''', re.VERBOSE | re.DOTALL)


class Literal(NamedTuple):
    """A string of C++; neighbours that the compiler joins are one literal of several pieces."""
    start: int
    end: int
    pieces: tuple  # (offset, text)

    @property
    def text(self):
        return "".join(text for _, text in self.pieces)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class File:
    def __init__(self, path, text):
        self.path = path
        self.text = text

    @cached_property
    def _line_starts(self):
        return [0] + [match.end() for match in re.finditer("\n", self.text)]

    def line(self, offset):
        return bisect_right(self._line_starts, offset)

    @cached_property
    def is_header(self):
        return self.path.endswith((".h", ".hpp"))

    @cached_property
    def is_cpp(self):
        return self.path.endswith((".h", ".hpp", ".cpp", ".cc"))

    @cached_property
    def _cpp(self):
        code, includes, literals, last = [], [], [], 0
        for match in CPP_TOKEN.finditer(self.text):
            start, end = match.span()
            kind = next(name for name in KINDS if match[name] is not None)
            code.append(self.text[last:start])
            last = end
            if kind in ("number", "word"):
                code.append(match[0])
                continue
            if kind in ("raw", "string"):
                group = "raw_text" if kind == "raw" else "text"
                self._add_literal(literals, start, end, (match.start(group), match[group]))
            if kind == "include":
                includes.append((start, match["target"], '"' in match[0]))
            code.append('"' + blank(match[0])[2:] + '"' if kind in ("raw", "string") else blank(match[0]))
        code.append(self.text[last:])
        return "".join(code), includes, literals

    def _add_literal(self, literals, start, end, piece):
        gap = CPP_TOKEN.sub(lambda match: " " if match["comment"] else match[0],
                            self.text[literals[-1].end:start]) if literals else "first"
        if gap.strip():
            literals.append(Literal(start, end, (piece,)))
        else:
            literals[-1] = Literal(literals[-1].start, end, literals[-1].pieces + (piece,))

    @property
    def code(self):
        """C++ with comments, includes and the inside of strings blanked."""
        return self._cpp[0]

    @property
    def includes(self):
        """(offset, what, whether in quotes)"""
        return self._cpp[1]

    @property
    def literals(self):
        return self._cpp[2]

    @cached_property
    def sql(self):
        """SQL with comments and constants blanked; the bodies of functions ($$ … $$) are code and stay."""
        return SQL_TOKEN.sub(
            lambda match: match[0] if match["name"] or match[0] == "'now'" else blank(match[0]), self.text)
