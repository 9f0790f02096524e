"""Fixtures of the workflow tests: copies of the repository, with and without results."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.processes import snakemake

REPOSITORY = Path(__file__).parents[2]
# No archive: it adds scales.
COPIED = ("Snakefile", "config.yaml", "workflow", "published", "profiles", "envs")
# Two benchmarks, to check that changes to one leave the other alone.
TARGET = ("--config", "scale=smoke", "--", "paper_figures/fig6.pdf", "paper_figures/fig8.pdf")
DERIVED = [
    f"results/smoke/{kind}/allen_cahn/rba/seed0.h5"
    for kind in ("phases", "information", "homogeneity", "terms")
]


def copy_repository(folder: Path) -> Path:
    """Copy what a run needs into a folder and return the folder."""
    for name in COPIED:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id):
    """A copy of the repository with two figures and all results derived from one run.

    It is made once; other test processes copy it.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "finished"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            folder = copy_repository(tmp_path_factory.mktemp("made"))
            done = snakemake(folder, "--cores", "2", *TARGET, *DERIVED)
            assert done.returncode == 0, done.stdout
            folder.rename(shared)
    return Path(shutil.copytree(shared, own / "repository"))
