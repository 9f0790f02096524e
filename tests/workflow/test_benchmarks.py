"""Timings are made when they are asked for, and only then."""

import os
import subprocess
import sys

import pytest
import yaml

REQUIREMENTS = ("deepxde", "jax", "pina")


@pytest.fixture(scope="module")
def plan(repository):
    """Return what Snakemake would do, as it says it."""

    def call(*targets):
        command = [sys.executable, "-m", "snakemake", "-n", "--forceall", "--cores", "2", *targets]
        done = subprocess.run(
            command, cwd=repository, capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout + done.stderr

    return call


def test_all_figures_need_no_timings(plan):
    assert "benchmark_" not in plan()


def test_the_target_times_every_problem_and_installs_every_peer(plan, repository):
    text = plan("benchmarks")
    problems = yaml.safe_load((repository / "config.yaml").read_text())["problems"]
    assert all(f"results/benchmarks/{problem}.json" in text for problem in problems)
    assert all(f"environments/{peer}/installed.txt" in text for peer in REQUIREMENTS)
    assert "results/benchmarks/growth.json" in text
    assert "results/benchmarks/jobs.json" in text


def test_nothing_is_timed_beside_anything_else(plan):
    """Each timing takes all the cores that Snakemake was given."""
    jobs = plan("benchmarks").split("\n\n")
    timings = [job for job in jobs if "--threads" in job]
    assert len(timings) == 5
    assert all(f"--threads {min(2, os.cpu_count())} " in job for job in timings)


@pytest.mark.parametrize("peer", REQUIREMENTS)
def test_peers_are_pinned(peer, repository):
    text = (repository / f"benchmarks/requirements/{peer}.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines and all("==" in line for line in lines)
