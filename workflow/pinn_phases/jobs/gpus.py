"""Which GPU a training takes where no scheduler says: one card a process, by locks on files.

A process holds the lock on its card's file as long as it lives; the kernel releases it at the
end, however that comes. The files stay. They lie in the machine's folder of temporary files, the
same for all its users, and are called by the UUIDs of the cards, which mean the same everywhere.
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
class Card:
    """One GPU of this machine."""

    index: str  # as nvidia-smi counts
    uuid: str


def take_card(
    environment: MutableMapping[str, str] = os.environ, folder: Path | None = None
) -> FileLock | None:
    """Set CUDA_VISIBLE_DEVICES to a card that no other training has, and wait if all are taken.

    It has to be called before CUDA is first used. Where the variable names a single card already,
    as under Slurm, it stays; of several named, one is taken. Without cards nothing is done.

    Parameters
    ----------
    environment
        Variables to read and set. PINN_PHASES_JOBS_PER_GPU, if there, says how many trainings may
        share a card.
    folder
        Where the files to lock are; None: `FOLDER`, among the machine's temporary files.

    Returns
    -------
    FileLock or None
        Holds the card until it is released; None where there is nothing to hold.

    Raises
    ------
    SettingsError
        If PINN_PHASES_JOBS_PER_GPU is not a whole number of at least 1.
    """
    places = _places(environment)
    visible = environment.get(VISIBLE)
    if visible is not None and "," not in visible:
        log.info("GPU card from %s=%s", VISIBLE, visible)
        return None
    cards = cards_of_this_machine()
    if visible is not None:
        words = [word.strip() for word in visible.split(",")]
        cards = [card for card in cards if card.index in words or card.uuid in words]
    if not cards:
        return None
    folder = folder or Path(tempfile.gettempdir()) / FOLDER  # not sooner: there may be no place
    _share(folder)
    said = False
    while True:
        for place in range(places):  # no card gets a second training while one has none
            for card in cards:
                file = folder / f"{card.uuid}.{place}"
                lock = FileLock(file, mode=FOR_ALL, blocking=False, fallback_to_soft=False)
                with suppress(Timeout):  # another process has it
                    lock.acquire()
                    environment[VISIBLE] = card.uuid
                    log.info("GPU card %s of this machine, %s", card.index, card.uuid)
                    return lock
        if not said:
            log.info("waiting for a GPU card: other trainings have all %d", len(cards))
            said = True
        time.sleep(POLL_SECONDS)


def cards_of_this_machine() -> Sequence[Card]:
    """GPUs that NVIDIA's management library lists; none where it is missing or fails."""
    try:
        pynvml.nvmlInit()
        found = map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount()))
        cards = [Card(str(i), pynvml.nvmlDeviceGetUUID(one)) for i, one in enumerate(found)]
        pynvml.nvmlShutdown()
    except pynvml.NVMLError_LibraryNotFound:  # no driver is installed
        return ()
    except pynvml.NVMLError as error:
        log.warning("NVML: %s", error)
        return ()
    return cards


def _places(environment: MutableMapping[str, str]) -> int:
    """Trainings that may share a card."""
    text = environment.get(JOBS_PER_GPU, "1")
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError((JOBS_PER_GPU,), text, "expected a whole number of at least 1")
    return int(text)


def _share(folder: Path) -> None:
    """Make the folder, for all users."""
    folder.mkdir(exist_ok=True)
    with suppress(PermissionError):  # another user's, who has done it
        folder.chmod(0o777)
