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
def fields_and_residuals(
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
    fields, residuals
        Name of the field or equation -> values of shape (points,), float32.
    """
    problem, network = settings.make_problem(), settings.training.network
    inputs = feature_count(problem, network)
    sizes = layer_sizes(inputs, network.hidden_layers, network.width, len(problem.fields))
    parts = torch.from_numpy(parameters).split([np.prod(shape) for shape in shapes(sizes)])
    tensors = [part.view(shape) for part, shape in zip(parts, shapes(sizes), strict=True)]
    values: dict[str, list[NDArray[np.float32]]] = {
        name: [] for name in (*problem.fields, *problem.equations)
    }
    place = Place(torch.device("cpu"))
    for start in range(0, len(points), CHUNK_POINTS):
        chunk = points[start : start + CHUNK_POINTS]
        jets = FieldAt(problem, network, chunk, problem.derivatives, place=place)(tensors)
        residuals = zip(problem.equations, problem.residual(**jets), strict=True)
        for name, part in [*((name, jet.value) for name, jet in jets.items()), *residuals]:
            values[name].append(part.numpy())
    whole = {name: np.concatenate(chunks) for name, chunks in values.items()}
    return (
        {name: whole[name] for name in problem.fields},
        {name: whole[name] for name in problem.equations},
    )
