"""Fitting, diffusion and total diffusion, found in a curve of the gradient's SNR.

A training passes through up to three phases (Fig. 2): fitting (SNR >> 1), diffusion (SNR below
O(1)) and, after an abrupt rise, total diffusion. They are searched on the axes of the paper's
figures, x = log10(iteration) and y = log10(SNR / stochastic level), by these definitions:

Diffusion starts at the elbow where the fall into the stochastic regime (y < 0, where the second
term of Eq. 5 dominates) ends. A curve that is below from its first record is in diffusion from
there on.

Total diffusion starts at the largest abrupt and lasting rise after that: within one window the
level goes up by more than `min_rise` beyond doubt, a step explains it better than a drift, and it
stays above half of the rise, so that it is no spike. The level itself is no criterion, since SNR
stays below 1 in the paper's Burgers run (Fig. 8).

References
----------
Anagnostopoulos, S. J. et al. Learning in PINNs: Phase transition, total diffusion, and
generalization. Sections 2.1 and 3.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr  # cumulative distribution of Student's t

from pinn_phases.analysis.change_points import (
    FEWEST_POINTS,
    Array,
    Interval,
    best_split,
    condense,
    locate_elbow,
    locate_step,
)
from pinn_phases.analysis.settings import MIN_RECORDS
from pinn_phases.analysis.trajectories import bin_medians

Windows = tuple[slice, slice, slice]  # records before and after a place, and of the time beyond

BATCHES = 8  # of a window: 12 degrees of freedom for two windows that may hold few records
FREEDOM = BATCHES - 2  # degrees of freedom that level and drift leave to a window's batches
MIN_AFTER = 0.25  # of a window, left before the run ends: less shows a spike as well as a rise
FALL_SPAN = 2.0  # decades after SNR crosses the level in which its fall ends; longer is drift
OUTLIER = 3.0  # robust standard deviations, the usual limit of Hampel's filter
MAD_TO_STD = 1.4826  # of the normal distribution


@dataclass(frozen=True)
class Boundary:
    """The start of a phase.

    Attributes
    ----------
    iteration : float
        Recorded iteration at which the phase starts; the middle of a rise that takes a while.
    lower, upper : float
        Recorded iterations between which the start lies, nominally in 90 % of cases, by a block
        bootstrap. It knows sharp bends and steps only: the rounder they are, the less it covers.
    confidence : float
        In [0, 1]. Diffusion: that the level after the fall lies in the stochastic regime. Total
        diffusion: that the rise exceeds `min_rise`, after Bonferroni's correction for the number
        of places where one could have been found.
    """

    iteration: float
    lower: float
    upper: float
    confidence: float


@dataclass(frozen=True)
class Phases:
    """The starts of the second and the third phase; None where one is not reached."""

    diffusion: Boundary | None
    total_diffusion: Boundary | None


def find_phases(
    iterations: ArrayLike,
    snr: ArrayLike,
    *,
    stochastic_level: float,
    bins_per_decade: int,
    window: float,
    min_duration: float,
    min_rise: float,
    min_confidence: float,
    resamples: int,
    seed: int,
) -> Phases:
    """Find where diffusion and total diffusion start.

    Parameters
    ----------
    iterations : array_like of shape (n,)
        Increasing, as unevenly spaced as they come. Iteration 0 is dropped: a logarithmic axis
        has no place for it.
    snr : array_like of shape (n,)
        Signal-to-noise ratio of the gradient (Eq. 8), dimensionless, better not smoothed. Records
        that are zero, infinite or NaN are dropped.
    stochastic_level : float
        SNR that separates the deterministic from the stochastic regime.
    bins_per_decade : int
        Resolution in log10(iteration) at which phases are searched; a rise is then refined.
    window : float
        Decades of iterations before and after a rise whose levels are compared.
    min_duration : float
        Decades of iterations for which SNR has to stay below the stochastic level, and above half
        of the rise after its window (unless the run ends before).
    min_rise : float
        Decades of SNR that a rise has to exceed. With `window` it says what abrupt means: steeper
        than `min_rise / window` decades a decade of iterations.
    min_confidence : float
        Smallest confidence of a rise that counts.
    resamples : int
        Resamples of the bootstrap behind the intervals.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    Phases

    Raises
    ------
    ValueError
        If the arrays are not one curve, or too few of its records can be used.
    """
    at, value = _usable_records(iterations, snr)
    x, y = np.log10(at), np.log10(value / stochastic_level)
    bin_x, bin_y = bin_medians(x, y, bins_per_decade)
    crossing = _first_stay_below(bin_y, max(1, round(min_duration * bins_per_decade)))
    if crossing is None:
        return Phases(None, None)
    rng = np.random.default_rng(seed)
    start = float(bin_x[crossing])
    earliest, latest = start + min_duration, float(x[-1]) - MIN_AFTER * window

    def around(place: float) -> Windows:
        return _windows(x, place, start, window, min_duration)

    edges = bin_x[(bin_x >= earliest) & (bin_x <= latest)]
    places = _step_places(x, y, [around(edge) for edge in edges], min_rise)
    windows = [around(place) for place in places if earliest <= place <= latest]
    tests = max(1.0, 2 * float(x[-1] - start) / window)  # windows that overlap by half
    found = _largest_rise(x, y, windows, min_rise, min_confidence, tests)

    total_diffusion, end = None, float(x[-1])
    if found is not None:
        middle, confidence = found
        near = (x >= max(start, middle - window)) & (x <= middle + window)
        if near.sum() < FEWEST_POINTS:
            before, after, _ = around(middle)
            near[before.start : after.stop] = True
        step = locate_step(x[near], y[near], resamples, rng)
        total_diffusion, end = _boundary(at, step, confidence), step[1]
    falling = (bin_x <= start) | ((bin_x < end) & (bin_x <= start + FALL_SPAN))
    elbow = locate_elbow(bin_x[falling], bin_y[falling], crossing, resamples, rng)
    plateau = (x >= elbow[0]) & (x <= min(elbow[0] + window, end))
    diffusion = _boundary(at, elbow, _confidence_below_zero(y[plateau]))
    return Phases(diffusion, total_diffusion)


def _usable_records(iterations: ArrayLike, snr: ArrayLike) -> tuple[Array, Array]:
    """Return the records that a plot with two logarithmic axes can show, each of shape (m,)."""
    at, value = np.asarray(iterations, dtype=float), np.asarray(snr, dtype=float)
    if at.ndim != 1 or at.shape != value.shape:
        raise ValueError(f"expected two arrays of shape (n,), received {at.shape}, {value.shape}")
    if not np.all(np.isfinite(at)) or np.any(at < 0) or np.any(np.diff(at) <= 0):
        raise ValueError("expected increasing iterations >= 0, received others")
    if np.any(value < 0):
        raise ValueError(f"expected SNR >= 0, received {np.nanmin(value)}")
    usable = (at > 0) & (value > 0) & np.isfinite(value)
    if usable.sum() < MIN_RECORDS:
        raise ValueError(f"expected at least {MIN_RECORDS} usable records, received {usable.sum()}")
    return at[usable], value[usable]


def _boundary(at: Array, place: Interval, confidence: float) -> Boundary:
    """Return the boundary at the recorded iterations nearest to a place on the logarithmic axis."""
    at_place, lower, upper = (float(at[np.argmin(np.abs(np.log10(at) - x))]) for x in place)
    return Boundary(at_place, lower, upper, confidence)


def _first_stay_below(y: Array, stay: int) -> int | None:
    """Return the index from which y first stays below 0, None if it never does.

    The maximum of the cumulative sum of y's signs before it first comes down by `stay` (Page's
    test), so that single points on the wrong side of 0 do not decide.

    References
    ----------
    Page, E. S. (1954). Continuous inspection schemes. Biometrika 41, 100-115.
    """
    cumulative = np.concatenate([[0.0], np.cumsum(np.sign(y))])
    highest = np.maximum.accumulate(cumulative)
    fallen = np.flatnonzero(highest - cumulative >= stay)
    if fallen.size == 0:
        return None
    return int(np.flatnonzero(cumulative[: fallen[0]] == highest[fallen[0]])[-1])


def _windows(x: Array, place: float, start: float, window: float, min_duration: float) -> Windows:
    """Return the records of the windows before and after a place, and of the time beyond.

    Where records are rare, a window is as wide as two records a batch need.
    """
    first, here = np.searchsorted(x, [start, place])
    low = max(first, min(np.searchsorted(x, place - window), here - 2 * BATCHES))
    high = min(x.size, max(np.searchsorted(x, place + window), here + 2 * BATCHES))
    last = np.searchsorted(x, x[high - 1] + min_duration)
    return slice(low, here), slice(here, high), slice(high, last)


def _enough(*windows: slice) -> bool:
    """Return whether windows hold a record a batch at least."""
    return all(window.stop - window.start >= BATCHES for window in windows)


def _step_places(x: Array, y: Array, windows: list[Windows], min_rise: float) -> list[float]:
    """Return the places of the best steps in those pairs of windows whose levels rise."""
    places = set()
    for before, after, _ in windows:
        if not _enough(before, after):
            continue
        if np.median(y[after]) - np.median(y[before]) > min_rise:
            near = slice(before.start, after.stop)
            at, condensed = condense(x[near], y[near])
            places.add(float(at[best_split(condensed)]))
    return sorted(places)


def _largest_rise(
    x: Array,
    y: Array,
    windows: list[Windows],
    min_rise: float,
    min_confidence: float,
    tests: float,
) -> tuple[float, float] | None:
    """Return place and confidence of the largest rise that is neither drift nor spike, if any."""
    largest, found = min_rise, None
    for before, after, beyond in windows:
        if not _enough(before, after):
            continue
        low, high = _batch_medians(y[before]), _batch_medians(y[after])
        rise = high.mean() - low.mean()
        if rise <= largest:
            continue
        error = np.hypot(_standard_error(y[before], low), _standard_error(y[after], high))
        p_value = float(stdtr(2 * FREEDOM, (min_rise - rise) / error))
        confidence = max(0.0, 1.0 - tests * p_value)
        lasts = not _enough(beyond) or np.median(y[beyond]) > np.median(y[before]) + rise / 2
        place = np.concatenate([_batch_medians(x[before]), _batch_medians(x[after])])
        if confidence >= min_confidence and lasts and _is_abrupt(place, low, high):
            largest, found = rise, (float(x[after.start]), confidence)
    return found


def _batch_medians(y: Array) -> Array:
    """Return the medians of consecutive batches of records, shape (BATCHES,)."""
    return np.array([np.median(batch) for batch in np.array_split(y, BATCHES)])


def _standard_error(y: Array, batches: Array) -> float:
    """Return the standard error of the mean of the batch medians of correlated records.

    Batch means about a linear drift, with medians of the batches against heavy tails. Short
    batches are correlated themselves, therefore the error is at least that of a first-order
    autoregressive process with the records' variance and correlation; the latter is corrected for
    its bias, -(2 + 4 correlation) / n to first order where level and drift are estimated.

    References
    ----------
    Flegal, J. M. and Jones, G. L. (2010). Batch means and spectral variance estimators in Markov
    chain Monte Carlo. Annals of Statistics 38, 1034-1070.
    Kendall, M. G. (1954). Note on bias in the estimation of autocorrelation. Biometrika 41,
    403-404.
    """
    n, middles = y.size, np.arange(BATCHES) - (BATCHES - 1) / 2
    drift = np.sum(middles * batches) / np.sum(middles**2)  # a batch
    scatter = batches - batches.mean() - drift * middles
    batch_means = np.sum(scatter**2) / FREEDOM / BATCHES

    residual = y - drift * BATCHES * (np.arange(n) / n - 0.5)
    residual -= np.median(residual)
    limit = OUTLIER * MAD_TO_STD * np.median(np.abs(residual))
    residual = np.clip(residual, -limit, limit)
    power = max(np.sum(residual**2), np.finfo(float).eps)  # above 0 for a constant curve
    correlation = np.sum(residual[1:] * residual[:-1]) / power
    correlation = np.clip(correlation + (2 + 4 * correlation) / n, 0.0, 1 - 1 / n)
    independent = n * (1 - correlation) / (1 + correlation)  # effective number of records
    autoregressive = power / n / max(independent - 2, 1.0)  # 2: level and drift
    return float(np.sqrt(max(batch_means, autoregressive)))


def _is_abrupt(x: Array, low: Array, high: Array) -> bool:
    """Return whether a step fits two windows' batch medians better than a straight line does."""
    y = np.concatenate([low, high])
    line = np.polynomial.Polynomial.fit(x, y, 1)(x)
    step = np.repeat([low.mean(), high.mean()], BATCHES)
    return bool(np.sum((y - step) ** 2) < np.sum((y - line) ** 2))


def _confidence_below_zero(y: Array) -> float:
    """Return the confidence that the level of y is negative, 0 for too few records."""
    if y.size < BATCHES:
        return 0.0
    batches = _batch_medians(y)
    return float(stdtr(FREEDOM, -batches.mean() / _standard_error(y, batches)))
