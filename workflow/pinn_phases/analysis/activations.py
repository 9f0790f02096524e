"""Activations of the hidden layers of a stored network, and norms of their weights."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from pinn_phases.network.features import input_features
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.training import RunSettings

Values = NDArray[np.float32]


def random_input(problem: Problem, seed: int) -> Points:
    """Draw one point uniformly from the problem's domain, shape (1, coordinates)."""
    lower, upper = zip(*(problem.domain[name] for name in problem.coordinates), strict=True)
    point: Points = np.random.default_rng(seed).uniform(lower, upper)[None]
    return point


class HiddenLayers:
    """Hidden layers of a run's network at fixed points, evaluated for different parameters.

    Parameters
    ----------
    settings
        Settings of the run.
    points
        Shape (points, coordinates), in the problem's units.
    """

    def __init__(self, settings: RunSettings, points: Points) -> None:
        problem, network = settings.equation, settings.training.network
        self._network = Network.of(problem, network)
        doubles = torch.as_tensor(points, dtype=torch.float64)
        features = torch.vmap(lambda point: input_features(problem, network, point))(doubles)
        self._inputs = features.float()  # (points, features)

    @torch.no_grad()
    def activations(self, parameters: Values) -> Iterator[Values]:
        """Yield the activations of each hidden layer, shape (points, width).

        Parameters
        ----------
        parameters
            One snapshot of the run, shape (parameters,).
        """
        unflattened = self._network.unflattened(parameters)
        for activations in self._network.hidden_activations(self._inputs, unflattened):
            yield activations.numpy()

    def weight_norms(self, parameters: Values) -> NDArray[np.float64]:
        """Frobenius norm of each hidden layer's weight matrix, shape (layers,)."""
        weights = self._network.unflattened(parameters)[:-2:2]
        return np.array([float(weight.double().norm()) for weight in weights])
