"""Homogeneity of the residuals over the domain (Section 2.4, Eq. 20).

By Eq. 20, residuals are homogeneous if the integrals of |R| over all sub-domains of volume A are
equal. Here the sub-domains are equal boxes that tile the domain. The measure is the ratio of the
mean of the integrals to their root mean square, like SRR_B in Eq. 17 for the gradients of batches.
It is 1 if Eq. 20 holds exactly, and 1/sqrt(boxes) if the residual is zero in all boxes but one. It
does not depend on the magnitude of the residuals, so it can be compared between states with
different errors. It does depend on A: boxes that contain a whole wave of the residual do not
resolve it.
"""

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Real
from pinn_phases.problems.base import Points, Problem


def midpoints(problem: Problem, boxes: int, points_per_box: int) -> Points:
    """Points of the midpoint rule in equal boxes.

    Parameters
    ----------
    boxes, points_per_box
        Number of boxes, and of points in a box, along each coordinate.

    Returns
    -------
    array of shape ((boxes * points_per_box) ** coordinates, coordinates)
        In row-major order, which `box_means` expects.
    """
    axes = middles(problem, boxes * points_per_box)
    grid = np.meshgrid(*axes.values(), indexing="ij")
    return np.stack([axis.ravel() for axis in grid], axis=-1)


def middles(problem: Problem, count: int) -> dict[str, Real]:
    """Midpoints of `count` equal intervals by coordinate, each of shape (count,)."""
    fractions = (np.arange(count) + 0.5) / count
    limits = {name: problem.domain[name] for name in problem.coordinates}
    return {name: lower + (upper - lower) * fractions for name, (lower, upper) in limits.items()}


def box_means(values: NDArray[np.floating], boxes: int, coordinates: int) -> Real:
    """Mean over each box of values at `midpoints`: the integral by the midpoint rule, divided by A.

    Parameters
    ----------
    values
        Shape (snapshots, points).
    boxes
        Number of boxes along each coordinate.
    coordinates
        Number of coordinates.

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
    """Ratio of the mean to the root mean square over the boxes, in [1/sqrt(boxes), 1].

    Parameters
    ----------
    means
        Result of `box_means` for values >= 0, shape (snapshots, boxes, ...).

    Returns
    -------
    array of shape (snapshots,)
        1 if all boxes are equal, including if all are 0.
    """
    flat = means.reshape(len(means), -1)
    rms = np.sqrt(np.mean(flat**2, axis=1))
    ratio: Real = np.divide(flat.mean(axis=1), rms, out=np.ones_like(rms), where=rms > 0)
    return ratio
