"""The elbow at which the fall of a curve ends."""

import numpy as np

from pinn_phases.analysis.change_points import FEWEST as FEWEST_OF_A_BEND
from pinn_phases.analysis.change_points import Interval, bend
from pinn_phases.analysis.levels import FEWEST, Bins

MIN_FALL = 0.5  # decades from one window to the next: a smaller fall is not a phase
SLOWED = 0.45  # share of the steepest fall below which the fall has ended


def find_elbow(bins: Bins, window: float) -> Interval | None:
    """Return the end of the first fall to below the middle of the curve, or None.

    Ceilings are compared, because deepening dips are not a fall. The fall at a place is the
    difference of the ceilings in the windows before and after it. It has ended where it is less
    than `SLOWED` times the largest fall so far. If SNR is then still above the middle between its
    highest level and the level of the rest, the fall has only paused.

    Returns
    -------
    tuple of float
        The elbow and its interval, in decades of iterations.
    """
    wide = round(window / bins.width)
    steepest, highest = 0.0, -np.inf
    for here, label in enumerate(bins.label):
        before, after = bins.within(label - wide, wide), bins.within(label, wide)
        first, last = before.start, after.stop
        if label + wide > bins.label[-1] + 1 or min(here - first, last - here) < FEWEST:
            continue
        high, low = (float(np.median(bins.ceiling[part])) for part in (before, after))
        highest, steepest = max(highest, high), max(steepest, high - low)
        if steepest < MIN_FALL or high - low >= SLOWED * steepest:
            continue
        below = low < (highest + float(np.median(bins.ceiling[here:]))) / 2
        if below and last - first >= FEWEST_OF_A_BEND:
            return bend(bins.start[first:last], bins.ceiling[first:last])
        steepest = max(0.0, high - low)
    return None
