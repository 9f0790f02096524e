"""Averages, trends and correlations of curves over iterations.

Trends are computed on a logarithmic axis of iterations, as in the paper's figures.
"""

import numpy as np
import scipy  # loads scipy.stats, which takes a second, only when it is first used
from numpy.polynomial.polynomial import polyfit
from numpy.typing import NDArray

from pinn_phases.arrays import Real

Iterations = NDArray[np.integer]

BINS_PER_DECADE = 20  # of a trend; without bins, late records would outweigh early ones
MIN_BINS = 4  # smallest number of bins for a slope: a line fits the noise of two points


def moving_average(values: Real, window: int) -> Real:
    """Mean of the last `window` values, fewer at the start; shape (n,)."""
    if len(values) == 0:
        return values
    # Not by cumulative sums, in which a first SNR of 1e12 would erase the digits of later values.
    sums: Real = np.convolve(values, np.ones(window))[: len(values)]
    mean: Real = sums / np.minimum(np.arange(len(values)) + 1, window)
    return mean


def bin_medians(x: Real, y: Real, bins_per_unit: int) -> tuple[Real, Real]:
    """Medians of x and y in equal bins of increasing x, omitting empty bins; shape (bins,)."""
    label = np.floor((x - x[0]) * bins_per_unit)
    first = np.flatnonzero(np.diff(label)) + 1
    x_medians, y_medians = ([np.median(part) for part in np.split(z, first)] for z in (x, y))
    return np.array(x_medians), np.array(y_medians)


def trend(iterations: Iterations, values: Real) -> tuple[Real, Real]:
    """Log10 of iterations and values, as medians in equal bins; each of shape (bins,).

    Values that are not positive and finite are omitted.
    """
    usable = np.isfinite(values) & (values > 0)
    if not usable.any():
        return np.empty(0), np.empty(0)
    return bin_medians(np.log10(iterations[usable]), np.log10(values[usable]), BINS_PER_DECADE)


def first_below(iterations: Iterations, values: Real, level: float) -> int | None:
    """First recorded iteration with a value below the level, or None."""
    below = np.flatnonzero(values < level)
    return int(iterations[below[0]]) if below.size else None


def slope(iterations: Iterations, values: Real, first: float, last: float) -> float:
    """Least-squares slope of the trend between two iterations, in decades per decade.

    It is NaN if there are fewer than `MIN_BINS` bins between them.
    """
    x, y = trend(iterations, values)
    inside = (x >= np.log10(first)) & (x <= np.log10(last))
    if inside.sum() < MIN_BINS:
        return np.nan
    return _slope(x[inside], y[inside])


def steepest_fall(iterations: Iterations, values: Real, window: float) -> float | None:
    """Return the iteration in the middle of the window in which the trend falls most steeply.

    Parameters
    ----------
    window
        Width of the windows in which the slope is fitted, in decades.

    Returns
    -------
    float or None
        None if the trend never falls.
    """
    x, y = trend(iterations, values)
    steepest, iteration = 0.0, None
    for middle in x:
        inside = np.abs(x - middle) <= window / 2
        if inside.sum() < MIN_BINS:
            continue
        slope_inside = _slope(x[inside], y[inside])
        if slope_inside < steepest:
            steepest, iteration = slope_inside, float(10**middle)
    return iteration


def _slope(x: Real, y: Real) -> float:
    """Slope of the least-squares line through points of shape (n,)."""
    return float(polyfit(x, y, 1)[1])


def fluctuation(iterations: Iterations, values: Real, first: float) -> float:
    """Median distance in decades between the values from iteration `first` on and their trend."""
    late = (iterations >= first) & np.isfinite(values) & (values > 0)
    x, y = trend(iterations[late], values[late])
    expected = np.interp(np.log10(iterations[late]), x, y)
    return float(np.median(np.abs(np.log10(values[late]) - expected)))


def log_correlation(iterations: Iterations, first: Real, second: Real) -> float:
    """Pearson correlation of the trends of two curves on logarithmic axes; NaN if one is flat."""
    usable = np.isfinite(first) & (first > 0) & np.isfinite(second) & (second > 0)
    a, b = (trend(iterations[usable], values[usable])[1] for values in (first, second))
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan
    return float(scipy.stats.pearsonr(a, b).statistic)


def rank_correlation(levels: Real) -> float:
    """Spearman correlation of levels, shape (n,), with their index; 0 if all are equal."""
    if np.ptp(levels) == 0:
        return 0.0
    # Rounded because a criterion may be exactly one of the few possible values.
    return round(float(scipy.stats.spearmanr(np.arange(len(levels)), levels).statistic), 9)
