"""What several tests share: the repository's own files, and the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
# One thread for linear algebra, as in jobs of Snakemake: several processes test side by side.
# It counts when NumPy is first imported, which is later than this.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
if not Path("/dev/nvidiactl").exists():  # without a GPU, Triton's kernels are interpreted
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
    """config.yaml, to change as one likes."""
    return deepcopy(config_as_it_is)


@pytest.fixture(scope="session")
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call Python with these arguments in a process of its own, as a rule does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}

    def call(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, **options
        )

    return call


def pytest_xdist_auto_num_workers() -> int | None:
    """One process more than processors: tests often wait for other processes and for time."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist takes this number
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (available or 1) + 1


# The files that take longest come first, so that no process is left with them at the end.
FIRST = (
    *("tests/faults/", "tests/workflow/", "tests/test_extending.py", "tests/benchmarks/"),
    *("tests/figures/test_surroundings.py", "tests/training/", "tests/analysis/"),
)


def pytest_collection_modifyitems(items):
    """Sort tests by the list above; the rest keep their order."""

    def rank(item):
        ranks = (number for number, start in enumerate(FIRST) if item.nodeid.startswith(start))
        return next(ranks, len(FIRST))

    items.sort(key=rank)
