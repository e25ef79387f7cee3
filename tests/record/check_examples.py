"""Reads every example of schemas/events by the tables of its README and checks each hash: a second reader.

It shares no code with the program. What it knows of an event it takes from the page, so a field that stands in the
page and not in the bytes, or the other way round, is found here.
"""

import hashlib
import json
import re
import struct
import subprocess
import unittest
import uuid
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "events"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")


def tables(text):
    """(heading of the first column, heading above, rows) of each table."""
    heading, rows = "", None
    for line in text.splitlines() + [""]:
        if line.startswith("#"):
            heading = line.lstrip("# ")
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        if cells and rows is None:
            first, rows = cells[0], []
        elif cells and not set(cells[0]) <= set("- "):
            rows.append(cells)
        elif not cells and rows is not None:
            yield first, heading, rows
            rows = None


class Page:
    def __init__(self):
        self.types, self.groups, self.codes = {}, {}, {}
        for first, heading, rows in tables(PAGE):
            if first == "field" and heading == "Head":
                self.head = rows
            elif first == "field":
                number, name = heading.split()
                self.types[int(number)] = (name, rows)
            elif first == "list":
                for name, codes in rows:
                    self.codes[name] = dict(
                        (int(number), word) for number, word in (code.split() for code in codes.split(", "))
                    )
            elif first in ("signature", "stated_time", "cell", "grades", "annex_key"):
                self.groups[first] = rows


class Leaf:
    def __init__(self, page, data, openings):
        self.page, self.data, self.place = page, data, 0
        self.openings = {opening["field"]: opening for opening in openings}
        assert len(self.openings) == len(openings), "a field opened twice"

    def take(self, size):
        assert self.place + size <= len(self.data), "the leaf ends early"
        self.place += size
        return self.data[self.place - size : self.place]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def flag(self):
        byte = self.number(">B")
        assert byte in (0, 1), f"flag {byte}"
        return byte == 1

    def opened(self, name):
        if not self.flag():
            return b""
        commitment = self.take(32)
        opening = self.openings.pop(name)
        salt, value = bytes.fromhex(opening["salt"]), bytes.fromhex(opening["value"])
        assert len(salt) == 32 and value
        assert commitment.hex() == opening["commitment"] == hashlib.sha256(salt + value).hexdigest(), name
        return value

    def reasons(self, name):
        value = self.opened(name)
        if not value:
            return []
        count, place, found = int.from_bytes(value[:2], "big"), 2, []
        for _ in range(2 * count):
            length = int.from_bytes(value[place : place + 4], "big")
            found.append(value[place + 4 : place + 4 + length].decode("utf-8"))
            place += 4 + length
        assert count and place == len(value), name
        return list(zip(found[::2], found[1::2]))

    def read(self, name, form):
        kind, _, rest = form.partition(" ")
        if kind == "optional":
            return self.read(name, rest) if self.flag() else None
        if kind == "list":
            return [self.read(name, rest) for _ in range(self.number(">H"))]
        if kind in self.page.groups:
            return self.fields(self.page.groups[kind])
        if kind == "code":
            return self.page.codes[rest][self.number(">B")]
        if kind == "version":
            assert self.number(">B") == 1
            return 1
        readers = {
            "type": lambda: self.number(">B"),
            "id": lambda: str(uuid.UUID(bytes=self.take(16))),
            "time": lambda: self.number(">q"),
            "seconds": lambda: self.number(">q"),
            "integer": lambda: self.number(">i"),
            "flag": self.flag,
            "word": lambda: self.take(self.number(">H")).decode("utf-8"),
            "count": lambda: self.number(">Q"),
            "hash": lambda: self.take(32).hex(),
            "public_key": lambda: self.take(32).hex(),
            "text": lambda: self.opened(name).decode("utf-8"),
            "digest": lambda: self.opened(name).hex(),
            "bytes": lambda: self.opened(name).hex(),
            "reasons": lambda: self.reasons(name),
            "reason": lambda: self.reasons(name),
        }
        return readers[kind]()

    def fields(self, rows):
        return {name: self.read(name, form) for name, form in rows}


