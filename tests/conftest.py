"""Shared fixtures, and the number of workers and order of the tests."""

import os
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.processes import LIBRARY, ROOT, forking_python

# One thread for linear algebra, as in Snakemake jobs, because tests run in parallel processes.
# Must be set before NumPy is first imported.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
if not Path("/dev/nvidiactl").exists():  # without a GPU, interpret Triton's kernels
    os.environ.setdefault("TRITON_INTERPRET", "1")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def config_as_it_is() -> dict[str, Any]:
    """config.yaml, read once."""
    return yaml.safe_load((ROOT / "config.yaml").read_text())


@pytest.fixture
def config(config_as_it_is: dict[str, Any]) -> dict[str, Any]:
    """A copy of config.yaml that a test may change."""
    return deepcopy(config_as_it_is)


@pytest.fixture(scope="session")
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs Python in a subprocess; `-m` is forked (`forking_python`)."""
    environment = os.environ | LIBRARY

    def call(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [forking_python(), *map(str, arguments)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, **options
        )

    return call


def pytest_xdist_auto_num_workers() -> int | None:
    """Use one worker more than there are processors, because tests often wait."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist uses this number
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (available or 1) + 1


# The slowest tests run first, so that no worker is left with one at the end.
FIRST = (
    *("tests/faults/", "tests/workflow/", "tests/test_extending.py", "tests/benchmarks/"),
    *("tests/figures/test_surroundings.py", "tests/training/", "tests/analysis/"),
)


def pytest_collection_modifyitems(items):
    """Move the tests in `FIRST` to the front; the rest keep their order."""

    def rank(item):
        ranks = (number for number, start in enumerate(FIRST) if item.nodeid.startswith(start))
        return next(ranks, len(FIRST))

    items.sort(key=rank)
