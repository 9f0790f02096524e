"""Activations of the hidden layers of a run, and what is measured of them at each snapshot."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from pinn_phases.analysis.information import layer_information
from pinn_phases.files.storage import Content
from pinn_phases.network.features import input_features
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.analysis import InformationSettings
from pinn_phases.settings.training import RunSettings

Values = NDArray[np.float32]


def measure_information(
    settings: RunSettings, run: Content, information: InformationSettings, *, coarse: bool
) -> Content:
    """Measure the information, saturation and weights of the layers of a run at each snapshot.

    Parameters
    ----------
    settings
        Settings of the run.
    run
        Contents of the run's file.
    information
        Numbers of bins and points, and seed of the input whose activations are stored.
    coarse
        Use `coarse_bins` in place of `bins`.

    Returns
    -------
    Content
        Of kind "coarse" or "information", with the number of points as an attribute.
    """
    bins = information.coarse_bins if coarse else information.bins
    # The order of the points is random, so the first ones are a random subset.
    points = run.arrays["points/collocation"][: information.points]
    sample = random_input(settings.equation, information.sample_seed)
    network, at_sample = HiddenLayers(settings, points), HiddenLayers(settings, sample)
    snapshots = run.arrays["snapshots/parameters"]
    measured = [
        [layer_information(values, bins) for values in network.activations(parameters)]
        for parameters in snapshots
    ]
    arrays = {
        "iterations": run.arrays["snapshots/iteration"],
        **{
            f"information/{name}": np.array(
                [[getattr(layer, name) for layer in layers] for layers in measured]
            )
            for name in ("relative", "fixed", "binary")
        },
        "information/norm": np.array([network.weight_norms(p) for p in snapshots]),
        "activations/sample": np.array(
            [[values[0] for values in at_sample.activations(p)] for p in snapshots]
        ),
        "points/sample": sample,
    }
    return Content("coarse" if coarse else "information", arrays, {"points": len(points)})


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
