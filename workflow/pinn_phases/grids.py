"""Points of a test grid, checks of coarser subsets of it, and the relative error on it."""

from collections.abc import Iterable

import numpy as np

from pinn_phases.arrays import Real

# Smallest number of points between the two ends of an axis. With fewer, different solutions look
# alike; the ends do not count, since boundary conditions often make a solution zero there.
MIN_INNER = 5
# Smallest root mean square of a solution on a subset of the grid, relative to that on the whole
# grid. Below it, the solution counts as zero on the subset: a relative error would be meaningless.
MIN_RMS_RATIO = 0.1


def grid_points(axes: Iterable[Real]) -> Real:
    """Return the points of a tensor-product grid; the last coordinate varies fastest.

    Parameters
    ----------
    axes : iterable of ndarray, shape (n,)
        Values of each coordinate, in the order of the coordinates.

    Returns
    -------
    ndarray, shape (points, coordinates)
    """
    mesh = np.meshgrid(*axes, indexing="ij")
    return np.stack([values.ravel() for values in mesh], 1)


def largest_stride(points: int) -> int:
    """Return the largest stride that keeps `MIN_INNER` points between the ends of an axis.

    Parameters
    ----------
    points : int
        Number of points of the axis.

    Returns
    -------
    int
        Stride in points; 0 if the axis is too short for any stride.
    """
    return max(0, (points - 2) // MIN_INNER)


def vanishes(subset: Real, whole: Real) -> bool:
    """Return whether a solution is zero, or nearly zero, on a subset of its points.

    Parameters
    ----------
    subset : ndarray
        Values at the points of the subset.
    whole : ndarray
        Values at all points.

    Returns
    -------
    bool
        True if the root mean square on the subset is less than `MIN_RMS_RATIO` times that on the
        whole grid, or if either of them is zero or not finite.
    """
    with np.errstate(over="ignore"):
        rms, whole_rms = (float(np.sqrt(np.mean(values**2))) for values in (subset, whole))
    return not np.inf > rms >= MIN_RMS_RATIO * whole_rms > 0.0


def relative_l2(approximation: Real, reference: Real, *, free_constant: bool = False) -> float:
    """Return ||approximation - reference|| / ||reference|| in the discrete L2 norm.

    Parameters
    ----------
    approximation, reference : ndarray, shape (...)
        Values at the same points of a uniform grid.
    free_constant : bool
        Subtract the mean of each first, for quantities that are determined up to a constant.

    Returns
    -------
    float
        Relative L2 difference, dimensionless.

    Raises
    ------
    ValueError
        If the shapes differ.
    ZeroDivisionError
        If the reference is zero on the grid.
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
        raise ZeroDivisionError("no relative error: the reference is zero on the grid")
    return float(np.linalg.norm(approximation - reference)) / norm
