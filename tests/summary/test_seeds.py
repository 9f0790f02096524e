"""Page and command for statistics over seeds."""

import json
import re

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.summary.seeds import as_plain, measure, seeds_page

ITERATIONS = np.arange(1, 101)


def run(method, seed, below, final=0.05):
    """Return a run whose error is 1 at first, and `final` from iteration `below` on."""
    error = np.where(below <= ITERATIONS, final, 1.0)
    arrays = {"history/iteration": ITERATIONS, "history/relative_l2": error}
    settings = {"problem": "burgers", "method": method, "seed": seed}
    return Content("run", arrays, {"settings": settings})


def phases(start):
    """Return phases without total diffusion; diffusion begins at iteration `start`."""
    return Content("phases", {}, {"diffusion": {"iteration": start}, "total_diffusion": None})


def cells(page, title):
    (table,) = (table for table in page.tables if table.title == title)
    return [dict(zip(table.head, row, strict=True)) for row in table.rows]


def test_tables_show_reached_and_censored_values():
    runs = [
        measure(run("rba", 0, 10), phases(4.0)),
        measure(run("rba", 1, 20), phases(8.0)),
        measure(run("vanilla", 0, 40), None),
        measure(run("vanilla", 1, 101), None),
    ]
    page = seeds_page(runs)
    rows, medians, (ratio,) = (cells(page, table.title) for table in page.tables)
    assert [row["below 10%"] for row in rows] == ["10", "20", "40", "> 100"]
    assert [row["below 1%"] for row in rows] == ["> 100"] * 4
    assert [row["diffusion from"] for row in rows] == ["4", "8", "–", "–"]
    assert rows[0]["total diffusion from"] == "> 100"
    assert [row["below 10%"] for row in medians] == ["10", "40"]
    assert medians[0]["total diffusion from"] == "not reached"
    assert ratio["methods"] == "Vanilla over RBA"
    assert ratio["below 10%"] == "at least 4.47 [4, ?]"  # sqrt(4 * 5)
    assert (ratio["below 1%"], ratio["diffusion from"]) == ("unknown", "unknown")
    assert as_plain(runs)["ratios"][0]["values"]["final error"]["pairs"] == 2


def test_medians_that_are_not_reached_differ_from_unknown_ones():
    runs = [
        measure(run("rba", 0, 10), phases(4.0)),
        measure(run("rba", 1, 20), phases(8.0)),
        measure(run("vanilla", 0, 40), None),
    ]
    rba, vanilla = (median["values"] for median in as_plain(runs)["medians"])
    assert rba["below 10%"] == {"value": 10, "censored": False}
    assert rba["total diffusion from"] == {"value": 100, "censored": True}
    assert vanilla["total diffusion from"] is None


def test_the_baseline_comes_first_with_any_optimiser():
    runs = [measure(run(method, 0, 10), None) for method in ("rba-soap", "vanilla-soap")]
    (ratio,) = as_plain(runs)["ratios"]
    assert (ratio["above"], ratio["below"]) == ("vanilla-soap", "rba-soap")


def test_one_seed_has_a_ratio_and_no_interval():
    runs = [measure(run(method, 0, at), None) for method, at in (("rba", 10), ("vanilla", 40))]
    assert cells(seeds_page(runs), "Ratios of methods")[0]["below 50%"] == "4, one seed"


def test_a_diverged_run_is_not_left_out():
    runs = [
        measure(run(method, seed, 10, np.nan if (method, seed) == ("rba", 1) else 0.1), None)
        for method in ("rba", "vanilla")
        for seed in (0, 1)
    ]
    page = seeds_page(runs)
    assert [row["final error"] for row in cells(page, "Medians")] == ["–", "0.100"]
    assert cells(page, "Ratios of methods")[0]["final error"] == "unknown"


@pytest.fixture
def files(tmp_path):
    """Two runs as the workflow stores them; the first has phases."""
    paths = [tmp_path / f"runs/burgers/{method}/seed0.h5" for method in ("rba", "vanilla")]
    for path, below in zip(paths, (10, 40), strict=True):
        storage.write(path, run(path.parent.name, 0, below))
    storage.write(tmp_path / "phases/burgers/rba/seed0.h5", phases(4.0))
    return paths


def test_the_command_prints_or_saves(files, tmp_path, capsys):
    assert main(["seeds", *map(str, files)]) == 0
    printed = capsys.readouterr().out
    row = "| Burgers | RBA | 0 | 10 | 10 | > 100 | 0.0500 | 4 | > 100 |"
    assert row in re.sub(" +", " ", printed)
    saved = [tmp_path / f"seeds.{kind}" for kind in ("json", "markdown", "html")]
    options = [word for path in saved for word in (f"--{path.suffix[1:]}", str(path))]
    assert main(["seeds", *map(str, files), *options]) == 0
    assert capsys.readouterr().out == ""
    assert saved[1].read_text() == printed and "4, one seed" in saved[2].read_text()
    assert json.loads(saved[0].read_text())["ratios"][0]["values"]["below 50%"]["value"] == 4


def test_the_same_training_twice_is_refused(files, caplog):
    assert main(["seeds", str(files[0]), str(files[0])]) == 1
    assert "expected one run of burgers, rba, seed 0" in caplog.text
