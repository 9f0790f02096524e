"""Solution and residual on a grid, from a stored snapshot of the parameters."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.network.fields import FieldAt, Place
from pinn_phases.network.network import Network
from pinn_phases.operators import Fields
from pinn_phases.problems.base import Points, Problem, Source
from pinn_phases.settings.training import RunSettings

CHUNK_POINTS = 16384  # evaluated at a time: bounds the memory at any size of the grid
MAP_POINTS = 512  # along an axis at most: more than a map in a figure has pixels

Maps = Mapping[str, NDArray[np.float32]]


def map_stride(points: int) -> int:
    """Return the step that leaves at most MAP_POINTS of the points along an axis."""
    return -(-points // MAP_POINTS)


@torch.no_grad()
def observables_and_residuals(
    settings: RunSettings, snapshots: NDArray[np.float32], points: Points
) -> tuple[Maps, Maps]:
    """Evaluate a trained network at several moments of its training.

    Parameters
    ----------
    settings
        Of the run that the parameters come from.
    snapshots
        Shape (snapshots, parameters), as a run holds them.
    points
        Shape (points, coordinates), in the problem's units.

    Returns
    -------
    observables, residuals
        Name of the observable or equation -> values of shape (snapshots, points), float32.
    """
    problem, network = settings.equation, settings.training.network
    networks = [Network.of(problem, network).unflattened(parameters) for parameters in snapshots]
    operators = problem.residual_operators + problem.observed_operators
    place = Place(torch.device("cpu"))
    found: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(points), CHUNK_POINTS):
        chunk = points[start : start + CHUNK_POINTS]
        fields = FieldAt(problem, network, chunk, operators, place=place)
        source = {name: torch.from_numpy(v).float() for name, v in problem.source(chunk).items()}
        for name, values in _stacked([_evaluated(problem, fields(n), source) for n in networks]):
            found.setdefault(name, []).append(values)
    whole = {name: np.concatenate(chunks, axis=1) for name, chunks in found.items()}
    residuals = {name: whole.pop(name) for name in problem.equations}
    return whole, residuals


def _evaluated(problem: Problem, fields: Fields, source: Source) -> Mapping[str, Tensor]:
    """Observables and residuals of one network, by name."""
    residuals = zip(problem.equations, problem.residual(fields, source), strict=True)
    return {**problem.observables(fields), **dict(residuals)}


def _stacked(
    snapshots: Sequence[Mapping[str, Tensor]],
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Values of all snapshots by name, each of shape (snapshots, points)."""
    for name in snapshots[0]:
        yield name, torch.stack([values[name] for values in snapshots]).numpy()
