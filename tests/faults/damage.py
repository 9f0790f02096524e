"""Checkpoints, runs and references with flipped or missing bytes, or changed by other programs."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import h5py

from pinn_phases.settings.figures import FigureSettings
from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import SETTINGS, Place, errors, resumed_after, same, uninterrupted_place
from tests.processes import call

FAULT = "flipped or missing bytes"
REQUIREMENT = "detected; an older checkpoint or a fresh start, with a message; never a wrong figure"
PART = "part of the record"
FILES = ("reference", "run", "newest checkpoint", "both checkpoints", PART)
FIGURES = FigureSettings(smoothing=10, phases_of="rba").model_dump_json()


def faults(count: int, rng: Random) -> list[Outcome]:
    """Damage `count` files, and use each as the workflow does."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        whole = uninterrupted_place()
        while len(outcomes) < count:
            file = FILES[len(outcomes) % len(FILES)]
            place = whole.copied(Path(folder) / "damaged")
            checks = {"reference": _reference, "run": _run, PART: _part}
            check = checks.get(file, _checkpoints)
            outcomes.append(Outcome(file, check(place, whole, file, rng)))
    return outcomes


def _damage(path: Path, rng: Random) -> None:
    """Flip one to three bits; remove, truncate, blank or duplicate bytes; or write with h5py."""
    if rng.randrange(8) == 0:
        with h5py.File(path, "r+") as file:
            file.attrs["changed"] = "true"
        return
    data = bytearray(path.read_bytes())
    before = bytes(data)
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.randint(1, 4096))
    match rng.randrange(6):
        case 0:
            del data[start:end]
        case 1:
            del data[start:]
        case 2:
            data[start:end] = bytes(end - start)
        case 3:
            data[start:start] = data[start:end]
        case _:
            for _ in range(rng.randint(1, 3)):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    if data == before:  # blanks replaced blanks
        data[start] ^= 1
    path.write_bytes(data)


def _reference(place: Place, whole: Place, file: str, rng: Random) -> str:
    place.run.unlink()
    _damage(place.reference, rng)
    return _rejected(place.start().wait(), place.reference, no_result=not place.run.exists())


def _run(place: Place, whole: Place, file: str, rng: Random) -> str:
    _damage(place.run, rng)
    pdf, png = place.folder / "fig.pdf", place.folder / "fig.png"
    drawn = call(
        place.folder / "stderr",
        *("figure", "fig7", "--settings", FIGURES, "--inputs", place.run),
        *("--pdf", pdf, "--png", png),
    ).wait()
    return _rejected(drawn, place.run, no_figure=not pdf.exists() and not png.exists())


def _rejected(done: tuple[int, list[str]], path: Path, **held: bool) -> str:
    status, lines = done
    broken = first_broken(
        exit_status_1=status == 1,
        one_line_names_the_file=len(lines) == 1 and lines[0].startswith(f"error: {path}: "),
        **held,
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""


def _checkpoints(place: Place, whole: Place, file: str, rng: Random) -> str:
    place.run.unlink()
    previous = next(place.checkpoints.glob("*.previous.h5"))
    newest = previous.with_name(previous.name.replace(".previous", ""))
    damaged = [newest, previous] if file == "both checkpoints" else [newest]
    for path in damaged:
        _damage(path, rng)
    status, lines = place.start().wait()
    iterations = SETTINGS.training.iterations
    notes = [line for line in lines if line.startswith("checkpoint not used: ")]
    broken = first_broken(
        it_is_trained=status == 0 and not errors(lines),
        each_is_reported=len(notes) == len(damaged),
        older_checkpoint_or_fresh_start=resumed_after(lines)
        == (0 if file == "both checkpoints" else iterations - 1),
        same_data_as_uninterrupted=same(place.data(), whole.data()),
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""


def _part(place: Place, whole: Place, file: str, rng: Random) -> str:
    """Damage what one or both checkpoints list."""
    place.run.unlink()
    path = rng.choice(sorted(place.checkpoints.glob("*.part*.h5")))
    _damage(path, rng)
    status, lines = place.start().wait()
    notes = [line for line in lines if line.startswith("checkpoint not used: ")]
    broken = first_broken(
        it_is_trained=status == 0 and not errors(lines),
        it_is_reported=len(notes) in (1, 2) and all(path.name in line for line in notes),
        earlier_state_or_fresh_start=resumed_after(lines) < SETTINGS.training.iterations,
        same_data_as_uninterrupted=same(place.data(), whole.data()),
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""