class Examples(unittest.TestCase):
    def setUp(self):
        self.page = Page()

    def event(self, name):
        example = json.loads((FOLDER / "examples" / f"{name}.json").read_text(encoding="utf-8"))
        data = bytes.fromhex(example["leaf"])
        leaf = Leaf(self.page, data, example["openings"])
        head = leaf.fields(self.page.head)
        kind, rows = self.page.types[head["type"]]
        self.assertEqual(kind, example["type"])
        body = leaf.fields(rows)
        self.assertEqual(leaf.place, len(data), "bytes after the end")
        self.assertEqual(leaf.openings, {}, "openings that the leaf does not commit to")
        self.assertEqual(hashlib.sha256(b"\x00" + data).hexdigest(), example["leaf_hash"])
        return head, body

    def test_every_type_of_the_page_has_an_example_that_reads_by_its_table(self):
        self.assertEqual(
            sorted(name for name, _ in self.page.types.values()),
            sorted(path.stem for path in (FOLDER / "examples").glob("*.json")),
        )
        for name, _ in self.page.types.values():
            with self.subTest(name):
                head, _ = self.event(name)
                self.assertEqual(head["at"], 1533086430123456)
                self.assertEqual(head["role"], "csirt_head")
                self.assertEqual(head["actor_name"], "CSIRT 責任者")

    def test_the_worked_example_says_what_the_page_says_it_says(self):
        head, body = self.event("obligation.fulfilled")
        self.assertEqual(head["organization"], "mhlw")
        self.assertEqual(head["event"], "0164f3a0-bd00-7000-8000-00000000006b")
        self.assertIsNone(head["signature"])
        self.assertEqual(body["method"], "telephone")
        self.assertEqual(body["note"], "電話で連絡した")
        self.assertEqual(body["late_by"], 300)

    def test_a_report_keeps_its_times_cells_and_texts(self):
        _, body = self.event("report.received")
        self.assertEqual(body["stage"], "followup")
        self.assertEqual(body["occurred"], {"value": 1530370800000000, "precision": "month"})
        self.assertEqual(body["large_scale"], [{"criterion": "property", "harm": "feared", "certainty": "may_be"}])
        self.assertEqual(body["title"], "不審な通信の検知（続報）")
        self.assertEqual(body["police"], "police-tokyo")

    def test_a_duty_says_why_it_exists(self):
        _, body = self.event("obligation.opened")
        self.assertEqual([body[name] for name in ("edition", "rule", "clause", "sentence")], ["h30", "g.3", "2.2.4(2)(g)", 3])
        self.assertEqual(body["because"][0], ("厚生労働省が連絡を受けた", "mhlw received the report"))

    def test_the_first_leaf_of_a_new_tree_names_the_head_of_the_one_before(self):
        head, body = self.event("record.continued")
        self.assertEqual(head["incident"], str(uuid.UUID(int=0)))
        self.assertEqual((body["highest_size"], body["held_size"]), (5_000_000_000, 4_999_999_990))
        self.assertEqual(body["highest_root"], hashlib.sha256(b"highest").hexdigest())
        self.assertEqual(body["origin_before"][-2:] + body["origin"][-2:], "/1/2")

    def test_the_commands_of_the_page_print_what_it_says(self):
        shown = re.findall(r"```sh\n(.*?)```\n```\n(.*?)```", PAGE, re.S)
        self.assertEqual(len(shown), 9)
        for command, output in shown:
            ran = subprocess.run(["sh", "-c", command], cwd=FOLDER, capture_output=True, text=True, timeout=10)
            self.assertEqual(ran.stdout, output, ran.stderr)


if __name__ == "__main__":
    unittest.main()
