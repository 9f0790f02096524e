"""The only code that knows HDF5: layout, checksum, and writing that leaves no half file.

Every file starts with a block of 512 bytes, which HDF5 leaves to its users: it holds the SHA-256
of all that follows, so that a truncated or altered file is noticed before a number of it is used.
Files are written under a temporary name in the same folder, synced and renamed: a file under its
final name is whole.

Every file has the attribute `kind` (below) and, of who made it, the attributes of
`pinn_phases.provenance`. Every dataset has the attributes `unit` ("1" is dimensionless) and
`description`. Lengths: R rows of the history, L layers, H hidden layers, S snapshots, Q equations,
N collocation points, P parameters, C coordinates.

| kind        | datasets                                                                           |
|-------------|------------------------------------------------------------------------------------|
| reference   | `axes/{coordinate}`, `fields/{field}`, attributes `error_estimate`, `resolution`   |
| run         | `history/{name}` (R,), `history/layers/{name}` (R, L), `snapshots/iteration` (S,), |
|             | `snapshots/parameters` (S, P), `snapshots/weights` (S, Q, N),                      |
|             | `points/collocation` (N, C)                                                        |
| checkpoint  | as run, and `state/{name}`                                                         |
| phases      | none; attributes `diffusion`, `total_diffusion`: null or a mapping                 |
| fields      | `iterations` (S,), `axes/{coordinate}`, `fields/{observable}` of the reference,    |
|             | `prediction/{observable}`, `residual/{equation}`, `points/collocation`, `weights`; |
|             | attribute `relative_l2`: observable -> its errors                                  |
| information | `iterations` (S,), `information/{relative,fixed,binary,norm}` (S, H),              |
|             | `activations/sample` (S, H, neurons), `points/sample` (1, C); attribute `points`   |
| homogeneity | `iterations` (S,), `boxes/residual` (S, boxes, ...): a dimension a coordinate,     |
|             | `homogeneity/residual` (S,)                                                        |
"""

import glob
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
from numpy.typing import NDArray

from pinn_phases.descriptions import description

HEADER_BYTES = 512  # the smallest user block that HDF5 allows
MAGIC = b"pinn-phases sha256 "


class StorageError(Exception):
    """A file that cannot be used: the message names it and what was expected."""


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes
    ----------
    kind
        One of the table above.
    arrays
        Path inside the file -> values.
    attributes
        Plain values: numbers, words, and nested lists and mappings of them.
    """

    kind: str
    arrays: Mapping[str, NDArray[Any]]
    attributes: Mapping[str, Any]


def write(path: Path, content: Content) -> None:
    """Write a file, whole or not at all.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; nothing is left behind.
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=HEADER_BYTES) as file:
        file.attrs["kind"] = content.kind
        for name, value in content.attributes.items():
            file.attrs[name] = json.dumps(value)
        for name, values in content.arrays.items():
            dataset = file.create_dataset(name, data=values)
            dataset.attrs["unit"] = "1"
            words = description(name)
            assert words is not None, f"DESCRIPTIONS says nothing of {name}"
            dataset.attrs["description"] = words
    body = buffer.getbuffer()[HEADER_BYTES:]
    write_bytes(path, _header(body), body)


def read(path: Path, kind: str | None = None, *, leave_out: tuple[str, ...] = ()) -> Content:
    """Read a file, but for the datasets whose names start with one of `leave_out`.

    Raises
    ------
    StorageError
        If the file is missing, was not written by this project, is damaged or of another kind.
    """
    expected = f"a {kind} file" if kind else "a file"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror})") from None
    header, body = data[:HEADER_BYTES], memoryview(data)[HEADER_BYTES:]
    if not header.startswith(MAGIC):
        raise StorageError(f"{path}: expected {expected} of pinn-phases, found something else")
    if header != _header(body):
        raise StorageError(
            f"{path}: damaged (its checksum does not fit); delete it to make it anew"
        )
    try:
        content = _content(data, leave_out)
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:  # forged
        raise StorageError(f"{path}: expected {expected} of pinn-phases ({error})") from None
    if kind is not None and content.kind != kind:
        raise StorageError(f"{path}: expected {expected}, found a {content.kind} file")
    return content


def data_digest(content: Content) -> str:
    """Digest of names, types, shapes and values of the arrays, without the attributes."""
    digest = hashlib.sha256()
    for name, values in sorted(content.arrays.items()):
        digest.update(f"{name} {values.dtype} {values.shape} ".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def write_bytes(path: Path, *parts: bytes | memoryview) -> None:
    """Write a file through a temporary name in its folder, so that it is whole or not there.

    Raises
    ------
    OSError
        With the name of the file that was to be written, not of the temporary one.
    """
    try:
        _write_and_rename(path, parts)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _write_and_rename(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name}."
    for left in path.parent.glob(f"{glob.escape(prefix)}*"):  # by a writer that was killed
        left.unlink(missing_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=prefix, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _content(data: bytes, leave_out: tuple[str, ...]) -> Content:
    with h5py.File(io.BytesIO(data), "r") as file:
        names: list[str] = []
        file.visititems(lambda name, item: names.append(name) if _is_array(item) else None)
        arrays = {n: file[n][()] for n in names if not leave_out or not n.startswith(leave_out)}
        attributes = {k: json.loads(v) for k, v in file.attrs.items() if k != "kind"}
        return Content(str(file.attrs["kind"]), arrays, attributes)


def _header(body: memoryview) -> bytes:
    header = MAGIC + hashlib.sha256(body).hexdigest().encode()
    return header.ljust(HEADER_BYTES, b"\n")


def _is_array(item: object) -> bool:
    return isinstance(item, h5py.Dataset)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
