"""Agreement of our curves with a published curve of the same training.

All are compared up to the last iteration that all of them have. An error level is reached at the
first record below it. Errors are compared at the iterations that all recorded, because a curve with
more records falls below a level earlier. SNR is compared by its median in each half decade of
iterations, over all records of a curve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import isqrt

import numpy as np

from pinn_phases.analysis import seeds
from pinn_phases.analysis.seeds import Bound, Observation, Ratio, final_error, reached
from pinn_phases.analysis.trajectories import Iterations
from pinn_phases.arrays import Real

LEVELS = (0.5, 0.1)  # relative L2 errors, dimensionless

Span = tuple[int, int]  # first and last iteration


@dataclass(frozen=True)
class Curve:
    """The curves of a training that are compared.

    Attributes
    ----------
    error_at, error
        Increasing iterations and the relative L2 errors there, shape (n,).
    snr_at, snr
        Increasing iterations and the SNR of the gradients there, shape (m,).
    """

    error_at: Iterations
    error: Real
    snr_at: Iterations
    snr: Real


@dataclass(frozen=True)
class Values:
    """One quantity of the published curve and of each of ours; None where it is not known."""

    theirs: Observation | None
    ours: tuple[Observation | None, ...]

    @property
    def median(self) -> Observation | None:
        """Kaplan-Meier median of ours; unknown values count as the largest."""
        known = [one for one in self.ours if one is not None]
        if not known:
            return None
        largest = Observation(max(one.value for one in known), censored=True)
        found = seeds.median([one or largest for one in self.ours])
        if found is not None:
            return Observation(found)
        return largest if len(known) == len(self.ours) else None

    def over_theirs(self, ours: Observation | None) -> Ratio:
        """Return the ratio of one of our values to theirs."""
        if ours is None or self.theirs is None:
            return Ratio(None, Bound.UNKNOWN)
        return seeds.ratio(ours, self.theirs)


@dataclass(frozen=True)
class Agreement:
    """Comparison of our curves with a published one.

    Attributes
    ----------
    last
        Last iteration at which all recorded an error; None if there is none.
    reached
        Error level -> iteration at which it is reached.
    final_error
        Median error of the last tenth of the iterations up to `last`.
    snr
        First and last iteration of a half decade -> median SNR.
    """

    last: int | None
    reached: Mapping[float, Values]
    final_error: Values
    snr: Mapping[Span, Values]


def compare(theirs: Curve, ours: Sequence[Curve]) -> Agreement:
    """Compare at least one of our curves, one per seed, with a published one."""
    curves = (theirs, *ours)
    snr = _by_half_decades(curves)
    at: Iterations = reduce(np.intersect1d, [curve.error_at for curve in curves])
    if not at.size:
        unknown = _values([None] * len(curves))
        return Agreement(None, dict.fromkeys(LEVELS, unknown), unknown, snr)
    errors = [curve.error[np.searchsorted(curve.error_at, at)] for curve in curves]
    levels = {level: _values([reached(at, e, level) for e in errors]) for level in LEVELS}
    last = int(at[-1])
    final = _values([_known(final_error(at, e, last)) for e in errors])
    return Agreement(last, levels, final, snr)


def half_decades(last: int) -> list[Span]:
    """First and last iteration of each half of a decade, from iteration 1 to the last."""
    starts = [1]
    while starts[-1] <= last:
        starts.append(isqrt(10 ** len(starts) - 1) + 1)  # the root of a power of ten, rounded up
    ends = [*(start - 1 for start in starts[1:-1]), last]
    return list(zip(starts[:-1], ends, strict=True))


def _by_half_decades(curves: Sequence[Curve]) -> dict[Span, Values]:
    last = min(int(curve.snr_at[-1]) for curve in curves)
    return {
        span: _values([_median_snr(curve, span) for curve in curves]) for span in half_decades(last)
    }


def _median_snr(curve: Curve, span: Span) -> Observation | None:
    inside = (curve.snr_at >= span[0]) & (curve.snr_at <= span[1]) & np.isfinite(curve.snr)
    return _known(float(np.median(curve.snr[inside]))) if inside.any() else None


def _known(value: float) -> Observation | None:
    return Observation(value) if np.isfinite(value) else None


def _values(found: Sequence[Observation | None]) -> Values:
    return Values(found[0], tuple(found[1:]))
