"""Signal and noise of the gradient, computed from the batch gradients (Sections 2.1 and 2.3).

| paper                       | here          |
|-----------------------------|---------------|
| mu = E[grad L_B]            | mean          |
| sigma = std[grad L_B]       | std           |
| SNR, Eq. 8                  | snr           |
| SRR_B, Eq. 17               | srr_batch     |
| SRR_C, Eq. 13               | srr_moments   |

The conditions are the same for every batch, so they contribute to the mean but not to the standard
deviation. `term_norms_and_cosine` splits the mean into conditions and residual.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from pinn_phases.optimisers.base import Moments
from pinn_phases.training.engines.base import BatchGradient
from pinn_phases.training.threads import ThreadPool

Scalar = Float64[Tensor, ""]
PerLayer = Float64[Tensor, " layers"]

COLUMNS = 1024  # parameters processed at a time on a CPU; in float64 they fit its cache


@dataclass(frozen=True)
class GradientStatistics:
    """Mean, std and rms over batches; for each layer and overall, their norms over parameters.

    The standard deviation is that of the population. `gradient` is the mean over batches itself.
    """

    layer_mean: PerLayer
    layer_std: PerLayer
    layer_rms: PerLayer
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
    def layer_snr(self) -> PerLayer:
        """Signal-to-noise ratio of each layer."""
        return torch.div(self.layer_mean, self.layer_std)


def gradient_statistics(
    layers: Sequence[Sequence[BatchGradient]], threads: ThreadPool
) -> GradientStatistics:
    """Compute mean, std and rms of the gradients over batches, in float64.

    The rms is computed from the squares, not from mean and std. So Eq. 17, which relates the
    three, is a statement about the data and not true by construction.

    Parameters
    ----------
    layers
        For each layer, the batch gradients of each of its parameters.
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
    means = [squares] * len(pieces)  # placeholders, replaced below

    def reduce_piece(number: int) -> None:
        means[number], squares[number] = _mean_and_squares(pieces[number].double())

    threads.for_each(reduce_piece, range(len(pieces)))
    layer_sums = [part.sum(0) for part in squares.split([len(layer) for layer in by_layer])]
    mean, std, rms = torch.stack(layer_sums, 1).sqrt()
    return GradientStatistics(mean, std, rms, torch.cat(means))


def _mean_and_squares(
    gradient: Float64[Tensor, "batches parameters"],
) -> tuple[Float64[Tensor, " parameters"], Float64[Tensor, "3"]]:
    """Return the mean over batches, and three sums over parameters.

    These are the sums of the squared mean, of the variance, and of the mean square over batches.
    """
    batches = len(gradient)
    mean = gradient.mean(0)
    variance, square = (x.square().sum() / batches for x in (gradient - mean, gradient))
    return mean, torch.stack([mean.square().sum(), variance, square])


def flat(parts: Sequence[Tensor]) -> Float64[Tensor, " parameters"]:
    """Concatenate the gradients of several parameters to one float64 vector."""
    return torch.cat([part.flatten() for part in parts]).double()


def term_norms_and_cosine(
    gradient: Float64[Tensor, " parameters"], common: Float64[Tensor, " parameters"]
) -> tuple[Scalar, Scalar, Scalar]:
    """Split the mean gradient into conditions and residual; return their norms and cosine.

    Parameters
    ----------
    gradient
        Mean over batches, as in `GradientStatistics`.
    common
        Gradient of the weighted sum of the conditions with respect to the same parameters.

    Returns
    -------
    norm of the conditions' gradient, norm of the residual's mean gradient, cosine of their angle
        With batch gradients in float32, the error of the second norm is about 1e-7 of the first.
        The cosine is NaN if either norm is 0.
    """
    residual = gradient - common
    norms = torch.linalg.vector_norm(common), torch.linalg.vector_norm(residual)
    return *norms, residual.dot(common) / (norms[0] * norms[1])


def alignment_score(gradients: Sequence[Float64[Tensor, " parameters"]]) -> Scalar:
    """Return 2 ||mean of the unit gradients||^2 - 1, which is within [-1, 1].

    For two gradients, this is the cosine of their angle. NaN if a gradient is zero.

    References
    ----------
    Wang, Bhartari, Li, Perdikaris, Gradient alignment in physics-informed neural networks: a
    second-order optimization perspective, NeurIPS 2025, Section 3.
    """
    units = [gradient / _norm(gradient) for gradient in gradients]
    return 2 * torch.stack(units).mean(0).square().sum() - 1


def srr_moments(moments: Moments) -> Scalar:
    """Return the signal-to-rms ratio of an optimiser's moments over all parameters (Eq. 13)."""
    steps = moments.steps.double() if isinstance(moments.steps, Tensor) else moments.steps
    first, second = flat(moments.first), flat(moments.second)
    signal, square = first / (1 - moments.beta1**steps), second / (1 - moments.beta2**steps)
    return torch.div(_norm(signal), _norm(square.sqrt() + moments.epsilon))


def _norm(values: Float64[Tensor, " values"]) -> Scalar:
    return values.square().sum().sqrt()
