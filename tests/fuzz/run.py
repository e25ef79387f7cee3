#!/usr/bin/env python3
"""Runs a fuzz target for some seconds over its seeds (corpus.py) and over what was once found (findings/TARGET).

    tests/fuzz/run.py --programs build/fuzz --seconds 20 framing

A finding is printed as base64 and kept beside the program. Once it is mended it goes to findings/TARGET, where every run tries it
first.
"""

import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus

FINDINGS = Path(__file__).resolve().parent / "findings"
MOST_MEMORY = 1024  # MiB
MOST_SECONDS = 10  # for one input
LONGEST = 64 * 1024  # bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("NOROSHI_SEED", "0")), help="0: another one each time")
    parser.add_argument("target", choices=corpus.MAKERS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="noroshi-fuzz-") as folder:
        folder = Path(folder)
        count = corpus.write(options.target, folder / "corpus")
        if not count:
            print(f"{options.target}: there are no seeds")
            return 1
        for finding in sorted((FINDINGS / options.target).glob("*")):
            (folder / "corpus" / finding.name).write_bytes(finding.read_bytes())
        done = subprocess.run(
            [options.programs / f"fuzz_{options.target}", f"-max_total_time={options.seconds}", f"-timeout={MOST_SECONDS}",
             f"-rss_limit_mb={MOST_MEMORY}", f"-max_len={LONGEST}", f"-seed={options.seed}", "-print_final_stats=1",
             f"-artifact_prefix={folder}/", folder / "corpus"],
            capture_output=True, text=True, errors="replace", check=False,
            env={**os.environ, "ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"})
        said = done.stderr
        runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
        covered = re.findall(r"cov: (\d+)", said)
        print(f"{options.target}: {count} seeds, {runs.group(1) if runs else '?'} runs, {covered[-1] if covered else '?'} edges")
        if done.returncode == 0 and runs:
            return 0
        print(said[-6000:])
        for found in sorted(folder.glob("*-*")):
            if not found.is_file():
                continue
            (options.programs / f"finding-{options.target}-{found.name}").write_bytes(found.read_bytes())
            print(f"{found.name} ({found.stat().st_size} bytes): {base64.b64encode(found.read_bytes()[:4096]).decode()}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
