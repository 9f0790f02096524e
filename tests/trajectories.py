"""Digests of small trainings, to check that a code change leaves every bit unchanged.

    python -m tests.trajectories > before    # then change the code
    python -m tests.trajectories --against before

One line for each problem and method without compilation, and one for each problem with it. A digest
covers parameters, Adam's moments, point weights and the whole record after sixty iterations.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from pinn_phases.files import storage
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.plugins import METHODS, PROBLEMS, names
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from tests.training.conftest import TRAINING, make_settings, random_reference

COMPILED_WITH = "rba"


def digests() -> Iterator[str]:
    """Yield a line for each training."""
    for problem in names(PROBLEMS):
        for method in names(METHODS):
            yield f"{problem} {method} {_digest(problem, method, compiled=False)}"
        yield f"{problem} {COMPILED_WITH} compiled {_digest(problem, COMPILED_WITH, compiled=True)}"


def _digest(problem: str, method: str, *, compiled: bool) -> str:
    record = TRAINING["record"] | {"error_stride": 1}
    changes = {"compiled": compiled, "checkpoint_seconds": 1e9, "record": record}
    settings = make_settings(method, problem, **changes)
    with TemporaryDirectory() as folder:
        checkpoints = Checkpoints.for_output(Path(folder) / "run.h5", settings, "code")
        reference = random_reference(settings.equation)
        try:
            train(settings, reference, checkpoints, threads=1, gpus=0, bar=False)
        except Stopped as stopped:  # self-adaptive weights diverge for Helmholtz, at this rate
            return str(stopped)
        found = checkpoints.load()
        assert found is not None
        return storage.data_digest(found)


def main() -> int:
    """Print the lines; with `--against`, return 1 if one differs."""
    parser = argparse.ArgumentParser(prog="tests.trajectories", description=__doc__)
    parser.add_argument("--against", type=Path, help="what an earlier call has printed")
    options = parser.parse_args()
    before = options.against.read_text().splitlines() if options.against else None
    same = True
    for number, line in enumerate(digests()):
        print(line, flush=True)
        if before is not None and line != before[number]:
            same = False
            print(f"differs: {before[number]}", file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
