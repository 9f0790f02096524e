"""Evaluate a run on the test grid, at the snapshots that figures show."""

import argparse
import dataclasses
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import run_attributes
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import validated


def code(problem: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.fields", f"problems.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument(
        "--phases", type=Path, required=True, help="phases file that determines the snapshots, HDF5"
    )
    parser.add_argument(
        "--reference", type=Path, required=True, help="reference solution on the test grid, HDF5"
    )
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Read the files, evaluate the network, and write the result."""
    content = storage.read(options.training, "run")
    phases = storage.read(options.phases, "phases").attributes
    reference = storage.read(options.reference, "reference")
    settings = validated(RunSettings, content.attributes["settings"])
    # Torch takes seconds to import. Import it after the checks, so that errors appear at once.
    from pinn_phases.analysis.fields import evaluate_run

    try:
        fields = evaluate_run(settings, content, phases, reference)
    except ArithmeticError as error:
        raise Stopped(
            f"{options.reference}: {error}; "
            f"choose another problems.{settings.problem}.reference.grid"
        ) from None
    attributes = {
        **fields.attributes,
        **run_attributes(content.attributes),
        **provenance(code(settings.problem)),
    }
    storage.write(options.output, dataclasses.replace(fields, attributes=attributes))
