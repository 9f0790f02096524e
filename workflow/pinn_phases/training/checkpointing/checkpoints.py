"""Checkpoints of a training: its two newest states, and everything recorded so far.

They are in the folder `checkpoints` next to the result file. The file name identifies what the
state depends on: problem, method, seed, and a hash of settings and code. The number of iterations
is not part of it. A training with more iterations continues from the newest state, one with fewer
from an earlier state (a milestone) that the newest file contains; the shorter training saves to
files of its own.

The record (history, snapshots, milestones) only grows. It is stored in parts that are written once
(`pinn_phases.training.checkpointing.parts`); both generations of the state list them.
"""

import glob
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError, UnreadableError
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.checkpointing.parts import (
    PARTS,
    Part,
    fills_part,
    row_counts,
    usable_beginning,
    with_parts,
    write_part,
)
from pinn_phases.training.checkpointing.stretches import STRETCHES, stretches_of
from pinn_phases.training.recording.history import MILESTONES
from pinn_phases.training.state import State, truncated

HASH_LENGTH = 12  # hexadecimal digits in the name: 48 bits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """The two newest states of one training, and the parts of its record.

    Attributes
    ----------
    newest
        File of the newest state.
    reference_digest
        Digest of the data of the reference solution, with which errors are computed.
    make_attributes
        Returns the attributes of a checkpoint: settings, code, versions, device.
    parts
        The parts written so far.
    """

    newest: Path
    reference_digest: str = ""
    make_attributes: Callable[[], Mapping[str, Any]] = dict
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def for_output(
        cls, output: Path, settings: RunSettings, code: str, reference_digest: str = ""
    ) -> "Checkpoints":
        """Return the checkpoints of the training that writes the result file `output`.

        Parameters
        ----------
        code
            Digest of the training code.
        """
        text = json.dumps([settings.computed(), code + reference_digest], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
        stem = f"{settings.problem}-{settings.method}-seed{settings.seed}-{key}"
        return cls(output.parent / "checkpoints" / f"{stem}.h5", reference_digest)

    @property
    def previous(self) -> Path:
        """File of the state before the newest."""
        return self.newest.with_suffix(".previous.h5")

    @property
    def shorter(self) -> "Checkpoints":
        """Checkpoints of the same training with fewer iterations than these have reached."""
        return Checkpoints(self.newest.with_suffix(".shorter.h5"), self.reference_digest)

    def save(self, state: State) -> None:
        """Write the state to a new file; the last one is kept as the previous generation.

        If the new rows of the record fill a part, the part is written first, so that a checkpoint
        never lists a missing part. If the process is killed in between, the next call overwrites
        the part.
        """
        rows = state.rows_since(row_counts(self.parts))
        if fills_part(rows):
            path = self.newest.with_suffix(f".part{len(self.parts) + 1:04}.h5")
            self.parts.append(write_part(path, rows))
            rows = {}
        if self.newest.exists():
            self.newest.replace(self.previous)
        attributes = {"training": self.newest.stem, PARTS: self.parts, **self.make_attributes()}
        storage.write(self.newest, Content("checkpoint", state.arrays() | rows, attributes))

    def load(self) -> Content | None:
        """Return the newest usable state with its record; None if there is none.

        Except for the last part, both generations list the same parts. So an unusable part can
        make both unusable; then the last milestone before that part is returned. Unusable
        checkpoints are put aside, and so are parts that no usable checkpoint lists.

        Raises
        ------
        UnreadableError
            If the system cannot read a file; it may be usable later.
        """
        damaged = None  # the newest state whose record has an unusable part
        for path in (self.newest, self.previous):
            content = None
            try:
                content = storage.read(path, "checkpoint")
                self._require_own(path, content)
                return with_parts(path.parent, content)
            except UnreadableError:
                raise
            except StorageError as error:
                if path.exists():
                    log.warning("checkpoint not used: %s; kept as %s", error, _put_aside(path))
                damaged = damaged or content
        milestone = damaged and self._last_milestone(damaged)
        for part in self.newest.parent.glob(f"{glob.escape(self.newest.stem)}.part*.h5"):
            _put_aside(part)
        return milestone

    def for_iterations(
        self, content: Content, iterations: int
    ) -> tuple["Checkpoints", Content | None]:
        """Return where a training with this number of iterations saves, and where it starts.

        Parameters
        ----------
        content
            The newest state.

        Returns
        -------
        tuple
            Checkpoints to save to, and the state to continue from: the newest one or, if that is of
            a later iteration, an earlier one; None if there is none that early.
        """
        reached = content.arrays["state/iteration"]
        if reached <= iterations:
            return replace(self, parts=list(content.attributes.get(PARTS, ()))), content
        shorter = self.shorter.newest
        log.info("iteration %d is already reached; saving to %s instead", reached, shorter)
        candidates = [_truncated_content(content, iterations), self.shorter.load()]
        usable = [one for one in candidates if one and _iteration(one) <= iterations]
        best = max(usable, key=_iteration, default=None)
        parts = best.attributes.get(PARTS, ()) if best else ()
        return replace(self.shorter, parts=list(parts)), best

    def _last_milestone(self, content: Content) -> Content | None:
        """Return the last milestone in the readable parts; these parts are then written again."""
        beginning = usable_beginning(self.newest.parent, content)
        milestones = beginning.get(f"{MILESTONES}iteration")
        if milestones is None:
            return None
        return _truncated_content(replace(content, arrays=beginning), int(milestones[-1]) + 1)

    def _require_own(self, path: Path, content: Content) -> None:
        found = content.attributes.get("training")
        if found != self.newest.stem:
            raise StorageError(
                f"{path}: expected a checkpoint of {self.newest.stem}, found {found}"
            )


def _put_aside(path: Path) -> str:
    """Rename an unusable file, so that it is never overwritten; return its new name."""
    return path.replace(path.with_name(f"{path.name}.unusable")).name


def _iteration(content: Content) -> int:
    return int(content.arrays["state/iteration"])


def _truncated_content(content: Content, iterations: int) -> Content | None:
    """Return a checkpoint truncated to the last milestone before an iteration, without parts."""
    arrays = truncated(content.arrays, iterations)
    if arrays is None:
        return None
    attributes = {name: value for name, value in content.attributes.items() if name != PARTS}
    done = int(arrays["state/iteration"])
    attributes[STRETCHES] = stretches_of(content.attributes, done)
    return Content(content.kind, arrays, attributes)
