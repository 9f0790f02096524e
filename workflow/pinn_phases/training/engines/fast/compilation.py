"""Compiled code if compilation works; otherwise the same code uncompiled, with a warning why.

Whether compilation works is found out by trying: a compiler may exist but fail, a disk may be full,
or its file system may forbid loading libraries. torch.compile needs a C++ compiler for a GPU too.
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
"""Environment variable with torch's folder for compiled code; torch sets it if it is not set."""

BUILD = "_CxxBuild"
"""Suffix of the folder that torch keeps next to a library or header while it is compiled."""

log = logging.getLogger(__name__)

Result = TypeVar("Result")


def provide_cache(fallback: Path) -> None:
    """Use the fallback folder for compiled code, with a warning, if torch's cannot be created.

    Call it first: without such a folder, an import that torch's optimisers need fails, even if
    nothing is compiled.
    """
    try:
        if CACHE in os.environ:
            os.makedirs(os.environ[CACHE], exist_ok=True)
        else:
            tempfile.gettempdir()  # torch creates its folder there
    except OSError as error:
        os.environ[CACHE] = str(fallback)
        log.warning("%s; compiled code goes to %s instead", _one_line(error), fallback)


def compiled_if_possible(make: Callable[..., Result], wanted: bool) -> Result:
    """Call `make` with compilation; if that fails, warn and call it without compilation.

    Parameters
    ----------
    make
        Called with `compiled=True` or `compiled=False`. It must compile everything before it
        returns.
    wanted
        Whether to try to compile.
    """
    if not wanted:
        return make(compiled=False)
    started = time.monotonic()
    try:
        remove_unfinished()
        result = make(compiled=True)
    except Exception as error:
        reason = _failure_of_compiling(error)
        if reason is None:
            raise
        log.warning(
            "%snot compiled, which is slower: %s (environment variables: CXX for the compiler, "
            "TMPDIR for temporary files, %s for compiled code, now %s)",
            *(NOTE, reason, CACHE, os.environ.get(CACHE, "not set")),
        )
        return make(compiled=False)
    log.info("compiled in %.0f s", time.monotonic() - started)
    return result


def remove_unfinished() -> None:
    """Remove libraries and headers of a killed compiler, which torch would take for complete.

    Files that another process is compiling are locked, and are kept.
    """
    from torch._inductor.runtime.cache_dir_utils import cache_dir, default_cache_dir

    for folder in (Path(cache_dir()), Path(default_cache_dir(), "precompiled_headers")):
        for build in folder.glob(f"*/*{BUILD}"):
            name = build.name.removesuffix(BUILD)
            key, _, kind = name.partition(".")
            if kind == "optimized":  # part of a library with a lock of another name
                continue
            with suppress(OSError), FileLock(str(folder / "locks" / f"{key}.lock"), timeout=0):
                for suffix in (".so", ".gch"):
                    build.with_name(name + suffix).unlink(missing_ok=True)
                shutil.rmtree(build)


def _failure_of_compiling(error: Exception) -> str | None:
    """Return why compilation failed; None if the error is in the code to be compiled."""
    if isinstance(error, OSError):  # nothing else here touches a file
        return _one_line(error)
    # Torch raises this exception if its compiler backend fails, and others if it cannot trace the
    # code or the code itself fails. After a compilation the module is loaded; importing it here
    # would take seconds.
    failures = getattr(sys.modules.get("torch._dynamo.exc"), "ShortenTraceback", ())
    if not isinstance(error, failures) and not _raised_by("triton", error):  # no common class
        return None
    return _one_line(getattr(error, "inner_exception", error))


def _raised_by(package: str, error: Exception) -> bool:
    """Return whether the error passed through code of a package."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    modules = [str(frame.f_globals.get("__name__")).partition(".")[0] for frame in frames]
    return package in modules


def _one_line(error: Exception) -> str:
    """Return the message of the operating system, the compiler or the exception, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if type(error).__name__ == "InvalidCxxCompiler":  # its own text is about torch's settings
        return "no working C++ compiler found"
    text = str(getattr(error, "output", "")) or f"{type(error).__name__}: {error}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[0])
