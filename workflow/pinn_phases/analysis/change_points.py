"""Where a curve bends, and where it crosses a level.

Both give a place with an interval: all places that explain the curve nearly as well as the best.
Nothing is drawn at random, so that the same curve gives the same interval.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from pinn_phases.arrays import Real

Interval = tuple[float, float, float]  # estimate, lower end, upper end

COVERAGE = 0.9  # nominal, of the interval of a bend, if deviations are independent and normal
FEWEST = 6  # points of a bend: four parameters, and something left over


def bend(x: Real, y: Real) -> Interval:
    """Return where two straight lines that meet fit y best, with the profile likelihood interval.

    Parameters
    ----------
    x, y
        Shape (n,), increasing x; n is at least `FEWEST`.

    Returns
    -------
    tuple of float
        A point of x, and the first and the last at which the lines may meet by Wilks' theorem.
        One more on either side is the resolution of x.
    """
    inner = range(2, x.size - 2)
    squares = np.array([_squares(x, y, place) for place in inner])
    best = int(squares.argmin())
    likely = squares <= squares[best] * np.exp(chi2.ppf(COVERAGE, 1) / x.size)
    first, last = np.flatnonzero(likely)[[0, -1]] + 2
    return float(x[best + 2]), float(x[first - 1]), float(x[last + 1])


def _squares(x: Real, y: Real, place: int) -> float:
    """Return the sum of squares that two lines leave which meet at a point of x."""
    basis = np.stack([np.ones_like(x), x, np.maximum(x - x[place], 0)], axis=-1)
    fit = np.linalg.lstsq(basis, y, rcond=None)[0]
    return float(np.sum((y - basis @ fit) ** 2)) + np.finfo(float).tiny


def crossing(x: Real, above: NDArray[np.bool_], slack: float) -> Interval:
    """Return where a curve goes from below a level to above it, by the time on the wrong side.

    The place leaves the least time, in units of x, that is above before it or below after it. The
    interval holds all places that leave at most `slack` more. A dip or a spike counts by how long
    it takes, not by how deep it goes.

    Parameters
    ----------
    x
        Shape (n,), increasing; a point stands for the time up to the next.
    above
        Shape (n,).

    Returns
    -------
    tuple of float
        Points of x: the first one that is above, and the ends of the interval.
    """
    time = np.diff(x, append=x[-1])
    wrong_before = np.concatenate([[0.0], np.cumsum(time * above)])[:-1]
    wrong_after = np.cumsum((time * ~above)[::-1])[::-1]
    wrong = wrong_before + wrong_after
    best = int(wrong.argmin())
    likely = np.flatnonzero(wrong <= wrong[best] + slack)
    first, last = max(likely[0] - 1, 0), min(likely[-1] + 1, x.size - 1)
    return float(x[best]), float(x[first]), float(x[last])
