"""Evaluate a run on the test grid at the snapshots that a figure shows."""

import argparse
from pathlib import Path

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.files import storage
from pinn_phases.files.digest import code_digest
from pinn_phases.files.provenance import provenance
from pinn_phases.files.reached import about_run
from pinn_phases.files.storage import Content
from pinn_phases.grids import relative_l2, vanishes
from pinn_phases.jobs.stopping import Stopped
from pinn_phases.model import validated
from pinn_phases.settings.training import RunSettings


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
    from pinn_phases.analysis.fields import map_stride, observables_and_residuals
    from pinn_phases.training.error import grid_points

    problem = settings.equation
    available = content.arrays["snapshots/iteration"]
    chosen = chosen_snapshots(available, *(phases.get(name) for name in PHASES))
    grid = [reference.arrays[f"axes/{name}"] for name in problem.coordinates]
    thinned = tuple(slice(None, None, map_stride(len(axis))) for axis in grid)
    axes = {n: axis[s] for n, axis, s in zip(problem.coordinates, grid, thinned, strict=True)}
    snapshots = content.arrays["snapshots/parameters"][chosen]
    parts = observables_and_residuals(settings, snapshots, grid_points(problem, axes))
    shape = (len(chosen), *(len(axis) for axis in axes.values()))
    predictions, residuals = (
        {name: values.reshape(shape) for name, values in part.items()} for part in parts
    )
    exact = {name: reference.arrays[f"fields/{name}"][thinned] for name in predictions}
    for name, values in exact.items():
        if vanishes(values, reference.arrays[f"fields/{name}"]):
            raise Stopped(
                f"{options.reference}: {name} vanishes at the points of the grid that a map shows; "
                f"choose another problems.{settings.problem}.reference.grid"
            )
    errors = {
        name: [
            relative_l2(one.astype(float), exact[name], free_constant=name in problem.free_constant)
            for one in values
        ]
        for name, values in predictions.items()
    }
    arrays = {
        "iterations": available[chosen],
        "weights": content.arrays["snapshots/weights"][chosen],
        "points/collocation": content.arrays["points/collocation"],
        **{f"axes/{name}": axis for name, axis in axes.items()},
        f"fields/{problem.observable}": exact[problem.observable],
        **{f"prediction/{name}": values for name, values in predictions.items()},
        **{f"residual/{name}": values for name, values in residuals.items()},
    }
    attributes = {
        **about_run(content.attributes),
        "relative_l2": errors,
        **provenance(code(settings.problem)),
    }
    storage.write(options.output, Content("fields", arrays, attributes))
