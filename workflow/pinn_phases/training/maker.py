"""Provenance of a training: code, device and time, for checkpoints and results."""

import logging
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pinn_phases.jobs.notes import NOTE
from pinn_phases.training.device import describe, name_of
from pinn_phases.training.setup import Training
from pinn_phases.training.stretches import MAKER, STRETCHES, Stretch, changes, extended

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Maker:
    """The process that trains, from some iteration on."""

    training: Training
    made_by: Mapping[str, Any]  # provenance
    past: Sequence[Stretch]  # of the iterations before
    device: torch.device
    threads: int
    began: float  # by `time.monotonic`
    start: int  # iterations done before

    def attributes(self) -> dict[str, Any]:
        """Return the attributes of a file, up to the current iteration."""
        settings = self.training.settings.model_dump(mode="json")
        stretches = extended(self.past, self._stretch())
        execution = self._execution()
        return {"execution": execution, STRETCHES: stretches, "settings": settings, **self.made_by}

    def tell_changes(self) -> None:
        """Report changes that make the result differ from that of an undisturbed training."""
        changed = changes(self.past[-1], self._stretch()) if self.past else []
        if changed:
            log.warning(
                "%siterations 1 to %d are by another maker: %s; from there on, rounding may differ "
                "from that of an undisturbed run; the result lists all stretches",
                *(NOTE, self.past[-1]["last"], "; ".join(changed)),
            )

    def _stretch(self) -> Stretch:
        return {
            "first": self.start + 1,
            "last": self.training.state.iteration,
            "device": f"{name_of(self.device)}, {self._compiled}",
            **{key: self.made_by.get(key) for key in MAKER},
        }

    def _execution(self) -> dict[str, Any]:
        """Return device, time and memory of the training since this process began."""
        where = describe(self.device, threads=self.threads)
        return {
            "device": f"{where}, {self._compiled}",
            "threads": self.threads,
            "wall_seconds": time.monotonic() - self.began,
            "resumed_after": self.start,  # whose time is not counted
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    @property
    def _compiled(self) -> str:
        return "compiled" if self.training.engine.compiled else "not compiled"
