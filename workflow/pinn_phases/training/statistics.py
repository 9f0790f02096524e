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


def gradient_statistics(layers: Sequence[Sequence[Tensor]]) -> GradientStatistics:
    """Mean, std and rms over batches of the gradients, computed in float64.

    The rms is taken from the squares themselves, not from mean and std, so that Eq. 17 is a
    statement about the data.

    Parameters
    ----------
    layers
        For each layer the gradients of its parameters, each of shape (batches, ...).
    """
    squares = []
    for layer in layers:
        gradient = torch.cat([g.flatten(1) for g in layer], 1).double()  # (batches, parameters)
        variance, mean = torch.var_mean(gradient, 0, correction=0)
        squares.append(torch.stack([mean.square().sum(), variance.sum(), gradient.square().sum()]))
    mean, variance, square = torch.stack(squares, 1).cpu().numpy()
    batches = len(layers[0][0])
    return GradientStatistics(np.sqrt(mean), np.sqrt(variance), np.sqrt(square / batches))


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
