"""Unfinished trainings, used as runs of their own scale: figures, claims, archive."""

import json
import os
import shutil

import pytest

from pinn_phases.files import storage
from pinn_phases.settings.scales import load_archives
from tests.processes import snakemake

# The trainings of the copy have reached iteration 40; these settings require more.
SCALE = ("--config", "scale=reached-smoke", "training={iterations: 60}")
REACHED = (*SCALE, "--")
OF_ONE_METHOD = (*SCALE, "compared_methods=[rba]", "--")
RUN = "results/reached-smoke/runs/allen_cahn/rba/seed0.h5"
CHECKPOINTS = "results/smoke/runs/{}/{}/checkpoints"
TO = "to iteration 40 of 60"


@pytest.fixture(scope="module")
def reached(finished, tmp_path_factory):
    """A copy with an archive, claims and a figure of the unfinished trainings of one benchmark."""
    folder = tmp_path_factory.mktemp("reached") / "repository"
    shutil.copytree(finished, folder)
    shutil.rmtree(folder / CHECKPOINTS.format("burgers", "rba"))
    (folder / "results/smoke/runs/burgers/rba/seed0.h5").unlink()
    for arguments in (
        (*REACHED, "paper_figures/figA14.png"),
        (*OF_ONE_METHOD, "archive", "claims"),
    ):
        done = snakemake(folder, "--cores", "2", *arguments)
        assert done.returncode == 0, done.stdout
        assert "Training allen_cahn with" not in done.stdout
    return folder


def test_results_claims_and_archive_give_the_iteration_reached(reached, finished):
    run = storage.read(reached / RUN, "run")
    assert run.attributes["reached"] == 40
    assert run.attributes["settings"]["scale"] == "smoke"
    for kind in ("phases", "information", "homogeneity", "terms"):
        made = storage.read(reached / RUN.replace("/runs/", f"/{kind}/"), kind)
        assert made.attributes["reached"] == 40
    assert TO in (reached / "results/reached-smoke/claims.md").read_text()
    archived = storage.read(reached / "archive/smoke/runs/allen_cahn/rba/seed0.h5", "run")
    assert archived.attributes["reached"] == 40
    assert archived.attributes["git_commit"] == run.attributes["git_commit"]
    settings = load_archives(reached / "archive")["archive-smoke"]
    assert list(settings.problems) == ["allen_cahn"]
    tree = json.loads((reached / "archive/smoke/settings.json").read_text())
    assert tree["scale"] == "smoke"
    assert not (reached / "results/smoke/claims.md").exists()


def test_a_missing_checkpoint_gives_one_line(reached):
    plan = snakemake(reached, "-n", *REACHED, "paper_figures/fig8.pdf")
    assert plan.returncode == 1
    last = plan.stdout.rstrip().splitlines()[-1]
    shown = "fig8 shows burgers; scale reached-smoke has only allen_cahn: no checkpoint of "
    assert last == f"{shown}burgers with rba, seed 0"
    plan = snakemake(reached, "-n", "--config", "scale=archive-smoke", "--", "burgers")
    last = plan.stdout.rstrip().splitlines()[-1]
    assert last == "scale archive-smoke does not have burgers, only allen_cahn: no run of burgers"
    plan = snakemake(reached, "-n", "--config", "scale=reached-laptop")
    last = plan.stdout.rstrip().splitlines()[-1]
    assert "no checkpoint in results/laptop/runs of allen_cahn with vanilla, seed 0" in last


def test_a_run_is_updated_when_its_training_has_progressed(reached):
    plan = snakemake(reached, "-n", *REACHED, "paper_figures/figA14.png").stdout
    assert "Nothing to be done" in plan
    (checkpoint,) = [
        path
        for path in (reached / CHECKPOINTS.format("allen_cahn", "rba")).glob("*.h5")
        if ".previous." not in path.name
    ]
    content = storage.read(checkpoint)
    storage.write(checkpoint, content)
    later = (reached / RUN).stat().st_mtime + 10
    os.utime(checkpoint, (later, later))
    plan = snakemake(reached, "-n", *REACHED, "paper_figures/figA14.png").stdout
    assert "Run of allen_cahn with rba, seed 0, from its newest checkpoint" in plan
    assert "Run of allen_cahn with vanilla" not in plan
