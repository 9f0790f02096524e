"""Search for the elbow at which the fall of a curve ends."""

import numpy as np

from pinn_phases.analysis.phases.change_points import FEWEST, Interval, bend
from pinn_phases.analysis.phases.levels import Bins
from pinn_phases.settings.analysis import MIN_BINS

MIN_FALL = 0.5  # decades from one window to the next; a smaller fall is not a phase
SLOWED = 0.45  # the fall has ended once it is less than this share of the steepest fall


def find_elbow(bins: Bins, window: float) -> Interval | None:
    """Return the end of the first fall to below the middle of the curve, or None.

    The search compares ceilings, because dips that become deeper are not a fall. The fall at the
    start of a bin is the difference between the ceilings of the windows before and after it. It
    has ended once it is less than `SLOWED` times the steepest fall so far. If SNR is then still
    above the midpoint between its highest ceiling and the median ceiling of the rest, the fall has
    only paused.

    Parameters
    ----------
    window
        Width of the windows, in decades of iterations.

    Returns
    -------
    tuple of float
        The elbow and its interval, in decades of iterations.
    """
    count = round(window / bins.width)
    steepest, highest = 0.0, -np.inf
    for index, label in enumerate(bins.label):
        before, after = bins.within(label - count, count), bins.within(label, count)
        first, last = before.start, after.stop
        if label + count > bins.label[-1] + 1 or min(index - first, last - index) < MIN_BINS:
            continue
        high, low = (float(np.median(bins.ceiling[part])) for part in (before, after))
        highest, steepest = max(highest, high), max(steepest, high - low)
        if steepest < MIN_FALL or high - low >= SLOWED * steepest:
            continue
        below = low < (highest + float(np.median(bins.ceiling[index:]))) / 2
        if below and last - first >= FEWEST:
            return bend(bins.start[first:last], bins.ceiling[first:last])
        steepest = max(0.0, high - low)
    return None
