"""Evaluate a run on the test grid at the snapshots that a figure shows."""

import argparse
from pathlib import Path

import numpy as np

from pinn_phases import storage
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.digest import code_digest
from pinn_phases.frozen import validated
from pinn_phases.provenance import provenance
from pinn_phases.reference.base import relative_l2
from pinn_phases.storage import Content
from pinn_phases.training.settings import RunSettings


def code(problem: str) -> str:
    """Digest of the code behind the fields of a run."""
    return code_digest("commands.fields", f"problems.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument("--phases", type=Path, required=True, help="phases that choose, HDF5")
    parser.add_argument("--reference", type=Path, required=True, help="its grid and solution, HDF5")
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Choose the snapshots, evaluate and save."""
    content = storage.read(options.training, "run")
    phases = storage.read(options.phases, "phases").attributes
    reference = storage.read(options.reference, "reference")
    settings = validated(RunSettings, content.attributes["settings"])
    # Importing torch takes seconds: after the checks, so that a mistake is said at once.
    from pinn_phases.analysis.fields import observables_and_residuals
    from pinn_phases.training.error import grid_points

    problem = settings.make_problem()
    available = content.arrays["snapshots/iteration"]
    chosen = chosen_snapshots(available, phases["diffusion"], phases["total_diffusion"])
    axes = {name: reference.arrays[f"axes/{name}"] for name in problem.coordinates}
    shape = tuple(len(axis) for axis in axes.values())
    maps: dict[str, list[np.ndarray]] = {}
    errors: dict[str, list[float]] = {}
    for index in chosen:
        parameters = content.arrays["snapshots/parameters"][index]
        parts = observables_and_residuals(settings, parameters, grid_points(problem, axes))
        for kind, values in zip(("prediction", "residual"), parts, strict=True):
            for name, part in values.items():
                maps.setdefault(f"{kind}/{name}", []).append(part.reshape(shape))
        for name, observed in parts[0].items():
            exact = reference.arrays[f"fields/{name}"]
            free = name in problem.free_constant
            approximate = observed.reshape(shape).astype(np.float64)
            error = relative_l2(approximate, exact, free_constant=free)
            errors.setdefault(name, []).append(error)
    arrays = {
        "iterations": available[chosen],
        "weights": content.arrays["snapshots/weights"][chosen],
        "points/collocation": content.arrays["points/collocation"],
        **{f"axes/{name}": axis for name, axis in axes.items()},
        f"fields/{problem.observable}": reference.arrays[f"fields/{problem.observable}"],
        **{name: np.stack(parts) for name, parts in maps.items()},
    }
    attributes = {
        "settings": content.attributes["settings"],
        "relative_l2": errors,
        **provenance(code(settings.problem)),
    }
    storage.write(options.output, Content("fields", arrays, attributes))
