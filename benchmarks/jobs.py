"""Measure training jobs as Snakemake runs them: concurrent ones, and the start of one.

    python -m benchmarks.jobs --problem helmholtz --scale laptop --reference FILE.h5

Each concurrent run is a single-threaded process without CPU pinning, as at laptop scale. Short
trainings through Snakemake itself, with `--cores 2` and `--cores 8`, show the cost of asking for
more cores than there are processors.

A start is a complete job of one iteration, from its command to its result: first with an empty
cache of compiled code, then with that cache for another seed and for another method.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from benchmarks.compare import OURS, WARM_UP
from benchmarks.machine import machine
from benchmarks.output import put
from benchmarks.processes import EngineProcess
from benchmarks.ratios import pairwise, spread
from benchmarks.sizes import ROOT, add_arguments, chosen
from benchmarks.training_task import make_task
from pinn_phases.settings.training import RunSettings

AT_ONCE = (1, 2)
ROUNDS = 5
ITERATIONS = 40  # of each run in a turn: a second or more
CORES = (2, 8)  # of `snakemake --cores`
TRAININGS = 4  # through Snakemake
TRAINING_ITERATIONS = 400  # of each of them: longer than its start
STARTS = {  # changes to the settings, in this order
    "empty cache": {},
    "another seed": {"seed": 1},
    "another method": {"method": "rba"},
}


def at_once(settings: RunSettings, counts: Sequence[int]) -> dict[str, Any]:
    """Return the iterations per second of each number of concurrent runs, measured in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        make_task(settings).save(folder / "task.npz")
        processes = []
        for number in range(max(counts)):
            own = folder / str(number)
            own.mkdir()
            process = EngineProcess(OURS, folder / "task.npz", own, threads=1, pinned=False)
            processes.append(stack.enter_context(process))
            process.seconds(WARM_UP)
        rounds = [{count: _rate(processes[:count]) for count in counts} for _ in range(ROUNDS)]
    rates = {count: [each[count] for each in rounds] for count in counts}
    return {
        str(count): {
            "iterations_a_second": spread(rates[count]),
            "over_one": pairwise(rates[count], rates[1]),
            "rounds": rates[count],
        }
        for count in counts
    }


def _rate(processes: Sequence[EngineProcess]) -> float:
    with ThreadPoolExecutor(len(processes)) as pool:
        began = time.perf_counter()
        list(pool.map(lambda process: process.seconds(ITERATIONS), processes))
        return len(processes) * ITERATIONS / (time.perf_counter() - began)


def by_cores(problem: str, scale: str) -> dict[str, Any]:
    """Return the seconds of some trainings through Snakemake, by the number of cores."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = yaml.safe_load((ROOT / "config.yaml").read_text())
        block = config["scales"][scale].setdefault("problems", {}).setdefault(problem, {})
        block.setdefault("training", {})["iterations"] = TRAINING_ITERATIONS
        (folder / "config.yaml").write_text(yaml.safe_dump(config))
        runs = Path("results") / scale / "runs"
        targets = [f"{runs}/{problem}/vanilla/seed{seed}.h5" for seed in range(TRAININGS)]

        def seconds(cores: int, count: int) -> float:
            shutil.rmtree(folder / runs, ignore_errors=True)
            command = [
                *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
                *("--directory", name, "--cores", str(cores), "--quiet", "all"),
                *("--config", f"scale={scale}", "--", *targets[:count]),
            ]
            began = time.perf_counter()
            subprocess.run(command, check=True)
            return time.perf_counter() - began

        seconds(CORES[0], 1)  # compiles, and computes the reference solution
        rounds = [{cores: seconds(cores, TRAININGS) for cores in CORES} for _ in range(ROUNDS)]
    taken = {cores: [each[cores] for each in rounds] for cores in CORES}
    return {
        str(cores): {
            "seconds": spread(taken[cores]),
            "work_over_two": pairwise(taken[CORES[0]], taken[cores]),
            "rounds": taken[cores],
        }
        for cores in CORES
    }


def starts(settings: RunSettings, reference: Path) -> dict[str, float]:
    """Return the seconds of jobs of one iteration, starting with no compiled code in the cache."""
    content = settings.model_dump()
    content["training"]["iterations"] = 1
    seconds = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "workflow"),
            "TORCHINDUCTOR_CACHE_DIR": str(folder / "compiled"),
        }
        for what, changes in STARTS.items():
            run = RunSettings.model_validate({**content, **changes})
            command = [
                *(sys.executable, "-m", "pinn_phases", "train"),
                *("--settings", run.model_dump_json(), "--reference", str(reference.absolute())),
                *("--output", str(folder / f"{what}.h5"), "--log", str(folder / f"{what}.log")),
            ]
            began = time.perf_counter()
            subprocess.run(command, env=environment, check=True)
            seconds[what] = time.perf_counter() - began
    return seconds


def main() -> None:
    """Measure and write a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--reference", type=Path, required=True, help="solution of the problem")
    parser.add_argument("--json", type=Path, help="result; else it is printed")
    options = parser.parse_args()
    settings, before = chosen(options), machine()
    report = {
        "problem": settings.problem,
        "points": settings.training.points,
        "threads": 1,
        "machine": before,
        "starts": starts(settings, options.reference),
        "at_once": at_once(settings, AT_ONCE),
        "by_cores": by_cores(settings.problem, settings.scale),
        "load_at_the_end": machine()["load"],
    }
    put(report, options.json)


if __name__ == "__main__":
    main()
