"""Curves published by the paper's authors, and departures of their code from the paper's text.

The curves are CSV files in the folder `published`; its README describes them. `DEPARTURES` lists
where the authors' code departs from the text, which makes their curves differ from ours.
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
SCALE = "authors"  # stored as the scale of the published curves
LENGTH = "training.iterations"
BOUNDARIES = ("diffusion", "total_diffusion")
COLUMNS = {  # kind of file -> column -> dataset
    "error": {"iteration": "error/iteration", "relative_l2": "error/relative_l2"},
    "snr": {
        "iteration": "gradients/iteration",
        "gradient_mean": "gradients/mean",
        "gradient_std": "gradients/std",
    },
}


@dataclass(frozen=True)
class Departure:
    """A difference between the authors' code and the paper's text.

    Attributes
    ----------
    name
        What differs.
    theirs, text
        What the authors' code does, and what the text says, which is our default.
    problems, methods
        Problems and methods that are affected.
    setting
        Dotted key and value with which our code does the same as theirs, or None.
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
        "squares of sums: of the magnitudes of both residuals, of both velocities",
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
    """Return the departures of the authors' code from the text that this run does not follow.

    Parameters
    ----------
    run
        Settings of the run, as stored in its file.
    """
    values = dict(leaves(run))
    return [
        departure
        for departure in DEPARTURES
        if run["problem"] in departure.problems
        and run["method"] in departure.methods
        and (departure.setting is None or values.get(departure.setting[0]) != departure.setting[1])
    ]


def other_sizes(run: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Find settings of a run that differ from the paper's: dotted key -> (run, paper).

    The number of iterations is ignored, because curves are compared up to the last common
    iteration, and so are settings that follow the authors' code. If other settings differ, a
    comparison with the authors' curves is not a test.

    Parameters
    ----------
    run, paper
        Settings, as stored in files.
    """
    as_authors = {d.setting for d in DEPARTURES if d.setting and run["problem"] in d.problems}
    return {
        key: (value, paper_value)
        for key, (value, paper_value) in differences(run, paper).items()
        if key != LENGTH and (key, value) not in as_authors
    }


def read_curves(folder: Path, problem: str, method: str) -> dict[str, NDArray[Any]]:
    """Read error and gradient statistics of one training: dataset -> values, one per record.

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
    """Read seed, iterations and the authors' phase boundaries of one training from the table.

    Raises
    ------
    StorageError
        If the table has no such training, or the file differs from the published one.
    """
    for row in _rows(path):
        if (row["problem"], row["method"]) == (problem, method):
            return {name: int(row[name]) for name in ("seed", "iterations", *BOUNDARIES)}
    raise StorageError(f"{path}: expected a row of {problem}, {method}; found none")


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file and verify its checksum."""
    try:
        data = path.read_bytes()
        sums = (path.parent / CHECKSUMS).read_text(encoding="ascii")
    except OSError as error:
        raise StorageError(f"{error.filename}: cannot be read ({error.strerror})") from None
    if f"{hashlib.sha256(data).hexdigest()}  {path.name}" not in sums.splitlines():
        raise StorageError(f"{path}: damaged or edited, its checksum is not the one in {CHECKSUMS}")
    return list(csv.DictReader(data.decode("ascii").splitlines()))
