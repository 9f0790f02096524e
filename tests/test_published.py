"""Curves published by the paper's authors: the data, reading them, departures from the text."""

import csv
import hashlib
import json
import shutil

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.figures.figS2 import REQUIREMENT
from pinn_phases.files import published, storage
from pinn_phases.files.published import COLUMNS, DEPARTURES, departures, other_sizes
from pinn_phases.files.storage import StorageError
from pinn_phases.settings.scales import load_paper, load_scales
from pinn_phases.settings.trees import leaves

PAIRS = REQUIREMENT.published
ROWS = {  # in the authors' logs
    ("allen_cahn", "rba"): {"error": 3000, "snr": 3147},
    ("allen_cahn", "vanilla"): {"error": 3000, "snr": 3147},
    ("cavity", "rba"): {"error": 3001, "snr": 3147},
    ("helmholtz", "vanilla"): {"error": 3000, "snr": 3035},
}


@pytest.fixture(scope="module")
def folder(repository):
    """Folder of the published data."""
    return repository / "published"


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# Data


def test_every_file_has_a_checksum_that_matches(folder):
    lines = [line.split() for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == {path.name for path in folder.glob("*.csv")}
    for expected, name in lines:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected


def test_the_figure_shows_every_training_and_each_has_its_curves(folder):
    trainings = [(row["problem"], row["method"]) for row in rows(folder / "trainings.csv")]
    assert sorted(trainings) == sorted(PAIRS) == sorted(ROWS)
    curves = {f"{p}-{m}-{kind}.csv" for p, m in trainings for kind in COLUMNS}
    assert {path.name for path in folder.glob("*-*.csv")} == curves
    assert {problem for problem, _ in PAIRS} == set(REQUIREMENT.problems)


@pytest.mark.parametrize(("problem", "method"), PAIRS)
def test_curves_are_complete(folder, problem, method):
    for kind, columns in COLUMNS.items():
        read = rows(folder / f"{problem}-{method}-{kind}.csv")
        assert list(read[0]) == list(columns)
        assert len(read) == ROWS[problem, method][kind]
        values = np.array([[float(row[name]) for name in columns] for row in read])
        at, steps = values[:, 0], np.diff(values[:, 0])
        assert (values[:, 1:] > 0).all() and np.isfinite(values).all()
        dense = at[1:] <= 300
        assert (steps[~dense] == 100).all()
        assert (steps[dense] == (2 if kind == "snr" else 100)).all()
        assert at[0] == (2 if kind == "snr" else 0) and at[-1] >= 288_800


def test_the_readme_names_source_licence_and_every_column(folder):
    text = (folder / "README.md").read_text()
    for words in ("soanagno/diffusion-equilibrium", "MIT License", "Copyright (c) 2024 Sokratis"):
        assert words in text
    for name in {column for columns in COLUMNS.values() for column in columns}:
        assert f"`{name}`" in text
    for name in rows(folder / "trainings.csv")[0]:
        assert f"`{name}`" in text


# Reading


def test_snr_is_the_ratio_of_the_norms(folder):
    arrays = published.read_curves(folder, "allen_cahn", "rba")
    assert arrays["gradients/iteration"][0] == 2
    assert arrays["gradients/snr"][0] == 6.361269 / 1.890902e-06
    assert (arrays["error/iteration"][1], arrays["error/relative_l2"][1]) == (100, 0.7610598)


def test_boundaries_are_those_that_the_authors_drew(folder):
    expected = {"seed": 2341, "iterations": 300_000, "diffusion": 180, "total_diffusion": 19_000}
    assert published.read_training(folder / "trainings.csv", "helmholtz", "vanilla") == expected


@pytest.fixture
def copy(folder, tmp_path):
    """A copy of the data that a test may damage."""
    shutil.copytree(folder, tmp_path / "published")
    return tmp_path / "published"


@pytest.fixture
def command(config, tmp_path):
    """Return a function that runs the command and returns its exit status and output file."""
    paper = load_paper(config)

    def call(source, problem="cavity", method="rba"):
        run = paper.run(problem, method, 0)
        settings = {"phases": paper.phases.model_dump(), "paper": run.model_dump(mode="json")}
        output = tmp_path / "curve.h5"
        options = ("--settings", json.dumps(settings), "--trainings", source / "trainings.csv")
        return main(["published", *map(str, options), "--output", str(output)]), output

    return call


def test_the_command_writes_curves_boundaries_and_the_papers_settings(folder, command):
    status, path = command(folder)
    content = storage.read(path, "published")
    assert status == 0
    settings = content.attributes["settings"]
    assert (settings["problem"], settings["method"], settings["seed"]) == ("cavity", "rba", 2341)
    assert content.attributes["drawn"] == {"diffusion": 150, "total_diffusion": 20_000}
    found = content.attributes["found"]
    assert found["diffusion"]["iteration"] == pytest.approx(178) and not found["total_diffusion"]
    assert content.attributes["landmarks"].keys() == {"relative_l2"}
    assert content.attributes["paper"]["equation"]["reynolds"] == 1000.0
    arrays = published.read_curves(folder, "cavity", "rba")
    assert content.arrays.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(content.arrays[name], values)


def shorten(path):
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("cavity-rba-snr.csv", shorten, "damaged or edited, its checksum is not the one in"),
        ("trainings.csv", shorten, "damaged or edited, its checksum is not the one in SHA256SUMS"),
        ("cavity-rba-error.csv", lambda path: path.unlink(), "cannot be read (No such file"),
        ("SHA256SUMS", lambda path: path.unlink(), "cannot be read (No such file"),
    ],
)
def test_damaged_or_missing_data_are_refused(copy, command, caplog, name, damage, message):
    damage(copy / name)
    status, path = command(copy)
    assert status == 1 and not path.exists()
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"error: {copy / name}: ") and message in line


