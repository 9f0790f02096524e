"""Runs of unfinished trainings, from their checkpoints.

The rows and snapshots of a training are the beginning of those of a longer one. So a checkpoint
holds a run of as many iterations as it has reached; here it is taken from it.
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
from pinn_phases.settings.training import RunSettings
from pinn_phases.settings.trees import leaves
from pinn_phases.training.parts import PARTS
from pinn_phases.training.points import loss_points
from pinn_phases.training.stretches import STRETCHES, stretches_of

LAST_ROW = {"history/": "state/last_row/", "snapshots/": "state/last_snapshot/"}


class Execution(StrictModel):
    """What a training ran on and took; None: not known."""

    device: str | None = None
    threads: int | None = None
    wall_seconds: float | None = None
    resumed_after: int | None = None
    peak_memory_mb: float | None = None


class Statement(StrictModel):
    """What somebody says of a checkpoint that does not say it itself; None: not known."""

    code: str | None = None
    git_commit: str | None = None
    git_dirty: bool | None = None
    python: str | None = None
    versions: Mapping[str, str] = {}
    machine: str | None = None
    system: str | None = None
    execution: Execution = Execution()


def read_statement(checkpoint: Path, training: str) -> Statement:
    """Read what is stated of a training beside its checkpoint, in TRAINING.json.

    Raises
    ------
    StorageError
        If the file is no JSON.
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
    """Return the run that a file holds, of at most as many iterations as the settings ask for.

    The run keeps the settings that it was made with, and so the number of iterations that its
    training goes to; where these are not all there, it says how many are.

    Parameters
    ----------
    content
        A finished run, or a checkpoint.
    stated
        What is known of a checkpoint that says neither its maker nor its settings.

    Raises
    ------
    StorageError
        If the file is neither, or of another training.
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
    """Refuse a file of another training, as far as it says of which it is.

    Raises
    ------
    StorageError
        With what was expected and found.
    """
    stored = content.attributes.get("settings")
    if stored is not None:
        theirs = dict(leaves(stored))
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
    """Append the last row and snapshot where the schedule leaves them out, as a result has them."""
    return {
        name: np.concatenate([values, checkpoint[last]])
        if (last := f"{LAST_ROW[prefix]}{name.removeprefix(prefix)}") in checkpoint
        else values
        for name, values in records.items()
        for prefix in LAST_ROW
        if name.startswith(prefix)
    }
