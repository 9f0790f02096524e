"""A task small enough for tests, and processes that start fast."""

import sys

import pytest

from benchmarks.sizes import from_config, resized
from tests.processes import forking_python


def small_settings(problem, **changes):
    """Settings of a benchmark with few points, without a compiler."""
    settings = resized(from_config(problem, "smoke"), points=60)
    training = settings.training.model_copy(update={"compiled": False, **changes})
    return settings.model_copy(update={"training": training})


@pytest.fixture
def fast_starts(monkeypatch):
    """Fork the processes of a benchmark from one that has imported the libraries."""
    monkeypatch.setattr(sys, "executable", forking_python())
