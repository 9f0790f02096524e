"""Find the starts of diffusion, total diffusion and the late decrease in a curve of the SNR.

The curve is analysed on the axes of the paper's figures, log10 of iteration and SNR, in bins of a
twentieth of a decade. The level of a bin is the median of its records, its ceiling their 90 %
quantile. SNR often dips by orders of magnitude and recovers, because Adam oscillates. The ceiling
does not follow these dips.

1. Fitting ends and diffusion starts at the elbow where the first fall of the ceiling ends
   (`elbows`). Its level does not matter, because in the cavity SNR stays above 1 (Fig. 9). A curve
   without a fall that starts in the stochastic regime, below 1, is in diffusion from its first
   record. So is a stochastic curve whose first records are missing, because the fall may have
   happened there.
2. Total diffusion starts at an abrupt and lasting rise to an equilibrium (`rises`). The level
   rises by at least `min_rise` from one window to the next. It is low for most of the window
   before, and then high for most of at least `min_duration`, with a nearly constant ceiling. The
   confidence is the share of random walks that have no rise as high, followed by a ceiling as
   constant for as long.
3. The late decrease (Fig. 2) starts where the level falls below the middle of that rise and stays
   below until the end of the record. It ends total diffusion.

A boundary found with confidence does not move when the record becomes longer: a rise is judged by
up to a decade after it, so its evidence can only increase. It is replaced only by a later rise with
more evidence.

`python -m tests.phase_rates` applies the search to 1,000 synthetic curves of each kind, other than
those used to choose the constants. Total diffusion is found in 0.0 % of drifts, 0.4 and 0.6 % of
random walks (equal steps per record, equal steps per decade), 0.1 % of oscillations of growing
depth, 0.0 % of single spikes, 0.5 % of steps that fall back, and 90.8 % of curves with a rise,
always within a factor of two of it. docs/phases.md shows the phases of measured curves.

References
----------
Anagnostopoulos, S. J. et al. Learning in PINNs: Phase transition, total diffusion, and
generalization. Sections 2.1 and 3.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinn_phases.analysis.phases.change_points import Interval, crossing
from pinn_phases.analysis.phases.elbows import MIN_FALL, find_elbow
from pinn_phases.analysis.phases.levels import Bins
from pinn_phases.analysis.phases.rises import MOST, Rise, confidence, find_rises
from pinn_phases.arrays import Real
from pinn_phases.settings.analysis import MIN_BINS, MIN_RECORDS

ORDER_ONE = 10.0  # in units of the stochastic level; a larger SNR is not O(1)
UNSURE = 0.5  # factor of the confidence if diffusion starts at the first record
SOON = 1.1  # decades; a fall that had begun before the first record ends within them
UNSEEN = 10  # iterations; a record that starts later may have missed a fall


@dataclass(frozen=True)
class Boundary:
    """The start of a phase.

    Attributes
    ----------
    iteration : float
        Recorded iteration at which the phase starts; for a gradual rise, its middle.
    lower, upper : float
        Ends of the interval of the start, recorded iterations. For an elbow, it is the 90 %
        likelihood interval. For a rise or fall, it contains all starts for which the curve is on
        the wrong side of the middle level for at most one bin width longer than for the best one.
    confidence : float
        In [0, 1]. Diffusion: share of the window after the start in which SNR is O(1), below ten;
        half of that if it starts at the first record. Total diffusion: share of random walks
        without a rise of that evidence. Late decrease: share of the time after the start in which
        SNR is low, reduced if that time is short.
    """

    iteration: float
    lower: float
    upper: float
    confidence: float


@dataclass(frozen=True)
class Candidate:
    """A rise that was rejected as the start of total diffusion.

    Attributes
    ----------
    iteration : float
        Iteration after which SNR is higher.
    rise : float
        Height of the rise, in decades.
    confidence : float
        As for total diffusion; 0 if the rise does not last or cannot be judged.
    reason : str
        Why it was rejected.
    """

    iteration: float
    rise: float
    confidence: float
    reason: str


@dataclass(frozen=True)
class Phases:
    """Starts of the phases, None where not found, and the rejected rises."""

    diffusion: Boundary | None
    total_diffusion: Boundary | None
    late_decrease: Boundary | None
    candidates: tuple[Candidate, ...]


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
) -> Phases:
    """Find the iterations at which diffusion, total diffusion and the late decrease start.

    Parameters
    ----------
    iterations : array_like of shape (n,)
        Increasing, with any spacing. Iteration 0 is dropped because of the logarithmic axis.
    snr : array_like of shape (n,)
        Signal-to-noise ratio of the gradient (Eq. 8), dimensionless, preferably not smoothed.
        Values that are zero, infinite or NaN are dropped.
    stochastic_level : float
        SNR that separates the deterministic from the stochastic regime.
    bins_per_decade : int
        Resolution of the search in log10(iteration); starts at a rise or fall are then refined.
    window : float
        Width of the windows before and after a possible boundary, in decades of iterations.
    min_duration : float
        Decades of iterations for which SNR must stay high after a rise. The late decrease must last
        half as long.
    min_rise : float
        Smallest rise, in decades of SNR.
    min_confidence : float
        Smallest confidence of a rise: 1 minus the share of random walks in which total diffusion
        is found.

    Returns
    -------
    Phases

    Raises
    ------
    ValueError
        If the iterations do not increase from at least 0, an SNR is negative, the shapes differ, or
        there are too few usable records.
    """
    at, values = _usable_records(iterations, snr)
    x, y = np.log10(at), np.log10(values / stochastic_level)
    bins = Bins.of(x, y, bins_per_decade)
    enough = bins.label.size > 2 * MIN_BINS
    diffusion = _diffusion(at, bins, window) if enough else None
    if diffusion is None:
        return Phases(None, None, None, ())
    start = float(np.log10(diffusion.iteration))
    rises = find_rises(bins, start, window, min_duration, min_rise)
    certain = [rise for rise in rises if confidence(rise.evidence) >= min_confidence]
    best = max(certain, key=lambda rise: rise.evidence, default=None)
    candidates = tuple(_candidate(rise, min_confidence) for rise in rises if rise is not best)
    if best is None:
        return Phases(diffusion, None, None, candidates)
    near = (x >= max(start, best.place - window)) & (x <= best.place + min_duration)
    interval = crossing(x[near], y[near] > best.middle, bins.width)
    total_diffusion = _boundary(at, interval, confidence(best.evidence))
    later = x > max(interval[0], best.place)
    late_decrease = _late_decrease(at[later], y[later] < best.middle, min_duration, bins.width)
    return Phases(diffusion, total_diffusion, late_decrease, candidates)


def _usable_records(iterations: ArrayLike, snr: ArrayLike) -> tuple[Real, Real]:
    """Return the records with positive, finite values, each of shape (m,)."""
    at, values = np.asarray(iterations, dtype=float), np.asarray(snr, dtype=float)
    if at.ndim != 1 or at.shape != values.shape:
        raise ValueError(f"expected two arrays of shape (n,), received {at.shape}, {values.shape}")
    if not np.all(np.isfinite(at)) or np.any(at < 0) or np.any(np.diff(at) <= 0):
        raise ValueError("expected increasing, finite iterations >= 0")
    if np.any(values < 0):
        raise ValueError(f"expected SNR >= 0, received {np.nanmin(values)}")
    usable = (at > 0) & (values > 0) & np.isfinite(values)
    if usable.sum() < MIN_RECORDS:
        raise ValueError(f"expected at least {MIN_RECORDS} usable records, received {usable.sum()}")
    return at[usable], values[usable]


def _boundary(at: Real, interval: Interval, confidence: float) -> Boundary:
    """Return the boundary at the recorded iterations nearest to an interval in decades."""
    start, lower, upper = (float(at[np.argmin(np.abs(np.log10(at) - x))]) for x in interval)
    return Boundary(start, lower, upper, confidence)


def _diffusion(at: Real, bins: Bins, window: float) -> Boundary | None:
    """Return the start of diffusion: the elbow, or the first record of a stochastic start."""
    first = float(np.log10(at[0]))
    # If the record starts late, a fall may have happened before it or in its first bins.
    skipped = MIN_BINS if at[0] > UNSEEN else 0
    stochastic = bool(np.median(bins.level[skipped : skipped + MIN_BINS]) < 0)
    fall = np.median(bins.ceiling[:MIN_BINS]) - np.median(bins.ceiling[MIN_BINS : 2 * MIN_BINS])
    elbow = find_elbow(bins, window)
    if skipped and stochastic and (fall < MIN_FALL or elbow is None or elbow[0] > first + SOON):
        elbow = None  # an elbow found here is not the end of fitting, which was not recorded
    if elbow is None and not stochastic:
        return None
    start = elbow or (first, first, float(bins.start[skipped]) if skipped else first)
    label = int(start[0] / bins.width + 1e-6)  # of the bin that contains the start
    after = bins.level[bins.within(label, round(window / bins.width))]
    share = float(np.mean(after < np.log10(ORDER_ONE)))
    return _boundary(at, start, share if elbow else UNSURE * share)


def _candidate(rise: Rise, min_confidence: float) -> Candidate:
    """Return a rejected rise with the reason why it is not the start of total diffusion."""
    certainty, reason = confidence(rise.evidence), rise.reason
    if not reason and certainty >= min_confidence:
        reason = "another rise has more evidence"
    if not reason:
        slow = "too slow, its ceiling still climbs: " if rise.climbs else ""
        reason = f"{slow}a random walk does the same in up to {1 - certainty:.0%} of cases"
    return Candidate(float(10**rise.place), rise.height, certainty, reason)


def _late_decrease(
    at: Real, low: NDArray[np.bool_], min_duration: float, slack: float
) -> Boundary | None:
    """Return the start of the time in which SNR is low until the end, if it lasts long enough."""
    x = np.log10(at)
    if x.size == 0 or x[-1] - x[0] < min_duration / 2:
        return None
    interval = crossing(x, low, slack)
    duration = float(x[-1] - interval[0])
    if duration < min_duration / 2:
        return None
    rest = x >= interval[0]
    share = float(np.average(low[rest], weights=np.diff(x[rest], append=x[-1])))
    if share < MOST:
        return None
    return _boundary(at, interval, share * min(1.0, duration / min_duration))
