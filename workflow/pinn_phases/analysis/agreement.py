"""Agreement of our curves with a published curve of the same training.

Curves are compared up to the last iteration that all of them reach. An error level counts as
reached at the first record below it. Errors are compared only at iterations that every curve
recorded, because a curve with more records would fall below a level earlier. SNR is compared by its
median over all records of a curve in each half decade of iterations.
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
    """The curves of one training.

    Attributes
    ----------
    error_at, error
        Increasing iterations, and the relative L2 error at each, shape (n,).
    snr_at, snr
        Increasing iterations, and the SNR of the gradients at each, shape (m,).
    """

    error_at: Iterations
    error: Real
    snr_at: Iterations
    snr: Real


@dataclass(frozen=True)
class Values:
    """One quantity of the published curve (theirs) and of each of our runs; None if unknown."""

    theirs: Observation | None
    ours: tuple[Observation | None, ...]

    @property
    def median(self) -> Observation | None:
        """Kaplan-Meier median of our runs; unknown values count as larger than all others."""
        known = [value for value in self.ours if value is not None]
        if not known:
            return None
        largest = Observation(max(value.value for value in known), censored=True)
        median = seeds.median([value or largest for value in self.ours])
        if median is not None:
            return Observation(median)
        return largest if len(known) == len(self.ours) else None

    def over_theirs(self, ours: Observation | None) -> Ratio:
        """Return the ratio of one of our values to the published one."""
        if ours is None or self.theirs is None:
            return Ratio(None, Bound.UNKNOWN)
        return seeds.ratio(ours, self.theirs)


@dataclass(frozen=True)
class Agreement:
    """Comparison of our curves with a published one.

    Attributes
    ----------
    last
        Last iteration at which every curve recorded an error; None if they have none in common.
    reached
        Error level -> iteration at which it is reached.
    final_error
        Median error in the last tenth of the iterations up to `last`.
    snr
        (First, last) iteration of a half decade -> median SNR in it.
    """

    last: int | None
    reached: Mapping[float, Values]
    final_error: Values
    snr: Mapping[Span, Values]


def compare(theirs: Curve, ours: Sequence[Curve]) -> Agreement:
    """Compare our curves, one per seed and at least one, with a published curve."""
    curves = (theirs, *ours)
    snr = _snr_by_half_decade(curves)
    common: Iterations = reduce(np.intersect1d, [curve.error_at for curve in curves])
    if not common.size:
        unknown = _values([None] * len(curves))
        return Agreement(None, dict.fromkeys(LEVELS, unknown), unknown, snr)
    errors = [curve.error[np.searchsorted(curve.error_at, common)] for curve in curves]
    levels = {
        level: _values([reached(common, error, level) for error in errors]) for level in LEVELS
    }
    last = int(common[-1])
    final = _values([_if_finite(final_error(common, error, last)) for error in errors])
    return Agreement(last, levels, final, snr)


def half_decades(last: int) -> list[Span]:
    """First and last iteration of each half decade from iteration 1 to `last`."""
    starts = [1]
    while starts[-1] <= last:
        starts.append(isqrt(10 ** len(starts) - 1) + 1)  # sqrt(10^k), rounded up
    ends = [*(start - 1 for start in starts[1:-1]), last]
    return list(zip(starts[:-1], ends, strict=True))


def _snr_by_half_decade(curves: Sequence[Curve]) -> dict[Span, Values]:
    last = min(int(curve.snr_at[-1]) for curve in curves)
    return {
        span: _values([_median_snr(curve, span) for curve in curves]) for span in half_decades(last)
    }


def _median_snr(curve: Curve, span: Span) -> Observation | None:
    inside = (curve.snr_at >= span[0]) & (curve.snr_at <= span[1]) & np.isfinite(curve.snr)
    return _if_finite(float(np.median(curve.snr[inside]))) if inside.any() else None


def _if_finite(value: float) -> Observation | None:
    return Observation(value) if np.isfinite(value) else None


def _values(of_curves: Sequence[Observation | None]) -> Values:
    """Combine the values of all curves; that of the published curve comes first."""
    return Values(of_curves[0], tuple(of_curves[1:]))
