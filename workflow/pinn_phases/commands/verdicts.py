"""Compare the verdicts on the paper's claims at several scales; print Markdown."""

import argparse
import json
from pathlib import Path

from pinn_phases.files.storage import StorageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    files = "claims.json of each scale, written by the rule claims"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=files)


def run(options: argparse.Namespace) -> None:
    """Read the files and print Markdown."""
    trees = []
    for path in options.files:
        try:
            tree = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise StorageError(f"{path}: expected claims as JSON ({error})") from None
        if not isinstance(tree, dict) or not {"scale", "claims"} <= tree.keys():
            raise StorageError(f"{path}: expected JSON with the keys scale and claims")
        trees.append(tree)
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.summary.markdown import markdown
    from pinn_phases.summary.scales import scales_page

    print(markdown(scales_page(trees)), end="")
