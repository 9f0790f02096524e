"""Files that are whole or not there, and that tell when they were changed.

A file is HDF5 (`pinn_phases.files.layout`), followed by a line with the SHA-256 of everything
before it, which HDF5 ignores. A truncated or altered file is noticed before any number of it is
used. Whatever opens the file for writing drops the line. Files are written under a temporary name
in the same folder, synced and renamed: a file under its final name is whole.

Older files have the line in front, in a block of 512 bytes that HDF5 leaves to its users. They are
read as well.
"""

import glob
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pinn_phases.files.layout import SIGNATURE, decode, encode

MAGIC = b"pinn-phases sha256 "
SEAL_BYTES = len(MAGIC) + 2 * hashlib.sha256().digest_size + 1  # hexadecimal digits, end of line
HEADER_BYTES = 512  # of older files: the smallest user block that HDF5 allows


class StorageError(Exception):
    """A file that cannot be used: the message names it and what was expected."""


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes
    ----------
    kind
        One of the table of `pinn_phases.files.layout`.
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
    body = encode(content.kind, content.arrays, content.attributes)
    write_bytes(path, body, _seal(body))


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
    _require_whole(path, data, expected)
    try:
        content = Content(*decode(data, leave_out))
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:  # forged
        raise StorageError(f"{path}: expected {expected} of pinn-phases ({error})") from None
    if kind is not None and content.kind != kind:
        raise StorageError(f"{path}: expected {expected}, found a {content.kind} file")
    return content


def checksum(path: Path) -> str:
    """SHA-256 that a file states of itself, which `read` compares with what is in it."""
    with path.open("rb") as file:
        file.seek(-SEAL_BYTES, os.SEEK_END)
        return file.read().removeprefix(MAGIC).decode().strip()


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


def _require_whole(path: Path, data: bytes, expected: str) -> None:
    view = memoryview(data)
    if data.startswith(MAGIC):  # an older file
        fits = data[:HEADER_BYTES] == _seal(view[HEADER_BYTES:]).ljust(HEADER_BYTES, b"\n")
    elif data[-SEAL_BYTES:].startswith(MAGIC):
        fits = data[-SEAL_BYTES:] == _seal(view[:-SEAL_BYTES])
    elif data.startswith(SIGNATURE):
        raise StorageError(
            f"{path}: damaged, changed since it was written, or made by another program: expected "
            f"{expected} of pinn-phases, found HDF5 without our checksum at its end"
        )
    else:
        raise StorageError(f"{path}: expected {expected} of pinn-phases, found something else")
    if not fits:
        raise StorageError(
            f"{path}: damaged or changed since it was written (its checksum does not fit); delete "
            "it to make it again"
        )


def _seal(body: memoryview) -> bytes:
    return MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n"


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
