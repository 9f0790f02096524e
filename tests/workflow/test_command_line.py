"""--config overrides every block; files of --configfile are merged into config.yaml."""

import json
import shlex

import pytest

from tests.processes import snakemake
from tests.workflow.conftest import REPOSITORY

RUN = "results/{scale}/runs/{problem}/rba/seed0.h5"
FILE = "training: {iterations: 300, batches: 50}\nscales: {laptop: {training: {batches: 40}}}\n"
SETTINGS = (
    "training={iterations: 500, compiled: false}",
    "problems={cavity: {equation: {reynolds: 400.0}}}",
)
OTHER_SCALE = RUN.format(scale="paper", problem="burgers")  # not the chosen one
TARGETS = (OTHER_SCALE, "results/laptop/summary/settings.html")


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A pair for each job: the settings passed to its command, and the command's words."""
    file = tmp_path_factory.mktemp("files") / "other.yaml"
    file.write_text(FILE)
    options = ("--configfile", str(file), "--config", *SETTINGS)
    done = snakemake(REPOSITORY, "-n", "-p", "--forceall", *options, "--", *TARGETS)
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("Shell command: ")]
    jobs = [shlex.split(line) for line in lines]
    return [(json.loads(job[job.index("--settings") + 1]), job) for job in jobs]


def of_job(planned, *words):
    """Settings of the only job whose command has these words."""
    (settings,) = (settings for settings, job in planned if set(words) <= set(job))
    return settings


def training(planned, scale, problem):
    """Training settings of the job that makes this run."""
    return of_job(planned, "train", RUN.format(scale=scale, problem=problem))["training"]


@pytest.mark.parametrize("problem", ["allen_cahn", "helmholtz", "burgers", "cavity"])
def test_a_general_block_of_config_reaches_every_problem(planned, problem):
    found = training(planned, "laptop", problem)
    assert (found["iterations"], found["compiled"]) == (500, False)


def test_a_problem_s_block_of_config_reaches_its_reference_and_runs(planned):
    assert of_job(planned, "reference", "results/laptop/reference/cavity.h5")["equation"] == {
        "reynolds": 400.0,
        "lid_width": 0.125,
    }


def test_config_applies_to_other_requested_scales(planned):
    assert training(planned, "paper", "burgers")["iterations"] == 500


def test_a_config_file_is_merged_before_scales_apply(planned):
    assert training(planned, "laptop", "allen_cahn")["batches"] == 40
    assert training(planned, "laptop", "cavity")["batches"] == 8  # cavity's own at this scale
    assert training(planned, "paper", "burgers")["batches"] == 50


def test_the_report_also_shows_the_values_of_the_file(planned):
    both = of_job(planned, "summary")
    iterations = {
        which: both[which]["problems"]["cavity"]["training"]["iterations"] for which in both
    }
    assert iterations == {"scale": 500, "paper": 300}
