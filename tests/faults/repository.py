"""A copy of the repository with one training small enough to be run, and broken, by Snakemake."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.workflow.conftest import copy_repository

RUN = Path("results/smoke/runs/helmholtz/rba/seed0.h5")
TARGET = ("--config", "scale=smoke", "--", str(RUN))


def copied_repository(folder: Path, training: Mapping[str, Any]) -> Path:
    """Copy it, with other entries in the `training` block of the scale `smoke`."""
    copy_repository(folder)
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text())
    config["scales"]["smoke"]["training"] |= training
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return folder


def training_log(folder: Path) -> Path:
    """Log of that training."""
    return folder / "results/smoke/logs/runs/helmholtz/rba/seed0.log"
