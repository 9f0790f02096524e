"""The device of a training."""

import logging
import os
import platform
from pathlib import Path

import torch

log = logging.getLogger(__name__)


def choose_device(gpus: int) -> torch.device:
    """Return a CUDA device if one is requested and available, the CPU otherwise."""
    if gpus and not torch.cuda.is_available():
        log.info("a GPU was requested, but torch finds none: training on the CPU")
    return torch.device("cuda" if gpus and torch.cuda.is_available() else "cpu")


def usable_threads(requested: int) -> int:
    """Return the number of threads to use: no more than the processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return min(requested, len(os.sched_getaffinity(0)))
    return requested


def device_name(device: torch.device) -> str:
    """Return the model name of the GPU or the processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    cpuinfo = Path("/proc/cpuinfo")  # Linux only; elsewhere `platform` has a name or architecture
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def describe(device: torch.device, *, threads: int) -> str:
    """Describe the device for log messages: the GPU, or the CPU with its number of threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
