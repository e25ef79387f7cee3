"""Figures out of what the programs of this folder wrote down, and out of /proc."""

import math
import os
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    """A request. Times in microseconds of the steady clock."""
    number: int
    meant: int
    sent: int
    done: int
    status: int   # 0: cut, -1: given up
    captured: str


def read_samples(path):
    samples = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            number, meant, sent, done, status, captured = line.rstrip("\n").split(" ", 5)
            samples.append(Sample(int(number), int(meant), int(sent), int(done), int(status), captured))
    return samples


def read_arrivals(path):
    """{(place, what): microseconds of its first arrival}"""
    first = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            at, place, what = line.rstrip("\n").split(" ", 2)
            first.setdefault((int(place), what), int(at))
    return first


def quantile(ordered, part):
    """Of a sorted list: the smallest value that so great a part does not exceed."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def latencies(values):
    """Of microseconds: p50, p99, p99.9 in milliseconds, and how many."""
    ordered = sorted(values)
    return {name: None if not ordered else quantile(ordered, part) / 1000
            for name, part in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))} | {"count": len(ordered)}


def median(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def own_processor_seconds(pid):
    """User and system time of a process, its children's not among it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def server_processor_seconds(postmaster):
    """Of PostgreSQL whole: its first process with those that have ended, and those that run."""
    fields = Path(f"/proc/{postmaster}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    used = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split():
        try:
            used += own_processor_seconds(int(child))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended meanwhile: counted next time
    return used


def machine_seconds():
    """(busy, all) processor seconds of the machine since it started."""
    fields = list(map(int, Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]))
    tick = os.sysconf("SC_CLK_TCK")
    return (sum(fields) - fields[3] - fields[4]) / tick, sum(fields) / tick


def resident_mebibytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return None
