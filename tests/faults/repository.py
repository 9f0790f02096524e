"""A copy of the repository with a training small enough to be interrupted under Snakemake."""

import atexit
import functools
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml

from tests.processes import snakemake
from tests.workflow.conftest import copy_repository

RUN = Path("results/smoke/runs/helmholtz/rba/seed0.h5")
TARGET = ("--config", "scale=smoke", "--", str(RUN))
LONGER = {"iterations": 600, "checkpoint_seconds": 0.5}  # some seconds


def copied_repository(folder: Path, training: Mapping[str, Any]) -> Path:
    """Copy the repository, with changed `training` settings of the scale `smoke`."""
    copy_repository(folder)
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text())
    config["scales"]["smoke"]["training"] |= training
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return folder


@functools.cache
def uninterrupted() -> Path:
    """Return a copy with a finished training of some seconds; copy it before changing it."""
    name = mkdtemp()
    atexit.register(shutil.rmtree, name)
    folder = copied_repository(Path(name), LONGER)
    done = snakemake(folder, "--cores", "1", *TARGET)
    assert done.returncode == 0, done.stdout
    return folder


def training_log(folder: Path) -> Path:
    """Log of the training."""
    return folder / "results/smoke/logs/runs/helmholtz/rba/seed0.log"
