"""Provenance of a training for checkpoints and results: code, device, time and memory."""

import logging
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pinn_phases.jobs.notes import NOTE
from pinn_phases.training.checkpointing.stretches import (
    PROVENANCE,
    STRETCHES,
    Stretch,
    changes,
    extended,
)
from pinn_phases.training.device import describe, device_name
from pinn_phases.training.setup import Training

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """The part of a training that this process computes."""

    training: Training
    provenance: Mapping[str, Any]  # code, versions and machine of this process
    past: Sequence[Stretch]  # stretches of the iterations before this session
    device: torch.device
    threads: int
    started: float  # by `time.monotonic`
    start: int  # number of iterations before this session

    def attributes(self) -> dict[str, Any]:
        """Return the attributes of a checkpoint or result, up to the current iteration."""
        settings = self.training.settings.model_dump(mode="json")
        stretches = extended(self.past, self._stretch())
        return {
            "execution": self._execution(),
            STRETCHES: stretches,
            "settings": settings,
            **self.provenance,
        }

    def log_changes(self) -> None:
        """Warn of changes since the last session that may alter the rounding of results."""
        changed = changes(self.past[-1], self._stretch()) if self.past else []
        if changed:
            log.warning(
                "%siterations 1 to %d were computed by other code or on another machine: %s; from "
                "there on, rounding may differ from that of an uninterrupted training; the result "
                "lists all stretches",
                *(NOTE, self.past[-1]["last"], "; ".join(changed)),
            )

    def _stretch(self) -> Stretch:
        return {
            "first": self.start + 1,
            "last": self.training.state.iteration,
            "device": f"{device_name(self.device)}, {self._compiled}",
            **{key: self.provenance.get(key) for key in PROVENANCE},
        }

    def _execution(self) -> dict[str, Any]:
        """Return device, time and memory of this session."""
        device = describe(self.device, threads=self.threads)
        return {
            "device": f"{device}, {self._compiled}",
            "threads": self.threads,
            "wall_seconds": time.monotonic() - self.started,
            "resumed_after": self.start,  # the time of these iterations is not counted
            "peak_memory_mb": peak_memory_mb(),
        }

    @property
    def _compiled(self) -> str:
        return "compiled" if self.training.engine.compiled else "not compiled"


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 2**10)  # bytes on macOS, else KiB
