"""List the phases of runs and published curves, and the boundaries drawn by the authors."""

import argparse
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.storage import StorageError

KINDS = ("phases", "published")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    files = f"{' or '.join(KINDS)} files, HDF5"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=files)


def run(options: argparse.Namespace) -> None:
    """Read the files and print Markdown."""
    contents = []
    for path in options.files:
        content = storage.read(path)
        if content.kind not in KINDS:
            expected = f"expected one of {', '.join(KINDS)}"
            raise StorageError(f"{path}: {expected}, found a {content.kind} file")
        contents.append(content)
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.summary.boundaries import boundaries_page
    from pinn_phases.summary.markdown import markdown

    print(markdown(boundaries_page(contents)), end="")
