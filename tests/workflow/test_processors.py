"""`--cores` beyond the machine's starts no more trainings at once than it has processors."""

import os
import re

import pytest

from tests.faults.repository import RUN, copied_repository
from tests.workflow.conftest import snakemake

RUNS = [str(RUN.with_name(f"seed{seed}.h5")) for seed in range(2)]


@pytest.fixture
def one_processor():
    """Let what a test starts run on one processor alone."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("processors cannot be restricted here")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:1])
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("one_processor")
def test_trainings_keep_to_the_processors(tmp_path):
    folder = copied_repository(tmp_path, {"iterations": 20})
    done = snakemake(folder, "--cores", "8", "--config", "scale=smoke", "--", *RUNS)
    assert done.returncode == 0, done.stdout
    started = [int(number) for number in re.findall(r"^Execute (\d+) jobs", done.stdout, re.M)]
    assert started == [1, 1, 1]  # the reference solution, then one after the other
