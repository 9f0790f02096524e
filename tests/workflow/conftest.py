"""What the tests of the workflow share: copies of the repository, empty and with results."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.processes import snakemake

REPOSITORY = Path(__file__).parents[2]
# No archive: it adds scales.
COPIED = ("Snakefile", "config.yaml", "workflow", "published", "profiles", "envs")
# Two benchmarks, to see that what belongs to one leaves the other alone.
TARGET = ("--config", "scale=smoke", "--", "paper_figures/fig6.pdf", "paper_figures/fig8.pdf")
DERIVED = [
    f"results/smoke/{kind}/allen_cahn/rba/seed0.h5"
    for kind in ("phases", "information", "homogeneity", "terms")
]


def copy_repository(folder: Path) -> Path:
    """Copy what a run needs into a folder, and return that."""
    for name in COPIED:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id):
    """A copy of the repository with two figures, and with all that is derived of one run.

    They are made once: each further process of the tests copies what the first has made.
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
