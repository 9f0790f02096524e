"""Delete runs and their checkpoints, so that the next call trains them from the beginning."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from pinn_phases.strict_model import SettingsError

# Only runs and checkpoints of the workflow; archives are never deleted.
FILE = re.compile(
    r"/results/[^/]+/runs/(?P<problem>\w+)/(?P<method>[\w-]+)/"
    r"((?P<run>seed\d+)\.h5"
    r"|checkpoints/(?P=problem)-(?P=method)-(?P<checkpoint_of>seed\d+)-[0-9a-f]+\.[\w.]+)$"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="a run, or a FOLDER for all runs in it"
    )
    parser.add_argument("--dry-run", action="store_true", help="only list the files")


def run(options: argparse.Namespace) -> None:
    """Find the files of all arguments before any is deleted, then delete them."""
    found: dict[Path, None] = {}
    for path in options.runs:
        files = sorted(_files(path))
        if not files:
            expected = "expected results/SCALE/runs/PROBLEM/METHOD/seedN.h5, or a folder above it"
            raise SettingsError(("RUN",), str(path), f"{expected}; found no run or checkpoint")
        found |= dict.fromkeys(files)
    for path in found:
        if not options.dry_run:
            path.unlink()
        print(f"{'would be removed' if options.dry_run else 'removed'}: {path}")


def _files(path: Path) -> Iterator[Path]:
    """Yield the runs and checkpoints in a folder, or the file and checkpoints of one run."""
    folder, seed = (path, None) if path.is_dir() else (path.parent, path.stem)
    for candidate in folder.rglob("*"):
        match = FILE.search(candidate.absolute().as_posix())
        if match and seed in (None, match["run"] or match["checkpoint_of"]):
            yield candidate
