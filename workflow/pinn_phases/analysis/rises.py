"""Abrupt and lasting rises of a curve into an equilibrium, and reasons to reject others."""

from dataclasses import dataclass, replace

import numpy as np

from pinn_phases.analysis.levels import FEWEST, Bins
from pinn_phases.arrays import Real

MOST = 0.6  # share of the time that must be low before a rise and high after it
STEADY = 0.9  # share of that time in which the ceiling is within its spread
SPREAD = 0.02  # decades; a smaller spread of the ceiling is not significant
LONGEST = 1.0  # decades after a rise that are considered
ENDS = "the record ends"
RANDOM_WALK = 6.0  # see `confidence`


@dataclass(frozen=True)
class Rise:
    """A place at which the level rises.

    Attributes
    ----------
    place
        Start of the time after it, in decades of iterations.
    before, after
        Levels of the windows on either side, in decades of SNR.
    evidence
        See `confidence`; 0 if it is not a rise.
    reason
        Why it is rejected regardless of its evidence; empty if it is not.
    climbs
        Whether its ceiling still increases, so that the rise is not abrupt.
    """

    place: float
    before: float
    after: float
    evidence: float
    reason: str = ""
    climbs: bool = False

    @property
    def middle(self) -> float:
        """Middle between the levels before and after."""
        return (self.before + self.after) / 2

    @property
    def height(self) -> float:
        """Height of the rise, in decades of SNR."""
        return self.after - self.before


def confidence(evidence: float) -> float:
    """Return the share of random walks in which no rise has as much evidence.

    The evidence is height x duration / spread of the ceiling, in decades. Its distribution is the
    same for random walks with any step size. The share of walks of four to five decades
    whose largest evidence exceeds E is at most 6 exp(-E) (`python -m tests.phase_rates`). Equal
    steps on the logarithmic axis reach this bound; equal steps per record, a third of it.
    """
    return float(max(0.0, 1.0 - RANDOM_WALK * np.exp(-evidence)))


def find_rises(
    bins: Bins, earliest: float, window: float, duration: float, min_rise: float
) -> list[Rise]:
    """Return the rises of a curve after a place; rises in adjacent bins are merged.

    Parameters
    ----------
    earliest
        Start of the search, decades of iterations.
    window, duration
        Widths of the windows before and after a rise, decades of iterations.
    min_rise
        Smallest difference of their levels, decades of SNR.
    """
    first = int(np.searchsorted(bins.start, earliest))
    groups: list[list[Rise]] = []
    previous = None
    for here in range(first + FEWEST, bins.label.size - 1):
        rise = _rise(bins, here, first, window, duration)
        if rise is None or rise.height < min_rise:
            continue
        if previous != here - 1:
            groups.append([])
        groups[-1].append(rise)
        previous = here
    return [max(group, key=_weight) for group in groups]


def _weight(rise: Rise) -> tuple[float, bool, float, bool]:
    """Sort key of rises in adjacent bins: evidence, then complete windows and height."""
    evidence = rise.evidence if rise.evidence > 1 else 0.0
    return evidence, not rise.reason.startswith(ENDS), round(rise.height, 1), bool(rise.reason)


def _rise(bins: Bins, here: int, first: int, window: float, duration: float) -> Rise | None:
    """Compare the levels before and after a bin; None if too few bins have records."""
    label, count = int(bins.label[here]), round(duration / bins.width)
    wide = round(window / bins.width)
    before, after = bins.within(label - wide, wide), bins.within(label, count)
    low, high = bins.level[max(before.start, first) : before.stop], bins.level[after]
    if low.size < FEWEST or high.size < FEWEST:
        return None
    rise = Rise(float(bins.start[here]), float(np.median(low)), float(np.median(high)), 0.0)
    seen = bins.end - rise.place
    if seen < duration - bins.width / 2:
        return replace(rise, reason=f"{ENDS} {seen:.2f} decades later")
    if np.mean(low < rise.middle) < MOST:
        share = np.mean(low >= rise.middle)
        return replace(rise, reason=f"as high for {share:.0%} of the time before")
    evidence = _evidence(bins, here, rise, count)
    if evidence == 0:
        return replace(rise, reason=f"fell back after {_lasts(bins, here, rise):.2f} decades")
    return replace(rise, evidence=evidence, climbs=_climbs(bins.start[after], bins.ceiling[after]))


def _evidence(bins: Bins, here: int, rise: Rise, count: int) -> float:
    """Return the largest height x duration / spread over all durations; 0 if none lasts."""
    label, found = int(bins.label[here]), 0.0
    last = min(round(LONGEST / bins.width), int(bins.label[-1]) - label + 1)
    for duration in range(count, last + 1):
        after = bins.within(label, duration)
        high = bins.level[after] > rise.middle
        if not high[-1] or np.mean(high) < MOST:
            continue
        ceiling = bins.ceiling[after]
        spread = float(np.quantile(np.abs(ceiling - np.median(ceiling)), STEADY))
        found = max(found, rise.height * duration * bins.width / max(spread, SPREAD))
    return found


def _lasts(bins: Bins, here: int, rise: Rise) -> float:
    """Return how long a level stays high, up to the end of the record."""
    high = bins.level[here:] > rise.middle
    up = int(high.argmax())
    low = np.flatnonzero(~high[up:])
    end = bins.start[here + up + low[0]] if low.size else bins.end
    return float(end - bins.start[here + up])


def _climbs(x: Real, ceiling: Real) -> bool:
    """Return whether a ceiling increases steadily: a line explains half of its spread."""
    slope, _ = line = np.polyfit(x, ceiling, 1)
    return bool(slope > 0 and np.std(ceiling - np.polyval(line, x)) < np.std(ceiling) / 2)
