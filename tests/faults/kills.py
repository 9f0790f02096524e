"""SIGKILL of a training at random moments, also while a checkpoint or the result is written."""

import os
import signal
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import Place, reached, resumed_after, same
from tests.processes import Call

FAULT = "SIGKILL of training"
REQUIREMENT = (
    "final data identical to those of an uninterrupted run; no partial file; at most one "
    "checkpoint interval lost (here: one iteration)"
)
KILLS_A_TRAINING = 4
CHECKPOINT, PART = "while writing a checkpoint", "while writing a part of the record"
RESULT, OTHER = "while writing the result", "elsewhere"


def faults(count: int, rng: Random) -> list[Outcome]:
    """Kill trainings `count` times in all, resume after each, and compare the final data."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        uninterrupted = Place(Path(folder) / "uninterrupted")
        began = time.monotonic()
        uninterrupted.finish()
        seconds = time.monotonic() - began
        trainings = 0
        while len(outcomes) < count:
            trainings += 1
            place = Place(Path(folder) / str(trainings))
            kills = min(KILLS_A_TRAINING, count - len(outcomes))
            kinds, broken = _with_kills(place, kills, rng, seconds)
            whole = same(place.data(), uninterrupted.data())
            broken = broken or first_broken(same_data_as_uninterrupted=whole)
            outcomes += [Outcome(kind, broken) for kind in kinds]
    return outcomes


def _with_kills(place: Place, kills: int, rng: Random, seconds: float) -> tuple[list[str], str]:
    """Train to the end, with `kills` kills; return their kinds and the claim that does not hold."""
    kinds: list[str] = []
    broken, logged = "", 0
    for _ in range(kills):
        training = place.start()
        _wait_for_moment(training, place, rng, seconds)
        training.process.kill()
        status, lines = training.wait()
        if status != -signal.SIGKILL:  # it ended first
            break
        kinds.append(_kind(place))
        # Neither is logged if it was killed before its first message.
        begun = reached(lines) or resumed_after(lines)
        kept = not begun or resumed_after(lines) >= logged - 1
        broken = broken or first_broken(
            no_partial_file=not place.incomplete_files(), at_most_one_interval_lost=kept
        )
        logged = max(logged, reached(lines))
    if not place.run.exists():
        kept = resumed_after(place.finish()) >= logged - 1
        broken = broken or first_broken(at_most_one_interval_lost=kept)
    return kinds, broken


def _wait_for_moment(training: Call, place: Place, rng: Random, seconds: float) -> None:
    """Wait for some time, and then perhaps for a checkpoint or the result to be written."""
    watched = rng.choice([None, place.checkpoints, place.run.parent])
    if watched != place.run.parent:
        time.sleep(rng.uniform(0, seconds))
    while watched and training.process.is_alive() and not _half_written(watched):
        time.sleep(0.0005)  # shorter than the time to write a file


def _half_written(folder: Path) -> bool:
    return folder.is_dir() and any(name[0] == "." for name in os.listdir(folder))


def _kind(place: Place) -> str:
    """Tell what was being written from the temporary file that is left, and remove it."""
    kind = OTHER
    for folder, name in ((place.checkpoints, CHECKPOINT), (place.run.parent, RESULT)):
        for left in folder.glob(".*"):
            left.unlink()
            kind = PART if ".part0" in left.name else name
    return kind
