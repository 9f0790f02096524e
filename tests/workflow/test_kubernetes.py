"""The Kubernetes profile, without a cluster: all keys are valid, and Figure 6 is planned."""

from importlib.util import find_spec

import pytest
import yaml

from tests.processes import snakemake
from tests.workflow.conftest import REPOSITORY, copy_repository

PLUGINS = ("snakemake_executor_plugin_kubernetes", "snakemake_storage_plugin_fs")
PROFILE = "profiles/kubernetes"
TARGET = ("--config", "scale=smoke", "--", "paper_figures/fig6.pdf")

pytestmark = pytest.mark.skipif(
    any(find_spec(plugin) is None for plugin in PLUGINS),
    reason="the plugins are not installed (pip install -e '.[kubernetes]')",
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Folder of the volume, and the output of a dry run."""
    folder = copy_repository(tmp_path_factory.mktemp("repository"))
    volume = tmp_path_factory.mktemp("volume")
    done = snakemake(
        folder, "-n", "--profile", PROFILE, "--default-storage-prefix", str(volume), *TARGET
    )
    assert done.returncode == 0, done.stdout
    return volume, done.stdout


def test_results_are_planned_on_the_volume(plan):
    volume, text = plan
    for rule, number in {"reference": 1, "train": 2, "phases": 2, "fields": 2, "fig6": 1}.items():
        assert f"\n{rule:9}  {number:7}\n" in text
    assert f"{volume}/results/smoke/runs/allen_cahn/rba/seed0.h5 (in storage)" in text


def test_each_training_requests_a_gpu(plan):
    _, text = plan
    assert text.count(" --gpus 1 ") == 2


def test_an_unknown_key_is_refused(tmp_path):
    folder = copy_repository(tmp_path)
    path = folder / PROFILE / "config.yaml"
    path.write_text(path.read_text() + "kubernetes-nonsense: 1\n")
    done = snakemake(folder, "-n", "--profile", PROFILE, *TARGET)
    assert done.returncode != 0 and "kubernetes-nonsense" in done.stdout


def test_the_volume_is_mounted_where_results_are_stored():
    profile = yaml.safe_load((REPOSITORY / PROFILE / "config.yaml").read_text())
    (volume,) = profile["kubernetes-persistent-volumes"]
    assert profile["default-storage-prefix"].startswith(volume.partition(":")[2] + "/")
