"""Solution and residual on a grid, from a stored snapshot of the parameters."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from pinn_phases.model import FieldAt, Place, feature_count
from pinn_phases.network import layer_sizes, shapes
from pinn_phases.problems.base import Points
from pinn_phases.training.settings import RunSettings

CHUNK_POINTS = 16384  # evaluated at a time: bounds the memory at any size of the grid

Maps = Mapping[str, NDArray[np.float32]]


@torch.no_grad()
def observables_and_residuals(
    settings: RunSettings, parameters: NDArray[np.float32], points: Points
) -> tuple[Maps, Maps]:
    """Evaluate a trained network.

    Parameters
    ----------
    settings
        Of the run that the parameters come from.
    parameters
        All parameters in one row, as snapshots hold them.
    points
        Shape (points, coordinates), in the problem's units.

    Returns
    -------
    observables, residuals
        Name of the observable or equation -> values of shape (points,), float32.
    """
    problem, network = settings.make_problem(), settings.training.network
    inputs = feature_count(problem, network)
    sizes = layer_sizes(inputs, network.hidden_layers, network.width, len(problem.fields))
    parts = torch.from_numpy(parameters).split([np.prod(shape) for shape in shapes(sizes)])
    tensors = [part.view(shape) for part, shape in zip(parts, shapes(sizes), strict=True)]
    place = Place(torch.device("cpu"))
    derivatives = {**problem.derivatives, **problem.observed_derivatives}
    found: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(points), CHUNK_POINTS):
        chunk = points[start : start + CHUNK_POINTS]
        jets = FieldAt(problem, network, chunk, derivatives, place=place)(tensors)
        known = {name: torch.from_numpy(v).float() for name, v in problem.known(chunk).items()}
        residuals = zip(problem.equations, problem.residual(**jets, **known), strict=True)
        for name, part in [*problem.observables(**jets).items(), *residuals]:
            found.setdefault(name, []).append(part.numpy())
    whole = {name: np.concatenate(chunks) for name, chunks in found.items()}
    residual = {name: whole.pop(name) for name in problem.equations}
    return whole, residual
