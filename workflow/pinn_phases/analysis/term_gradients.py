"""Gradients of the loss terms at a stored snapshot, in float64.

Terms cancel to a thousandth of their norms or less. In float64 their sum still has ten digits.
Points, batches and weights are those of the training.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.arrays import Real
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Points
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.factory import make_engine
from pinn_phases.training.statistics import gradient_statistics
from pinn_phases.training.threads import ThreadPool

# Snapshots times points times parameters above which to compile, which takes half a minute. This
# much work takes a core 40 s (Allen-Cahn) to 3 minutes (the cavity, with third derivatives), and a
# third to two thirds of that when compiled.
WORTH_COMPILING = 3e10


class TermGradients:
    """Gradients of the terms of a run's loss, for any of its snapshots.

    Parameters
    ----------
    settings
        Settings of the run.
    points
        Collocation points of the run, shape (points, coordinates).
    snapshots
        Number of snapshots to evaluate.
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
        """Inner products of the gradients, and noise of the residual's gradient, by layer.

        Parameters
        ----------
        parameters
            Shape (parameters,), a snapshot.
        weights
            Weights of the points in its iteration, shape (equations, points).

        Returns
        -------
        products
            As required by `terms.term_statistics`, shape (layers, K, K).
        std
            Norm of the standard deviation over batches, shape (layers,).
        """
        values = self._network.unflattened(parameters, torch.float64)
        batches, of_conditions = self._engine.term_gradients(
            values, torch.from_numpy(weights).double()
        )
        statistics = gradient_statistics(self._by_layer(batches), self._threads)
        residual = [gradient.mean(0) for gradient in batches]
        conditions = [of_conditions[name] for name in self.conditions]
        together = [
            torch.stack(parts).sum(0) if parts else torch.zeros_like(like)
            for like, *parts in zip(values, *conditions, strict=True)
        ]
        whole = [r + c for r, c in zip(residual, together, strict=True)]
        vectors = [self._by_layer(one) for one in (residual, *conditions, together, whole)]
        products = [
            _products([torch.cat([part.flatten() for part in layer]) for layer in layers])
            for layers in zip(*vectors, strict=True)
        ]
        return torch.stack(products).numpy(), statistics.layer_std.numpy()

    def _by_layer(self, gradients: Sequence[Tensor]) -> Sequence[tuple[Tensor, ...]]:
        """Combine the gradients of a layer, for the parameters that enter the run's SNR."""
        layers = list(zip(gradients[::2], gradients[1::2], strict=True))
        if self._settings.training.record.gradient_parameters == "weights":
            return [(weight,) for weight, _ in layers]
        return layers


def _products(vectors: Sequence[Tensor]) -> Tensor:
    """Inner products of vectors (n,), shape (vectors, vectors)."""
    rows = torch.stack(list(vectors))
    return rows @ rows.T
