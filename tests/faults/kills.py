"""SIGKILL of a training at random moments, also while a checkpoint or the result is written."""

import os
import signal
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import Place, reached, same, went_on
from tests.processes import Call

FAULT = "SIGKILL of training"
REQUIREMENT = (
    "final data identical to those of an uninterrupted run; no partial file; at most one "
    "checkpoint interval lost (here: one iteration)"
)
KILLS_A_TRAINING = 4
CHECKPOINT, PART = "a checkpoint half written", "a part of the record half written"
RESULT, OTHER = "the result half written", "elsewhere"


def faults(count: int, rng: Random) -> list[Outcome]:
    """Kill trainings so many times in all, go on after each, and compare what comes out."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        undisturbed = Place(Path(folder) / "undisturbed")
        began = time.monotonic()
        undisturbed.finish()
        seconds = time.monotonic() - began
        trainings = 0
        while len(outcomes) < count:
            trainings += 1
            place = Place(Path(folder) / str(trainings))
            kills = min(KILLS_A_TRAINING, count - len(outcomes))
            kinds, broken = _disturbed(place, kills, rng, seconds)
            whole = same(place.data(), undisturbed.data())
            broken = broken or first_broken(same_data_as_undisturbed=whole)
            outcomes += [Outcome(kind, broken) for kind in kinds]
    return outcomes


def _disturbed(place: Place, kills: int, rng: Random, seconds: float) -> tuple[list[str], str]:
    """Train to the end with so many kills on the way; return their kinds and what broke."""
    kinds: list[str] = []
    broken, told = "", 0
    for _ in range(kills):
        training = place.start()
        _wait_for_moment(training, place, rng, seconds)
        training.process.kill()
        status, lines = training.wait()
        if status != -signal.SIGKILL:  # it was faster
            break
        kinds.append(_kind(place))
        begun = reached(lines) or went_on(lines)  # else it was killed before it could say so
        kept = not begun or went_on(lines) >= told - 1
        broken = broken or first_broken(no_half_file=not place.halves(), one_interval_lost=kept)
        told = max(told, reached(lines))
    if not place.run.exists():
        kept = went_on(place.finish()) >= told - 1
        broken = broken or first_broken(one_interval_lost=kept)
    return kinds, broken


def _wait_for_moment(training: Call, place: Place, rng: Random, seconds: float) -> None:
    """Wait for some time, and then perhaps for a checkpoint or the result to be written."""
    watched = rng.choice([None, place.checkpoints, place.run.parent])
    if watched != place.run.parent:
        time.sleep(rng.uniform(0, seconds))
    while watched and training.process.is_alive() and not _half_written(watched):
        time.sleep(0.0005)  # a file is half written for longer


def _half_written(folder: Path) -> bool:
    return folder.is_dir() and any(name[0] == "." for name in os.listdir(folder))


def _kind(place: Place) -> str:
    """Say what was being written, by the temporary file that is left, and take that away."""
    kind = OTHER
    for folder, name in ((place.checkpoints, CHECKPOINT), (place.run.parent, RESULT)):
        for left in folder.glob(".*"):
            left.unlink()
            kind = PART if ".part0" in left.name else name
    return kind
