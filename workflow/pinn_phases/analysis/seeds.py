"""Statistics over seeds: iterations to an error level or phase, medians, ratios of two methods.

An error level is reached at the first recorded iteration below it (`first_below`). If a run does
not reach it, the observation is right-censored at the last iteration.

Methods are compared seed by seed, because runs with the same seed share points and initial weights.
The ratio of two methods is the geometric mean over the pairs, so that swapping the methods inverts
it. Its interval is a percentile bootstrap over the pairs, which is too narrow for few seeds. With
three seeds it extends from the smallest to the largest ratio, and covers the mean of a normal
distribution in 75 % of cases instead of 95 % (tests/analysis/test_seeds.py).

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
FINAL = 0.1  # the final error is the median over this share of iterations: errors fluctuate (3.1)
CONFIDENCE = 0.95
RESAMPLES = 9999  # scipy's default
ROUNDING = 1e-9  # tolerance for a survival probability, which is a product of fractions


@dataclass(frozen=True)
class Observation:
    """A positive value. If it is censored, the true value is larger."""

    value: float
    censored: bool = False


class Bound(StrEnum):
    """Relation of the true ratio to a ratio of observations, which may be censored."""

    EXACT = "exact"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Ratio:
    """A ratio with its bootstrap interval.

    Attributes
    ----------
    value
        None if the bound is unknown.
    lower, upper
        Ends of the interval; None for a single pair, or if censoring leaves that end unknown.
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
    """Return the iteration of an event, or the last iteration, censored, if it is None."""
    return Observation(last, censored=True) if iteration is None else Observation(iteration)


def final_error(iterations: Iterations, errors: Real, last: int) -> float:
    """Return the median error of the last tenth of a training."""
    return float(np.median(errors[iterations > (1 - FINAL) * last]))


def median(observations: Sequence[Observation]) -> float | None:
    """Return the Kaplan-Meier median, or None if more than half exceed every uncensored value.

    It is the smallest value that at most half of the observations exceed.
    """
    exact = [observation.value for observation in observations if not observation.censored]
    right = [observation.value for observation in observations if observation.censored]
    if not exact:
        return None
    survival = ecdf(CensoredData(uncensored=exact, right=right)).sf
    half = np.flatnonzero(survival.probabilities <= 0.5 + ROUNDING)
    return float(survival.quantiles[half[0]]) if half.size else None


def ratio(numerator: Observation, denominator: Observation) -> Ratio:
    """Return the ratio of two observations: a bound if one is censored, unknown if both are."""
    return mean_ratio([(numerator, denominator)])


def mean_ratio(pairs: Sequence[tuple[Observation, Observation]]) -> Ratio:
    """Return the geometric mean of the ratios of pairs, with a bootstrap interval.

    Parameters
    ----------
    pairs
        Numerator and denominator of each ratio.

    Returns
    -------
    Ratio
        A bound if only numerators or only denominators are censored; the interval then has only
        the end on that side. Unknown if some of both are censored, if there is no pair, or if a
        value is not positive and finite.
    """
    at_least = any(numerator.censored for numerator, _ in pairs)
    at_most = any(denominator.censored for _, denominator in pairs)
    values = np.array([[numerator.value, denominator.value] for numerator, denominator in pairs])
    usable = values.size > 0 and (np.isfinite(values) & (values > 0)).all()
    if (at_least and at_most) or not usable:
        return Ratio(None, Bound.UNKNOWN, pairs=len(pairs))
    bound = Bound.AT_LEAST if at_least else Bound.AT_MOST if at_most else Bound.EXACT
    if len(pairs) == 1:
        return Ratio(float(values[0, 0] / values[0, 1]), bound)
    logarithms = np.log(values[:, 0] / values[:, 1])
    lower, upper = interval(logarithms)
    return Ratio(
        float(np.exp(logarithms.mean())),
        bound,
        None if at_most else float(np.exp(lower)),
        None if at_least else float(np.exp(upper)),
        len(pairs),
    )


def interval(values: Real) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean of at least two values, shape (n,)."""
    ends = bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(ends.low), float(ends.high)
