"""Small file systems in memory; only root may mount them."""

import ctypes
import ctypes.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READ_ONLY, NO_PROGRAMS = 1, 8  # flags of mount(2): MS_RDONLY, MS_NOEXEC


@contextmanager
def small_disk(at: Path, size: int, flags: int = 0) -> Iterator[bool]:
    """Mount a file system of `size` bytes for the block; yield whether that was allowed."""
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    where, options = os.fsencode(at), f"size={size}".encode()
    allowed = (
        os.geteuid() == 0
        and hasattr(libc, "mount")
        and libc.mount(b"tmpfs", where, b"tmpfs", flags, options) == 0
    )
    try:
        yield allowed
    finally:
        if allowed:
            libc.umount2(where, 0)


def fill(at: Path, room: int) -> Path:
    """Fill a small disk up to `room` free bytes; return the file that fills it."""
    filler = at / "filler"
    with filler.open("wb") as file:
        disk = os.statvfs(at)
        file.write(bytes(max(0, disk.f_bavail * disk.f_bsize - room)))
    return filler
