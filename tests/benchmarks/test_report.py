"""The table of goals and the figure, from made-up reports."""

import re

import pytest

from benchmarks.report.figure import draw
from benchmarks.report.goals import GOALS, conditions, table
from benchmarks.sizes import COEFFICIENTS

MACHINE = {"processor": "A processor", "processors": 2, "system": "Linux", "load": 0.0}
RATIOS = {
    "ours": 1.0,
    "ours_statistics": 1.125,
    "products": 0.5,
    "nested": 3.0,
    "deepxde": 3.5,
    "pina": 4.0,
    "jax": 2.25,
}


def spread(value):
    """A median with a range around it."""
    return {"median": value, "lowest": 0.5 * value, "highest": 2 * value}


def engine(ratio):
    """Report of an engine."""
    return {"versions": {"torch": "1.2.3"}, "ratio": spread(ratio), "rounds": [0.5, 0.5]}


@pytest.fixture
def reports():
    """A report of each problem, one of the growth and one of the jobs."""
    common = {"threads": 2, "machine": MACHINE, "load_at_the_end": 1.0}
    size = {"points": 25600, "batches": 100, "hidden_layers": 6, "width": 128}
    engines = {name: engine(ratio) for name, ratio in RATIOS.items()}
    points = {
        "sizes": [25600, 51200],
        "seconds": [0.5, 1.0],
        "slope": 1.0,
        "peak_memory_mb": [1250.0, 2500.0],
    }
    width = {"sizes": [128, 256], "seconds": [0.5, 1.5], "slope": 1.6}
    growth = {"points": points, "width": width, "iterations": {**width, "slope": 1.25}}
    compared = {name: {**common, **size, "engines": engines} for name in COEFFICIENTS}
    jobs = {
        "at_once": {"2": {"over_one": spread(1.75)}},
        "by_cores": {"8": {"work_over_two": spread(0.75)}},
        "starts": {"empty cache": 30.0, "another seed": 7.25, "another method": 9.0},
    }
    return {**compared, "growth": {**common, **growth}, "jobs": {**common, "threads": 1, **jobs}}


def rows(text):
    """Cells of each row of the table, by its first cell."""
    lines = [re.split(r" +\| +", line.strip("| ")) for line in text.splitlines()[2:]]
    return {line[0]: line[1:4] for line in lines}


def test_goals_are_met_or_not(reports):
    found = rows(table(reports))
    assert len(found) == len(GOALS)
    nested = found["Allen-Cahn: nested autograd / ours"]
    assert nested == ["≥ 2.50", "3.00 (1.50 to 6.00)", "yes"]
    assert found["cavity: nested autograd / ours"] == ["≥ 6.00", "3.00 (1.50 to 6.00)", "no"]
    fastest = found["Allen-Cahn: fastest of DeepXDE, PINA, JAX / ours"]
    assert fastest == ["≥ 2.00", "2.25 (1.12 to 4.50)", "yes"]
    assert found["Allen-Cahn: matrix products alone / iteration"][2] == "no"
    assert found["Allen-Cahn: peak memory, GB"] == ["≤ 1.50", "1.25", "yes"]
    assert found["Allen-Cahn: peak memory, twice the points / once"][1:] == ["2.00", "no"]
    assert found["Allen-Cahn: time ~ iterations^p: p"] == ["≤ 1.10", "1.25", "no"]
    assert found["two runs at once / one run, one thread each"][2] == "yes"
    cores = found["work done with --cores 8 / --cores 2, of two"]
    assert cores == ["≥ 1.00", "0.75 (0.38 to 1.50)", "no"]
    assert found["job of one iteration, code in the cache, s"] == ["≤ 10.0", "7.2", "yes"]


def test_conditions_list_sizes_and_versions(reports):
    assert "25,600 points in 100 batches; 6 x 128; 2 rounds" in conditions(reports)
    assert conditions(reports).splitlines()[-1] == "- torch 1.2.3"


def test_the_figure_shows_every_engine(reports):
    figure = draw(reports)
    labels = {tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()}
    assert labels >= {"nested autograd", "DeepXDE", "PINA", "JAX", "matrix products\nalone"}


def test_a_problem_may_be_absent(reports):
    del reports["burgers"]
    legends = [axes.get_legend() for axes in draw(reports).axes]
    (shown,) = [legend for legend in legends if legend is not None]
    assert [text.get_text() for text in shown.get_texts()] == [
        "Allen-Cahn",
        "Helmholtz",
        "Lid-driven cavity",
    ]
