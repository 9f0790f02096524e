"""Averages, trends and crossings of curves over iterations.

The axis of iterations is logarithmic, as in the paper's figures.
"""

import numpy as np
import scipy  # its parts, of which statistics take a second, are imported where they are used
from numpy.polynomial.polynomial import polyfit
from numpy.typing import NDArray

from pinn_phases.arrays import Real

Iterations = NDArray[np.integer]

BINS_PER_DECADE = 20  # of a trend, so that late records do not outweigh early ones
MIN_BINS = 4  # for a slope: two points fit any noise


def moving_average(values: Real, window: int) -> Real:
    """Mean of the last `window` values, or fewer at the start; shape (n,)."""
    if len(values) == 0:
        return values
    # No cumulative sums: the first SNR may be 1e12, and later values would lose their digits.
    sums: Real = np.convolve(values, np.ones(window))[: len(values)]
    mean: Real = sums / np.minimum(np.arange(len(values)) + 1, window)
    return mean


def bin_medians(x: Real, y: Real, bins_per_unit: int) -> tuple[Real, Real]:
    """Medians of x and y in equal bins of increasing x, without empty bins; shape (bins,)."""
    label = np.floor((x - x[0]) * bins_per_unit)
    first = np.flatnonzero(np.diff(label)) + 1
    x_medians, y_medians = ([np.median(part) for part in np.split(z, first)] for z in (x, y))
    return np.array(x_medians), np.array(y_medians)


def trend(iterations: Iterations, values: Real) -> tuple[Real, Real]:
    """Decimal logarithms of iterations and values, as medians in equal bins; shape (bins,).

    Values that are not positive and finite are omitted.
    """
    there = np.isfinite(values) & (values > 0)
    if not there.any():
        return np.empty(0), np.empty(0)
    return bin_medians(np.log10(iterations[there]), np.log10(values[there]), BINS_PER_DECADE)


def first_below(iterations: Iterations, values: Real, level: float) -> int | None:
    """First recorded iteration with a value below the level, or None."""
    below = np.flatnonzero(values < level)
    return int(iterations[below[0]]) if below.size else None


def slope(iterations: Iterations, values: Real, first: float, last: float) -> float:
    """Least-squares slope of the trend between two iterations, decades per decade, or NaN."""
    x, y = trend(iterations, values)
    inside = (x >= np.log10(first)) & (x <= np.log10(last))
    if inside.sum() < MIN_BINS:
        return np.nan
    return _slope(x[inside], y[inside])


def steepest_fall(iterations: Iterations, values: Real, window: float) -> float | None:
    """Return the iteration in the middle of the window with the steepest fall of the trend.

    Parameters
    ----------
    window
        Width in decades of the windows in which the slope is fitted.

    Returns
    -------
    float or None
        None if the trend never falls.
    """
    x, y = trend(iterations, values)
    steepest, place = 0.0, None
    for middle in x:
        inside = np.abs(x - middle) <= window / 2
        if inside.sum() < MIN_BINS:
            continue
        found = _slope(x[inside], y[inside])
        if found < steepest:
            steepest, place = found, float(10**middle)
    return place


def _slope(x: Real, y: Real) -> float:
    """Slope of the least-squares line through points of shape (n,)."""
    return float(polyfit(x, y, 1)[1])


def fluctuation(iterations: Iterations, values: Real, first: float) -> float:
    """Median distance of the values from their trend from an iteration on, in decades."""
    late = (iterations >= first) & np.isfinite(values) & (values > 0)
    x, y = trend(iterations[late], values[late])
    expected = np.interp(np.log10(iterations[late]), x, y)
    return float(np.median(np.abs(np.log10(values[late]) - expected)))


def log_correlation(iterations: Iterations, first: Real, second: Real) -> float:
    """Pearson's correlation of the trends of two curves on logarithmic axes; NaN if one is flat."""
    there = np.isfinite(first) & (first > 0) & np.isfinite(second) & (second > 0)
    a, b = (trend(iterations[there], values[there])[1] for values in (first, second))
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan
    return float(scipy.stats.pearsonr(a, b).statistic)


def rank_correlation(levels: Real) -> float:
    """Spearman's correlation of levels, shape (n,), with their index; 0 if all are equal."""
    if np.ptp(levels) == 0:
        return 0.0
    # Rounded, because a limit may equal one of the few possible values.
    return round(float(scipy.stats.spearmanr(np.arange(len(levels)), levels).statistic), 9)
