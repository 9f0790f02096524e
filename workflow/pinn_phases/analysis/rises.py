"""Abrupt and lasting rises of a curve into an equilibrium, and why other rises do not count."""

from dataclasses import dataclass, replace

import numpy as np

from pinn_phases.analysis.levels import FEWEST, Bins
from pinn_phases.arrays import Real

MOST = 0.6  # of the time before a rise is low, and of that after it high: oscillations aside
STEADY = 0.9  # of that time, in which the ceiling stays within its spread
SPREAD = 0.02  # decades: a ceiling that is steadier says nothing more
LONGEST = 1.0  # decades after a rise that are looked at: then it has been in equilibrium
ENDS = "the record ends"
RANDOM_WALK = 6.0  # see `confidence`


@dataclass(frozen=True)
class Rise:
    """A place after which the level is higher than before.

    Attributes
    ----------
    place
        Where the time after it starts, in decades of iterations.
    before, after
        Levels of the windows on either side, in decades of SNR.
    evidence
        See `confidence`; 0 if the rise is none.
    reason
        Why it does not count, whatever its evidence; empty if it may.
    climbs
        Whether its ceiling still goes up: it is too slow to be abrupt.
    """

    place: float
    before: float
    after: float
    evidence: float
    reason: str = ""
    climbs: bool = False

    @property
    def middle(self) -> float:
        """Between the levels before and after."""
        return (self.before + self.after) / 2

    @property
    def height(self) -> float:
        """Of the rise, in decades of SNR."""
        return self.after - self.before


def confidence(evidence: float) -> float:
    """Return the share of random walks in which no rise has as much evidence.

    The evidence is height x duration / spread of the ceiling, in decades. It has no scale: all
    random walks give the same, whatever their steps. The share of walks of four to five decades
    whose largest exceeds E is at most 6 exp(-E), by `python -m tests.phase_rates`: reached by steps
    that are equal on the logarithmic axis, a third of it by steps that are equal for each record.
    """
    return float(max(0.0, 1.0 - RANDOM_WALK * np.exp(-evidence)))


def find_rises(
    bins: Bins, earliest: float, window: float, duration: float, min_rise: float
) -> list[Rise]:
    """Return the rises of a curve after a place, those of adjacent bins as one.

    Parameters
    ----------
    earliest
        Where the curve starts that is searched.
    window, duration
        Before and after a rise, over which levels are taken.
    min_rise
        Smallest difference of these levels.
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
    """Order the rises of adjacent bins: by evidence, if any; else the highest one seen whole."""
    evidence = rise.evidence if rise.evidence > 1 else 0.0
    return evidence, not rise.reason.startswith(ENDS), round(rise.height, 1), bool(rise.reason)


def _rise(bins: Bins, here: int, first: int, window: float, duration: float) -> Rise | None:
    """Return what the levels before and after a bin say, None if too few bins have records."""
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
    """Return height x duration / spread for the duration that gives most; 0 if none lasts."""
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
    """Return for how long a level stays high before it is low again, or the record ends."""
    high = bins.level[here:] > rise.middle
    up = int(high.argmax())
    low = np.flatnonzero(~high[up:])
    end = bins.start[here + up + low[0]] if low.size else bins.end
    return float(end - bins.start[here + up])


def _climbs(x: Real, ceiling: Real) -> bool:
    """Return whether a ceiling goes up steadily: a line leaves less than half of its spread."""
    slope, _ = line = np.polyfit(x, ceiling, 1)
    return bool(slope > 0 and np.std(ceiling - np.polyval(line, x)) < np.std(ceiling) / 2)
