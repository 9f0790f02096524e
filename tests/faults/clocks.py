"""A clock set back, time stamps in the future, a repository copied elsewhere."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.outcome import Outcome, first_broken
from tests.faults.repository import RUN, TARGET, uninterrupted
from tests.processes import snakemake

FAULT = "clocks and copies"
REQUIREMENT = "no unnecessary training"
YEAR = 365 * 86400.0  # s


def _stamp(folder: Path, pattern: str, at: float) -> None:
    for path in folder.rglob(pattern):
        if ".snakemake" not in path.parts:
            os.utime(path, (at, at))


def _clock_set_back(folder: Path, rng: Random) -> None:
    """Make results older than their inputs."""
    _stamp(folder / "results", "seed*.h5", time.time() - rng.uniform(1, 3) * YEAR)


def _future_inputs(folder: Path, rng: Random) -> None:
    _stamp(folder / "results" / "smoke" / "reference", "*.h5", time.time() + rng.random() * YEAR)
    _stamp(folder / "workflow", "*.*", time.time() + rng.random() * YEAR)


def _all_in_the_future(folder: Path, rng: Random) -> None:
    _stamp(folder, "*.*", time.time() + rng.uniform(1, 2) * YEAR)


def _scattered(folder: Path, rng: Random) -> None:
    for path in sorted(folder.rglob("*.*")):
        if path.is_file() and ".snakemake" not in path.parts:
            at = time.time() + rng.uniform(-1, 1) * YEAR
            os.utime(path, (at, at))


def _copied(folder: Path, rng: Random) -> None:
    """Set all time stamps to the time of copying, as `cp -r` does; the test is the copy itself."""
    _stamp(folder, "*.*", time.time())


CASES: dict[str, Callable[[Path, Random], None]] = {
    "clock set back": _clock_set_back,
    "inputs and code from the future": _future_inputs,
    "everything from the future": _all_in_the_future,
    "random time stamps": _scattered,
    "copied elsewhere": _copied,
}


def faults(count: int, rng: Random) -> list[Outcome]:
    """Train once, then copy the folder, change its time stamps, and see what would run."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name:
        while len(outcomes) < count:
            kind = list(CASES)[len(outcomes) % len(CASES)]
            folder = Path(name) / f"elsewhere {len(outcomes)}"  # a space in the path as well
            shutil.copytree(uninterrupted(), folder)
            CASES[kind](folder, rng)
            before = (folder / RUN).read_bytes()
            planned = snakemake(folder, "-n", *TARGET)
            called = snakemake(folder, "--cores", "1", *TARGET)
            broken = first_broken(
                nothing_is_planned="Nothing to be done" in planned.stdout,
                nothing_is_trained=called.returncode == 0
                and "Nothing to be done" in called.stdout
                and (folder / RUN).read_bytes() == before,
            )
            outcomes.append(Outcome(kind, f"{broken}: {called.stdout[-400:]}" if broken else ""))
    return outcomes
