"""Compiled code where it can be made; elsewhere the same code as it is, and a line that says why.

Whether it can be made is tried, not guessed: a compiler may be there and fail, a folder be full, or
on a file system from which no library is loaded. On a GPU as well torch.compile asks the machine
for a compiler.
"""

import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from pinn_phases.jobs.notes import NOTE

CACHE = "TORCHINDUCTOR_CACHE_DIR"
"""Variable that names torch's folder of compiled code; torch sets it itself where it is not set."""

BUILD = "_CxxBuild"
"""End of the name of a folder that torch keeps beside what a compiler makes, until it is made."""

log = logging.getLogger(__name__)

Made = TypeVar("Made")


def provide_cache(other: Path) -> None:
    """Name another folder for compiled code, in one line, where torch's own cannot be made.

    Without a folder torch does not import what its optimisers need, even if nothing is compiled.
    It has to be called before.
    """
    try:
        if CACHE in os.environ:
            os.makedirs(os.environ[CACHE], exist_ok=True)
        else:
            tempfile.gettempdir()  # torch's folder is made there
    except OSError as error:
        os.environ[CACHE] = str(other)
        log.warning("%s; compiled code goes to %s instead", _in_one_line(error), other)


def compiled_if_possible(make: Callable[..., Made], wanted: bool) -> Made:
    """Make something with compiled code; where compiling fails without it, and say why in a line.

    Parameters
    ----------
    make
        Is called with `compiled=True` or False. It compiles all that it will ever compile.
    wanted
        Whether to compile at all.
    """
    if not wanted:
        return make(compiled=False)
    began = time.monotonic()
    try:
        remove_unfinished()
        made = make(compiled=True)
    except Exception as error:
        reason = _failure_of_compiling(error)
        if reason is None:
            raise
        log.warning(
            "%snot compiled, which is slower: %s (CXX names the compiler, TMPDIR the folder of "
            "temporary files, %s that of compiled code, now %s)",
            *(NOTE, reason, CACHE, os.environ.get(CACHE, "none")),
        )
        return make(compiled=False)
    log.info("compiled in %.0f s", time.monotonic() - began)
    return made


def remove_unfinished() -> None:
    """Remove what a compiler was making when it was killed, and what torch would take for whole.

    What another process is making is locked, and stays.
    """
    from torch._inductor.runtime.cache_dir_utils import cache_dir, default_cache_dir

    for folder in (Path(cache_dir()), Path(default_cache_dir(), "precompiled_headers")):
        for build in folder.glob(f"*/*{BUILD}"):
            name = build.name.removesuffix(BUILD)
            key, _, kind = name.partition(".")
            if kind == "optimized":  # part of a library, whose lock has another name
                continue
            with suppress(OSError), FileLock(str(folder / "locks" / f"{key}.lock"), timeout=0):
                for ending in (".so", ".gch"):
                    build.with_name(name + ending).unlink(missing_ok=True)
                shutil.rmtree(build)


def _failure_of_compiling(error: Exception) -> str | None:
    """Say what failed; None if it was not compiling, but the code that was to be compiled."""
    if isinstance(error, OSError):  # nothing else here touches a file
        return _in_one_line(error)
    # Torch's name for what its compiling backend raises. Of code that it does not understand, or
    # that fails, it raises other exceptions. It is loaded by now; to import it takes seconds.
    failures = getattr(sys.modules.get("torch._dynamo.exc"), "ShortenTraceback", ())
    if not isinstance(error, failures):
        return None
    return _in_one_line(getattr(error, "inner_exception", error))


def _in_one_line(error: Exception) -> str:
    """Quote the system or the compiler on an error, or else the exception itself."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if type(error).__name__ == "InvalidCxxCompiler":  # it speaks of torch's own settings
        return "no working C++ compiler found"
    said = str(getattr(error, "output", "")) or f"{type(error).__name__}: {error}"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[0])
