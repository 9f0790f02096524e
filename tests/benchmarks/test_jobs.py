"""Concurrent trainings, and the start of one."""

import pytest

from benchmarks import jobs
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.reference.helmholtz import HelmholtzReference
from tests.benchmarks.conftest import small_settings

pytestmark = pytest.mark.usefixtures("fast_starts")


def test_rates_of_concurrent_runs(monkeypatch):
    monkeypatch.setattr(jobs, "ROUNDS", 2)
    monkeypatch.setattr(jobs, "ITERATIONS", 2)
    found = jobs.at_once(small_settings("helmholtz"), (1, 2))
    assert found["1"]["over_one"]["median"] == 1
    assert len(found["2"]["rounds"]) == 2 and min(found["2"]["rounds"]) > 0


def test_trainings_through_snakemake(monkeypatch):
    monkeypatch.setattr(jobs, "ROUNDS", 1)
    monkeypatch.setattr(jobs, "TRAININGS", 1)
    monkeypatch.setattr(jobs, "TRAINING_ITERATIONS", 20)
    found = jobs.by_cores("helmholtz", "smoke")
    assert found["2"]["work_over_two"]["median"] == 1
    assert found["8"]["rounds"][0] > 0


def test_every_start_is_a_completed_job(tmp_path):
    settings = small_settings("helmholtz")
    problem = settings.equation
    solution = HelmholtzReference(grid={"x": 201, "y": 201}, largest_error=1e-5).solve(problem)
    storage.write(tmp_path / "reference.h5", Content("reference", solution.arrays, {}))
    found = jobs.starts(settings, tmp_path / "reference.h5")
    assert list(found) == ["empty cache", "another seed", "another method"]
    assert all(seconds > 0 for seconds in found.values())
