"""Points of a test grid, subsets of it that represent a solution, and errors on it."""

from collections.abc import Iterable

import numpy as np

from pinn_phases.arrays import Real

# Smallest number of points between the ends of an axis. Fewer do not distinguish solutions, and at
# the ends a solution is often zero by its boundary conditions.
FEWEST_INSIDE = 5
# Smallest root mean square of a solution at the subset, relative to the whole grid. Below, the
# solution vanishes at the subset, and the relative error is meaningless.
SMALLEST_PART = 0.1


def grid_points(axes: Iterable[Real]) -> Real:
    """Return the points of a tensor grid, the last coordinate running fastest.

    Parameters
    ----------
    axes : iterable of ndarray, shape (n,)
        In the order of the coordinates.

    Returns
    -------
    ndarray, shape (points, coordinates)
    """
    mesh = np.meshgrid(*axes, indexing="ij")
    return np.stack([values.ravel() for values in mesh], 1)


def largest_stride(points: int) -> int:
    """Return the largest step through an axis with `FEWEST_INSIDE` points between its ends.

    Parameters
    ----------
    points : int
        Points of the axis.

    Returns
    -------
    int
        Step in points; 0 if the axis is too short for any.
    """
    return max(0, (points - 2) // FEWEST_INSIDE)


def vanishes(part: Real, whole: Real) -> bool:
    """Return whether a solution is (nearly) zero at a subset of its points.

    Parameters
    ----------
    part : ndarray
        Values at those points.
    whole : ndarray
        Values at all points.

    Returns
    -------
    bool
        Whether the root mean square of the part is below `SMALLEST_PART` of that of the whole, or
        either is zero or not finite.
    """
    with np.errstate(over="ignore"):
        of_part, of_whole = (float(np.sqrt(np.mean(values**2))) for values in (part, whole))
    return not np.inf > of_part >= SMALLEST_PART * of_whole > 0.0


def relative_l2(approximation: Real, reference: Real, *, free_constant: bool = False) -> float:
    """Measure ||approximation - reference|| / ||reference|| in the discrete L2 norm.

    Parameters
    ----------
    approximation, reference : ndarray, shape (...)
        Values at the same points of a uniform grid.
    free_constant : bool
        Take the means out of both first: for what is determined up to a constant.

    Returns
    -------
    float
        Relative L2 difference, dimensionless.

    Raises
    ------
    ValueError
        If the shapes differ.
    ZeroDivisionError
        If the reference vanishes.
    """
    if approximation.shape != reference.shape:
        raise ValueError(
            f"approximation: expected shape {reference.shape}, received {approximation.shape}"
        )
    if free_constant:
        approximation = approximation - approximation.mean()
        reference = reference - reference.mean()
    norm = float(np.linalg.norm(reference))
    if norm == 0.0:
        raise ZeroDivisionError("a relative error against a solution that vanishes on the grid")
    return float(np.linalg.norm(approximation - reference)) / norm
