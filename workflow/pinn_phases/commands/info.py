"""Describe a result file: settings, provenance, phases, errors, datasets."""

import argparse
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.training.checkpointing.parts import read_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="result file of any kind, HDF5")


def run(options: argparse.Namespace) -> None:
    """Read the file, which verifies its checksum, and print a description."""
    content = read_whole(options.file)
    # Import scipy, which takes a second, after the check.
    from pinn_phases.summary.file_contents import describe

    print(f"{options.file}: complete, checksum correct")
    for line in describe(content, phases_beside(options.file)):
        print(line)


def phases_beside(run: Path) -> Content | None:
    """Read the phases file of a run in a results folder; None if it does not exist."""
    parts = list(run.absolute().parts)
    if "runs" not in parts:
        return None
    parts[len(parts) - 1 - parts[::-1].index("runs")] = "phases"
    path = Path(*parts)
    return storage.read(path, "phases") if path.exists() else None
