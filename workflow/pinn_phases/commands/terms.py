"""Measure norms and cosines of the gradients of the loss terms, at each snapshot of a run."""

import argparse
from pathlib import Path

import numpy as np

from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import run_attributes
from pinn_phases.files.storage import Content
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
    """Measure every snapshot, over all parameters and by layer, and write the result."""
    if options.threads < 1:
        raise SettingsError(("--threads",), options.threads, "expected at least 1")
    content = storage.read(options.training, "run", leave_out=("history/",))
    settings = validated(RunSettings, content.attributes["settings"])
    # Torch takes seconds to import. Import it after the checks, so that errors appear at once.
    from pinn_phases.analysis.term_gradients import TermGradients
    from pinn_phases.analysis.terms import term_statistics
    from pinn_phases.training.device import usable_threads
    from pinn_phases.training.engines.fast.compilation import provide_cache
    from pinn_phases.training.threads import ThreadPool

    provide_cache(options.output.parent / "compiled")
    snapshots = [content.arrays[f"snapshots/{name}"] for name in ("parameters", "weights")]
    points = content.arrays["points/collocation"]
    threads = ThreadPool(usable_threads(options.threads))
    gradients = TermGradients(settings, points, len(snapshots[0]), threads)
    measured = [gradients.at(*snapshot) for snapshot in zip(*snapshots, strict=True)]
    products, std = map(np.stack, zip(*measured, strict=True))  # (S, L, K, K) and (S, L)
    names = gradients.conditions
    overall = term_statistics(names, products.sum(1), np.sqrt((std**2).sum(1)))
    layers = term_statistics(names, products, std)
    arrays = {
        "iterations": content.arrays["snapshots/iteration"],
        **{f"terms/{name}": values for name, values in overall.items()},
        **{f"terms/layers/{name}": values for name, values in layers.items()},
    }
    attributes = {
        "conditions": names,
        **run_attributes(content.attributes),
        **provenance(code(settings.problem, settings.method)),
    }
    storage.write(options.output, Content("terms", arrays, attributes))
