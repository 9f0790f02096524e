"""Runs of unfinished trainings, extracted from their checkpoints.

The rows and snapshots of a training are the first ones of a longer training with the same
settings. So a checkpoint contains a complete run up to the iteration that it has reached.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Arrays
from pinn_phases.files.reached import REACHED
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.training import DEFAULT_ENGINE, RunSettings
from pinn_phases.settings.trees import leaves
from pinn_phases.strict_model import StrictModel, validated
from pinn_phases.training.checkpointing.parts import PARTS
from pinn_phases.training.checkpointing.stretches import STRETCHES, stretches_of
from pinn_phases.training.points import loss_points
from pinn_phases.training.recording.history import LAST_ROW, LAST_SNAPSHOT, rows_until

LAST = {"history/": LAST_ROW, "snapshots/": LAST_SNAPSHOT}


class Execution(StrictModel):
    """Device, threads, time and memory of a training; None if not known."""

    device: str | None = None
    threads: int | None = None
    wall_seconds: float | None = None
    resumed_after: int | None = None
    peak_memory_mb: float | None = None


class Statement(StrictModel):
    """Provenance of a checkpoint of an older version, written by hand; None if not known."""

    code: str | None = None
    git_commit: str | None = None
    git_dirty: bool | None = None
    python: str | None = None
    versions: Mapping[str, str] = {}
    machine: str | None = None
    system: str | None = None
    execution: Execution = Execution()


def read_statement(checkpoint: Path, training: str) -> Statement:
    """Read the statement TRAINING.json next to a checkpoint; an empty one if there is no file.

    Raises
    ------
    StorageError
        If the file is not JSON.
    SettingsError
        If its keys or values are not those of a `Statement`.
    """
    path = checkpoint.parent / f"{training}.json"
    if not path.exists():
        return Statement()
    try:
        tree = json.loads(path.read_text())
    except ValueError as error:
        raise StorageError(f"{path}: expected JSON ({error})") from None
    return validated(Statement, tree, (str(path),))


def extract_run(content: Content, settings: RunSettings, statement: Statement) -> Content:
    """Return the run in a file, up to the number of iterations in the settings.

    The run keeps the settings of its training, including the number of iterations. If it ends
    earlier, its attribute `reached` gives its last iteration.

    Parameters
    ----------
    content
        A finished run, or a checkpoint.
    statement
        Provenance to use if the checkpoint has none.

    Raises
    ------
    StorageError
        If the file is of another kind, or belongs to another training.
    """
    if content.kind not in ("run", "checkpoint"):
        raise StorageError(f"expected a run or a checkpoint, found a {content.kind} file")
    require_same_training(content, settings)
    requested = settings.training.iterations
    if content.kind == "run":
        length = content.attributes["settings"]["training"]["iterations"]
        if REACHED in content.attributes or length != requested:
            raise StorageError(f"expected a run of {requested} iterations, found one of {length}")
        return content
    attributes = {k: v for k, v in content.attributes.items() if k not in ("training", PARTS)}
    stored = attributes.get("settings", settings.model_dump(mode="json"))
    end = max(stored["training"]["iterations"], requested)
    done = int(content.arrays["state/iteration"])
    if done > end:
        expected = f"expected settings of at least {done} iterations"
        raise StorageError(f"{expected}, since the checkpoint stores none; received {end}")
    reached = min(done, requested)
    arrays = rows_until(content.arrays, dict.fromkeys(LAST, reached))
    if reached == end:
        arrays = _with_last_rows(arrays, content.arrays)
    else:
        attributes[REACHED] = reached
    if "settings" not in attributes:
        attributes |= statement.model_dump()
    attributes["settings"] = {**stored, "training": {**stored["training"], "iterations": end}}
    attributes[STRETCHES] = stretches_of(attributes, reached)
    return Content("run", arrays | loss_points(settings), attributes)


def require_same_training(content: Content, settings: RunSettings) -> None:
    """Raise an error if the contents of a file show that it belongs to another training.

    Raises
    ------
    StorageError
        With the expected value and the one found.
    """
    stored = content.attributes.get("settings")
    if stored is not None:
        defaults = {"training.engine": DEFAULT_ENGINE}  # not stored in files of older versions
        found = defaults | dict(leaves(stored))
        for key, value in leaves(settings.computed()):
            if found.get(key) != value:
                raise StorageError(f"expected {key} = {value}, found {found.get(key)}")
        return
    training = str(content.attributes.get("training"))
    stem = f"{settings.problem}-{settings.method}-seed{settings.seed}-"
    if not training.startswith(stem):
        raise StorageError(f"expected a checkpoint of {stem}*, found {training}")
    sizes = {
        "collocation points": (
            content.arrays["state/weights"].shape[1],
            settings.training.points,
        ),
        "layers": (
            content.arrays["history/layers/snr"].shape[1],
            settings.training.network.hidden_layers + 1,
        ),
    }
    for name, (size, expected) in sizes.items():
        if size != expected:
            raise StorageError(f"expected {expected} {name}, found {size}")


def _with_last_rows(records: Arrays, checkpoint: Arrays) -> dict[str, NDArray[Any]]:
    """Append the last row and snapshot if they are not on the schedule, as results do."""
    return {
        name: np.concatenate([values, checkpoint[last]])
        if (last := f"{LAST[prefix]}{name.removeprefix(prefix)}") in checkpoint
        else values
        for name, values in records.items()
        for prefix in LAST
        if name.startswith(prefix)
    }
