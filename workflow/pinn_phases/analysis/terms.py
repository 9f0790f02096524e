"""Norms and cosines of the gradients of the loss terms, and SNR of the loss and the residual.

The loss is the weighted mean square of the residuals plus a weighted sum of conditions, which are
the same for every batch. So the mean gradient over batches has two parts, and only the residual
contributes to the standard deviation:

    mean = r + c,    r = mean over batches of the residual's gradient,  c = the conditions' gradient
    SNR  = |r + c| / std,    SNR of the residual = |r| / std

SNR is small where batches disagree (|r| < std), but also where they agree and the terms cancel
(r = -c). Cosines distinguish the two. The *alignment score* of several gradients is twice the
squared norm of the mean of their unit vectors, minus one. For two gradients it is their cosine. It
is 1 if all have the same direction, and -1 if the unit vectors cancel.

References
----------
Wang, Bhartari, Li, Perdikaris, Gradient alignment in physics-informed neural networks: a
second-order optimization perspective, NeurIPS 2025 (the alignment score).
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pinn_phases.arrays import Real

RESIDUAL = "residual"


def term_statistics(conditions: Sequence[str], products: Real, std: Real) -> dict[str, Real]:
    """Norms, cosines, alignment score and SNR from the inner products of gradients.

    Parameters
    ----------
    conditions
        Names of the conditions.
    products
        Inner products of gradients, shape (..., K, K): of the residual, of each weighted condition,
        of the sum of conditions, and of the whole loss, in this order. The last two cannot be
        computed accurately from the others where terms cancel.
    std
        Norm of the standard deviation over batches, shape (...).

    Returns
    -------
    dict
        Name -> array of shape (...), dimensionless: `gradient_{term}`, `gradient_conditions` and
        `gradient_mean` (norms); `gradient_std`; `cosine` between the residual and all conditions,
        `cosine_{term}_{term}`; `alignment`; `snr`, `snr_residual`. Cosines and alignment score are
        NaN if a gradient vanishes.
    """
    terms = [RESIDUAL, *conditions]
    norms = np.sqrt(np.einsum("...ii->...i", products))
    scale = norms[..., :, None] * norms[..., None, :]
    cosines = np.divide(products, scale, out=np.full_like(products, np.nan), where=scale > 0)
    cosines = cosines.clip(-1, 1)  # rounding
    units = cosines[..., : len(terms), : len(terms)].mean((-2, -1))  # |mean of unit vectors|^2
    residual, together, whole = 0, len(terms), len(terms) + 1
    with np.errstate(divide="ignore", invalid="ignore"):  # equal batches: infinite
        snr, snr_residual = norms[..., whole] / std, norms[..., residual] / std
    pairs = combinations(range(len(terms)), 2)
    return {
        "snr": snr,
        "snr_residual": snr_residual,
        "cosine": cosines[..., residual, together],
        "alignment": 2 * units - 1,
        "gradient_mean": norms[..., whole],
        "gradient_std": std,
        "gradient_conditions": norms[..., together],
        **{f"gradient_{name}": norms[..., i] for i, name in enumerate(terms)},
        **{f"cosine_{terms[i]}_{terms[j]}": cosines[..., i, j] for i, j in pairs},
    }
