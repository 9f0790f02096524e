"""Timings are made only on request."""

import os

import pytest

from benchmarks.sizes import COEFFICIENTS
from tests.processes import snakemake

REQUIREMENTS = ("deepxde", "jax", "pina")


def planned(repository, *targets):
    """Return the output of a dry run."""
    done = snakemake(repository, "-n", "--forceall", "--cores", "2", *targets)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def timings(repository):
    """Dry run of all timings."""
    return planned(repository, "benchmarks")


def test_no_figure_needs_timings(repository):
    assert "benchmark_" not in planned(repository)


def test_the_target_times_every_problem_of_the_paper_and_installs_every_peer(timings):
    assert all(f"results/benchmarks/{problem}.json" in timings for problem in COEFFICIENTS)
    assert all(f"environments/{peer}/installed.txt" in timings for peer in REQUIREMENTS)
    assert "results/benchmarks/growth.json" in timings
    assert "results/benchmarks/jobs.json" in timings


def test_timings_do_not_run_in_parallel(timings):
    """Each timing takes all of Snakemake's cores."""
    jobs = [job for job in timings.split("\n\n") if "--threads" in job]
    assert len(jobs) == 5
    assert all(f"--threads {min(2, os.cpu_count())} " in job for job in jobs)


@pytest.mark.parametrize("peer", REQUIREMENTS)
def test_peers_are_pinned(peer, repository):
    text = (repository / f"benchmarks/requirements/{peer}.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines and all("==" in line for line in lines)
