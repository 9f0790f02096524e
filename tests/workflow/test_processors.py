"""At most one training runs per processor, however large `--cores` is."""

import os
import re
import shutil

import pytest

from tests.processes import snakemake

RUNS = [f"results/smoke/runs/burgers/rba/seed{seed}.h5" for seed in (1, 2)]


@pytest.fixture
def one_processor():
    """Restrict a test's processes to one processor."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("processors cannot be restricted here")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:1])
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("one_processor")
def test_concurrent_trainings_are_limited_by_processors(finished, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    done = snakemake(folder, "--cores", "8", "--config", "scale=smoke", "--", *RUNS)
    assert done.returncode == 0, done.stdout
    started = [int(number) for number in re.findall(r"^Execute (\d+) jobs", done.stdout, re.M)]
    assert started == [1, 1]  # one after the other
