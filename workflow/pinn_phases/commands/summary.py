"""Write the tables of the report: settings, reference solutions, trainings, versions."""

import argparse
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.plugins import METHODS, OPTIMISERS, PROBLEMS, modules
from pinn_phases.settings.config import ScaleAndPaper
from pinn_phases.strict_model import validated_json
from pinn_phases.summary.page import digest_with_template, render
from pinn_phases.summary.references import references_page
from pinn_phases.summary.settings import settings_page
from pinn_phases.summary.trainings import trainings_page
from pinn_phases.summary.versions import versions_page

PAGES = ("settings", "references", "trainings", "versions")


def code() -> str:
    """Digest of the code of this command and of the pages' template."""
    return digest_with_template("commands.summary", *modules(PROBLEMS, METHODS, OPTIMISERS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "--settings", required=True, help="settings of the scale and of the paper, JSON"
    )
    parser.add_argument("--references", type=Path, nargs="+", required=True, help="HDF5")
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="HDF5")
    for name in PAGES:
        parser.add_argument(f"--{name}-page", type=Path, required=True, help="result, HTML")


def run(options: argparse.Namespace) -> None:
    """Read the files, create the pages and write them."""
    settings = validated_json(ScaleAndPaper, options.settings).model_dump(mode="json")
    references = [
        storage.read(path, "reference", leave_out=("fields/",)) for path in options.references
    ]
    runs = [storage.read(path, "run", leave_out=("snapshots/", "points/")) for path in options.runs]
    pages = {
        "settings": settings_page(settings["scale"], settings["paper"]),
        "references": references_page(references),
        "trainings": trainings_page(runs),
        "versions": versions_page([*references, *runs]),
    }
    for name, page in pages.items():
        storage.write_bytes(getattr(options, f"{name}_page"), render(page).encode())
