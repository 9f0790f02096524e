"""Runs of unfinished trainings, from their checkpoints.

The rows and snapshots of a training are the beginning of those of a longer one. So a checkpoint
contains a run up to the iteration that it has reached.
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
from pinn_phases.model import StrictModel, validated
from pinn_phases.settings.training import DEFAULT_ENGINE, RunSettings
from pinn_phases.settings.trees import leaves
from pinn_phases.training.parts import PARTS
from pinn_phases.training.points import loss_points
from pinn_phases.training.stretches import STRETCHES, stretches_of

LAST_ROW = {"history/": "state/last_row/", "snapshots/": "state/last_snapshot/"}


class Execution(StrictModel):
    """Device, threads, time and memory of a training; None: not known."""

    device: str | None = None
    threads: int | None = None
    wall_seconds: float | None = None
    resumed_after: int | None = None
    peak_memory_mb: float | None = None


class Statement(StrictModel):
    """Provenance of a checkpoint of an older version, stated by hand; None: not known."""

    code: str | None = None
    git_commit: str | None = None
    git_dirty: bool | None = None
    python: str | None = None
    versions: Mapping[str, str] = {}
    machine: str | None = None
    system: str | None = None
    execution: Execution = Execution()


def read_statement(checkpoint: Path, training: str) -> Statement:
    """Read the statement beside a checkpoint, TRAINING.json; empty if there is none.

    Raises
    ------
    StorageError
        If the file is not JSON.
    SettingsError
        If it has other keys or values than a `Statement`.
    """
    path = checkpoint.parent / f"{training}.json"
    if not path.exists():
        return Statement()
    try:
        tree = json.loads(path.read_text())
    except ValueError as error:
        raise StorageError(f"{path}: expected JSON ({error})") from None
    return validated(Statement, tree, (str(path),))


def taken(content: Content, settings: RunSettings, stated: Statement) -> Content:
    """Return the run in a file, with at most the iterations of the settings.

    The run keeps the settings of its training, including the number of iterations. If it has fewer,
    its attribute `reached` gives the last one.

    Parameters
    ----------
    content
        A finished run, or a checkpoint.
    stated
        Provenance of a checkpoint that lacks it.

    Raises
    ------
    StorageError
        If the file is neither, or belongs to another training.
    """
    if content.kind not in ("run", "checkpoint"):
        raise StorageError(f"expected a run or a checkpoint, found a {content.kind} file")
    require_same_training(content, settings)
    wanted = settings.training.iterations
    if content.kind == "run":
        length = content.attributes["settings"]["training"]["iterations"]
        if REACHED in content.attributes or length != wanted:
            raise StorageError(f"expected a run of {wanted} iterations, found one of {length}")
        return content
    attributes = {k: v for k, v in content.attributes.items() if k not in ("training", PARTS)}
    own = attributes.get("settings", settings.model_dump(mode="json"))
    end = max(own["training"]["iterations"], wanted)
    done = int(content.arrays["state/iteration"])
    if done > end:
        expected = f"expected settings of at least {done} iterations"
        raise StorageError(f"{expected}, since it does not say its own; received {end}")
    reached = min(done, wanted)
    arrays = _beginning(content.arrays, reached)
    if reached == end:
        arrays = _with_last(arrays, content.arrays)
    else:
        attributes[REACHED] = reached
    if "settings" not in attributes:
        attributes |= stated.model_dump()
    attributes["settings"] = {**own, "training": {**own["training"], "iterations": end}}
    attributes[STRETCHES] = stretches_of(attributes, reached)
    return Content("run", arrays | loss_points(settings), attributes)


def require_same_training(content: Content, settings: RunSettings) -> None:
    """Raise an error if a file states that it belongs to another training.

    Raises
    ------
    StorageError
        With the expected and found values.
    """
    stored = content.attributes.get("settings")
    if stored is not None:
        older = {"training.engine": DEFAULT_ENGINE}  # which files of older versions do not say
        theirs = older | dict(leaves(stored))
        for key, value in leaves(settings.computed()):
            if theirs.get(key) != value:
                raise StorageError(f"expected {key} = {value}, found {theirs.get(key)}")
        return
    training = str(content.attributes.get("training"))
    stem = f"{settings.problem}-{settings.method}-seed{settings.seed}-"
    if not training.startswith(stem):
        raise StorageError(f"expected a checkpoint of {stem}*, found {training}")
    chosen = settings.training
    sizes = {
        "collocation points": (content.arrays["state/weights"].shape[1], chosen.points),
        "layers": (
            content.arrays["history/layers/snr"].shape[1],
            chosen.network.hidden_layers + 1,
        ),
    }
    for what, (found, expected) in sizes.items():
        if found != expected:
            raise StorageError(f"expected {expected} {what}, found {found}")


def _beginning(arrays: Arrays, reached: int) -> dict[str, NDArray[Any]]:
    """Return the rows of history and snapshots up to an iteration."""
    return {
        name: values[: np.searchsorted(arrays[f"{prefix}iteration"], reached, "right")]
        for prefix in LAST_ROW
        for name, values in arrays.items()
        if name.startswith(prefix)
    }


def _with_last(records: Arrays, checkpoint: Arrays) -> dict[str, NDArray[Any]]:
    """Append the last row and snapshot if the schedule omits them, as in a result."""
    return {
        name: np.concatenate([values, checkpoint[last]])
        if (last := f"{LAST_ROW[prefix]}{name.removeprefix(prefix)}") in checkpoint
        else values
        for name, values in records.items()
        for prefix in LAST_ROW
        if name.startswith(prefix)
    }
