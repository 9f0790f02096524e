"""Foreign files in place of checkpoints and references: HDF5, pickles, archives of arrays."""

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import h5py
import numpy as np
import torch

from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from tests.faults.outcome import Outcome, first_broken
from tests.faults.training import Place, errors, resumed_after, same, uninterrupted_place

FAULT = "foreign files"
REQUIREMENT = "never unpickled; an error"


class Bomb:
    """An object that creates the file `canary` when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, int]]:
        """Return the call that unpickling makes."""
        return os.open, (str(self.canary), os.O_CREAT | os.O_WRONLY)


def _hdf5(canary: Path, userblock: int = 0) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=userblock) as file:
        file.attrs["kind"] = "checkpoint"
        file["state/iteration"] = 7
        file["state/bomb"] = np.void(pickle.dumps(Bomb(canary)))
    return buffer.getvalue()


def _torch(canary: Path) -> bytes:
    buffer = io.BytesIO()
    torch.save({"state": Bomb(canary)}, buffer)
    return buffer.getvalue()


def _numpy(canary: Path) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, state=np.array([Bomb(canary)], dtype=object))
    return buffer.getvalue()


def _forged(body: bytes) -> bytes:
    """Append our checksum, which matches, to foreign bytes."""
    return body + storage._seal(memoryview(body))


def _forged_as_older(body: bytes) -> bytes:
    """Prepend our checksum, as in older files."""
    return storage._seal(memoryview(body)).ljust(storage.HEADER_BYTES, b"\n") + body


MAKERS: dict[str, Callable[[Path], bytes]] = {
    "foreign HDF5": _hdf5,
    "foreign HDF5 with a user block": lambda canary: _hdf5(canary, storage.HEADER_BYTES),
    "foreign HDF5 with our checksum": lambda canary: _forged(_hdf5(canary)),
    "foreign HDF5 with our older checksum": lambda canary: _forged_as_older(
        _hdf5(canary, storage.HEADER_BYTES)[storage.HEADER_BYTES :]
    ),
    "pickle": lambda canary: pickle.dumps(Bomb(canary)),
    "pickle with our checksum": lambda canary: _forged(pickle.dumps(Bomb(canary))),
    "torch.save": _torch,
    "numpy.savez": _numpy,
    "our file of another kind": lambda _: b"",
}


def faults(count: int, rng: Random) -> list[Outcome]:
    """Train `count` times with foreign files in place of checkpoints, parts or the reference."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        whole = uninterrupted_place()
        while len(outcomes) < count:
            kind = list(MAKERS)[len(outcomes) % len(MAKERS)]
            place = whole.copied(Path(folder) / "foreign")
            use = rng.choice([_as_checkpoints, _as_parts, _as_reference])
            outcomes.append(Outcome(kind, use(place, whole, kind)))
    return outcomes


def _write(path: Path, kind: str, canary: Path) -> None:
    if kind == "our file of another kind":
        storage.write(path, Content("phases", {}, {"diffusion": None}))
    else:
        path.write_bytes(MAKERS[kind](canary))


def _as_checkpoints(place: Place, whole: Place, kind: str) -> str:
    """Replace both generations and the parts of the record."""
    return _from_scratch(place, whole, kind, "*.h5")


def _as_parts(place: Place, whole: Place, kind: str) -> str:
    """Replace the parts that both generations list."""
    return _from_scratch(place, whole, kind, "*.part*.h5")


def _from_scratch(place: Place, whole: Place, kind: str, replaced: str) -> str:
    canary = place.folder / "canary"
    place.run.unlink()
    for path in place.checkpoints.glob(replaced):
        _write(path, kind, canary)
    status, lines = place.start().wait()
    notes = [line for line in lines if line.startswith("checkpoint not used: ")]
    broken = first_broken(
        never_unpickled=not canary.exists(),
        rejected=len(notes) == 2 and resumed_after(lines) == 0,
        trained_from_scratch=status == 0 and not errors(lines),
        same_data_as_uninterrupted=same(place.data(), whole.data()),
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""


def _as_reference(place: Place, whole: Place, kind: str) -> str:
    canary = place.folder / "canary"
    place.run.unlink()
    _write(place.reference, kind, canary)
    status, lines = place.start().wait()
    broken = first_broken(
        never_unpickled=not canary.exists(),
        rejected=status == 1 and not place.run.exists(),
        one_line_names_the_file=len(lines) == 1
        and lines[0].startswith(f"error: {place.reference}: "),
    )
    return f"{broken}: {status} {lines[-3:]}" if broken else ""
