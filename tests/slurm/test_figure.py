"""Figure 6 from start to finish on a Slurm cluster, at smoke scale."""

import re
import time

import pytest

from tests.processes import forking_python, snakemake
from tests.slurm.cluster import wait_until
from tests.slurm.conftest import finish, head
from tests.workflow.conftest import copy_repository

TARGET = ("--config", "scale=smoke", "--", "paper_figures/fig6.pdf")
JOBS = {"reference": 1, "train": 2, "phases": 2, "fields": 2, "fig6": 1}
SECONDS = 900.0  # takes about 60 on two idle cores; several times as long on a busy machine
ABSENCE_SECONDS = 5.0  # of the controller


@pytest.fixture(scope="module")
def finished(cluster, tmp_path_factory):
    """A copy of the repository whose figure was made while the controller was restarted."""
    folder = copy_repository(tmp_path_factory.mktemp("figure"))
    process = head(folder, *TARGET, python=forking_python(), processors=1)
    done = ["COMPLETED"]
    wait_until(
        lambda: list(cluster.jobs("rule_reference").values()) == done, SECONDS, "the reference"
    )
    cluster.stop_controller()
    time.sleep(ABSENCE_SECONDS)
    cluster.start_controller()
    finish(process, folder, SECONDS)
    return folder


def test_every_job_ran_once_despite_the_controller_restart(finished, cluster):
    assert (finished / "paper_figures/fig6.pdf").read_bytes().startswith(b"%PDF")
    for rule, number in JOBS.items():
        assert list(cluster.jobs(f"rule_{rule}").values()) == ["COMPLETED"] * number


def test_processors_of_the_login_node_do_not_limit_the_cluster(finished, cluster):
    trainings = [cluster.job(number) for number in cluster.jobs("rule_train")]
    submitted, ended = (
        [re.search(rf"{key}=(\S+)", job)[1] for job in trainings]
        for key in ("SubmitTime", "EndTime")
    )
    assert max(submitted) < min(ended)  # the second did not wait for the first


def test_the_request_for_a_gpu_reaches_the_scheduler_and_the_training(finished, cluster):
    for number in cluster.jobs("rule_train"):
        job = cluster.job(number)
        assert "Partition=gpu" in job and "TresPerJob=gres:gpu:1" in job
    for number in cluster.jobs("rule_fields"):
        job = cluster.job(number)
        assert "Partition=main" in job and "gres:gpu" not in job
    for method in ("rba", "vanilla"):
        log = finished / f"results/smoke/logs/runs/allen_cahn/{method}/seed0.log"
        assert "GPU from CUDA_VISIBLE_DEVICES=" in log.read_text()


def test_time_and_memory_come_from_config_yaml(finished, cluster):
    (number, _) = cluster.jobs("rule_train")
    assert "TimeLimit=00:05:00" in cluster.job(number)
    assert "MinMemoryNode=1000M" in cluster.job(number)


def test_logs_of_the_jobs_are_kept(finished, cluster):
    for rule, number in JOBS.items():
        logs = [*(finished / f".snakemake/slurm_logs/rule_{rule}").rglob("*.log")]
        assert {int(log.stem) for log in logs} == set(cluster.jobs(f"rule_{rule}"))
        assert len(logs) == number


def test_a_second_call_has_nothing_to_do(finished):
    assert "Nothing to be done" in snakemake(finished, "-n", *TARGET).stdout
