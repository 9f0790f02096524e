"""Find fitting, diffusion and total diffusion in a curve of the gradient's SNR.

The curve is analysed on the axes of the paper's figures, log10 of iteration and SNR, in bins of a
twentieth of a decade. A bin has a level, the median of its records, and a ceiling, their 90 %
quantile. SNR often dips by orders of magnitude and recovers, because Adam oscillates. The ceiling
does not follow these dips.

1. Fitting ends, and diffusion starts, at the elbow where the first fall of the ceiling ends
   (`elbows`), at any level: in the cavity SNR stays above 1 (Fig. 9). A curve without a fall that
   starts in the stochastic regime, below 1, is in diffusion from its first record. So is a curve
   that lacks the first records, in which a fall may have happened.
2. Total diffusion starts at an abrupt and lasting rise into an equilibrium (`rises`). The level
   rises by at least `min_rise` from one window to the next. It is low for most of the window
   before, and high for most of at least `min_duration` after, with a nearly constant ceiling. The
   confidence is the share of random walks without a rise of that height that is followed by a
   ceiling as constant for as long.
3. The late decrease (Fig. 2) starts where the level falls below the middle of that rise and stays
   there until the end of the record. It ends total diffusion.

A boundary with confidence stays where it is when the record grows: a rise is judged by the time
after it, up to a decade, and its evidence only grows. Only a later rise with more evidence replaces
it.

`python -m tests.phase_rates` uses 1,000 synthetic curves of each kind, other than those used to
choose the constants. Total diffusion is found in 0.0 % of drifts, 0.4 and 0.6 % of random walks
(equal steps per record, equal steps per decade), 0.1 % of oscillations of growing depth, 0.0 % of
single spikes, 0.5 % of steps that fall back, and 90.8 % of curves with a rise, always within a
factor of two of it. docs/phases.md has measured curves.

References
----------
Anagnostopoulos, S. J. et al. Learning in PINNs: Phase transition, total diffusion, and
generalization. Sections 2.1 and 3.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinn_phases.analysis.change_points import Interval, crossing
from pinn_phases.analysis.elbows import MIN_FALL, find_elbow
from pinn_phases.analysis.levels import FEWEST, Bins
from pinn_phases.analysis.rises import MOST, Rise, confidence, find_rises
from pinn_phases.arrays import Real
from pinn_phases.settings.analysis import MIN_RECORDS

ORDER_ONE = 10.0  # SNR in units of the stochastic level; larger values are not O(1)
UNSURE = 0.5  # confidence of a start at the first record: a fall may still follow
SOON = 1.1  # decades after the first record; a fall in it has ended by then
UNSEEN = 10  # iterations; records that start later may have missed a fall


@dataclass(frozen=True)
class Boundary:
    """The start of a phase.

    Attributes
    ----------
    iteration : float
        Recorded iteration at which the phase starts; the middle of a gradual rise.
    lower, upper : float
        Interval of the start, recorded iterations. For an elbow, the 90 % likelihood interval; for
        others, all places with at most one bin width more time on the wrong side of the middle
        level.
    confidence : float
        In [0, 1]. Diffusion: share of the window after it in which SNR is O(1), below ten; half of
        that at the first record. Total diffusion: share of random walks without a rise of that
        evidence. Late decrease: share of the time after it in which SNR is low, reduced if that
        time is short.
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
        Height in decades.
    confidence : float
        Confidence as for total diffusion; 0 if the rise is not abrupt or does not last.
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
    """Find where diffusion, total diffusion and the late decrease start.

    Parameters
    ----------
    iterations : array_like of shape (n,)
        Increasing, in any spacing. Iteration 0 is dropped because of the logarithmic axis.
    snr : array_like of shape (n,)
        Signal-to-noise ratio of the gradient (Eq. 8), dimensionless, preferably not smoothed.
        Records that are zero, infinite or NaN are dropped.
    stochastic_level : float
        SNR that separates the deterministic from the stochastic regime.
    bins_per_decade : int
        Resolution of the search in log10(iteration); rises are then refined.
    window : float
        Decades of iterations before and after a place, whose levels are compared.
    min_duration : float
        Decades of iterations for which SNR must stay high after a rise, and low at the end.
    min_rise : float
        Smallest rise, decades of SNR.
    min_confidence : float
        Smallest confidence of a rise: 1 minus the share of random walks in which total diffusion
        is found.

    Returns
    -------
    Phases

    Raises
    ------
    ValueError
        If the arrays are not a curve, or have too few usable records.
    """
    at, value = _usable_records(iterations, snr)
    x, y = np.log10(at), np.log10(value / stochastic_level)
    bins = Bins.of(x, y, bins_per_decade)
    enough = bins.label.size > 2 * FEWEST
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
    place = crossing(x[near], y[near] > best.middle, bins.width)
    total_diffusion = _boundary(at, place, confidence(best.evidence))
    later = x > max(place[0], best.place)
    late_decrease = _late_decrease(at[later], y[later] < best.middle, min_duration, bins.width)
    return Phases(diffusion, total_diffusion, late_decrease, candidates)


