"""Fixtures of the Slurm tests: the cluster, and Snakemake submitting jobs to it."""

import os
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

from tests.slurm.cluster import reason_against, running_cluster

ONE_AT_A_TIME = Path(tempfile.gettempdir(), "pinn-phases-slurm.lock")
CPUS = 4  # twice those that run the tests: jobs here mostly wait


@pytest.fixture(scope="module")
def cluster():
    """A Slurm cluster on this machine; each test file has its own, with its own job list."""
    if find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("snakemake-executor-plugin-slurm is not installed (pip install -e '.[slurm]')")
    with FileLock(ONE_AT_A_TIME):  # another test process may have one
        reason = reason_against()
        if reason:
            pytest.skip(reason)
        with running_cluster(CPUS) as running:
            yield running


def head(
    folder: Path, *arguments: str, python: str = sys.executable, processors: int | None = None
) -> subprocess.Popen[str]:
    """Start Snakemake in `folder` as on a login node, with the profile but shorter waits.

    It runs on the processors of this process, or on the first `processors` of them, and its jobs
    are started with the same `python`.
    """
    sooner = ("--latency-wait", "5", "--slurm-init-seconds-before-status-checks", "1")
    command = [python, "-m", "snakemake", "--profile", "profiles/slurm", *sooner, *arguments]
    environment = {k: v for k, v in os.environ.items() if k != "CUDA_VISIBLE_DEVICES"}
    available = sorted(os.sched_getaffinity(0))[:processors]
    with (folder / "head.log").open("a") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            text=True,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, available),
        )


def finish(process: subprocess.Popen[str], folder: Path, seconds: float) -> None:
    """Wait for Snakemake and check its success; stop it and its jobs if it takes too long."""
    try:
        process.wait(seconds)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    assert process.returncode == 0, (folder / "head.log").read_text()
