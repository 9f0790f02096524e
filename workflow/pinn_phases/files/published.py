"""Curves that the paper's authors published, and where their code departs from the paper's text.

The curves are CSV files in the folder `published`, whose README describes them. `DEPARTURES` lists
where the authors' code departs from the text, which is another reason for our curves to differ.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.files.storage import StorageError
from pinn_phases.settings.trees import differences, leaves

CHECKSUMS = "SHA256SUMS"
SOURCE = "soanagno/diffusion-equilibrium, MIT licence, (c) 2024 Sokratis Anagnostopoulos"
SCALE = "authors"  # in the place where our files name theirs
LENGTH = "training.iterations"
BOUNDARIES = ("diffusion", "total_diffusion")
COLUMNS = {  # of each file -> datasets
    "error": {"iteration": "error/iteration", "relative_l2": "error/relative_l2"},
    "snr": {
        "iteration": "gradients/iteration",
        "gradient_mean": "gradients/mean",
        "gradient_std": "gradients/std",
    },
}


@dataclass(frozen=True)
class Departure:
    """A point on which the authors' code departs from the paper's text.

    Attributes
    ----------
    name
        Subject.
    theirs, text
        What their code does; what the text says, which is our default.
    setting
        Dotted key and value of a run that follows their code, if there is one.
    """

    name: str
    theirs: str
    text: str
    problems: tuple[str, ...]
    methods: tuple[str, ...]
    setting: tuple[str, Any] | None = None


EVERY_PROBLEM, EVERY_METHOD = ("allen_cahn", "helmholtz", "cavity"), ("vanilla", "rba")
DEPARTURES = (
    Departure(
        "periodic boundary of Allen-Cahn",
        "no term in the loss",
        "a term in the loss (B.1)",
        ("allen_cahn",),
        EVERY_METHOD,
        ("training.conditions.boundary.weight", 0.0),
    ),
    Departure(
        "parameters in the SNR",
        "only weights",
        "all parameters (Eq. 8)",
        EVERY_PROBLEM,
        EVERY_METHOD,
        ("training.record.gradient_parameters", "weights"),
    ),
    Departure(
        "collocation points of the cavity",
        "10,000",
        "25,600 (B.4)",
        ("cavity",),
        EVERY_METHOD,
        ("training.points", 10000),
    ),
    Departure(
        "weights of RBA in the cavity",
        "one per point, from the sum of the magnitudes",
        "one per equation and point (B.17)",
        ("cavity",),
        ("rba",),
    ),
    Departure(
        "loss of the cavity",
        "squares of sums: of both residuals' magnitudes, of both velocities'",
        "sums of squares (B.16, B.17)",
        ("cavity",),
        EVERY_METHOD,
    ),
    Departure(
        "reference of the cavity's error",
        "a table, interpolated to the grid with cubics",
        "not given; here a spectral solution",
        ("cavity",),
        EVERY_METHOD,
    ),
    Departure(
        "random numbers",
        "seed 2341",
        "no seed given; other points and initial weights",
        EVERY_PROBLEM,
        EVERY_METHOD,
    ),
)


def departures(run: Mapping[str, Any]) -> list[Departure]:
    """Departures of the authors' code from the text that this run does not share.

    Parameters
    ----------
    run
        Settings of the run, as stored in its file.
    """
    here = dict(leaves(run))
    return [
        one
        for one in DEPARTURES
        if run["problem"] in one.problems
        and run["method"] in one.methods
        and (one.setting is None or here.get(one.setting[0]) != one.setting[1])
    ]


def other_sizes(run: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Compare a run with the paper's: dotted key -> value here, value there.

    The number of iterations is ignored, because curves are compared up to the last common
    iteration, and so are settings that follow the authors' code. If any difference remains, a
    comparison with the authors' curves is not a test.

    Parameters
    ----------
    run, paper
        Settings, as stored in files.
    """
    theirs = {d.setting for d in DEPARTURES if d.setting and run["problem"] in d.problems}
    found = differences(run, paper).items()
    return {
        key: (here, there)
        for key, (here, there) in found
        if key != LENGTH and (key, here) not in theirs
    }


def read_curves(folder: Path, problem: str, method: str) -> dict[str, NDArray[Any]]:
    """Read error and gradients of one training: dataset -> values, one row per record.

    Raises
    ------
    StorageError
        If a file is missing or differs from the published one.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for kind, datasets in COLUMNS.items():
        rows = _rows(folder / f"{problem}-{method}-{kind}.csv")
        for column, dataset in datasets.items():
            values = np.array([float(row[column]) for row in rows])
            arrays[dataset] = values.astype(np.int64) if column == "iteration" else values
    arrays["gradients/snr"] = arrays["gradients/mean"] / arrays["gradients/std"]
    return arrays


def read_training(path: Path, problem: str, method: str) -> dict[str, int]:
    """Read seed, iterations and the authors' boundaries from a row of the table.

    Raises
    ------
    StorageError
        If the training is missing, or the file differs from the published one.
    """
    for row in _rows(path):
        if (row["problem"], row["method"]) == (problem, method):
            return {name: int(row[name]) for name in ("seed", "iterations", *BOUNDARIES)}
    raise StorageError(f"{path}: expected a row of {problem}, {method}; found none")


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a file and verify its checksum in the folder."""
    try:
        data = path.read_bytes()
        sums = (path.parent / CHECKSUMS).read_text(encoding="ascii")
    except OSError as error:
        raise StorageError(f"{error.filename}: cannot be read ({error.strerror})") from None
    if f"{hashlib.sha256(data).hexdigest()}  {path.name}" not in sums.splitlines():
        raise StorageError(f"{path}: damaged or edited, expected the checksum in {CHECKSUMS}")
    return list(csv.DictReader(data.decode("ascii").splitlines()))
