"""Checkpoints: two generations of a training's state beside its result file.

The name is made of what the state depends on: problem, method, seed, and a hash of the settings
and of the code. The number of iterations is not among them: raising it goes on from the state that
is there, and lowering it from an earlier one that this state keeps. What the longer training has
reached stays meanwhile, and the shorter one saves beside it.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pinn_phases import storage
from pinn_phases.storage import Content, StorageError
from pinn_phases.training.settings import RunSettings
from pinn_phases.training.state import cut

HASH_LENGTH = 12  # hexadecimal digits in the name: 48 bits

Arrays = Mapping[str, NDArray[Any]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """The two newest states of one training.

    Attributes
    ----------
    newest
        The newest of the two.
    about
        Says what is stored with a state: settings, who trains, and on what.
    """

    newest: Path
    about: Callable[[], Mapping[str, Any]] = dict

    @classmethod
    def beside(cls, output: Path, settings: RunSettings, code: str) -> "Checkpoints":
        """Name the checkpoints of the training that will write `output`."""
        text = json.dumps([settings.computed(), code], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
        stem = f"{settings.problem}-{settings.method}-seed{settings.seed}-{key}"
        return cls(output.parent / "checkpoints" / f"{stem}.h5")

    @property
    def previous(self) -> Path:
        """The generation before the newest."""
        return self.newest.with_suffix(".previous.h5")

    def save(self, arrays: Arrays) -> None:
        """Write a new generation; the one before stays until the new one is whole."""
        if self.newest.exists():
            self.newest.replace(self.previous)
        attributes = {"training": self.newest.stem, **self.about()}
        storage.write(self.newest, Content("checkpoint", arrays, attributes))

    @property
    def shorter(self) -> "Checkpoints":
        """Checkpoints of this training with fewer iterations than these have reached."""
        return replace(self, newest=self.newest.with_suffix(".shorter.h5"))

    def load(self) -> Content | None:
        """Return the newest usable state, None if there is none."""
        for path in (self.newest, self.previous):
            if not path.exists():
                continue
            try:
                content = storage.read(path, "checkpoint")
                self._require_own(path, content)
                return content
            except StorageError as error:
                self._put_aside(path, error)
        return None

    def for_iterations(self, iterations: int) -> tuple["Checkpoints", Arrays | None]:
        """Return where a training of so many iterations saves, and the state it goes on from.

        The state is None if there is none to go on from.
        """
        content = self.load()
        if content is None:
            return self, None
        reached = content.arrays["state/iteration"]
        if reached <= iterations:
            return self, content.arrays
        log.info("%s has reached iteration %d, and is kept", self.newest, reached)
        own = self.shorter.load()
        states = [cut(content.arrays, iterations), *([own.arrays] if own else [])]
        fitting = [state for state in states if state["state/iteration"] <= iterations]
        return self.shorter, max(fitting, key=lambda state: int(state["state/iteration"]))

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
