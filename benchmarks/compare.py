"""Time one iteration of training by several engines, in turn, on the same task.

    python -m benchmarks.compare --problem allen_cahn --scale smoke --engines ours nested

Sizes (points, batches, network) are those of the scale; inputs and conditions are always the
paper's, which all engines support. Before timing, residual and gradient of every engine are
compared with nested automatic differentiation in float64. Peers run in their own environments:
`--python jax=ENVIRONMENT/bin/python`.
"""

import argparse
import dataclasses
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.engines.base import Evaluation
from benchmarks.machine import machine
from benchmarks.output import put
from benchmarks.processes import EngineProcess
from benchmarks.ratios import pairwise, spread
from benchmarks.sizes import add_arguments, chosen, resized
from benchmarks.training_task import evaluate_exactly, make_task
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.fast import cuda_graph

OURS, FLOOR = "ours", "products"
# Relative to the norm of residual and gradient. Rounding in float32 (6e-8 per operation) gives 4e-8
# to 2e-6 in all engines; a wrong coefficient or term gives more.
TOLERANCE = 1e-5
WARM_UP = cuda_graph.WARM_UP + 1  # iterations: compilers, caches, CUDA graphs


def disagreement(actual: Evaluation, exact: Evaluation) -> dict[str, float]:
    """Relative errors of residual and gradient."""

    def relative(a: NDArray[Any], b: NDArray[Any]) -> float:
        return float(np.linalg.norm(a - b) / np.linalg.norm(b))

    return {
        "residual_error": relative(actual.residual, exact.residual),
        "gradient_error": relative(actual.gradient, exact.gradient),
    }


def require_agreement(name: str, errors: Mapping[str, float]) -> None:
    """Refuse to time an engine that computes something else.

    Raises
    ------
    ValueError
        If an error is larger than `TOLERANCE`, or NaN.
    """
    for what, error in errors.items():
        if not error <= TOLERANCE:
            raise ValueError(f"{name}: expected a {what} of at most {TOLERANCE}; received {error}")


def summary(turns: Mapping[str, Sequence[float]]) -> dict[str, dict[str, Any]]:
    """Seconds per iteration of each engine, and their ratio to ours, round by round."""
    return {
        name: {
            "seconds": spread(seconds),
            "ratio": pairwise(seconds, turns[OURS]),
            "rounds": list(seconds),
        }
        for name, seconds in turns.items()
    }


def compare(
    settings: RunSettings,
    engines: Sequence[str],
    pythons: Mapping[str, str],
    *,
    threads: int,
    rounds: int,
    iterations: int,
    device: str = "cpu",
) -> dict[str, Any]:
    """Check all engines and time them in turn: in each round, every engine runs `iterations`."""
    task = dataclasses.replace(make_task(settings), device=device)
    exact = evaluate_exactly(task)
    report: dict[str, dict[str, Any]] = {}
    before = machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        task.save(folder / "task.npz")
        processes = []
        for name in engines:
            engine = EngineProcess(
                name, folder / "task.npz", folder, threads=threads, python=pythons.get(name)
            )
            processes.append(stack.enter_context(engine))
            evaluation = engine.evaluation()
            errors = disagreement(evaluation, exact) if evaluation is not None else {}
            require_agreement(name, errors)
            engine.seconds(WARM_UP)
            report[name] = {"versions": dict(engine.versions), **errors}
        turns: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(rounds):
            for engine in processes:
                turns[engine.name].append(statistics.median(engine.seconds(iterations)))
        for engine in processes:
            report[engine.name]["peak_memory_mb"] = engine.peak_memory_mb
    for name, timing in summary(turns).items():
        report[name] |= timing
    training = settings.training
    return {
        "problem": settings.problem,
        "points": training.points,
        "batches": training.batches,
        "hidden_layers": training.network.hidden_layers,
        "width": training.network.width,
        "threads": threads,
        "device": device,
        "iterations_a_turn": iterations,
        "machine": before,
        "load_at_the_end": machine()["load"],
        "engines": report,
    }


def main() -> None:
    """Compare the engines and write a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--points", type=int, help="in place of the training's")
    parser.add_argument("--engines", nargs="+", default=[OURS, "ours_statistics", FLOOR, "nested"])
    parser.add_argument("--python", nargs="*", default=[], metavar="ENGINE=PYTHON")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--gpu", action="store_true", help="for ours, ours_statistics, products")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--iterations", type=int, default=2, help="a turn")
    parser.add_argument("--json", type=Path, help="result; else it is printed")
    options = parser.parse_args()
    report = compare(
        resized(chosen(options), points=options.points),
        options.engines,
        dict(pair.split("=", 1) for pair in options.python),
        threads=options.threads,
        rounds=options.rounds,
        iterations=options.iterations,
        device="cuda" if options.gpu else "cpu",
    )
    put(report, options.json)


if __name__ == "__main__":
    main()
