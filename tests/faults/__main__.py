"""Inject every fault and print a table of the results: `python -m tests.faults`."""

import argparse
import sys
import time
from collections import Counter
from importlib import import_module
from random import Random

COUNTS = {
    "kills": 50,
    "signals": 20,
    "full_disk": 20,
    "damage": 200,
    "mutations": 1000,
    "foreign": 20,
    "two_calls": 5,
    "clocks": 5,
    "compilers": 10,
    "starts": 20,
}
HEAD = "| fault | requirement | injected | passed | seed | seconds |\n|---|---|---|---|---|---|"


def main() -> int:
    """Return 0 if all passed, else 1; failures are printed to standard error."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of {', '.join(COUNTS)}")
    parser.add_argument("--count", type=int, help="instead of the full count")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if unknown := set(options.faults) - COUNTS.keys():
        parser.error(f"unknown: {', '.join(unknown)}; expected of {', '.join(COUNTS)}")
    print(HEAD)
    broken = 0
    for name in options.faults or COUNTS:
        fault = import_module(f"tests.faults.{name}")
        began = time.monotonic()
        outcomes = fault.faults(options.count or COUNTS[name], Random(options.seed))
        seconds = time.monotonic() - began
        kinds = Counter(outcome.kind for outcome in outcomes)
        parts = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
        passed = sum(not outcome.broken for outcome in outcomes)
        print(
            f"| {fault.FAULT} | {fault.REQUIREMENT} | {len(outcomes)}: {parts} | {passed} "
            f"| {options.seed} | {seconds:.0f} |",
            flush=True,
        )
        for outcome in outcomes:
            if outcome.broken:
                broken += 1
                print(f"{name}, {outcome.kind}: {outcome.broken}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
