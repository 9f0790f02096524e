"""Signal and noise of the gradient, from the gradients of the batches (Sections 2.1 and 2.3).

| paper                       | here          |
|-----------------------------|---------------|
| mu = E[grad L_B]            | mean          |
| sigma = std[grad L_B]       | std           |
| SNR, Eq. 8                  | snr           |
| SRR_B, Eq. 17               | srr_batch     |
| SRR_C, Eq. 13               | srr_adam      |
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.training.workers import Workers

COLUMNS = 1024  # parameters at a time, which stay in the cache in float64


@dataclass(frozen=True)
class GradientStatistics:
    """Norms over parameters of the mean, std and rms over batches, for each layer and in all.

    Arrays have the shape (layers,). The standard deviation is that of the population.
    """

    layer_mean: NDArray[np.float64]
    layer_std: NDArray[np.float64]
    layer_rms: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """||mean over batches||, over all parameters."""
        return float(np.linalg.norm(self.layer_mean))

    @property
    def std(self) -> float:
        """||std over batches||, over all parameters."""
        return float(np.linalg.norm(self.layer_std))

    @property
    def snr(self) -> float:
        """Signal-to-noise ratio ||mean|| / ||std|| (Eq. 8); infinite for equal batches."""
        return _ratio(self.mean, self.std)

    @property
    def srr_batch(self) -> float:
        """Signal-to-rms ratio ||mean|| / ||rms|| of Eq. 17, within [0, 1]."""
        return _ratio(self.mean, float(np.linalg.norm(self.layer_rms)))

    @property
    def layer_snr(self) -> NDArray[np.float64]:
        """Signal-to-noise ratio of each layer, shape (layers,)."""
        pairs = zip(self.layer_mean, self.layer_std, strict=True)
        return np.array([_ratio(float(mean), float(std)) for mean, std in pairs])


def gradient_statistics(layers: Sequence[Sequence[Tensor]], workers: Workers) -> GradientStatistics:
    """Mean, std and rms over batches of the gradients, computed in float64.

    The rms is taken from the squares themselves, not from mean and std, so that Eq. 17 is a
    statement about the data.

    Parameters
    ----------
    layers
        For each layer the gradients of its parameters, each of shape (batches, ...).
    """
    pieces = [
        (number, columns)
        for number, layer in enumerate(layers)
        for gradient in layer
        for columns in gradient.flatten(1).split(COLUMNS, 1)
    ]
    squares = layers[0][0].new_zeros(len(pieces), 3, dtype=torch.float64)

    def add_up(piece: int) -> None:
        _, columns = pieces[piece]
        squares[piece] = _squares(columns.double())

    workers.each(add_up, range(len(pieces)))
    of_layers = squares.new_zeros(len(layers), 3)
    of_layers.index_add_(0, torch.tensor([n for n, _ in pieces], device=squares.device), squares)
    mean, variance, square = of_layers.sqrt().cpu().numpy().T
    return GradientStatistics(mean, variance, square)


def _squares(gradient: Tensor) -> Tensor:
    """Return the sums over parameters of mean^2, variance and mean square over batches, shape (3,).

    Parameters
    ----------
    gradient
        Shape (batches, parameters).
    """
    batches = len(gradient)
    mean = gradient.mean(0)
    variance, square = (x.square().sum() / batches for x in (gradient - mean, gradient))
    return torch.stack([mean.square().sum(), variance, square])


def srr_adam(
    first: Sequence[Tensor],
    second: Sequence[Tensor],
    step: int,
    *,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> float:
    """Signal-to-rms ratio of Adam's moments over all parameters (Eq. 13).

    Parameters
    ----------
    first, second
        Moving averages of the gradient and of its square after `step` updates, without bias
        correction.
    epsilon
        Adam's own, added to the root as in Eq. 11.
    """
    signal = torch.cat([m.flatten() for m in first]).double() / (1 - beta1**step)
    square = torch.cat([v.flatten() for v in second]).double() / (1 - beta2**step)
    return _ratio(float(signal.norm()), float((square.sqrt() + epsilon).norm()))


def _ratio(signal: float, noise: float) -> float:
    return signal / noise if noise > 0 else float("inf") if signal > 0 else float("nan")
