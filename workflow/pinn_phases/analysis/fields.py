"""Observables and residuals on a grid, from stored snapshots of the parameters."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.files.storage import Content
from pinn_phases.grids import grid_points, relative_l2, vanishes
from pinn_phases.network.fields import FieldAt
from pinn_phases.network.network import Network
from pinn_phases.operators import Fields
from pinn_phases.problems.base import Points, Problem, Source
from pinn_phases.settings.training import RunSettings

CHUNK_POINTS = 16384  # evaluated at once, which limits the memory for any grid
MAP_POINTS = 512  # limit along an axis; a map in a figure has fewer pixels

Maps = Mapping[str, NDArray[np.float32]]


def map_stride(points: int) -> int:
    """Return the stride that leaves at most `MAP_POINTS` of the points along an axis."""
    return -(-points // MAP_POINTS)


def evaluate_run(
    settings: RunSettings, run: Content, phases: Mapping[str, Any], reference: Content
) -> Content:
    """Evaluate a run on the test grid at the snapshots that figures show.

    Parameters
    ----------
    settings
        Settings of the run.
    run
        Contents of the run's file.
    phases
        Attributes of its phases file, by which the snapshots are chosen.
    reference
        Reference solution; its grid is thinned to the resolution of a map.

    Returns
    -------
    Content
        Of kind "fields", with the relative L2 error of each observable at each snapshot.

    Raises
    ------
    ArithmeticError
        If an observable of the reference vanishes on the thinned grid.
    """
    problem = settings.equation
    available = run.arrays["snapshots/iteration"]
    chosen = chosen_snapshots(available, *(phases.get(name) for name in PHASES))
    grid = {name: reference.arrays[f"axes/{name}"] for name in problem.coordinates}
    strides = tuple(slice(None, None, map_stride(len(axis))) for axis in grid.values())
    axes = {name: axis[stride] for (name, axis), stride in zip(grid.items(), strides, strict=True)}
    evaluated = observables_and_residuals(
        settings, run.arrays["snapshots/parameters"][chosen], grid_points(axes.values())
    )
    shape = (len(chosen), *(len(axis) for axis in axes.values()))
    predictions, residuals = (
        {name: values.reshape(shape) for name, values in maps.items()} for maps in evaluated
    )
    exact = {name: reference.arrays[f"fields/{name}"][strides] for name in predictions}
    for name, values in exact.items():
        if vanishes(values, reference.arrays[f"fields/{name}"]):
            raise ArithmeticError(f"{name} vanishes at the points of the grid that a map shows")
    errors = {
        name: [
            relative_l2(
                snapshot.astype(float), exact[name], free_constant=name in problem.free_constant
            )
            for snapshot in values
        ]
        for name, values in predictions.items()
    }
    arrays = {
        "iterations": available[chosen],
        "weights": run.arrays["snapshots/weights"][chosen],
        "points/collocation": run.arrays["points/collocation"],
        **{f"axes/{name}": axis for name, axis in axes.items()},
        f"fields/{problem.observable}": exact[problem.observable],
        **{f"prediction/{name}": values for name, values in predictions.items()},
        **{f"residual/{name}": values for name, values in residuals.items()},
    }
    return Content("fields", arrays, {"relative_l2": errors})


@torch.no_grad()
def observables_and_residuals(
    settings: RunSettings, snapshots: NDArray[np.float32], points: Points
) -> tuple[Maps, Maps]:
    """Evaluate the observables and residuals of a network at several snapshots.

    Parameters
    ----------
    settings
        Settings of the run.
    snapshots
        Parameters, shape (snapshots, parameters).
    points
        Shape (points, coordinates), in the problem's units.

    Returns
    -------
    observables, residuals
        Name of the observable, or of the equation -> values of shape (snapshots, points), float32.
    """
    problem, network = settings.equation, settings.training.network
    networks = [Network.of(problem, network).unflattened(parameters) for parameters in snapshots]
    operators = problem.residual_operators + problem.observed_operators
    cpu = torch.device("cpu")
    chunks: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(points), CHUNK_POINTS):
        chunk = points[start : start + CHUNK_POINTS]
        fields = FieldAt(problem, network, chunk, operators, device=cpu)
        source = {name: torch.from_numpy(v).float() for name, v in problem.source(chunk).items()}
        for name, values in _stacked([_evaluated(problem, fields(n), source) for n in networks]):
            chunks.setdefault(name, []).append(values)
    maps = {name: np.concatenate(values, axis=1) for name, values in chunks.items()}
    residuals = {name: maps.pop(name) for name in problem.equations}
    return maps, residuals


def _evaluated(problem: Problem, fields: Fields, source: Source) -> Mapping[str, Tensor]:
    """Return the observables and residuals of one network by name."""
    residuals = zip(problem.equations, problem.residual(fields, source), strict=True)
    return {**problem.observables(fields), **dict(residuals)}


def _stacked(
    snapshots: Sequence[Mapping[str, Tensor]],
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield each name with its values for all snapshots, shape (snapshots, points)."""
    for name in snapshots[0]:
        yield name, torch.stack([values[name] for values in snapshots]).numpy()
