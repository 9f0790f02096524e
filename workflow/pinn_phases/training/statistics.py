"""Signal and noise of the gradient, from the gradients of the batches (Sections 2.1 and 2.3).

| paper                       | here          |
|-----------------------------|---------------|
| mu = E[grad L_B]            | mean          |
| sigma = std[grad L_B]       | std           |
| SNR, Eq. 8                  | snr           |
| SRR_B, Eq. 17               | srr_batch     |
| SRR_C, Eq. 13               | srr_adam      |

The conditions are the same for every batch: they contribute to the mean, and not to the standard
deviation. `between_terms` splits the mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from pinn_phases.training.engines.base import BatchGradient
from pinn_phases.training.threads import ThreadPool

Scalar = Float64[Tensor, ""]
OfLayers = Float64[Tensor, " layers"]

COLUMNS = 1024  # parameters at a time, which fit a processor's cache in float64


@dataclass(frozen=True)
class GradientStatistics:
    """Norms over parameters of the mean, std and rms over batches, for each layer and overall.

    The standard deviation is that of the population. `gradient` is the mean itself.
    """

    layer_mean: OfLayers
    layer_std: OfLayers
    layer_rms: OfLayers
    gradient: Float64[Tensor, " parameters"]

    @property
    def mean(self) -> Scalar:
        """||mean over batches||, over all parameters."""
        return _norm(self.layer_mean)

    @property
    def std(self) -> Scalar:
        """||std over batches||, over all parameters."""
        return _norm(self.layer_std)

    @property
    def snr(self) -> Scalar:
        """Signal-to-noise ratio ||mean|| / ||std|| (Eq. 8); infinite for equal batches."""
        return torch.div(self.mean, self.std)

    @property
    def srr_batch(self) -> Scalar:
        """Signal-to-rms ratio ||mean|| / ||rms|| of Eq. 17, within [0, 1]."""
        return torch.div(self.mean, _norm(self.layer_rms))

    @property
    def layer_snr(self) -> OfLayers:
        """Signal-to-noise ratio of each layer."""
        return torch.div(self.layer_mean, self.layer_std)


def gradient_statistics(
    layers: Sequence[Sequence[BatchGradient]], threads: ThreadPool
) -> GradientStatistics:
    """Mean, std and rms over batches of the gradients, computed in float64.

    The rms is taken from the squares themselves, not from mean and std, so that Eq. 17 is a
    statement about the data.

    Parameters
    ----------
    layers
        For each layer the gradients of its parameters, of all batches.
    """
    on_cpu = layers[0][0].device.type == "cpu"
    by_layer = [
        [
            columns
            for gradient in (g.flatten(1) for g in layer)
            for columns in gradient.split(COLUMNS if on_cpu else gradient.shape[1], 1)
        ]
        for layer in layers
    ]
    pieces = [columns for layer in by_layer for columns in layer]
    squares = pieces[0].new_zeros(len(pieces), 3, dtype=torch.float64)
    means = [squares] * len(pieces)  # to be replaced

    def add_up(number: int) -> None:
        means[number], squares[number] = _mean_and_squares(pieces[number].double())

    threads.for_each(add_up, range(len(pieces)))
    of_layers = [part.sum(0) for part in squares.split([len(layer) for layer in by_layer])]
    mean, std, rms = torch.stack(of_layers, 1).sqrt()
    return GradientStatistics(mean, std, rms, torch.cat(means))


def _mean_and_squares(
    gradient: Float64[Tensor, "batches parameters"],
) -> tuple[Float64[Tensor, " parameters"], Float64[Tensor, "3"]]:
    """Return the mean over batches, and the sums over parameters of three squares.

    They are the square of the mean, the variance and the mean square over batches.
    """
    batches = len(gradient)
    mean = gradient.mean(0)
    variance, square = (x.square().sum() / batches for x in (gradient - mean, gradient))
    return mean, torch.stack([mean.square().sum(), variance, square])


def between_terms(
    gradient: Float64[Tensor, " parameters"], conditions: Sequence[Tensor]
) -> tuple[Scalar, Scalar, Scalar]:
    """Split the mean gradient into that of the conditions and that of the residual.

    Parameters
    ----------
    gradient
        Mean over batches, as of `GradientStatistics`.
    conditions
        Gradients of the weighted sum of the conditions by the same parameters, in their order.

    Returns
    -------
    norm of the conditions, norm of the residual's mean, cosine between the two
        With batch gradients in float32 the second is exact to about 1e-7 of the first. The cosine
        is NaN if either is 0.
    """
    common = torch.cat([part.flatten() for part in conditions]).double()
    residual = gradient - common
    norms = torch.linalg.vector_norm(common), torch.linalg.vector_norm(residual)
    return *norms, residual.dot(common) / (norms[0] * norms[1])


def srr_adam(
    first: Sequence[Tensor],
    second: Sequence[Tensor],
    step: int | Tensor,
    *,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> Scalar:
    """Signal-to-rms ratio of Adam's moments over all parameters (Eq. 13).

    Parameters
    ----------
    first, second
        Moving averages of the gradient and of its square after `step` updates, without bias
        correction.
    step
        A tensor, where its value changes between replays of a CUDA graph.
    epsilon
        Adam's own, added to the root as in Eq. 11.
    """
    if isinstance(step, Tensor):
        step = step.double()
    signal = torch.cat([m.flatten() for m in first]).double() / (1 - beta1**step)
    square = torch.cat([v.flatten() for v in second]).double() / (1 - beta2**step)
    return torch.div(_norm(signal), _norm(square.sqrt() + epsilon))


def _norm(values: Float64[Tensor, " values"]) -> Scalar:
    return values.square().sum().sqrt()
