"""Activations of the hidden layers of a stored network, and the norms of its weights."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.model import feature_count, input_features
from pinn_phases.network import layer_sizes, shapes
from pinn_phases.problems.base import Points, Problem
from pinn_phases.training.settings import RunSettings
from pinn_phases.training.state import unflattened

Values = NDArray[np.float32]


def random_input(problem: Problem, seed: int) -> Points:
    """One point, uniform in the problem's domain, shape (1, coordinates)."""
    lower, upper = zip(*(problem.domain[name] for name in problem.coordinates), strict=True)
    point: Points = np.random.default_rng(seed).uniform(lower, upper)[None]
    return point


class HiddenLayers:
    """The hidden layers of a run's network at fixed points, for any of its parameters.

    Parameters
    ----------
    settings
        Of the run.
    points
        Shape (points, coordinates), in the problem's units.
    """

    def __init__(self, settings: RunSettings, points: Points) -> None:
        problem, network = settings.make_problem(), settings.training.network
        sizes = layer_sizes(
            feature_count(problem, network), network.hidden_layers, network.width, 1
        )
        # The output layer comes last and is left out: the problem's number of fields is not needed.
        self._like = [torch.empty(shape) for shape in shapes(sizes)[:-2]]
        exact = torch.as_tensor(points, dtype=torch.float64)
        features = torch.vmap(lambda point: input_features(problem, network, point))(exact)
        self._inputs = features.float()  # (points, features)

    @torch.no_grad()
    def activations(self, parameters: Values) -> Iterator[Values]:
        """Give the activations layer by layer, each of shape (points, width).

        Parameters
        ----------
        parameters
            Shape (parameters,), one snapshot of the run.
        """
        h = self._inputs
        flat = self._parameters(parameters)
        for weight, bias in zip(flat[::2], flat[1::2], strict=True):
            h = torch.addmm(bias, h, weight.T).tanh_()
            yield h.numpy()

    def weight_norms(self, parameters: Values) -> NDArray[np.float64]:
        """Frobenius norm of each hidden layer's weight matrix, shape (layers,)."""
        weights = self._parameters(parameters)[::2]
        return np.array([float(weight.double().norm()) for weight in weights])

    def _parameters(self, snapshot: Values) -> list[Tensor]:
        hidden = sum(tensor.numel() for tensor in self._like)
        return unflattened(snapshot[:hidden], self._like)
