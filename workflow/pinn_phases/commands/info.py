"""Say in words what is in a result file: settings, provenance, phases, errors."""

import argparse
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.storage import Content


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="of any kind, HDF5")


def run(options: argparse.Namespace) -> None:
    """Read, which checks that the file is whole, and print."""
    content = storage.read(options.file)
    # Importing scipy takes a second: after the check.
    from pinn_phases.summary.words import describe

    print(f"{options.file}: whole, its checksum fits")
    for line in describe(content, phases_beside(options.file)):
        print(line)


def phases_beside(run: Path) -> Content | None:
    """Read the phases of a run that lies where the workflow puts it, if they are there."""
    parts = list(run.absolute().parts)
    if "runs" not in parts:
        return None
    parts[len(parts) - 1 - parts[::-1].index("runs")] = "phases"
    path = Path(*parts)
    return storage.read(path, "phases") if path.exists() else None
