"""Homogeneity of the residuals over the domain (Section 2.4, Eq. 20).

By Eq. 20, residuals are homogeneous if the integrals of |R| over all sub-domains of volume A are
equal. Here the sub-domains are equal boxes that tile the domain. The measure is the ratio of the
mean of the integrals to their root mean square, like SRR_B in Eq. 17 for the gradients of batches.
It is 1 if Eq. 20 holds exactly, and 1/sqrt(boxes) if the residual is zero in all boxes but one. It
does not depend on the magnitude of the residuals, so it can be compared between states with
different errors. It does depend on A: boxes that contain a whole wave of the residual do not
resolve it.

The integrals are taken over the domain by the midpoint rule (`midpoints`), or estimated from the
residuals at the collocation points. The two differ if the residuals are larger between the
collocation points than at them.
"""

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Real
from pinn_phases.files.storage import Content
from pinn_phases.grids import grid_points
from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.analysis import HomogeneitySettings
from pinn_phases.settings.training import RunSettings


def measure_homogeneity(
    settings: RunSettings, run: Content, tiling: HomogeneitySettings, *, samples: bool
) -> Content:
    """Measure the homogeneity of the residuals of a run at each snapshot.

    Parameters
    ----------
    settings
        Settings of the run.
    run
        Contents of the run's file.
    tiling
        Numbers of boxes, and of midpoints in a box.
    samples
        Measure at the collocation points of the run, not at midpoints.

    Returns
    -------
    Content
        Of kind "samples" or "homogeneity". The residual is the norm over the equations.
    """
    # Imports torch, which the measure itself does not need.
    from pinn_phases.analysis.fields import observables_and_residuals

    problem = settings.equation
    if samples:
        points = run.arrays["points/collocation"]
    else:
        points = midpoints(problem, tiling.boxes, tiling.points_per_box)
    snapshots = run.arrays["snapshots/parameters"]
    _, residuals = observables_and_residuals(settings, snapshots, points)
    means = box_means(
        np.linalg.norm(list(residuals.values()), axis=0), points, problem, tiling.boxes
    )
    arrays = {
        "iterations": run.arrays["snapshots/iteration"],
        **{f"axes/{name}": axis for name, axis in middles(problem, tiling.boxes).items()},
        "boxes/residual": means,
        "homogeneity/residual": homogeneity(means),
    }
    return Content("samples" if samples else "homogeneity", arrays, {})


def midpoints(problem: Problem, boxes: int, points_per_box: int) -> Points:
    """Points of the midpoint rule in equal boxes.

    Parameters
    ----------
    boxes, points_per_box
        Number of boxes, and of points in a box, along each coordinate.

    Returns
    -------
    array of shape ((boxes * points_per_box) ** coordinates, coordinates)
        In row-major order.
    """
    return grid_points(middles(problem, boxes * points_per_box).values())


def middles(problem: Problem, count: int) -> dict[str, Real]:
    """Midpoints of `count` equal intervals by coordinate, each of shape (count,)."""
    fractions = (np.arange(count) + 0.5) / count
    limits = {name: problem.domain[name] for name in problem.coordinates}
    return {name: lower + (upper - lower) * fractions for name, (lower, upper) in limits.items()}


def box_means(values: NDArray[np.floating], points: Points, problem: Problem, boxes: int) -> Real:
    """Mean over each box of values at some points: an estimate of the integral, divided by A.

    Parameters
    ----------
    values
        Shape (snapshots, points).
    points
        `midpoints`, or any other points in the domain, shape (points, coordinates).
    boxes
        Number of boxes along each coordinate.

    Returns
    -------
    array of shape (snapshots, boxes, ..., boxes)
        One dimension per coordinate; NaN in boxes without a point.
    """
    lower, upper = np.transpose([problem.domain[name] for name in problem.coordinates])
    indices = np.minimum(((points - lower) / (upper - lower) * boxes).astype(int), boxes - 1)
    shape = (boxes,) * len(problem.coordinates)
    box = np.ravel_multi_index(tuple(indices.T), shape)
    count = np.bincount(box, minlength=boxes ** len(shape))
    sums = np.stack([np.bincount(box, snapshot, minlength=count.size) for snapshot in values])
    means: Real = np.divide(sums, count, out=np.full(sums.shape, np.nan), where=count > 0)
    return means.reshape(-1, *shape)


def homogeneity(means: Real) -> Real:
    """Ratio of the mean to the root mean square over the boxes, in [1/sqrt(boxes), 1].

    Parameters
    ----------
    means
        Result of `box_means` for values >= 0, shape (snapshots, boxes, ...). NaN is left out.

    Returns
    -------
    array of shape (snapshots,)
        1 if all boxes are equal, including if all are 0.
    """
    flat = means.reshape(len(means), -1)
    rms = np.sqrt(np.nanmean(flat**2, axis=1))
    ratio: Real = np.divide(np.nanmean(flat, axis=1), rms, out=np.ones_like(rms), where=rms > 0)
    return ratio
