"""Remove runs and their checkpoints, so that the next call trains them from the beginning."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from pinn_phases.model import SettingsError

# Only runs and checkpoints of the workflow: archives are never removed.
FILE = re.compile(
    r"/results/[^/]+/runs/(?P<problem>\w+)/(?P<method>\w+)/"
    r"((?P<run>seed\d+)\.h5"
    r"|checkpoints/(?P=problem)-(?P=method)-(?P<checkpoint_of>seed\d+)-[0-9a-f]+\.[\w.]+)$"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="a run, or a FOLDER for all runs below it"
    )
    parser.add_argument("--dry-run", action="store_true", help="only list the files")


def run(options: argparse.Namespace) -> None:
    """Find all files, and only then remove them."""
    found: dict[Path, None] = {}
    for place in options.runs:
        files = sorted(_files(place))
        if not files:
            expected = "expected results/SCALE/runs/PROBLEM/METHOD/seedN.h5, or a folder with such"
            raise SettingsError(("RUN",), str(place), f"{expected}; found none, and no checkpoint")
        found |= dict.fromkeys(files)
    for path in found:
        if not options.dry_run:
            path.unlink()
        print(f"{'would be removed' if options.dry_run else 'removed'}: {path}")


def _files(place: Path) -> Iterator[Path]:
    """Yield the runs and checkpoints below a folder, or those of one run."""
    folder, seed = (place, None) if place.is_dir() else (place.parent, place.stem)
    for path in folder.rglob("*"):
        found = FILE.search(path.absolute().as_posix())
        if found and seed in (None, found["run"] or found["checkpoint_of"]):
            yield path
