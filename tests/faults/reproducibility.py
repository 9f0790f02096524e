"""What the data of a training depend on: `python -m tests.faults.reproducibility`.

A shortened training at laptop scale is repeated, run with two threads, and compiled. The data are
compared dataset by dataset.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml

from pinn_phases.files import storage
from pinn_phases.settings.scales import load_scales
from tests.faults.training import same
from tests.processes import LIBRARY, ROOT

FIRST = "1 thread, not compiled"
VARIANTS = {  # threads, and whether compiled
    "repeated": (1, False),
    "2 threads instead of 1": (2, False),
    "compiled": (1, True),
    "compiled, repeated": (1, True),
}
AGAINST = {"repeated": FIRST, "compiled, repeated": "compiled"}  # must be equal
HEAD = "| training | compared with | same data | loss differs from iteration | by, at the end |"


def main() -> int:
    """Print the table; return 1 if a repeated training gives other data."""
    parser = argparse.ArgumentParser(prog="tests.faults.reproducibility", description=__doc__)
    parser.add_argument("--problem", default="helmholtz")
    parser.add_argument("--iterations", type=int, default=200)
    options = parser.parse_args()
    scale = load_scales(yaml.safe_load((ROOT / "config.yaml").read_text()))["laptop"]
    run = scale.run(options.problem, "rba", 0)
    record = run.training.record.model_copy(update={"every": 1})
    print(HEAD, "|---|---|---|---|---|", sep="\n")
    results: dict[str, dict[str, np.ndarray]] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        reference = folder / "reference.h5"
        settings = scale.reference(options.problem).model_dump_json()
        _call("reference", "--settings", settings, "--output", reference)
        for variant, (threads, compiled) in {FIRST: (1, False), **VARIANTS}.items():
            changes = {"iterations": options.iterations, "record": record, "compiled": compiled}
            training = run.training.model_copy(update=changes)
            output = folder / f"{len(results)}" / "run.h5"
            settings = run.model_copy(update={"training": training}).model_dump_json()
            _call(
                *("train", "--settings", settings, "--reference", reference),
                *("--output", output, "--threads", threads),
            )
            results[variant] = dict(storage.read(output, "run").arrays)
            baseline = AGAINST.get(variant, FIRST)
            if variant != FIRST:
                print(_row(variant, baseline, results[baseline], results[variant]), flush=True)
    return 0 if all(same(results[AGAINST[v]], results[v]) for v in AGAINST) else 1


def _call(*arguments: object) -> None:
    command = [sys.executable, "-m", "pinn_phases", *map(str, arguments)]
    subprocess.run(command, env=os.environ | LIBRARY, check=True, capture_output=True)


def _row(
    variant: str, baseline: str, first: dict[str, np.ndarray], other: dict[str, np.ndarray]
) -> str:
    if same(first, other):
        return f"| {variant} | {baseline} | yes | never | 0 |"
    loss, theirs = first["history/loss"], other["history/loss"]
    differs = np.flatnonzero(loss != theirs)
    at = first["history/iteration"][differs[0]] if len(differs) else "never"
    by = f"{abs(theirs[-1] / loss[-1] - 1):.1e} of the loss"
    return f"| {variant} | {baseline} | no | {at} | {by} |"


if __name__ == "__main__":
    sys.exit(main())
