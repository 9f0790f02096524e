"""Parts of a training's record, each of which is written once.

Recorded rows never change, so a checkpoint does not repeat them all: once the rows since the last
part take `PART_BYTES`, they are written to a file of their own, which the checkpoint lists with its
digest. The checkpoint itself holds the state and the later rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Arrays
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.training.history import RECORD

PARTS = "parts"  # the attribute of a checkpoint that lists them
PART_BYTES = 4 * 2**20  # a paper-scale run has about 25 parts, one of laptop scale one or two

Part = Mapping[str, Any]  # `file`, its name beside the checkpoint; its `sha256`; `rows`, its counts


def counts(parts: Iterable[Part]) -> dict[str, int]:
    """Return the number of rows of each series in all parts together."""
    rows = [part["rows"] for part in parts]
    return {prefix: sum(one[prefix] for one in rows) for prefix in RECORD}


def is_part(rows: Arrays) -> bool:
    """Whether these rows of the record are large enough for a part."""
    return sum(values.nbytes for values in rows.values()) >= PART_BYTES


def write_part(path: Path, rows: Arrays) -> Part:
    """Write rows of the record, and return the entry for the list of parts."""
    storage.write(path, Content("part", rows, {}))
    lengths = {prefix: len(rows.get(f"{prefix}iteration", ())) for prefix in RECORD}
    return {"file": path.name, "sha256": storage.checksum(path), "rows": lengths}


def read_part(folder: Path, part: Part, leave_out: tuple[str, ...] = ()) -> Arrays:
    """Read a part, except for datasets whose names start with one of `leave_out`.

    Raises
    ------
    StorageError
        If it is missing, damaged, or not the one that was listed.
    """
    path = folder / part["file"]
    arrays = storage.read(path, "part", leave_out=leave_out).arrays
    if storage.checksum(path) != part["sha256"]:
        raise StorageError(f"{path}: expected the part of the record that the checkpoint lists")
    return arrays


def joined(rows: Sequence[Arrays]) -> dict[str, NDArray[Any]]:
    """Concatenate rows of the record."""
    names = dict.fromkeys(name for one in rows for name in one)
    return {name: np.concatenate([one[name] for one in rows if name in one]) for name in names}


def read_whole(path: Path, kind: str | None = None, leave_out: tuple[str, ...] = ()) -> Content:
    """Read a file like `storage.read`, and a checkpoint with all parts of its record.

    Raises
    ------
    StorageError
        If the file, or a part of the record, cannot be used.
    """
    content = storage.read(path, kind, leave_out=leave_out)
    return with_parts(path.parent, content, leave_out)


def with_parts(folder: Path, content: Content, leave_out: tuple[str, ...] = ()) -> Content:
    """Return a checkpoint with the rows of its parts before its own.

    Raises
    ------
    StorageError
        If one of them cannot be used.
    """
    parts = content.attributes.get(PARTS, ())
    rows = [read_part(folder, part, leave_out) for part in parts]
    own = {name: values for name, values in content.arrays.items() if name.startswith(RECORD)}
    return Content(content.kind, {**content.arrays, **joined([*rows, own])}, content.attributes)


def usable_beginning(folder: Path, content: Content) -> Arrays:
    """Return the record up to the first unusable part."""
    rows = []
    for part in content.attributes.get(PARTS, ()):
        try:
            rows.append(read_part(folder, part))
        except StorageError:
            break
    return joined(rows)
