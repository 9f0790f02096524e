"""Search for abrupt, lasting rises of a curve to a new equilibrium; others are rejected."""

from dataclasses import dataclass, replace

import numpy as np

from pinn_phases.analysis.phases.levels import Bins
from pinn_phases.arrays import Real
from pinn_phases.settings.analysis import MIN_BINS

MOST = 0.6  # smallest share of the time that must be low before a rise, and high after it
STEADY = 0.9  # quantile of the ceiling's distances from its median that is called its spread
SPREAD = 0.02  # decades; smallest spread of the ceiling, smaller ones are not significant
LONGEST = 1.0  # decades after a rise that are used as evidence
ENDS = "the record ends"
RANDOM_WALK = 6.0  # factor of the bound in `confidence`


@dataclass(frozen=True)
class Rise:
    """A point at which the level of a curve rises.

    Attributes
    ----------
    place
        Start of the first bin after the rise, in decades of iterations.
    before, after
        Levels of the windows before and after it, in decades of SNR.
    evidence
        See `confidence`; 0 if it is rejected for another reason.
    reason
        Why it is rejected regardless of its evidence; empty if it is not.
    climbs
        Whether the ceiling keeps increasing after the rise, which is then not abrupt.
    """

    place: float
    before: float
    after: float
    evidence: float
    reason: str = ""
    climbs: bool = False

    @property
    def middle(self) -> float:
        """Midpoint between the levels before and after."""
        return (self.before + self.after) / 2

    @property
    def height(self) -> float:
        """Height of the rise, in decades of SNR."""
        return self.after - self.before


def confidence(evidence: float) -> float:
    """Return the share of random walks in which no rise has this much evidence.

    The evidence of a rise is height x duration / spread of the ceiling afterwards, each in decades.
    Its distribution does not depend on the step size of the random walk. At most a share 6 exp(-E)
    of the walks over four to five decades has a rise with more evidence than E (see
    `python -m tests.phase_rates`). Walks with equal steps on the logarithmic axis reach this bound;
    those with equal steps per record reach a third of it.
    """
    return float(max(0.0, 1.0 - RANDOM_WALK * np.exp(-evidence)))


def find_rises(
    bins: Bins, earliest: float, window: float, duration: float, min_rise: float
) -> list[Rise]:
    """Return the rises of a curve from a point on; rises in adjacent bins are merged.

    Parameters
    ----------
    earliest
        Start of the search, in decades of iterations.
    window, duration
        Widths of the windows before and after a rise, in decades of iterations.
    min_rise
        Smallest difference between the levels of the two windows, in decades of SNR.
    """
    first = int(np.searchsorted(bins.start, earliest))
    groups: list[list[Rise]] = []
    previous = None
    for index in range(first + MIN_BINS, bins.label.size - 1):
        rise = _rise(bins, index, first, window, duration)
        if rise is None or rise.height < min_rise:
            continue
        if previous != index - 1:
            groups.append([])
        groups[-1].append(rise)
        previous = index
    return [max(group, key=_preference) for group in groups]


def _preference(rise: Rise) -> tuple[float, bool, float, bool]:
    """Sort key for rises in adjacent bins: evidence, then complete windows, then height."""
    evidence = rise.evidence if rise.evidence > 1 else 0.0
    return evidence, not rise.reason.startswith(ENDS), round(rise.height, 1), bool(rise.reason)


def _rise(bins: Bins, index: int, first: int, window: float, duration: float) -> Rise | None:
    """Compare the levels before and after the start of a bin; None if too few bins have records.

    Bins before `first` are ignored.
    """
    label, count_after = int(bins.label[index]), round(duration / bins.width)
    count_before = round(window / bins.width)
    before = bins.within(label - count_before, count_before)
    after = bins.within(label, count_after)
    low, high = bins.level[max(before.start, first) : before.stop], bins.level[after]
    if low.size < MIN_BINS or high.size < MIN_BINS:
        return None
    rise = Rise(float(bins.start[index]), float(np.median(low)), float(np.median(high)), 0.0)
    recorded = bins.end - rise.place
    if recorded < duration - bins.width / 2:
        return replace(rise, reason=f"{ENDS} {recorded:.2f} decades later")
    if np.mean(low < rise.middle) < MOST:
        share = np.mean(low >= rise.middle)
        return replace(rise, reason=f"already as high for {share:.0%} of the time before")
    evidence = _evidence(bins, index, rise, count_after)
    if evidence == 0:
        lasted = _time_above_middle(bins, index, rise)
        return replace(rise, reason=f"fell back after {lasted:.2f} decades")
    return replace(rise, evidence=evidence, climbs=_climbs(bins.start[after], bins.ceiling[after]))


def _evidence(bins: Bins, index: int, rise: Rise, shortest: int) -> float:
    """Return the largest height x duration / spread; 0 if the level does not stay high.

    Durations range from `shortest`, in bins, to a decade or the end of the record.
    """
    label, largest = int(bins.label[index]), 0.0
    longest = min(round(LONGEST / bins.width), int(bins.label[-1]) - label + 1)
    for duration in range(shortest, longest + 1):
        after = bins.within(label, duration)
        high = bins.level[after] > rise.middle
        if not high[-1] or np.mean(high) < MOST:
            continue
        ceiling = bins.ceiling[after]
        spread = float(np.quantile(np.abs(ceiling - np.median(ceiling)), STEADY))
        largest = max(largest, rise.height * duration * bins.width / max(spread, SPREAD))
    return largest


def _time_above_middle(bins: Bins, index: int, rise: Rise) -> float:
    """Return the decades for which the level first stays above the middle of a rise."""
    high = bins.level[index:] > rise.middle
    start = index + int(high.argmax())
    low = np.flatnonzero(~high[start - index :])
    end = bins.start[start + low[0]] if low.size else bins.end
    return float(end - bins.start[start])


def _climbs(x: Real, ceiling: Real) -> bool:
    """Return whether a ceiling increases steadily: a fitted line halves its standard deviation."""
    slope, _ = line = np.polyfit(x, ceiling, 1)
    return bool(slope > 0 and np.std(ceiling - np.polyval(line, x)) < np.std(ceiling) / 2)
