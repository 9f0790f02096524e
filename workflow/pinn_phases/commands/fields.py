"""Evaluate a run on the test grid at the snapshots that a figure shows."""

import argparse
from pathlib import Path

import numpy as np

from pinn_phases import storage
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.digest import code_digest
from pinn_phases.frozen import validated
from pinn_phases.provenance import provenance
from pinn_phases.storage import Content
from pinn_phases.training.settings import RunSettings


def code(problem: str) -> str:
    """Digest of the code behind the fields of a run."""
    return code_digest("commands.fields", f"problems.{problem}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--run", type=Path, dest="training", required=True, help="run, HDF5")
    parser.add_argument("--phases", type=Path, required=True, help="phases that choose, HDF5")
    parser.add_argument("--reference", type=Path, required=True, help="gives the grid, HDF5")
    parser.add_argument("--output", type=Path, required=True)


def run(options: argparse.Namespace) -> None:
    """Choose the snapshots, evaluate and save."""
    content = storage.read(options.training, "run")
    phases = storage.read(options.phases, "phases").attributes
    reference = storage.read(options.reference, "reference", leave_out=("fields/",))
    settings = validated(RunSettings, content.attributes["settings"])
    # Importing torch takes seconds: after the checks, so that a mistake is said at once.
    from pinn_phases.analysis.fields import fields_and_residuals
    from pinn_phases.training.error import grid_points

    available = content.arrays["snapshots/iteration"]
    chosen = chosen_snapshots(available, phases["diffusion"], phases["total_diffusion"])
    axes = {name.removeprefix("axes/"): values for name, values in reference.arrays.items()}
    points = grid_points(settings.make_problem(), axes)
    shape = tuple(len(axes[name]) for name in settings.make_problem().coordinates)
    maps: dict[str, list[np.ndarray]] = {}
    for index in chosen:
        fields, residuals = fields_and_residuals(
            settings, content.arrays["snapshots/parameters"][index], points
        )
        for kind, values in (("prediction", fields), ("residual", residuals)):
            for name, part in values.items():
                maps.setdefault(f"{kind}/{name}", []).append(part.reshape(shape))
    arrays = {
        "iterations": available[chosen],
        "weights": content.arrays["snapshots/weights"][chosen],
        "points/collocation": content.arrays["points/collocation"],
        **reference.arrays,
        **{name: np.stack(parts) for name, parts in maps.items()},
    }
    attributes = {
        "settings": content.attributes["settings"],
        **provenance(code(settings.problem)),
    }
    storage.write(options.output, Content("fields", arrays, attributes))
