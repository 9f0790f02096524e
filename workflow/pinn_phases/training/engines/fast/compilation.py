"""Compiled code where compiling works; elsewhere the same code uncompiled, with a line why.

Whether it works is tried, not guessed: a compiler may exist and fail, a disk may be full, or its
file system may forbid loading libraries. torch.compile needs a C++ compiler on a GPU as well.
"""

import logging
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from pinn_phases.jobs.notes import NOTE

CACHE = "TORCHINDUCTOR_CACHE_DIR"
"""Environment variable for torch's folder of compiled code; torch sets it if it is not set."""

BUILD = "_CxxBuild"
"""Suffix of a folder that torch keeps beside a library or header until that is compiled."""

log = logging.getLogger(__name__)

Made = TypeVar("Made")


def provide_cache(other: Path) -> None:
    """Use another folder for compiled code, and say so, if torch's own cannot be created.

    Call it first: without a folder torch fails to import what its optimisers need, even if nothing
    is compiled.
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
    """Make something with compiled code; if compiling fails, without it, and say why in one line.

    Parameters
    ----------
    make
        Called with `compiled=True` or False. It compiles everything at once.
    wanted
        Whether to try to compile.
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
    """Remove what a killed compiler left unfinished, which torch would take for complete.

    What another process is compiling is locked, and stays.
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
    """Say why compiling failed; None if the error is in the code to be compiled."""
    if isinstance(error, OSError):  # nothing else here touches a file
        return _in_one_line(error)
    # Torch's exception for failures of its compiling backend; code that it cannot trace, or that
    # fails, raises others. The module is loaded by now; importing it takes seconds.
    failures = getattr(sys.modules.get("torch._dynamo.exc"), "ShortenTraceback", ())
    if not isinstance(error, failures) and not _raised_by("triton", error):  # it has no class
        return None
    return _in_one_line(getattr(error, "inner_exception", error))


def _raised_by(package: str, error: Exception) -> bool:
    """Whether a package raised the error, or called what did."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    modules = [str(frame.f_globals.get("__name__")).partition(".")[0] for frame in frames]
    return package in modules


def _in_one_line(error: Exception) -> str:
    """Return the message of the system or the compiler, or else of the exception."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if type(error).__name__ == "InvalidCxxCompiler":  # its text is about torch's settings
        return "no working C++ compiler found"
    text = str(getattr(error, "output", "")) or f"{type(error).__name__}: {error}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[0])
