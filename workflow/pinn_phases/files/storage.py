"""Result files with a checksum, which are written completely or not at all.

A file is HDF5 (`pinn_phases.files.layout`), followed by a line with the SHA-256 of everything
before it, which HDF5 ignores. So truncated or modified files are detected before any number is
used. Programs that open the file for writing remove the line. Files are written under a temporary
name in the same folder, synced and renamed, so a file with its final name is complete.

In older files the line is at the beginning, in a user block of 512 bytes; they can still be read.
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
SEAL_BYTES = len(MAGIC) + 2 * hashlib.sha256().digest_size + 1  # hexadecimal digits and newline
HEADER_BYTES = 512  # user block of older files, the smallest one of HDF5


class StorageError(Exception):
    """An invalid file; the message names the file and what was expected."""


class UnreadableError(StorageError):
    """A file that exists but cannot be read, perhaps only now; nothing is known of its contents."""


@dataclass(frozen=True)
class Content:
    """Contents of a file.

    Attributes
    ----------
    kind
        Kind of file, see `pinn_phases.files.layout`.
    arrays
        Name of the dataset, with its group -> values.
    attributes
        Name -> value that JSON can store.
    """

    kind: str
    arrays: Mapping[str, NDArray[Any]]
    attributes: Mapping[str, Any]


def write(path: Path, content: Content) -> None:
    """Write a file, completely or not at all.

    Raises
    ------
    OSError
        If the disk is full or the folder is not writable; no partial file remains.
    """
    body = encode(content.kind, content.arrays, content.attributes)
    write_bytes(path, body, _seal(body))


def read(path: Path, kind: str | None = None, *, leave_out: tuple[str, ...] = ()) -> Content:
    """Read a file and verify its checksum.

    Parameters
    ----------
    kind
        Required kind; None: any.
    leave_out
        Prefixes of datasets that are not read, such as "snapshots/".

    Raises
    ------
    StorageError
        If the file is missing, damaged, of another kind, or not from this project.
    UnreadableError
        If the file exists but the system cannot read it.
    """
    expected = f"a {kind} file" if kind else "a file"
    try:
        data = path.read_bytes()
    except OSError as error:
        kind_of_error = StorageError if isinstance(error, FileNotFoundError) else UnreadableError
        raise kind_of_error(f"{path}: cannot be read ({error.strerror})") from None
    _verify(path, data, expected)
    try:
        content = Content(*decode(data, leave_out))
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:  # a forged checksum
        raise StorageError(f"{path}: expected {expected} of pinn-phases ({error})") from None
    if kind is not None and content.kind != kind:
        raise StorageError(f"{path}: expected {expected}, found a {content.kind} file")
    return content


def checksum(path: Path) -> str:
    """Return the SHA-256 stored in a file, without verifying it as `read` does."""
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
    """Write a file under a temporary name in its folder, then rename it.

    Raises
    ------
    OSError
        It names the final file, not the temporary one.
    """
    try:
        _write_and_rename(path, parts)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _write_and_rename(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name}."
    for leftover in path.parent.glob(f"{glob.escape(prefix)}*"):  # of a writer that was killed
        leftover.unlink(missing_ok=True)
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


def _verify(path: Path, data: bytes, expected: str) -> None:
    """Raise StorageError if the checksum of a file is missing or wrong."""
    view = memoryview(data)
    if data.startswith(MAGIC):  # an older file
        is_valid = data[:HEADER_BYTES] == _seal(view[HEADER_BYTES:]).ljust(HEADER_BYTES, b"\n")
    elif data[-SEAL_BYTES:].startswith(MAGIC):
        is_valid = data[-SEAL_BYTES:] == _seal(view[:-SEAL_BYTES])
    elif data.startswith(SIGNATURE):
        raise StorageError(
            f"{path}: damaged, modified since it was written, or made by another program; expected "
            f"{expected} of pinn-phases, found HDF5 without a checksum at its end"
        )
    else:
        raise StorageError(f"{path}: expected {expected} of pinn-phases, found something else")
    if not is_valid:
        raise StorageError(
            f"{path}: damaged or modified since it was written (wrong checksum); delete it to make "
            "it again"
        )


def _seal(body: memoryview) -> bytes:
    """Return the line with the checksum of a file."""
    return MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Sync the folder, so that the renaming survives a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
