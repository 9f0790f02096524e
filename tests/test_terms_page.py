"""Numbers of docs/terms.md and of the archive match new measurements and training records."""

import re

import numpy as np
import pytest

from pinn_phases.analysis.term_gradients import TermGradients
from pinn_phases.analysis.terms import term_statistics
from pinn_phases.files import storage
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated
from pinn_phases.training.threads import ThreadPool

RUN = "allen_cahn/rba/seed0.h5"
COLUMNS = (
    *("gradient_conditions", "gradient_residual", "cosine"),
    *("gradient_mean", "gradient_std", "snr", "snr_residual"),
)


@pytest.fixture
def terms(repository):
    """Terms of the archived run at the paper's scale."""
    return storage.read(repository / "archive/paper/terms" / RUN, "terms").arrays


def test_the_table_has_the_numbers_of_the_archive(repository, terms):
    text = (repository / "docs/terms.md").read_text()
    rows = re.findall(r"^\| ([\d,]+) \|(.*)\|$", text, re.MULTILINE)
    assert len(rows) == 12
    for iteration, cells in rows:
        (at,) = np.flatnonzero(terms["iterations"] == int(iteration.replace(",", "")))
        for name, cell in zip(COLUMNS, cells.split("|"), strict=True):
            value = terms[f"terms/{name}"][at]
            # three digits, or three decimals for the cosine
            last = 1e-3 if name == "cosine" else 10 ** (np.floor(np.log10(value)) - 2)
            assert abs(float(cell) - value) <= 0.5001 * last, (iteration, name)


def test_measuring_the_archived_run_reproduces_the_archive(repository, terms):
    run = storage.read(repository / "archive/paper/runs" / RUN, "run")
    settings = validated(RunSettings, run.attributes["settings"])
    gradients = TermGradients(settings, run.arrays["points/collocation"], 1, ThreadPool(2))
    products, std = gradients.at(
        *(run.arrays[f"snapshots/{name}"][-1] for name in ("parameters", "weights"))
    )
    found = term_statistics(gradients.conditions, products.sum(0), np.sqrt((std**2).sum()))
    (at,) = np.flatnonzero(terms["iterations"] == run.arrays["snapshots/iteration"][-1])
    for name, value in found.items():  # rounding in float64 varies with processor and compiler
        assert value == pytest.approx(terms[f"terms/{name}"][at], rel=1e-8), name


def test_total_gradients_of_archived_runs_match_their_training_records(repository):
    files = sorted(repository.glob("archive/*/terms/*/*/seed*.h5"))
    compared = 0
    for path in files:
        terms = storage.read(path, "terms").arrays
        archive, training = path.parents[3], path.relative_to(path.parents[2])
        run = storage.read(archive / "runs" / training, "run").arrays
        at, here, there = np.intersect1d(
            terms["iterations"], run["history/iteration"], return_indices=True
        )
        parts = ("gradient_residual", "gradient_conditions", "gradient_std")
        size = sum(terms[f"terms/{name}"][here] for name in parts)
        for name in ("gradient_mean", "gradient_std"):
            distance = np.abs(terms[f"terms/{name}"][here] - run[f"history/{name}"][there])
            # Trainings round in float32, by 6e-8 of the parts in each of a few hundred operations,
            # and derivatives cancel in the residual (Burgers: 5e-5, others: 1e-5).
            assert (distance <= 1e-4 * size).all(), (path, name, at, distance / size)
        compared += len(at)
    assert len(files) == 26 and compared > 50
