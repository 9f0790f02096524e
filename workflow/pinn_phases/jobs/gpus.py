"""Assignment of GPUs to trainings by lock files, where no scheduler assigns them.

A training locks the file of its GPU, and the kernel releases the lock when the process ends, even
if it is killed. The files are named by the UUIDs of the GPUs, in a temporary folder that all users
of the machine share. They are never deleted.
"""

import logging
import os
import tempfile
import time
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pynvml
from filelock import FileLock, Timeout

from pinn_phases.strict_model import SettingsError

VISIBLE = "CUDA_VISIBLE_DEVICES"
JOBS_PER_GPU = "PINN_PHASES_JOBS_PER_GPU"
FOLDER = "pinn-phases-cards"
LOCK_MODE = 0o666  # so that all users of the machine can lock the files
POLL_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gpu:
    """One GPU of this machine."""

    index: str  # as in nvidia-smi
    uuid: str

    def is_named(self, name: str) -> bool:
        """Whether CUDA accepts this name of the GPU: its index, or the beginning of its UUID."""
        return name == self.index or (name.startswith("GPU-") and self.uuid.startswith(name))


def take_gpu(
    environment: MutableMapping[str, str] = os.environ, folder: Path | None = None
) -> FileLock | None:
    """Set CUDA_VISIBLE_DEVICES to a GPU that no other training uses; wait for one if necessary.

    It must be called before CUDA is first used. If the variable already names a single GPU, as
    under Slurm, it is kept; if it names several, one of them is taken. Without GPUs this function
    does nothing.

    Parameters
    ----------
    environment
        Environment variables to read and set. PINN_PHASES_JOBS_PER_GPU is the number of trainings
        that may share a GPU, by default 1.
    folder
        Folder of the lock files; None: `FOLDER` in the machine's folder for temporary files.

    Returns
    -------
    FileLock or None
        Reserves the GPU until it is released; None if there is no GPU to reserve.

    Raises
    ------
    SettingsError
        If PINN_PHASES_JOBS_PER_GPU is not a whole number of at least 1.
    """
    jobs_per_gpu = _jobs_per_gpu(environment)
    visible = environment.get(VISIBLE)
    if visible is not None and "," not in visible:
        log.info("GPU from %s=%s", VISIBLE, visible)
        return None
    gpus = gpus_of_this_machine()
    if visible is not None:
        allowed = [name.strip() for name in visible.split(",")]
        gpus = [gpu for gpu in gpus if any(map(gpu.is_named, allowed))]
        if not gpus:
            log.warning("%s=%s names no GPU of this machine, so none is reserved", VISIBLE, visible)
    if not gpus:
        return None
    folder = folder or Path(tempfile.gettempdir()) / FOLDER
    _create_shared(folder)
    is_reported = False
    while True:
        for slot in range(jobs_per_gpu):  # fill GPUs evenly: first one training on each
            for gpu in gpus:
                file = folder / f"{gpu.uuid}.{slot}"
                lock = FileLock(file, mode=LOCK_MODE, blocking=False, fallback_to_soft=False)
                with suppress(Timeout):  # locked by another process
                    lock.acquire()
                    environment[VISIBLE] = gpu.uuid
                    log.info("GPU %s of this machine, %s", gpu.index, gpu.uuid)
                    return lock
        if not is_reported:
            log.info("waiting for a GPU: other trainings use all %d", len(gpus))
            is_reported = True
        time.sleep(POLL_SECONDS)


def gpus_of_this_machine() -> Sequence[Gpu]:
    """Return the GPUs listed by NVIDIA's management library; none if it is missing or fails."""
    try:
        pynvml.nvmlInit()
        handles = map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount()))
        gpus = [Gpu(str(i), pynvml.nvmlDeviceGetUUID(handle)) for i, handle in enumerate(handles)]
        pynvml.nvmlShutdown()
    except pynvml.NVMLError_LibraryNotFound:  # no driver is installed
        return ()
    except pynvml.NVMLError as error:
        log.warning("NVML: %s", error)
        return ()
    return gpus


def _jobs_per_gpu(environment: MutableMapping[str, str]) -> int:
    """Return the number of trainings that may share a GPU."""
    text = environment.get(JOBS_PER_GPU, "1")
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError((JOBS_PER_GPU,), text, "expected a whole number of at least 1")
    return int(text)


def _create_shared(folder: Path) -> None:
    """Create a folder in which all users may write."""
    folder.mkdir(exist_ok=True)
    with suppress(PermissionError):  # another user has created it and set its mode
        folder.chmod(0o777)
