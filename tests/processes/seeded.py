"""A test as a program: it is told the programs under test, prints its seed, and exits 1 where a Fault was raised or it did not
come out well."""

import argparse
import os
import random
import time
from pathlib import Path

from harness import Fault


def say(options, what):
    print(f"{options.name}: {what}", flush=True)


def main(name, description, run, more=lambda parser: None):
    """Runs it with a seed, which is printed; the exit code."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--seed", default=os.environ.get("NOROSHI_SEED") or str(random.SystemRandom().randrange(10**9)))
    more(parser)
    options = parser.parse_args()
    options.name, options.daemon, options.cli = name, Path(options.daemon).resolve(), Path(options.cli).resolve()
    options.dice = random.Random(f"{options.seed}/{name}")
    say(options, f"seed {options.seed}")
    since = time.monotonic()
    good = False
    try:
        good = run(options)
    except Fault as fault:
        say(options, fault)
    say(options, f"{'good' if good else 'FAILED'} after {time.monotonic() - since:.0f} s, seed {options.seed}")
    return 0 if good else 1
