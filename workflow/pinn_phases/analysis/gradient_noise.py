"""SNR of a set of gradients, and construction of gradients with a given SNR (Fig. 3).

`training.statistics` computes the same ratio with torch for the gradients of a network, also by
layer; a test compares the two.
"""

import numpy as np
from numpy.typing import ArrayLike

from pinn_phases.arrays import Real


def signal_to_noise(gradients: ArrayLike) -> float:
    """Signal-to-noise ratio ||mean|| / ||std|| of gradients (Eq. 8), with the population std.

    Parameters
    ----------
    gradients
        Shape (samples, parameters).

    Returns
    -------
    float
        Dimensionless; infinite if all gradients are equal, NaN if all are zero.

    Raises
    ------
    ValueError
        If the array is empty or not two-dimensional.
    """
    rows = np.asarray(gradients, dtype=np.float64)
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(f"expected shape (samples, parameters), received {rows.shape}")
    signal, noise = np.linalg.norm(rows.mean(0)), np.linalg.norm(rows.std(0))
    if noise == 0:
        return float("inf") if signal > 0 else float("nan")
    return float(signal / noise)


def gradients_of_ratio(ratio: float, direction: ArrayLike, deviations: ArrayLike) -> Real:
    """Construct gradients with a given signal-to-noise ratio and noise ||std|| = 1.

    Sample i has the gradient m + d_i / s, where m has norm `ratio` and points along `direction`.
    The d_i are the given deviations, plus a last one that makes their sum zero, so that m is the
    mean. Dividing by their noise s, the root of the mean of |d_i|^2, gives ||std|| = 1 and
    therefore ||mean|| / ||std|| = `ratio`.

    Parameters
    ----------
    ratio
        Signal-to-noise ratio, at least 0.
    direction
        Direction of the mean, a nonzero vector of shape (parameters,).
    deviations
        Deviations of all samples except the last, shape (samples - 1, parameters).

    Returns
    -------
    ndarray, shape (samples, parameters)

    Raises
    ------
    ValueError
        If the ratio is negative, or the direction or all deviations are zero.
    """
    along, given = (np.asarray(x, dtype=np.float64) for x in (direction, deviations))
    complete = np.vstack([given, -given.sum(0)])
    noise, length = np.sqrt((complete**2).sum(1).mean()), np.linalg.norm(along)
    if not (ratio >= 0 and noise > 0 and length > 0):
        expected = "expected a ratio >= 0 and a nonzero direction and deviations"
        raise ValueError(f"{expected}, received {ratio}, {along.tolist()}, {given.tolist()}")
    scaled = given / noise
    # The last deviation is computed again after scaling, so that a ratio of 0 gives a sum of
    # exactly 0.
    balanced = np.vstack([scaled, -scaled.sum(0)])
    gradients: Real = ratio / length * along + balanced
    return gradients
