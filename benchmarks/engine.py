"""Run one engine in its own process.

    echo 5 | python -m benchmarks.engine nested --task TASK.npz --check CHECK.npz --threads 2

`python -m benchmarks.compare` makes the task. The engine evaluates the loss once and writes
residual and gradient to the check file, then prints one line of JSON with its versions. After
that it reads numbers, one per line. For each, it runs as many iterations, and prints their seconds
and the peak memory of the process so far. It ends with its input.
"""

import argparse
import json
import os
import platform
import resource
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.engines.base import engine_class
from benchmarks.task import Task


def restrict(threads: int, *, pinned: bool) -> None:
    """Limit the threads of numerical libraries; call it before they are imported.

    `pinned`: use only the first processors, as many as threads.
    """
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # Snakemake sets both
        os.environ[variable] = str(threads)
    if pinned and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def peak_memory_mb() -> float:
    """Largest resident memory of this process, MB.

    Without /proc, it comes from `resource.getrusage`, which may include the parent process's peak.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return float(line.split()[1]) / 1024


def serve(name: str, task: Task, check: Path | None, commands: TextIO, answers: TextIO) -> None:
    """Set up the engine, then time iterations until the commands end."""

    def answer(content: dict[str, Any]) -> None:
        print(json.dumps(content), file=answers, flush=True)

    kind = engine_class(name)
    engine = kind(task)
    if check is not None and (evaluation := engine.evaluate()) is not None:
        np.savez(check, residual=evaluation.residual, gradient=evaluation.gradient)
    versions = {package: version(package) for package in kind.packages}
    answer({"engine": name, "versions": {"python": platform.python_version(), **versions}})
    for command in commands:
        answer({"seconds": engine.seconds(int(command)), "peak_memory_mb": peak_memory_mb()})


def main() -> None:
    """Serve on standard input and output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", help="name of a file in benchmarks/engines")
    parser.add_argument("--task", type=Path, required=True)
    parser.add_argument("--check", type=Path, help="where residual and gradient go; else unneeded")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--unpinned", action="store_true", help="run on any processors")
    options = parser.parse_args()
    restrict(options.threads, pinned=not options.unpinned)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # keep output of libraries out of the answers
    serve(options.engine, Task.load(options.task), options.check, sys.stdin, answers)


if __name__ == "__main__":
    main()
