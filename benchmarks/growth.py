"""Measure how time and memory of our engine grow with points, width and iterations.

    python -m benchmarks.growth --points 1600 3200 --widths 32 64 --threads 1

One size is varied, the others are those of the training, with `FEW_POINTS` for width and
iterations. Each size runs in its own process, because the peak of a process never falls. The peak
includes Python, torch and its compiler.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.compare import OURS, WARM_UP
from benchmarks.machine import machine
from benchmarks.output import put
from benchmarks.processes import EngineProcess
from benchmarks.ratios import slope
from benchmarks.sizes import add_arguments, chosen, resized
from benchmarks.training_task import make_task
from pinn_phases.settings.training import RunSettings

POINTS = (6400, 12800, 25600, 51200)
WIDTHS = (128, 256, 512)
ITERATIONS = (4, 8, 16, 32)
FEW_POINTS = 6400  # when another size is varied
TIMED = 5  # iterations per size


def iterations_alone(settings: RunSettings, counts: Sequence[int], threads: int) -> dict[str, Any]:
    """Seconds of each iteration, for each number of iterations, in a fresh process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_task(settings).save(folder / "task.npz")
        with EngineProcess(OURS, folder / "task.npz", folder, threads=threads) as engine:
            engine.seconds(WARM_UP)
            seconds = [engine.seconds(count) for count in counts]
            return {"seconds": seconds, "peak_memory_mb": engine.peak_memory_mb}


def over(sizes: Sequence[int], runs: Sequence[RunSettings], threads: int) -> dict[str, Any]:
    """Seconds per iteration and peak memory of runs of several sizes."""
    measured = [iterations_alone(run, [TIMED], threads) for run in runs]
    seconds = [statistics.median(each["seconds"][0]) for each in measured]
    return {
        "sizes": list(sizes),
        "seconds": seconds,
        "slope": slope(sizes, seconds),
        "peak_memory_mb": [each["peak_memory_mb"] for each in measured],
    }


def grow(
    settings: RunSettings, points: Sequence[int], widths: Sequence[int], threads: int
) -> dict[str, Any]:
    """Time and memory over points, widths and numbers of iterations."""
    before = machine()
    few = min(FEW_POINTS, *points)

    def run(points: int, width: int | None = None) -> RunSettings:
        return resized(settings, points=points, width=width)

    totals = [sum(each) for each in iterations_alone(run(few), ITERATIONS, threads)["seconds"]]
    return {
        "problem": settings.problem,
        "threads": threads,
        "machine": before,
        "points": over(points, [run(n) for n in points], threads),
        "width": {"points": few, **over(widths, [run(few, width) for width in widths], threads)},
        "iterations": {
            "points": few,
            "sizes": list(ITERATIONS),
            "seconds": totals,
            "slope": slope(ITERATIONS, totals),
        },
        "load_at_the_end": machine()["load"],
    }


def main() -> None:
    """Measure and write a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--points", type=int, nargs="+", default=POINTS)
    parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="result; else it is printed")
    options = parser.parse_args()
    report = grow(chosen(options), options.points, options.widths, options.threads)
    put(report, options.json)


if __name__ == "__main__":
    main()
