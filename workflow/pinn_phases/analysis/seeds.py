"""Statistics over seeds: iterations to errors and phases, medians, and ratios of two methods.

A level that a run does not reach is right-censored at its last iteration. An error level is reached
at the first recorded iteration below it (`first_below`).

Methods are compared seed by seed, because runs with the same seed share points and initial weights.
The ratio of two methods is the geometric mean of the ratios of the pairs, so that the inverse ratio
is its inverse. Its interval is a percentile bootstrap over the pairs. With few seeds it is too
narrow: with three it ends at the smallest and largest ratio, and covers the mean of a normal
distribution in three of four cases in place of 95 % (tests/analysis/test_seeds.py).

References
----------
Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal
of the American Statistical Association 53, 457-481.
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapter 13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import CensoredData, bootstrap, ecdf

from pinn_phases.analysis.trajectories import Iterations, first_below
from pinn_phases.arrays import Real

LEVELS = (0.5, 0.1, 0.01)  # relative L2 errors, dimensionless
FINAL = 0.1  # share of the iterations whose median error is the final one: errors fluctuate (3.1)
CONFIDENCE = 0.95
RESAMPLES = 9999  # scipy's own number
ROUNDING = 1e-9  # of a survival probability, a product of fractions


@dataclass(frozen=True)
class Observation:
    """A positive value; the true value is larger if it is censored."""

    value: float
    censored: bool = False


class Bound(StrEnum):
    """How a ratio of observations bounds the true ratio."""

    EXACT = "exact"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Ratio:
    """A ratio with its interval, None where nothing is known.

    Attributes
    ----------
    value
        None if the bound is unknown.
    lower, upper
        Ends of the bootstrap interval; None for one pair, or where censoring leaves them unknown.
    pairs
        Number of pairs.
    """

    value: float | None
    bound: Bound
    lower: float | None = None
    upper: float | None = None
    pairs: int = 1


def reached(iterations: Iterations, errors: Real, level: float) -> Observation:
    """Return the first recorded iteration with an error below the level, or the last, censored."""
    return observed(first_below(iterations, errors, level), int(iterations[-1]))


def observed(iteration: float | None, last: int) -> Observation:
    """Return the iteration of an event, censored at the last one if it was not found."""
    return Observation(last, censored=True) if iteration is None else Observation(iteration)


def final_error(iterations: Iterations, errors: Real, last: int) -> float:
    """Return the median error of the last tenth of a training."""
    return float(np.median(errors[iterations > (1 - FINAL) * last]))


def median(observations: Sequence[Observation]) -> float | None:
    """Return the Kaplan-Meier median: the first value that at most half exceed; None if none is."""
    exact = [one.value for one in observations if not one.censored]
    right = [one.value for one in observations if one.censored]
    if not exact:
        return None
    survival = ecdf(CensoredData(uncensored=exact, right=right)).sf
    half = np.flatnonzero(survival.probabilities <= 0.5 + ROUNDING)
    return float(survival.quantiles[half[0]]) if half.size else None


def ratio(above: Observation, below: Observation) -> Ratio:
    """Return the ratio of two observations: a bound if one is censored, unknown if both are."""
    return mean_ratio([(above, below)])


def mean_ratio(pairs: Sequence[tuple[Observation, Observation]]) -> Ratio:
    """Return the geometric mean of the ratios of pairs, with a bootstrap interval.

    If pairs are bounds on the same side, the mean is a bound too, and the interval only has the end
    on that side. It is unknown for opposite bounds, a pair with both censored, or no pair.
    """
    above = any(one.censored for one, _ in pairs)
    below = any(other.censored for _, other in pairs)
    values = np.array([[one.value, other.value] for one, other in pairs])
    if (above and below) or not values.size or not (np.isfinite(values) & (values > 0)).all():
        return Ratio(None, Bound.UNKNOWN, pairs=len(pairs))
    bound = Bound.AT_LEAST if above else Bound.AT_MOST if below else Bound.EXACT
    if len(pairs) == 1:
        return Ratio(float(values[0, 0] / values[0, 1]), bound)
    logarithms = np.log(values[:, 0] / values[:, 1])
    lower, upper = interval(logarithms)
    return Ratio(
        float(np.exp(logarithms.mean())),
        bound,
        None if below else float(np.exp(lower)),
        None if above else float(np.exp(upper)),
        len(pairs),
    )


def interval(values: Real) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean of at least two values, shape (n,)."""
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)
