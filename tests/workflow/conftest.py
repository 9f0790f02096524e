"""What the tests of the workflow share: a copy of the repository, and calling Snakemake in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).parents[2]
# No archive: it adds scales.
COPIED = ("Snakefile", "config.yaml", "workflow", "published", "profiles", "envs")
# Two benchmarks, to see that what belongs to one leaves the other alone.
TARGET = ("--config", "scale=smoke", "--", "paper_figures/fig6.pdf", "paper_figures/fig8.pdf")
SECONDS = 300  # a smoke run takes about 30 on an idle machine


def copy_repository(folder: Path) -> Path:
    """Copy what a run needs into a folder, and return that."""
    for name in COPIED:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def snakemake(
    folder: Path, *arguments: str, variables: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in `folder` and return the finished process, messages in `stdout`."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "snakemake", *arguments],  # -P: as the command `snakemake`
        cwd=folder,
        env=os.environ | variables,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id):
    """A copy of the repository in which the figures of two benchmarks have been made.

    They are made once: each further process of the tests copies what the first has made.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "finished"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            folder = copy_repository(tmp_path_factory.mktemp("made"))
            done = snakemake(folder, "--cores", "2", *TARGET)
            assert done.returncode == 0, done.stdout
            folder.rename(shared)
    return Path(shutil.copytree(shared, own / "repository"))
