"""Homogeneity of the residuals over the domain (Section 2.4, Eq. 20).

By Eq. 20, residuals are homogeneous if the integrals of |R| over all sub-domains of volume A are
equal. Here the domain is divided into equal boxes. The measure is the ratio of the mean of the
integrals to their root mean square, as in Eq. 17 for the gradients of batches. It is 1 if Eq. 20
holds exactly, and 1/sqrt(boxes) if one box contains everything. It does not depend on the size of
the residuals, so states of different error can be compared. It depends on A: boxes that contain a
whole wave of the residual do not resolve it.
"""

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Real
from pinn_phases.problems.base import Points, Problem


def midpoints(problem: Problem, boxes: int, points_per_box: int) -> Points:
    """Points of the midpoint rule on equal boxes.

    Parameters
    ----------
    boxes, points_per_box
        Numbers along each coordinate.

    Returns
    -------
    array of shape ((boxes * points_per_box) ** coordinates, coordinates)
        In row-major order, as required by `box_means`.
    """
    axes = middles(problem, boxes * points_per_box)
    grid = np.meshgrid(*axes.values(), indexing="ij")
    return np.stack([axis.ravel() for axis in grid], axis=-1)


def middles(problem: Problem, count: int) -> dict[str, Real]:
    """Midpoints of `count` equal intervals along each coordinate, shape (count,)."""
    shares = (np.arange(count) + 0.5) / count
    limits = {name: problem.domain[name] for name in problem.coordinates}
    return {name: lower + (upper - lower) * shares for name, (lower, upper) in limits.items()}


def box_means(values: NDArray[np.floating], boxes: int, coordinates: int) -> Real:
    """Mean over each box of values at `midpoints`: the integral by the midpoint rule over A.

    Parameters
    ----------
    values
        Shape (snapshots, points).
    boxes
        Number along each coordinate.

    Returns
    -------
    array of shape (snapshots, boxes, ..., boxes)
        One dimension per coordinate.
    """
    per_box = round(values.shape[1] ** (1 / coordinates)) // boxes
    split = values.astype(float).reshape(len(values), *(boxes, per_box) * coordinates)
    means: Real = split.mean(axis=tuple(range(2, 2 * coordinates + 1, 2)))
    return means


def homogeneity(means: Real) -> Real:
    """Ratio of mean to root mean square over the boxes, in [1/sqrt(boxes), 1].

    Parameters
    ----------
    means
        Result of `box_means`, at least 0, shape (snapshots, boxes, ...).

    Returns
    -------
    array of shape (snapshots,)
        1 if all boxes are equal, also if all are 0.
    """
    flat = means.reshape(len(means), -1)
    rms = np.sqrt(np.mean(flat**2, axis=1))
    ratio: Real = np.divide(flat.mean(axis=1), rms, out=np.ones_like(rms), where=rms > 0)
    return ratio