def test_a_training_that_was_not_published_is_refused(folder, command, caplog):
    assert command(folder, "burgers")[0] == 1
    assert "trainings.csv: expected a row of burgers, rba; found none" in caplog.text


def test_the_error_for_a_missing_row_names_the_file(folder):
    with pytest.raises(StorageError, match=r"trainings\.csv: expected a row of cavity, vanilla"):
        published.read_training(folder / "trainings.csv", "cavity", "vanilla")


# Departures from the text


def test_departures_differ_from_known_settings_of_the_paper(config):
    paper = load_paper(config)
    for departure in DEPARTURES:
        for problem in departure.problems:
            for method in departure.methods:
                values = dict(leaves(paper.run(problem, method, 0).model_dump(mode="json")))
                if departure.setting is not None:
                    key, value = departure.setting
                    assert type(values[key]) is type(value) and values[key] != value


def run_at_paper_scale(config, problem, method, **training):
    """Settings of a run at the paper's sizes, with changes to the training."""
    config["scales"]["paper"]["problems"] = {problem: {"training": training}}
    return load_scales(config)["paper"].run(problem, method, 0).model_dump(mode="json")


def test_a_run_as_in_the_papers_text_has_departures_but_its_sizes(config):
    paper = load_paper(config).run("allen_cahn", "rba", 0).model_dump(mode="json")
    names = [one.name for one in departures(paper)]
    assert names == ["periodic boundary of Allen-Cahn", "parameters in the SNR", "random numbers"]
    assert other_sizes(paper, paper) == {}
    cavity = load_paper(config).run("cavity", "rba", 0).model_dump(mode="json")
    assert "weights of RBA in the cavity" in [one.name for one in departures(cavity)]


def test_a_run_like_the_authors_code_has_fewer_departures(config):
    paper = load_paper(config).run("allen_cahn", "vanilla", 0).model_dump(mode="json")
    alike = run_at_paper_scale(
        config,
        "allen_cahn",
        "vanilla",
        iterations=100_000,
        conditions={"boundary": {"weight": 0.0}},
        record={"gradient_parameters": "weights"},
    )
    assert [one.name for one in departures(alike)] == ["random numbers"]
    assert other_sizes(alike, paper) == {}


def test_sizes_other_than_the_papers_are_listed(config):
    paper = load_paper(config).run("allen_cahn", "vanilla", 0).model_dump(mode="json")
    smaller = run_at_paper_scale(config, "allen_cahn", "vanilla", points=10_000)
    assert other_sizes(smaller, paper) == {"training.points": (10_000, 25_600)}  # the cavity's
    laptop = load_scales(config)["laptop"].run("allen_cahn", "vanilla", 0).model_dump(mode="json")
    assert "training.network.width" in other_sizes(laptop, paper)
    assert "training.iterations" not in other_sizes(laptop, paper)
