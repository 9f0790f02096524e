"""Measure the homogeneity of the residuals of a run at each snapshot."""

import argparse
import dataclasses
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import run_attributes
from pinn_phases.settings.analysis import HomogeneitySettings
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated, validated_json


def code(problem: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.homogeneity", f"problems.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--settings", required=True, help="settings of the measurement, JSON")
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument(
        "--samples", action="store_true", help="measure at the collocation points of the run"
    )
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Measure every snapshot and write the result."""
    settings = validated_json(HomogeneitySettings, options.settings)
    content = storage.read(options.training, "run", leave_out=("history/", "snapshots/weights"))
    run_settings = validated(RunSettings, content.attributes["settings"])
    # Torch takes seconds to import. Import it after the checks, so that errors appear at once.
    from pinn_phases.analysis.homogeneity import measure_homogeneity

    measured = measure_homogeneity(run_settings, content, settings, samples=options.samples)
    attributes = {
        "homogeneity_settings": settings.model_dump(mode="json"),
        **run_attributes(content.attributes),
        **provenance(code(run_settings.problem)),
    }
    storage.write(options.output, dataclasses.replace(measured, attributes=attributes))
