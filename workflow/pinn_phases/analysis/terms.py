"""Norms and cosines of the gradients of the loss terms, and SNR of the loss and the residual.

The loss is the weighted mean square of the residuals, plus a weighted sum of conditions that is
the same for every batch. So the mean gradient over batches has two parts, and only the residual
contributes to its standard deviation:

    mean = r + c,    r = mean over batches of the residual's gradient,  c = the conditions' gradient
    SNR  = |r + c| / std,    SNR of the residual = |r| / std

SNR is small if batches disagree (|r| < std), but also if they agree and the terms cancel (r = -c).
The cosine between the terms distinguishes the two cases. For several gradients, the *alignment
score* is 2 |mean of their unit vectors|^2 - 1. It is 1 if all have the same direction, -1 if the
unit vectors cancel, and the cosine if there are two gradients.

References
----------
Wang, Bhartari, Li, Perdikaris, Gradient alignment in physics-informed neural networks: a
second-order optimization perspective, NeurIPS 2025 (alignment score).
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pinn_phases.arrays import Real

RESIDUAL = "residual"


def term_statistics(conditions: Sequence[str], products: Real, std: Real) -> dict[str, Real]:
    """Compute norms, cosines, alignment score and SNR from inner products of gradients.

    Parameters
    ----------
    conditions
        Names of the conditions.
    products
        Inner products of K gradients, shape (..., K, K): those of the residual, of each weighted
        condition, of the sum of conditions, and of the total loss, in this order. The last two are
        passed in because products of sums that cancel cannot be computed accurately from the rest.
    std
        Norm of the standard deviation over batches, shape (...).

    Returns
    -------
    dict
        Name -> array of shape (...), dimensionless. Norms: `gradient_{term}`,
        `gradient_conditions` (of their sum), `gradient_mean` (of the total loss) and
        `gradient_std`. Cosines: `cosine` (residual and sum of conditions), `cosine_{term}_{term}`.
        Also `alignment`, `snr` and `snr_residual`. Cosines and alignment score are NaN if a
        gradient vanishes.
    """
    terms = [RESIDUAL, *conditions]
    norms = np.sqrt(np.einsum("...ii->...i", products))
    scale = norms[..., :, None] * norms[..., None, :]
    cosines = np.divide(products, scale, out=np.full_like(products, np.nan), where=scale > 0)
    cosines = cosines.clip(-1, 1)  # rounding errors may exceed 1
    # The mean of the cosines of all pairs is |mean of unit vectors|^2.
    mean_cosine = cosines[..., : len(terms), : len(terms)].mean((-2, -1))
    residual, all_conditions, loss = 0, len(terms), len(terms) + 1  # rows of `products`
    with np.errstate(divide="ignore", invalid="ignore"):  # infinite if all batches are equal
        snr, snr_residual = norms[..., loss] / std, norms[..., residual] / std
    pairs = combinations(range(len(terms)), 2)
    return {
        "snr": snr,
        "snr_residual": snr_residual,
        "cosine": cosines[..., residual, all_conditions],
        "alignment": 2 * mean_cosine - 1,
        "gradient_mean": norms[..., loss],
        "gradient_std": std,
        "gradient_conditions": norms[..., all_conditions],
        **{f"gradient_{name}": norms[..., i] for i, name in enumerate(terms)},
        **{f"cosine_{terms[i]}_{terms[j]}": cosines[..., i, j] for i, j in pairs},
    }
