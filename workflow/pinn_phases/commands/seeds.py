"""Compute statistics over seeds: iterations to reach errors, medians, ratios of methods."""

import argparse
import json
from pathlib import Path

from pinn_phases.commands.info import phases_beside
from pinn_phases.files import storage
from pinn_phases.files.provenance import provenance
from pinn_phases.files.storage import StorageError
from pinn_phases.plugins import METHODS, OPTIMISERS, PROBLEMS, modules
from pinn_phases.summary.markdown import markdown
from pinn_phases.summary.page import digest_with_template, render


def code() -> str:
    """Digest of the code of this command and of the page's template."""
    return digest_with_template("commands.seeds", *modules(PROBLEMS, METHODS, OPTIMISERS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    files = "runs, HDF5; their phases files are found in the same results folder"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=files)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--markdown", type=Path, help="default: printed if no other output is given"
    )
    parser.add_argument("--html", type=Path)


def run(options: argparse.Namespace) -> None:
    """Read the runs, compute the statistics, and write or print them."""
    contents = {}
    for path in options.files:
        content = storage.read(path, "run", leave_out=("snapshots/", "points/"))
        key = tuple(content.attributes["settings"][name] for name in ("problem", "method", "seed"))
        if key in contents:
            training = f"{key[0]}, {key[1]}, seed {key[2]}"
            raise StorageError(f"{path}: expected one run of {training}, received two")
        contents[key] = (content, phases_beside(path))
    # Import scipy, which takes a second, after the checks.
    from pinn_phases.summary.seeds import as_plain, measure, seeds_page

    runs = [measure(*pair) for pair in contents.values()]
    page = seeds_page(runs)
    if options.json:
        tree = {**as_plain(runs), **provenance(code())}
        storage.write_bytes(options.json, json.dumps(tree, indent=1).encode())
    if options.html:
        storage.write_bytes(options.html, render(page).encode())
    if options.markdown:
        storage.write_bytes(options.markdown, markdown(page).encode())
    elif not (options.json or options.html):
        print(markdown(page), end="")
