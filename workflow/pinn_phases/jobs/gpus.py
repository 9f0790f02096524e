"""Which GPU a training takes where no scheduler assigns one: each has a lock file.

A process holds the lock of its GPU as long as it lives; the kernel releases it when the process
ends, in whatever way. The files stay. They are in a folder for temporary files that all users of
the machine share, and have the UUIDs of the GPUs as names.
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

from pinn_phases.model import SettingsError

VISIBLE = "CUDA_VISIBLE_DEVICES"
JOBS_PER_GPU = "PINN_PHASES_JOBS_PER_GPU"
FOLDER = "pinn-phases-cards"
FOR_ALL = 0o666  # users of this machine
POLL_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gpu:
    """One GPU of this machine."""

    index: str  # as nvidia-smi counts
    uuid: str


def take_gpu(
    environment: MutableMapping[str, str] = os.environ, folder: Path | None = None
) -> FileLock | None:
    """Set CUDA_VISIBLE_DEVICES to a GPU that no other training has; wait if all are taken.

    Call it before CUDA is first used. If the variable names a single GPU already, as under Slurm,
    it stays; of several, one is taken. Without GPUs nothing is done.

    Parameters
    ----------
    environment
        Variables to read and set. PINN_PHASES_JOBS_PER_GPU, if there, says how many trainings may
        share a GPU.
    folder
        Where the files to lock are; None: `FOLDER`, among the machine's temporary files.

    Returns
    -------
    FileLock or None
        Holds the GPU until it is released; None where there is nothing to hold.

    Raises
    ------
    SettingsError
        If PINN_PHASES_JOBS_PER_GPU is not a whole number of at least 1.
    """
    places = _places(environment)
    visible = environment.get(VISIBLE)
    if visible is not None and "," not in visible:
        log.info("GPU from %s=%s", VISIBLE, visible)
        return None
    gpus = gpus_of_this_machine()
    if visible is not None:
        words = [word.strip() for word in visible.split(",")]
        gpus = [gpu for gpu in gpus if gpu.index in words or gpu.uuid in words]
    if not gpus:
        return None
    folder = folder or Path(tempfile.gettempdir()) / FOLDER  # not sooner: there may be no place
    _share(folder)
    said = False
    while True:
        for place in range(places):  # no GPU gets a second training while one has none
            for gpu in gpus:
                file = folder / f"{gpu.uuid}.{place}"
                lock = FileLock(file, mode=FOR_ALL, blocking=False, fallback_to_soft=False)
                with suppress(Timeout):  # another process has it
                    lock.acquire()
                    environment[VISIBLE] = gpu.uuid
                    log.info("GPU %s of this machine, %s", gpu.index, gpu.uuid)
                    return lock
        if not said:
            log.info("waiting for a GPU: other trainings have all %d", len(gpus))
            said = True
        time.sleep(POLL_SECONDS)


def gpus_of_this_machine() -> Sequence[Gpu]:
    """GPUs that NVIDIA's management library lists; none where it is missing or fails."""
    try:
        pynvml.nvmlInit()
        found = map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount()))
        gpus = [Gpu(str(i), pynvml.nvmlDeviceGetUUID(one)) for i, one in enumerate(found)]
        pynvml.nvmlShutdown()
    except pynvml.NVMLError_LibraryNotFound:  # no driver is installed
        return ()
    except pynvml.NVMLError as error:
        log.warning("NVML: %s", error)
        return ()
    return gpus


def _places(environment: MutableMapping[str, str]) -> int:
    """Trainings that may share a GPU."""
    text = environment.get(JOBS_PER_GPU, "1")
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError((JOBS_PER_GPU,), text, "expected a whole number of at least 1")
    return int(text)


def _share(folder: Path) -> None:
    """Make the folder, for all users."""
    folder.mkdir(exist_ok=True)
    with suppress(PermissionError):  # another user's, who has done it
        folder.chmod(0o777)
