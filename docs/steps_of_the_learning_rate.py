"""Print the median SNR by the time since the learning rate last fell, as a Markdown table.

    python docs/steps_of_the_learning_rate.py [RUN.h5 ...]

The learning rate falls in steps at regular intervals. The columns are fifths of an interval. Only
total diffusion counts; if it is not found, the second half of the iterations. Without runs, the
curves are those that the authors published.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from tabulate import tabulate

from pinn_phases.analysis.phases.search import find_phases
from pinn_phases.arrays import Real
from pinn_phases.files import storage
from pinn_phases.files.published import read_curves

ROOT = Path(__file__).parents[1]
CONSTANTS = yaml.safe_load((ROOT / "config.yaml").read_text())["phases"]
AUTHORS = (
    ("allen_cahn", "rba"),
    ("allen_cahn", "vanilla"),
    ("helmholtz", "vanilla"),
    ("cavity", "rba"),
)
EVERY = 5000  # iterations between the authors' steps
PARTS = 5
Curve = tuple[str, int, Real, Real]  # name, iterations between steps, iterations, SNR


def curves(paths: list[str]) -> Iterator[Curve]:
    """Curves of the runs, or those of the authors."""
    for path in paths:
        run = storage.read(Path(path), "run")
        every = run.attributes["settings"]["training"]["optimiser"].get("decay_every")
        if every is None:
            sys.exit(f"{path}: expected an optimiser whose learning rate falls, such as Adam")
        yield path, every, run.arrays["history/iteration"], run.arrays["history/snr"]
    for names in AUTHORS if not paths else ():
        found = read_curves(ROOT / "published", *names)
        yield ", ".join(names), EVERY, found["gradients/iteration"], found["gradients/snr"]


def row(name: str, every: int, at: Real, snr: Real) -> list[str]:
    """Name, iterations between steps, and the median of SNR in each part of that time."""
    phases = find_phases(at, snr, **CONSTANTS)
    first = phases.total_diffusion.iteration if phases.total_diffusion else at[-1] / 2
    last = phases.late_decrease.iteration if phases.late_decrease else at[-1]
    counts = (at >= first) & (at <= last)
    part = (at - 1) % every * PARTS // every  # the rate falls after iterations that are multiples
    medians = [np.median(snr[counts & (part == number)]) for number in range(PARTS)]
    return [name, f"{every:,}", *(f"{median:.2g}" for median in medians)]


def main() -> None:
    """Print the table."""
    heads = [f"{number / PARTS:.0%} to {(number + 1) / PARTS:.0%}" for number in range(PARTS)]
    rows = [row(*curve) for curve in curves(sys.argv[1:])]
    heads = ["curve", "iterations between steps", *heads]
    print(tabulate(rows, heads, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
