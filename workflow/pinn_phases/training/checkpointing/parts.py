"""Parts of a training's record: files with recorded rows, each written once.

Recorded rows never change, so checkpoints need not repeat them. When the rows since the last part
reach `PART_BYTES`, they are written to a new file, the next part. A checkpoint lists all parts with
their digests, and itself holds only the state and the rows after the last part.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Arrays
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError, UnreadableError
from pinn_phases.training.recording.history import RECORD

PARTS = "parts"  # attribute of a checkpoint with the list of parts
PART_BYTES = 4 * 2**20  # gives about 25 parts at paper scale, one or two at laptop scale

Part = Mapping[str, Any]  # `file`: name in the folder; `sha256`; `rows`: series -> number of rows


def row_counts(parts: Iterable[Part]) -> dict[str, int]:
    """Return the number of rows of each series in all parts together."""
    rows = [part["rows"] for part in parts]
    return {prefix: sum(counts[prefix] for counts in rows) for prefix in RECORD}


def fills_part(rows: Arrays) -> bool:
    """Return whether these rows of the record are large enough for a part."""
    return sum(values.nbytes for values in rows.values()) >= PART_BYTES


def write_part(path: Path, rows: Arrays) -> Part:
    """Write rows of the record to a file, and return its entry for the list of parts."""
    storage.write(path, Content("part", rows, {}))
    lengths = {prefix: len(rows.get(f"{prefix}iteration", ())) for prefix in RECORD}
    return {"file": path.name, "sha256": storage.checksum(path), "rows": lengths}


def read_part(folder: Path, part: Part, leave_out: tuple[str, ...] = ()) -> Arrays:
    """Read a part, except for datasets whose names start with one of `leave_out`.

    Raises
    ------
    StorageError
        If the file is missing, damaged, or not the one that the checkpoint lists.
    """
    path = folder / part["file"]
    arrays = storage.read(path, "part", leave_out=leave_out).arrays
    if storage.checksum(path) != part["sha256"]:
        raise StorageError(f"{path}: expected the part of the record that the checkpoint lists")
    return arrays


def concatenated(rows: Sequence[Arrays]) -> dict[str, NDArray[Any]]:
    """Concatenate the rows of several parts of the record."""
    names = dict.fromkeys(name for part in rows for name in part)
    return {name: np.concatenate([part[name] for part in rows if name in part]) for name in names}


def read_whole(path: Path, kind: str | None = None, leave_out: tuple[str, ...] = ()) -> Content:
    """Read a file with `storage.read`; if it is a checkpoint, include all parts of its record.

    Raises
    ------
    StorageError
        If the file or a part of the record cannot be used.
    """
    content = storage.read(path, kind, leave_out=leave_out)
    return with_parts(path.parent, content, leave_out)


def with_parts(folder: Path, content: Content, leave_out: tuple[str, ...] = ()) -> Content:
    """Return a checkpoint with the rows of its parts put before its own rows.

    Raises
    ------
    StorageError
        If a part cannot be used.
    """
    parts = content.attributes.get(PARTS, ())
    rows = [read_part(folder, part, leave_out) for part in parts]
    own = {name: values for name, values in content.arrays.items() if name.startswith(RECORD)}
    arrays = {**content.arrays, **concatenated([*rows, own])}
    return Content(content.kind, arrays, content.attributes)


def usable_beginning(folder: Path, content: Content) -> Arrays:
    """Return the record up to the first unusable part."""
    rows = []
    for part in content.attributes.get(PARTS, ()):
        try:
            rows.append(read_part(folder, part))
        except UnreadableError:
            raise
        except StorageError:
            break
    return concatenated(rows)
