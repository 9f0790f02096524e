"""Measure norms and cosines of the gradients of the loss terms, at each snapshot of a run."""

import argparse
import dataclasses
from pathlib import Path

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import run_attributes
from pinn_phases.settings.method_names import modules
from pinn_phases.settings.training import RunSettings
from pinn_phases.strict_model import SettingsError, validated


def code(problem: str, method: str) -> str:
    """Digest of the code of this command."""
    return code_digest("commands.terms", f"problems.{problem}", modules(method)[0])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)


def run(options: argparse.Namespace) -> None:
    """Measure every snapshot and write the result."""
    if options.threads < 1:
        raise SettingsError(("--threads",), options.threads, "expected at least 1")
    content = storage.read(options.training, "run", leave_out=("history/",))
    settings = validated(RunSettings, content.attributes["settings"])
    # Torch takes seconds to import. Import it after the checks, so that errors appear at once.
    from pinn_phases.analysis.term_gradients import measure_terms
    from pinn_phases.training.device import usable_threads
    from pinn_phases.training.engines.fast.compilation import provide_cache
    from pinn_phases.training.threads import ThreadPool

    provide_cache(options.output.parent / "compiled")
    measured = measure_terms(settings, content, ThreadPool(usable_threads(options.threads)))
    attributes = {
        **measured.attributes,
        **run_attributes(content.attributes),
        **provenance(code(settings.problem, settings.method)),
    }
    storage.write(options.output, dataclasses.replace(measured, attributes=attributes))