def _usable_records(iterations: ArrayLike, snr: ArrayLike) -> tuple[Real, Real]:
    """Return the records with positive, finite values, each of shape (m,)."""
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


def _boundary(at: Real, place: Interval, confidence: float) -> Boundary:
    """Return the boundary at the recorded iterations nearest to a place, in decades."""
    at_place, lower, upper = (float(at[np.argmin(np.abs(np.log10(at) - x))]) for x in place)
    return Boundary(at_place, lower, upper, confidence)


def _diffusion(at: Real, bins: Bins, window: float) -> Boundary | None:
    """Return the start of diffusion: the elbow, or the first record of a stochastic start."""
    first = float(np.log10(at[0]))
    # If records start late, a fall before them, or in the first bins, cannot be seen.
    missed = FEWEST if at[0] > UNSEEN else 0
    stochastic = bool(np.median(bins.level[missed : missed + FEWEST]) < 0)
    falls = np.median(bins.ceiling[:FEWEST]) - np.median(bins.ceiling[FEWEST : 2 * FEWEST])
    place, sure = find_elbow(bins, window), 1.0
    if missed and stochastic and (falls < MIN_FALL or place is None or place[0] > first + SOON):
        place = None  # it is over
    if place is None:
        sure = UNSURE
        if not stochastic:
            return None
        place = first, first, float(bins.start[missed]) if missed else first
    label = int(place[0] / bins.width + 1e-6)  # of a bin that has records
    after = bins.level[bins.within(label, round(window / bins.width))]
    return _boundary(at, place, sure * float(np.mean(after < np.log10(ORDER_ONE))))


def _candidate(rise: Rise, min_confidence: float) -> Candidate:
    """Return why a rise is not the start of total diffusion."""
    sure, reason = confidence(rise.evidence), rise.reason
    if not reason and sure >= min_confidence:
        reason = "another rise has more evidence"
    if not reason:
        slow = "too slow, its ceiling still climbs: " if rise.climbs else ""
        reason = f"{slow}a random walk does the same in up to {1 - sure:.0%} of cases"
    return Candidate(float(10**rise.place), rise.height, sure, reason)


def _late_decrease(
    at: Real, low: NDArray[np.bool_], min_duration: float, slack: float
) -> Boundary | None:
    """Return where SNR becomes low until the end of the record, if that lasts."""
    x = np.log10(at)
    if x.size == 0 or x[-1] - x[0] < min_duration / 2:
        return None
    place = crossing(x, low, slack)
    rest = x >= place[0]
    seen = float(x[-1] - place[0])
    if seen < min_duration / 2:
        return None
    share = float(np.average(low[rest], weights=np.diff(x[rest], append=x[-1])))
    if share < MOST:
        return None
    return _boundary(at, place, share * min(1.0, seen / min_duration))
