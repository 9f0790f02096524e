"""A training small enough to be interrupted often: thirty iterations, a checkpoint after each."""

import atexit
import functools
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import numpy as np

from pinn_phases.files import storage
from pinn_phases.files.storage import StorageError
from pinn_phases.settings.reference import ReferenceSettings
from pinn_phases.settings.training import RunSettings
from tests.processes import Call, call
from tests.training.conftest import EQUATIONS, TRAINING, make_settings

PROBLEM = "helmholtz"  # its reference is a closed form
REFERENCE = ReferenceSettings(
    problem=PROBLEM,
    equation=EQUATIONS[PROBLEM],
    solver={"grid": {"x": 33, "y": 33}, "largest_error": 1e-5},
)
SETTINGS = make_settings(
    problem=PROBLEM,
    iterations=30,
    checkpoint_seconds=1e-9,
    record=TRAINING["record"] | {"every": 1, "error_stride": 2},
)
COMPILED = SETTINGS.model_copy(
    update={
        "training": SETTINGS.training.model_copy(
            update={"compiled": True, "checkpoint_seconds": 1e9}  # none is used
        )
    }
)
PROGRESS = re.compile(r"iteration (\d+) of \d+")
RESUMED = re.compile(r"continues after iteration (\d+),")


class Place:
    """A folder with a reference, in which one training runs repeatedly."""

    def __init__(self, folder: Path, settings: RunSettings = SETTINGS) -> None:
        self.folder, self.settings = folder, settings
        self.reference = folder / "reference.h5"
        self.run = folder / "runs" / "seed3.h5"
        self.log = folder / "training.log"
        folder.mkdir(parents=True, exist_ok=True)
        self.reference.write_bytes(_reference())

    def copied(self, folder: Path) -> "Place":
        """Return a copy in another folder, whose content is replaced."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Place(folder, self.settings)

    def start(self, file_bytes: int | None = None, messages: Path | None = None) -> Call:
        """Start or resume the training."""
        return call(messages or self.folder / "stderr", *self.arguments, file_bytes=file_bytes)

    def finish(self) -> list[str]:
        """Train to the end, and return the messages."""
        status, lines = self.start().wait()
        assert status == 0, lines
        return lines

    @property
    def arguments(self) -> tuple[object, ...]:
        """Command and options of the training."""
        return (
            *("train", "--settings", self.settings.model_dump_json()),
            *("--reference", self.reference, "--output", self.run, "--log", self.log),
        )

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.run.parent / "checkpoints"

    def incomplete_files(self) -> list[Path]:
        """Files under a final name that are incomplete."""
        return [path for path in self.folder.rglob("*.h5") if path.name[0] != "." and not ok(path)]

    def data(self) -> dict[str, np.ndarray]:
        """All datasets of the result."""
        return dict(storage.read(self.run, "run").arrays)


@functools.cache
def _reference() -> bytes:
    with TemporaryDirectory() as name:
        output = Path(name) / "reference.h5"
        settings = REFERENCE.model_dump_json()
        arguments = ("reference", "--settings", settings, "--output", output)
        done = call(Path(name) / "stderr", *arguments).wait()
        assert done[0] == 0, done
        return output.read_bytes()


@functools.cache
def uninterrupted_place() -> Place:
    """Return a place with a finished training; copy it before changing it."""
    name = mkdtemp()
    atexit.register(shutil.rmtree, name)
    place = Place(Path(name) / "uninterrupted")
    place.finish()
    return place


def ok(path: Path) -> bool:
    """Whether the file can be read."""
    try:
        storage.read(path)
    except StorageError:
        return False
    return True


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether two results are bit-identical, types and shapes included."""
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype
        and one[name].shape == other[name].shape
        and one[name].tobytes() == other[name].tobytes()
        for name in one
    )


def reached(lines: Iterable[str]) -> int:
    """Last iteration in the messages; 0 if none."""
    return max((int(found[1]) for line in lines if (found := PROGRESS.search(line))), default=0)


def resumed_after(lines: Iterable[str]) -> int:
    """Iteration after which a training resumed; 0 if it started from scratch."""
    return next((int(found[1]) for line in lines if (found := RESUMED.search(line))), 0)


def errors(lines: Iterable[str]) -> list[str]:
    """Error lines, and the first lines of tracebacks."""
    return [line for line in lines if line.startswith(("error: ", "Traceback"))]
