"""Time the iterations of a training on a GPU, plain and recorded, and the kernels in them.

    python -m benchmarks.gpu --problem allen_cahn --kernels 10

The training is the paper's, with RBA. A recorded iteration also computes the statistics of all
batches and the error on the whole test grid, and the host reads them. The first iterations, in
which code is compiled and CUDA graphs are captured, are not timed.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.output import put
from benchmarks.training_task import solve
from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.settings.config import Settings
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales
from pinn_phases.training.device import device_name
from pinn_phases.training.engines.fast.cuda_graph import WARM_UP
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.recording.measure import history_row, on_host, require_finite
from pinn_phases.training.setup import prepare
from pinn_phases.training.threads import ThreadPool

METHOD = "rba"
TURNS = 5  # whose median is reported
EVERY = 10  # recorded iterations, as in the paper's training


def training_step(
    settings: Settings, problem: str, device: torch.device, method: str = METHOD
) -> Callable[[bool], None]:
    """Set up a training; return a function that runs an iteration as the loop, recorded or not."""
    chosen, reference = settings.run(problem, method, 0), solve(settings.reference(problem))
    training = prepare(chosen, reference, device=device, threads=ThreadPool(1))
    step = Iteration(training.engine, training.state)

    def iterate(recorded: bool) -> None:
        loss, gradients = step.evaluate()
        if not recorded:
            step.update()
            return
        require_finite(training.state.iteration, loss)
        row = step.measure(partial(history_row, training, loss, gradients))
        step.update()
        on_host({**row, "srr_adam": step.srr()})

    return iterate


def milliseconds(
    iterate: Callable[[bool], None], iterations: int, every: int | None, device: torch.device
) -> list[float]:
    """Return the time of an iteration in each turn, with one in `every` recorded (None: none)."""
    times = []
    for _ in range(TURNS):
        _synchronise(device)
        began = time.perf_counter()
        for number in range(iterations):
            iterate(every is not None and number % every == 0)
        _synchronise(device)
        times.append((time.perf_counter() - began) / iterations * 1e3)
    return times


def kernels(
    iterate: Callable[[bool], None], recorded: bool, most: int
) -> list[tuple[str, float, float]]:
    """Return the longest kernels of an iteration: name, microseconds, calls."""
    repeats = 5
    with profile(activities=[ProfilerActivity.CUDA]) as found:
        for _ in range(repeats):
            iterate(recorded)
        torch.cuda.synchronize()
    events = [
        (event.key, event.device_time_total / repeats, event.count / repeats)
        for event in found.key_averages()
    ]
    return sorted(events, key=lambda event: -event[1])[:most]


def measure(
    settings: Settings, problem: str, device: torch.device, *, iterations: int, most: int = 0
) -> dict[str, Any]:
    """Return milliseconds of an iteration, peak memory, and the longest kernels."""
    iterate = training_step(settings, problem, device)
    for _ in range(WARM_UP + 2):
        iterate(True)
    report: dict[str, Any] = {"problem": problem, "device": device_name(device)}
    for what, every in (("plain", None), ("every tenth recorded", EVERY), ("recorded", 1)):
        times = milliseconds(iterate, iterations, every, device)
        report[what] = {"median": statistics.median(times), "turns": times}
    if device.type == "cuda":
        report["peak memory, GB"] = torch.cuda.max_memory_allocated() / 1e9
    if most:
        report["kernels"] = {
            what: kernels(iterate, recorded, most)
            for what, recorded in (("plain", False), ("recorded", True))
        }
    return report


def _synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def main() -> None:
    """Measure and write a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", default="allen_cahn", choices=names(PROBLEMS))
    parser.add_argument("--iterations", type=int, default=100, help="a turn")
    parser.add_argument("--kernels", type=int, default=0, help="how many to name")
    parser.add_argument("--json", type=Path, help="result; else it is printed")
    options = parser.parse_args()
    settings = load_scales(read_config(default_config()), command_line={"scale": "paper"})["paper"]
    device = torch.device("cuda")
    report = measure(
        settings, options.problem, device, iterations=options.iterations, most=options.kernels
    )
    put(report, options.json)


if __name__ == "__main__":
    main()
