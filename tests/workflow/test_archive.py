"""Figures of archived runs: drawn without training, at a scale of their own."""

import json
import shutil

import pytest
import yaml

from pinn_phases.__main__ import main
from pinn_phases.settings.scales import load_scales
from tests.processes import snakemake
from tests.workflow.conftest import DERIVED

ARCHIVED = ("--config", "scale=archive-smoke", "compared_methods=[rba]", "--")


@pytest.fixture(scope="module")
def archive(finished, tmp_path_factory):
    """A copy with an archive of one run, and without results."""
    folder = tmp_path_factory.mktemp("archived") / "repository"
    shutil.copytree(finished, folder)
    settings = load_scales(yaml.safe_load((folder / "config.yaml").read_text()))["smoke"]
    only = {"allen_cahn": settings.problems["allen_cahn"]}
    text = settings.model_copy(update={"problems": only}).model_dump_json()
    run = "results/smoke/runs/allen_cahn/rba/seed0.h5"
    inputs = [str(folder / path) for path in [*DERIVED, run]]
    output = str(folder / "archive" / "smoke" / "SHA256SUMS")
    assert main(["archive", "--settings", text, "--inputs", *inputs, "--output", output]) == 0
    shutil.rmtree(folder / "results")
    (folder / "paper_figures" / "fig6.png").unlink()
    return folder


def test_figures_are_drawn_from_an_archive_without_training(archive, finished):
    done = snakemake(archive, "--cores", "2", *ARCHIVED, "paper_figures/fig6.png")
    assert done.returncode == 0, done.stdout
    assert "Training" not in done.stdout and "Archived runs" in done.stdout
    drawn = (archive / "paper_figures/fig6.png").read_bytes()
    assert drawn.startswith(b"\x89PNG")
    assert not (archive / "results/smoke").exists()  # results go to a separate scale
    plan = snakemake(archive, "-n", *ARCHIVED, "paper_figures/fig6.png")
    assert "Nothing to be done" in plan.stdout


def test_everything_an_archive_can_show_is_made_by_default(archive):
    plan = snakemake(archive, "-n", *ARCHIVED[:-1]).stdout
    for wanted in ("Drawing fig11", "Claims of the paper", "Archived information of allen_cahn"):
        assert wanted in plan, plan
    assert "Training" not in plan and "Drawing fig7" not in plan
    for computed in ("Information of", "Homogeneity of", "Gradients of the loss terms of"):
        assert computed not in plan, plan


def test_a_damaged_archive_is_named(archive):
    run = archive / "archive/smoke/runs/allen_cahn/rba/seed0.h5"
    whole = run.read_bytes()
    try:
        run.write_bytes(whole[:-100])
        done = snakemake(archive, "--cores", "1", *ARCHIVED, "paper_figures/fig6.png")
        assert done.returncode != 0
        assert "results/archive-smoke/runs/allen_cahn/rba/seed0.h5: damaged" in done.stdout
    finally:
        run.write_bytes(whole)


def test_invalid_archived_settings_stop_with_one_line(archive):
    path = archive / "archive/smoke/settings.json"
    whole = path.read_text()
    try:
        for text in ("{", "[]", json.dumps({**json.loads(whole), "seeds": []})):
            path.write_text(text)
            done = snakemake(archive, "-n", *ARCHIVED, "paper_figures/fig6.png")
            assert done.returncode != 0 and "Traceback" not in done.stdout
            assert f"setting {path}" in done.stdout and "config.yaml: " not in done.stdout
        other = snakemake(archive, "-n", "--config", "scale=smoke")
        assert other.returncode == 0, other.stdout
    finally:
        path.write_text(whole)


def test_a_missing_archive_is_refused_with_the_available_scales(archive):
    done = snakemake(archive, "-n", "--config", "scale=archive-paper")
    assert done.returncode != 0
    assert "expected one of smoke, laptop, paper, archive-smoke" in done.stdout


def test_an_archive_is_planned_for_all_trainings_of_a_scale(finished):
    plan = snakemake(finished, "-n", "--config", "scale=smoke", "--", "archive").stdout
    assert "Archive of the runs at scale smoke" in plan
    # Those of one run exist.
    assert "homogeneity        7" in plan and "terms              7" in plan
