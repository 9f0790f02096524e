"""Trainings on a cluster that are cancelled, killed or run out of time."""

import os
import re
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pinn_phases.files import storage
from tests.processes import snakemake
from tests.slurm.cluster import Cluster
from tests.slurm.conftest import finish, head
from tests.training.test_loop import assert_same_data
from tests.workflow.conftest import copy_repository

SECONDS = 900.0  # takes about 120, mostly the two attempts at the limit; more on a busy machine
# A few seconds of training, two checkpoints a second, and one problem with a one-minute limit.
EDITS = {
    "iterations: 40\n      points: 200": "iterations: 600\n      points: 200\n"
    "      checkpoint_seconds: 0.5",
    "helmholtz:\n        reference: {grid: {x: 101, y: 101}}": "helmholtz:\n"
    "        execution: {runtime_minutes: 1}\n        reference: {grid: {x: 101, y: 101}}",
}


@dataclass(frozen=True)
class Run:
    """A training to be disturbed."""

    problem: str
    seed: int

    @property
    def result(self) -> str:
        """File of its result."""
        return f"results/smoke/runs/{self.problem}/vanilla/seed{self.seed}.h5"

    @property
    def comment(self) -> str:
        """Part of its jobs' comment, where Snakemake writes the wildcards."""
        return f"rule_train_wildcards_smoke_{self.problem}_vanilla_{self.seed}"

    def checkpoint(self, folder: Path) -> bool:
        """Whether it has written at least two checkpoints."""
        stem = f"{self.problem}-vanilla-seed{self.seed}-*.previous.h5"
        return any((folder / self.result).parent.glob(f"checkpoints/{stem}"))

    def process(self, folder: Path) -> int:
        """Return the ID of the training process."""
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().decode().split("\0")
                here = (path / "cwd").readlink() == folder
            except OSError:  # the process has ended
                continue
            if here and {"pinn_phases", "train", self.result} <= {*words}:
                return int(path.name)
        raise AssertionError(f"no process trains {self.result}")


CANCELLED, KILLED, TOO_SLOW = Run("allen_cahn", 0), Run("allen_cahn", 1), Run("helmholtz", 0)
RUNS = (CANCELLED, KILLED, TOO_SLOW)
TARGETS = ("--config", "scale=smoke", "--", *(run.result for run in RUNS))


def disturb(run: Run, folder: Path, cluster: Cluster) -> None:
    """Interrupt a training in the way chosen for it."""
    if run is CANCELLED:
        (job,) = cluster.jobs(run.comment)
        cluster.call("scancel", str(job))
    elif run is KILLED:
        os.kill(run.process(folder), signal.SIGKILL)
    else:  # paused; Slurm wakes it at the time limit
        os.kill(run.process(folder), signal.SIGSTOP)


@pytest.fixture(scope="module")
def folders(cluster, tmp_path_factory):
    """The same runs, disturbed on the cluster and undisturbed on this machine."""
    undisturbed = copy_repository(tmp_path_factory.mktemp("undisturbed"))
    path = undisturbed / "config.yaml"
    text = path.read_text()
    for old, new in EDITS.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)
    done = snakemake(undisturbed, "--cores", "1", *TARGETS)
    assert done.returncode == 0, done.stdout
    disturbed = tmp_path_factory.mktemp("copies") / "disturbed"
    shutil.copytree(undisturbed, disturbed)
    for output in ("runs", "logs/runs"):
        shutil.rmtree(disturbed / "results/smoke" / output)
    process = head(disturbed, *TARGETS)
    running = set(RUNS)
    end = time.monotonic() + SECONDS
    while running:
        ready = [run for run in running if run.checkpoint(disturbed)]
        for run in ready:
            disturb(run, disturbed, cluster)
        running.difference_update(ready)
        ended = process.poll() is not None or time.monotonic() > end
        assert not ended, (disturbed / "head.log").read_text()
        time.sleep(0.05)
    finish(process, disturbed, SECONDS)
    return disturbed, undisturbed


@pytest.mark.parametrize(
    ("run", "state"), [(CANCELLED, "CANCELLED"), (KILLED, "FAILED"), (TOO_SLOW, "TIMEOUT")]
)
def test_a_disturbed_training_resumes_and_ends_with_the_same_data(folders, cluster, run, state):
    disturbed, undisturbed = folders
    assert list(cluster.jobs(run.comment).values()) == [state, "COMPLETED"]
    log = (disturbed / run.result.replace("/runs/", "/logs/runs/")).with_suffix(".log").read_text()
    assert re.search(r"continues after iteration [1-9]", log), log
    results = (storage.read(folder / run.result, "run") for folder in folders)
    assert_same_data(*results)


def test_a_second_attempt_is_given_more_time(folders, cluster):
    first, second = cluster.jobs(TOO_SLOW.comment)
    assert "TimeLimit=00:01:00" in cluster.job(first)
    assert "TimeLimit=00:02:00" in cluster.job(second)
