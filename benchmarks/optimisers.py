"""Time the iterations of a training with each optimiser, relative to Adam.

    python -m benchmarks.optimisers --problem allen_cahn

The training is that of the laptop scale, with RBA, on one CPU thread; one iteration in ten is
recorded. Optimisers take turns, so that a machine whose speed changes slows all of them down. The
first iterations, in which code is compiled and L-BFGS fills its memory, are not timed.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu import EVERY, METHOD, TURNS, training_step
from benchmarks.output import put
from pinn_phases.plugins import OPTIMISERS, PROBLEMS, names
from pinn_phases.settings.config import Settings
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.method_names import ADAM, joined
from pinn_phases.settings.scales import load_scales

SCALE = "laptop"
COMPARED = [joined(METHOD, optimiser) for optimiser in names(OPTIMISERS)]


def measure(settings: Settings, problem: str, *, iterations: int, first: int) -> dict[str, Any]:
    """Return milliseconds of an iteration, and their ratio to Adam's in the same turn.

    Parameters
    ----------
    iterations
        In a turn.
    first
        Untimed iterations before them.
    """
    cpu = torch.device("cpu")
    steps = {method: training_step(settings, problem, cpu, method) for method in COMPARED}
    for iterate in steps.values():
        for number in range(first):
            iterate(number == 0)
    times: dict[str, list[float]] = {method: [] for method in COMPARED}
    for _ in range(TURNS):
        for method, iterate in steps.items():
            began = time.perf_counter()
            for number in range(iterations):
                iterate(number % EVERY == 0)
            times[method].append((time.perf_counter() - began) / iterations * 1e3)
    adam = times[joined(METHOD, ADAM)]
    return {
        method: {
            "milliseconds": statistics.median(own),
            "over Adam": statistics.median(a / b for a, b in zip(own, adam, strict=True)),
        }
        for method, own in times.items()
    }


def main() -> None:
    """Measure and write a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", default="allen_cahn", choices=names(PROBLEMS))
    parser.add_argument("--iterations", type=int, default=50, help="in a turn")
    parser.add_argument("--json", type=Path, help="result; else it is printed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    given = {"scale": SCALE, "compared_methods": COMPARED}
    settings = load_scales(read_config(default_config()), command_line=given)[SCALE]
    report = measure(settings, options.problem, iterations=options.iterations, first=60)
    put(report, options.json)


if __name__ == "__main__":
    main()
