"""Checkpoints: two generations of a training's state beside its result file.

The name is made of what the state depends on: problem, method, seed, and a hash of the settings
and of the code. The number of iterations is not among them, so that raising it goes on from the
state that is there.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pinn_phases import storage
from pinn_phases.storage import Content, StorageError
from pinn_phases.training.settings import RunSettings

# Settings that say how long, how fast or how safely a training runs, but not what it computes.
IRRELEVANT = {"iterations", "checkpoint_seconds"}
HASH_LENGTH = 12  # hexadecimal digits in the name: 48 bits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """The two newest states of one training."""

    newest: Path

    @classmethod
    def beside(cls, output: Path, settings: RunSettings, code: str) -> "Checkpoints":
        """Name the checkpoints of the training that will write `output`."""
        relevant = settings.model_dump(mode="json", exclude={"training": IRRELEVANT})
        text = json.dumps([relevant, code], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
        stem = f"{settings.problem}-{settings.method}-seed{settings.seed}-{key}"
        return cls(output.parent / "checkpoints" / f"{stem}.h5")

    @property
    def previous(self) -> Path:
        """The generation before the newest."""
        return self.newest.with_suffix(".previous.h5")

    def save(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Write a new generation; the one before stays until the new one is whole."""
        if self.newest.exists():
            self.newest.replace(self.previous)
        storage.write(self.newest, Content("checkpoint", arrays, {"training": self.newest.stem}))

    def load(self, at_most: int) -> Content | None:
        """Return the newest usable state of at most so many iterations, None if there is none."""
        for path in (self.newest, self.previous):
            if not path.exists():
                continue
            try:
                content = storage.read(path, "checkpoint")
                self._require_own(path, content)
            except StorageError as error:
                self._put_aside(path, error)
                continue
            if content.arrays["state/iteration"] <= at_most:
                return content
            log.warning("checkpoint not used: %s is beyond iteration %d", path, at_most)
        return None

    def _require_own(self, path: Path, content: Content) -> None:
        found = content.attributes.get("training")
        if found != self.newest.stem:
            raise StorageError(
                f"{path}: expected a checkpoint of {self.newest.stem}, found {found}"
            )

    def _put_aside(self, path: Path, error: StorageError) -> None:
        """Keep what cannot be used under another name, so that it never displaces what can."""
        kept = path.with_name(f"{path.name}.unusable")
        path.replace(kept)
        log.warning("checkpoint not used: %s; kept as %s", error, kept.name)
