"""The workflow with several optimisers: folders of runs, and Figure S.4."""

import shutil

import pytest
import yaml

from pinn_phases.files import storage
from tests.processes import snakemake
from tests.workflow.test_subsets import with_problems

METHODS = ("rba", "rba-soap", "rba-lbfgs")
FIGURE = "paper_figures/figS4.pdf"
GIVEN = ("--config", "scale=smoke", f"compared_methods=[{','.join(METHODS)}]")


@pytest.fixture(scope="module")
def with_figure(finished, tmp_path_factory):
    """A copy of the repository with the figure of one benchmark, whose run with Adam exists."""
    folder = tmp_path_factory.mktemp("optimisers") / "repository"
    shutil.copytree(finished, folder)
    (folder / "config.yaml").write_text(yaml.safe_dump(with_problems("burgers"), sort_keys=False))
    done = snakemake(folder, "--cores", "2", *GIVEN, "--", FIGURE)
    assert done.returncode == 0, done.stdout
    assert "Training burgers with rba, seed 0" not in done.stdout
    return folder


def test_each_optimiser_has_its_own_runs(with_figure):
    runs = with_figure / "results/smoke/runs/burgers"
    found = {method: storage.read(runs / f"{method}/seed0.h5", "run") for method in METHODS}
    first = [run.arrays["history/loss"][0] for run in found.values()]
    last = [run.arrays["history/loss"][-1] for run in found.values()]
    assert len(set(first)) == 1 and len(set(last)) == len(METHODS)
    for method, run in found.items():
        assert run.attributes["settings"]["method"] == method


def test_the_figure_is_drawn(with_figure):
    assert (with_figure / FIGURE).read_bytes().startswith(b"%PDF")


def test_choosing_an_optimiser_reruns_nothing(with_figure):
    """The SOAP run exists, and no Adam run is requested."""
    run = "results/smoke/runs/burgers/rba-soap/seed0.h5"
    said = snakemake(
        with_figure, "-n", "--config", "scale=smoke", "optimiser=soap", "--", run
    ).stdout
    assert "Nothing to be done" in said
