"""Gradients of the loss terms of a run at its snapshots, in float64.

The terms may cancel to less than a thousandth of their norms; in float64 their sum still has about
ten correct digits. Points, batches and weights are those of the training.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.analysis.terms import term_statistics
from pinn_phases.arrays import Real
from pinn_phases.files.storage import Content
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Points
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.factory import make_engine
from pinn_phases.training.statistics import gradient_statistics
from pinn_phases.training.threads import ThreadPool

# Compile above this number of snapshots x points x parameters. Compilation takes half a minute. At
# the threshold, one core needs 40 s (Allen-Cahn) to 3 minutes (the cavity, with third derivatives)
# without it, and a third to two thirds of that with it.
WORTH_COMPILING = 3e10


def measure_terms(settings: RunSettings, run: Content, threads: ThreadPool) -> Content:
    """Measure the gradients of the loss terms of a run at each snapshot.

    Parameters
    ----------
    settings
        Settings of the run.
    run
        Contents of the run's file.
    threads
        Thread pool for the evaluation.

    Returns
    -------
    Content
        Of kind "terms": the result of `terms.term_statistics` over all parameters and by layer,
        with the names of the conditions as an attribute.
    """
    snapshots = [run.arrays[f"snapshots/{name}"] for name in ("parameters", "weights")]
    points = run.arrays["points/collocation"]
    gradients = TermGradients(settings, points, len(snapshots[0]), threads)
    measured = [gradients.at(*snapshot) for snapshot in zip(*snapshots, strict=True)]
    products, std = map(np.stack, zip(*measured, strict=True))  # by snapshot and layer
    names = gradients.conditions
    overall = term_statistics(names, products.sum(1), np.sqrt((std**2).sum(1)))
    layers = term_statistics(names, products, std)
    arrays = {
        "iterations": run.arrays["snapshots/iteration"],
        **{f"terms/{name}": values for name, values in overall.items()},
        **{f"terms/layers/{name}": values for name, values in layers.items()},
    }
    return Content("terms", arrays, {"conditions": names})


class TermGradients:
    """Gradients of the loss terms of a run, for any of its snapshots.

    Parameters
    ----------
    settings
        Settings of the run.
    points
        Collocation points of the run, shape (points, coordinates).
    snapshots
        Number of snapshots to evaluate, which decides whether compilation is worth its time.
    threads
        Thread pool for the evaluation.
    """

    def __init__(
        self, settings: RunSettings, points: Points, snapshots: int, threads: ThreadPool
    ) -> None:
        training = settings.training
        self._settings, self._threads = settings, threads
        problem = settings.equation
        self._network = Network.of(problem, training.network)
        work = snapshots * len(points) * self._network.parameter_count
        self._engine = make_engine(
            *(problem, settings.method_constants, training, points),
            compiled=training.compiled and work > WORTH_COMPILING,
            device=torch.device("cpu"),
            dtype=torch.float64,
            threads=threads,
        )

    @property
    def conditions(self) -> list[str]:
        """Names of the conditions with a nonzero weight in the loss."""
        return list(self._settings.training.weighted_conditions)

    def at(
        self, parameters: NDArray[np.floating], weights: NDArray[np.floating]
    ) -> tuple[Real, Real]:
        """Compute inner products of the gradients, and the noise of the residual's, by layer.

        Parameters
        ----------
        parameters
            A snapshot, shape (parameters,).
        weights
            Weights of the points at that iteration, shape (equations, points).

        Returns
        -------
        products
            Input of `terms.term_statistics`, shape (layers, K, K).
        std
            Norm of the standard deviation over batches, shape (layers,).
        """
        tensors = self._network.unflattened(parameters, torch.float64)
        batches, by_condition = self._engine.term_gradients(
            tensors, torch.from_numpy(weights).double()
        )
        statistics = gradient_statistics(self._by_layer(batches), self._threads)
        residual = [gradient.mean(0) for gradient in batches]
        conditions = [by_condition[name] for name in self.conditions]
        all_conditions = [
            torch.stack(gradients).sum(0) if gradients else torch.zeros_like(tensor)
            for tensor, *gradients in zip(tensors, *conditions, strict=True)
        ]
        loss = [r + c for r, c in zip(residual, all_conditions, strict=True)]
        vectors = [
            self._by_layer(gradient) for gradient in (residual, *conditions, all_conditions, loss)
        ]
        products = [
            _products([torch.cat([part.flatten() for part in layer]) for layer in layers])
            for layers in zip(*vectors, strict=True)
        ]
        return torch.stack(products).numpy(), statistics.layer_std.numpy()

    def _by_layer(self, gradients: Sequence[Tensor]) -> Sequence[tuple[Tensor, ...]]:
        """Group gradients by layer, keeping only the parameters that enter the run's SNR."""
        layers = list(zip(gradients[::2], gradients[1::2], strict=True))
        if self._settings.training.record.gradient_parameters == "weights":
            return [(weight,) for weight, _ in layers]
        return layers


def _products(vectors: Sequence[Tensor]) -> Tensor:
    """Inner products of vectors of shape (n,); shape (vectors, vectors)."""
    rows = torch.stack(list(vectors))
    return rows @ rows.T
