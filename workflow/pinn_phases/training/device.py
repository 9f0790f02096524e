"""What a training runs on."""

import logging
import os
import shutil
import sys

import torch

log = logging.getLogger(__name__)


def choose_device(gpus: int) -> torch.device:
    """Return a CUDA device if one is asked for and present, the CPU otherwise."""
    if gpus and not torch.cuda.is_available():
        log.info("a GPU was asked for, but torch sees none: training on the CPU")
    return torch.device("cuda" if gpus and torch.cuda.is_available() else "cpu")


def can_compile(device: torch.device) -> bool:
    """Whether torch.compile can work here; for the CPU it needs a C++ compiler."""
    if device.type == "cuda":
        return True
    compiler = os.environ.get("CXX", "clang++" if sys.platform == "darwin" else "g++")
    if shutil.which(compiler):
        return True
    log.info("no C++ compiler %r found: training without torch.compile, slower", compiler)
    return False


def usable_threads(wanted: int) -> int:
    """Return the threads wanted, but no more than this process has processors to run on."""
    return min(wanted, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else wanted)


def describe(device: torch.device, *, threads: int, compiled: bool) -> str:
    """Name device, threads and whether the code is compiled, for a person."""
    if device.type == "cuda":
        where = torch.cuda.get_device_name(device)
    else:
        where = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    return f"{where}, {'compiled' if compiled else 'not compiled'}"
