"""What the tests of the workflow share: a copy of the repository, and calling Snakemake in it."""

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
COPIED = ("Snakefile", "config.yaml", "workflow", "profiles", "envs")
SECONDS = 300  # a smoke run takes about 30 on an idle machine


def copy_repository(folder: Path) -> Path:
    """Copy what a run needs into a folder, and return that."""
    for name in COPIED:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in `folder` and return the finished process, messages in `stdout`."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
