"""The table of docs/optimisers.md has the numbers of the archived runs."""

import hashlib
import re

import pytest

from pinn_phases.files import storage
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import OPTIMISERS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title, split_name

ROW = re.compile(r"^\| ([^|]+, [^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", re.M)


@pytest.fixture(scope="module")
def runs(repository):
    """Titles -> histories of the archived runs, by seed."""
    paths = [*repository.glob("archive/laptop/runs/*/*/*.h5")]
    paths += repository.glob("archive/optimisers/runs/*/*/*.h5")
    found = {}
    for path in sorted(paths):
        problem, name = path.parts[-3:-1]
        method, optimiser = split_name(name)
        title = plugin_class(PROBLEMS, problem, Problem).title
        titles = (
            f"{title}, {method_title(method)}",
            plugin_class(OPTIMISERS, optimiser, Optimiser).title,
        )
        history = storage.read(path, "run", leave_out=("snapshots/", "points/")).arrays
        found.setdefault(titles, []).append(history)
    return found


def test_errors_are_those_of_the_archive(repository, runs):
    rows = ROW.findall((repository / "docs/optimisers.md").read_text())
    assert {(subject, optimiser) for subject, optimiser, *_ in rows} == runs.keys()
    for subject, optimiser, final, below in rows:
        histories = runs[subject, optimiser]
        starts = below.split(", ") if ", " in below else [below] * 3
        for run, written, start in zip(histories, final.split(", "), starts, strict=True):
            error = run["history/relative_l2"]
            assert float(written) == pytest.approx(error[-1], abs=0.6 * 10 ** -len(written[2:]))
            good = run["history/iteration"][error < 0.1]
            assert start == (f"{good[0]:,}" if good.size else "never")


def test_the_archive_is_whole(repository):
    folder = repository / "archive/optimisers"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    assert sums.keys() == {str(path.relative_to(folder)) for path in folder.rglob("*.h5")}
    for name, expected in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
