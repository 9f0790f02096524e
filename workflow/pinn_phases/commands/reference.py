"""Compute the reference solution of a problem on its test grid, and estimate its error."""

import argparse
import logging
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.storage import Content
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.settings.reference import ReferenceSettings
from pinn_phases.strict_model import validated_json

log = logging.getLogger(__name__)


def code(problem: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.reference", f"problems.{problem}", f"reference.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--settings", required=True, help="resolved settings, JSON")
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Solve the problem and write the solution."""
    settings = validated_json(ReferenceSettings, options.settings)
    solver, problem = settings.solver, settings.equation
    try:
        solution = solver.solve_accurately(problem)
    except ArithmeticError as error:  # the solver does not converge at this resolution
        raise Stopped(f"{settings.problem}: {error}") from None
    attributes = {
        "settings": settings.model_dump(mode="json"),
        "solver": solution.solver,
        "resolution": solution.resolution,
        "error_estimate": solution.error_estimate,
        **provenance(code(settings.problem)),
    }
    storage.write(options.output, Content("reference", solution.arrays, attributes))
    errors = ", ".join(f"{name} {value:.1e}" for name, value in solution.error_estimate.items())
    log.info("%s: %s; error estimate: %s", settings.problem, solution.solver, errors)
