"""The place where a curve bends or crosses a level, with an interval.

The interval contains all places that explain the curve nearly as well as the best one. It is
deterministic.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pinn_phases.arrays import Real

Interval = tuple[float, float, float]  # estimate, lower end, upper end

COVERAGE = 0.9  # nominal coverage of the interval of a bend, for independent normal deviations
FEWEST = 6  # points for a bend: more than its four parameters


def bend(x: Real, y: Real) -> Interval:
    """Fit two straight lines that meet, and return their joint with its likelihood interval.

    Parameters
    ----------
    x, y
        Shape (n,), increasing x; n is at least `FEWEST`.

    Returns
    -------
    tuple of float
        The joint, a point of x, and the ends of its interval by Wilks' theorem, extended by one
        point on either side, the resolution of x.
    """
    inner = range(2, x.size - 2)
    squares = np.array([_squares(x, y, place) for place in inner])
    best = int(squares.argmin())
    quantile = 2 * special.gammaincinv(0.5, COVERAGE)  # of chi-squared; scipy.stats loads slowly
    likely = squares <= squares[best] * np.exp(quantile / x.size)
    first, last = np.flatnonzero(likely)[[0, -1]] + 2
    return float(x[best + 2]), float(x[first - 1]), float(x[last + 1])


def _squares(x: Real, y: Real, place: int) -> float:
    """Return the residual sum of squares of two lines that meet at a point of x."""
    basis = np.stack([np.ones_like(x), x, np.maximum(x - x[place], 0)], axis=-1)
    fit = np.linalg.lstsq(basis, y, rcond=None)[0]
    return float(np.sum((y - basis @ fit) ** 2)) + np.finfo(float).tiny


def crossing(x: Real, above: NDArray[np.bool_], slack: float) -> Interval:
    """Return where a curve crosses a level from below.

    The place minimises the time on the wrong side: above before it, or below after it, in units of
    x. The interval contains all places with at most `slack` more. A dip or spike counts by its
    duration, not its depth.

    Parameters
    ----------
    x
        Increasing, shape (n,); each point represents the time until the next.
    above
        Whether the curve is above the level, shape (n,).

    Returns
    -------
    tuple of float
        The first point above the level, and the ends of the interval.
    """
    time = np.diff(x, append=x[-1])
    wrong_before = np.concatenate([[0.0], np.cumsum(time * above)])[:-1]
    wrong_after = np.cumsum((time * ~above)[::-1])[::-1]
    wrong = wrong_before + wrong_after
    best = int(wrong.argmin())
    likely = np.flatnonzero(wrong <= wrong[best] + slack)
    first, last = max(likely[0] - 1, 0), min(likely[-1] + 1, x.size - 1)
    return float(x[best]), float(x[first]), float(x[last])
