"""Other workflows import this one as a module with its own code and settings."""

import shutil

import pytest
import yaml

from pinn_phases.commands import train
from pinn_phases.files import storage
from tests.processes import snakemake
from tests.workflow.conftest import REPOSITORY, copy_repository

RUN = "runs/burgers/rba/seed0.h5"
IMPORTING = """
from snakemake.common.configfile import load_configfile

configfile: "config.yaml"

module plain:
    snakefile: "{repository}/Snakefile"

use rule * from plain as plain_*

module other:
    snakefile: "{copy}/Snakefile"
    prefix: "inner"
    config: load_configfile("other.yaml")

use rule * from other as other_*

rule all:
    default_target: True
    input:
        "paper_figures/fig3.pdf",
        "inner/paper_figures/fig8.pdf",
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A checkout with one more problem and a modified RBA."""
    folder = copy_repository(tmp_path_factory.mktemp("other checkout"))
    shutil.copytree(REPOSITORY / "archive", folder / "archive")
    library = folder / "workflow/pinn_phases"
    for package in ("problems", "reference"):
        shutil.copy(library / package / "burgers.py", library / package / "another.py")
    rba = library / "methods/rba.py"
    assert "return weights" in rba.read_text()
    rba.write_text(rba.read_text().replace("return weights", "return 1 * weights"))
    return folder


@pytest.fixture(scope="module")
def importing(other, tmp_path_factory):
    """A workflow that imports two checkouts, in a folder with its own settings."""
    folder = tmp_path_factory.mktemp("importing")
    (folder / "config.yaml").write_text("of_mine: 1\n")
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    config |= {"scale": "smoke", "compared_methods": ["rba"]}
    for block in (config, *config["scales"].values()):
        if "problems" in block:
            block["problems"]["another"] = block["problems"]["burgers"]
    (folder / "other.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    text = IMPORTING.format(repository=REPOSITORY, copy=other)
    (folder / "Snakefile").write_text(text)
    return folder


@pytest.fixture(scope="module")
def finished_import(importing):
    """The same workflow with finished figures."""
    done = snakemake(importing, "--cores", "2")
    assert done.returncode == 0, done.stdout
    return importing


def test_figures_are_made_with_and_without_a_prefix(finished_import):
    for figure in ("paper_figures/fig3.pdf", "inner/paper_figures/fig8.pdf"):
        assert (finished_import / figure).read_bytes().startswith(b"%PDF")
    assert (finished_import / "inner/results/smoke" / RUN).exists()
    assert not (finished_import / "results/smoke").exists()


def test_each_module_runs_the_code_beside_its_snakefile(finished_import):
    run = storage.read(finished_import / "inner/results/smoke" / RUN)
    assert run.attributes["code"] != train.code("burgers", "rba")


def test_two_checkouts_in_one_workflow_keep_their_plugins_and_archives_apart(importing):
    targets = (
        "inner/results/smoke/runs/another/rba/seed0.h5",
        "results/smoke/runs/helmholtz/vanilla/seed0.h5",
        "inner/results/archive-laptop/fields/cavity/vanilla/seed2.h5",
    )
    config = importing / "other.yaml"
    before = config.read_text()
    config.write_text(before.replace("scale: smoke", "scale: archive-laptop", 1))
    plan = snakemake(importing, "-n", *targets)
    config.write_text(before)
    assert plan.returncode == 0, plan.stdout
    assert "Training another with rba, seed 0" in plan.stdout
    assert "Archived runs of cavity with vanilla, seed 2" in plan.stdout


def test_a_report_has_the_figures_of_both_modules(finished_import):
    done = snakemake(finished_import, "--report", "report.zip")
    assert done.returncode == 0, done.stdout
    assert "Adding fig3.png" in done.stdout and "Adding fig8.png" in done.stdout
    assert "WARNING" not in done.stdout
