"""Checkpoints: two generations of a training's state beside its result file, and its record.

The file name has what the state depends on: problem, method, seed, and a hash of settings and code.
The number of iterations is not part of it: raising it continues from the newest state, lowering it
from an earlier one that the newest holds. The shorter training saves beside the longer one.

The record only grows. It is stored in parts that are written once (`pinn_phases.training.parts`),
which both generations list.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.history import MILESTONES
from pinn_phases.training.parts import (
    PARTS,
    Part,
    counts,
    is_part,
    usable_beginning,
    with_parts,
    write_part,
)
from pinn_phases.training.state import State, cut
from pinn_phases.training.stretches import STRETCHES, stretches_of

HASH_LENGTH = 12  # hexadecimal digits in the name: 48 bits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """The two newest states of one training, and the parts of its record.

    Attributes
    ----------
    newest
        The newest of the two.
    reference
        Digest of the reference's numbers, against which the record has errors.
    about
        Returns the attributes of a checkpoint: settings, code, versions, device.
    parts
        The parts written so far.
    """

    newest: Path
    reference: str = ""
    about: Callable[[], Mapping[str, Any]] = dict
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def beside(
        cls, output: Path, settings: RunSettings, code: str, reference: str = ""
    ) -> "Checkpoints":
        """Name the checkpoints of the training that will write `output`."""
        text = json.dumps([settings.computed(), code + reference], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
        stem = f"{settings.problem}-{settings.method}-seed{settings.seed}-{key}"
        return cls(output.parent / "checkpoints" / f"{stem}.h5", reference)

    @property
    def previous(self) -> Path:
        """The generation before the newest."""
        return self.newest.with_suffix(".previous.h5")

    @property
    def shorter(self) -> "Checkpoints":
        """Checkpoints of this training with fewer iterations than these have reached."""
        return Checkpoints(self.newest.with_suffix(".shorter.h5"), self.reference)

    def save(self, state: State) -> None:
        """Write a new generation; the previous one stays until the new one is complete.

        A part is written first, since a checkpoint lists only existing parts. If the writer is
        killed in between, the next call overwrites the part.
        """
        rows = state.record(counts(self.parts))
        if is_part(rows):
            path = self.newest.with_suffix(f".part{len(self.parts) + 1:04}.h5")
            self.parts.append(write_part(path, rows))
            rows = {}
        if self.newest.exists():
            self.newest.replace(self.previous)
        attributes = {"training": self.newest.stem, PARTS: self.parts, **self.about()}
        storage.write(self.newest, Content("checkpoint", state.arrays() | rows, attributes))

    def load(self) -> Content | None:
        """Return the newest usable state with its record, None if there is none.

        Both generations list the same parts, all but the last. If one of these cannot be used, the
        state is that of the last milestone before it.
        """
        without_part = None
        for path in (self.newest, self.previous):
            if not path.exists():
                continue
            content = None
            try:
                content = storage.read(path, "checkpoint")
                self._require_own(path, content)
                return with_parts(path.parent, content)
            except StorageError as error:
                self._put_aside(path, error)
                without_part = without_part or content
        return without_part and self._at_milestone(without_part)

    def for_iterations(
        self, content: Content, iterations: int
    ) -> tuple["Checkpoints", Content | None]:
        """Return where a training of so many iterations saves, and what it continues from.

        Parameters
        ----------
        content
            The newest state. If it is of a later iteration, the returned state is an earlier one,
            or None if no state is that early.
        """
        reached = content.arrays["state/iteration"]
        if reached <= iterations:
            return replace(self, parts=list(content.attributes.get(PARTS, ()))), content
        log.info("%s has reached iteration %d, and stays", self.newest, reached)
        saved = self.shorter.load()
        earlier = [_earlier(content, iterations), *([saved] if saved else [])]
        fitting = [one for one in earlier if one and _iteration(one) <= iterations]
        best = max(fitting, key=_iteration, default=None)
        parts = best.attributes.get(PARTS, ()) if best else ()
        return replace(self.shorter, parts=list(parts)), best

    def _at_milestone(self, content: Content) -> Content | None:
        """Return a state from the readable parts of the record, which are then written again."""
        beginning = usable_beginning(self.newest.parent, content)
        milestones = beginning.get(f"{MILESTONES}iteration")
        if milestones is None:
            return None
        return _earlier(replace(content, arrays=beginning), int(milestones[-1]) + 1)

    def _require_own(self, path: Path, content: Content) -> None:
        found = content.attributes.get("training")
        if found != self.newest.stem:
            raise StorageError(
                f"{path}: expected a checkpoint of {self.newest.stem}, found {found}"
            )

    def _put_aside(self, path: Path, error: StorageError) -> None:
        """Rename an unusable file, so that it never replaces a usable one."""
        renamed = path.with_name(f"{path.name}.unusable")
        path.replace(renamed)
        log.warning("checkpoint not used: %s; kept as %s", error, renamed.name)


def _iteration(content: Content) -> int:
    return int(content.arrays["state/iteration"])


def _earlier(content: Content, iterations: int) -> Content | None:
    """Return a checkpoint cut to the last milestone before some iteration, without parts."""
    arrays = cut(content.arrays, iterations)
    if arrays is None:
        return None
    attributes = {name: value for name, value in content.attributes.items() if name != PARTS}
    done = int(arrays["state/iteration"])
    attributes[STRETCHES] = stretches_of(content.attributes, done)
    return Content(content.kind, arrays, attributes)
