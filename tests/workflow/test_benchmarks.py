"""Timings are made when they are asked for, and only then."""

import os

import pytest
import yaml

from tests.processes import snakemake

REQUIREMENTS = ("deepxde", "jax", "pina")


def planned(repository, *targets):
    """Return what Snakemake would do, as it says it."""
    done = snakemake(repository, "-n", "--forceall", "--cores", "2", *targets)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def timings(repository):
    """What it would do for all timings."""
    return planned(repository, "benchmarks")


def test_all_figures_need_no_timings(repository):
    assert "benchmark_" not in planned(repository)


def test_the_target_times_every_problem_and_installs_every_peer(timings, repository):
    problems = yaml.safe_load((repository / "config.yaml").read_text())["problems"]
    assert all(f"results/benchmarks/{problem}.json" in timings for problem in problems)
    assert all(f"environments/{peer}/installed.txt" in timings for peer in REQUIREMENTS)
    assert "results/benchmarks/growth.json" in timings
    assert "results/benchmarks/jobs.json" in timings


def test_nothing_is_timed_beside_anything_else(timings):
    """Each timing takes all the cores that Snakemake was given."""
    jobs = [job for job in timings.split("\n\n") if "--threads" in job]
    assert len(jobs) == 5
    assert all(f"--threads {min(2, os.cpu_count())} " in job for job in jobs)


@pytest.mark.parametrize("peer", REQUIREMENTS)
def test_peers_are_pinned(peer, repository):
    text = (repository / f"benchmarks/requirements/{peer}.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines and all("==" in line for line in lines)
