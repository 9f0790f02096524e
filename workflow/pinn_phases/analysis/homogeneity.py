"""How evenly residuals are spread over the domain (Section 2.4, Eq. 20).

Eq. 20 calls residuals homogeneous if the integrals of |R| over all sub-domains of one volume A
agree. Here the domain is divided into equal boxes, and the integrals are compared as Eq. 17
compares the gradients of batches: by the ratio of their mean to their root mean square. It is 1
where Eq. 20 holds exactly, and 1/sqrt(boxes) where one box holds everything. It does not depend on
the size of the residuals, so that states of different error can be compared; it does depend on A,
since boxes that hold a whole wave of a residual do not see it.
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
        Along each coordinate.

    Returns
    -------
    array of shape ((boxes * points_per_box) ** coordinates, coordinates)
        In row-major order, as `box_means` takes values.
    """
    axes = middles(problem, boxes * points_per_box)
    grid = np.meshgrid(*axes.values(), indexing="ij")
    return np.stack([axis.ravel() for axis in grid], axis=-1)


def middles(problem: Problem, count: int) -> dict[str, Real]:
    """Middles of so many equal intervals along each coordinate, shape (count,)."""
    shares = (np.arange(count) + 0.5) / count
    limits = {name: problem.domain[name] for name in problem.coordinates}
    return {name: lower + (upper - lower) * shares for name, (lower, upper) in limits.items()}


def box_means(values: NDArray[np.floating], boxes: int, coordinates: int) -> Real:
    """Mean of values at `midpoints` over each box: its integral by the midpoint rule, over A.

    Parameters
    ----------
    values
        Shape (snapshots, points).
    boxes
        Along each coordinate.

    Returns
    -------
    array of shape (snapshots, boxes, ..., boxes)
        One dimension a coordinate.
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
        Shape (snapshots, boxes, ...), at least 0, as of `box_means`.

    Returns
    -------
    array of shape (snapshots,)
        1 where all boxes agree, also where all are 0.
    """
    flat = means.reshape(len(means), -1)
    rms = np.sqrt(np.mean(flat**2, axis=1))
    ratio: Real = np.divide(flat.mean(axis=1), rms, out=np.ones_like(rms), where=rms > 0)
    return ratio
