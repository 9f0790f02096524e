"""The point where a curve bends or crosses a level, with an interval.

The interval contains all points that explain the curve nearly as well as the best one. It is
computed without random numbers.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pinn_phases.arrays import Real

Interval = tuple[float, float, float]  # estimate, lower end, upper end

COVERAGE = 0.9  # nominal coverage of the interval of a bend, for independent normal deviations
FEWEST = 6  # smallest number of points for a bend, which has four parameters


def bend(x: Real, y: Real) -> Interval:
    """Fit two straight lines that meet at a point of x; return the point with its interval.

    Parameters
    ----------
    x, y
        Shape (n,), increasing x; n is at least `FEWEST`.

    Returns
    -------
    tuple of float
        The point, and the ends of its likelihood interval by Wilks' theorem. The interval is
        extended by one point on each side, because x is resolved only that well.
    """
    inner = range(2, x.size - 2)
    squares = np.array([_squares(x, y, place) for place in inner])
    best = int(squares.argmin())
    quantile = 2 * special.gammaincinv(0.5, COVERAGE)  # of chi-squared; scipy.stats loads slowly
    likely = squares <= squares[best] * np.exp(quantile / x.size)
    first, last = np.flatnonzero(likely)[[0, -1]] + 2
    return float(x[best + 2]), float(x[first - 1]), float(x[last + 1])


def _squares(x: Real, y: Real, place: int) -> float:
    """Return the residual sum of squares of two lines that meet at x[place]."""
    basis = np.stack([np.ones_like(x), x, np.maximum(x - x[place], 0)], axis=-1)
    fit = np.linalg.lstsq(basis, y, rcond=None)[0]
    return float(np.sum((y - basis @ fit) ** 2)) + np.finfo(float).tiny


def crossing(x: Real, above: NDArray[np.bool_], slack: float) -> Interval:
    """Return the point at which a curve crosses a level from below, with its interval.

    The point minimises the time, in units of x, that the curve spends on the wrong side: above the
    level before the point, or below it afterwards. The interval contains all points with at most
    `slack` more. Dips and spikes count by their duration, not by their depth.

    Parameters
    ----------
    x
        Increasing, shape (n,); each point stands for the time until the next.
    above
        Whether the curve is above the level, shape (n,).
    slack
        Largest additional time on the wrong side within the interval, in units of x.

    Returns
    -------
    tuple of float
        The first point after the crossing, and the ends of the interval.
    """
    time = np.diff(x, append=x[-1])
    wrong_before = np.concatenate([[0.0], np.cumsum(time * above)])[:-1]
    wrong_after = np.cumsum((time * ~above)[::-1])[::-1]
    wrong = wrong_before + wrong_after
    best = int(wrong.argmin())
    likely = np.flatnonzero(wrong <= wrong[best] + slack)
    first, last = max(likely[0] - 1, 0), min(likely[-1] + 1, x.size - 1)
    return float(x[best]), float(x[first]), float(x[last])
