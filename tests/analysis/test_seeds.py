"""Statistics over seeds, on synthetic data with known answers."""

import numpy as np
import pytest

from pinn_phases.analysis.seeds import (
    CONFIDENCE,
    Bound,
    Observation,
    Ratio,
    final_error,
    interval,
    mean_ratio,
    median,
    observed,
    ratio,
    reached,
)

AT = np.array([1, 10, 20, 30])


def exact(*values):
    return [Observation(value) for value in values]


def censored(*values):
    return [Observation(value, censored=True) for value in values]


def test_a_level_is_reached_at_the_first_record_below_it_else_censored_at_the_last():
    errors = np.array([1.0, 0.1, 0.09, 0.5])
    assert reached(AT, errors, 0.1) == Observation(20)  # 0.1 is not below 0.1
    assert reached(AT, errors, 0.01) == Observation(30, censored=True)
    assert observed(None, 30) == Observation(30, censored=True)
    assert observed(7.5, 30) == Observation(7.5)


def test_the_final_error_is_the_median_of_the_last_tenth():
    at = np.arange(1, 101)
    assert final_error(at, np.where(at > 90, at / 100.0, 9.0), 100) == pytest.approx(0.955)


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        (exact(3, 1, 2), 2),
        (exact(1, 2, 3, 4), 2),  # at most half exceed it
        (exact(5), 5),
        (exact(4, 4, 4), 4),
        (censored(9, 9, 9), None),
        (censored(9), None),
        (exact(1, 2) + censored(9), 2),
        (exact(1) + censored(9, 9), None),  # only a third is known to be at most 1
        (exact(6, 7) + censored(1), 6),  # the one censored at 1 no longer counts at 6
        # Survival by hand: 4/5 after 1, 4/5 * 2/3 after 3, 4/5 * 2/3 * 1/2 after 4.
        (exact(1, 3, 4) + censored(2, 5), 4),
    ],
)
def test_the_median_of_censored_values_follows_kaplan_and_meier(observations, expected):
    assert median(observations) == expected


def test_censored_values_give_bounds_on_a_ratio():
    (ten,), (two,), (late,) = exact(10), exact(2), censored(20)
    assert ratio(ten, two) == Ratio(5, Bound.EXACT)
    assert ratio(late, two) == Ratio(10, Bound.AT_LEAST)
    assert ratio(two, late) == Ratio(0.1, Bound.AT_MOST)
    assert ratio(late, late) == Ratio(None, Bound.UNKNOWN)


def test_the_mean_of_ratios_is_geometric_and_its_interval_within_them():
    pairs = list(zip(exact(2, 8, 4), exact(1, 1, 1), strict=True))
    found = mean_ratio(pairs)
    assert found.value == pytest.approx(4)
    assert 2 <= found.lower < 4 < found.upper <= 8
    inverse = mean_ratio([(below, above) for above, below in pairs])
    assert inverse.value == pytest.approx(1 / found.value)
    assert mean_ratio(pairs) == found  # deterministic


def test_censoring_opens_one_side_of_the_interval():
    slow, fast = exact(8) + censored(20), exact(2, 2)
    at_least = mean_ratio(list(zip(slow, fast, strict=True)))
    assert at_least.value == pytest.approx(np.sqrt(40))
    assert (at_least.bound, at_least.upper) == (Bound.AT_LEAST, None) and at_least.lower >= 4 - 1e-9
    at_most = mean_ratio(list(zip(fast, slow, strict=True)))
    assert (at_most.bound, at_most.lower) == (Bound.AT_MOST, None)
    assert at_most.upper == pytest.approx(1 / at_least.lower)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        list(zip(censored(9, 9), exact(1, 1), strict=True))
        + list(zip(exact(1), censored(9), strict=True)),
        list(zip(exact(2), exact(1), strict=True))
        + list(zip(censored(9), censored(9), strict=True)),
        list(zip(exact(2, np.nan), exact(1, 1), strict=True)),
        list(zip(exact(2, 0), exact(1, 1), strict=True)),
    ],
)
def test_pairs_that_bound_nothing_give_no_ratio(pairs):
    assert mean_ratio(pairs) == Ratio(None, Bound.UNKNOWN, pairs=len(pairs))


def test_equal_ratios_have_an_interval_of_zero_width():
    found = mean_ratio(list(zip(exact(6, 6, 6), exact(2, 2, 2), strict=True)))
    assert (found.value, found.lower, found.upper) == pytest.approx((3, 3, 3))


def coverage(size, trials=200):
    """Share of samples of a normal distribution whose interval contains its mean, 0."""
    samples = np.random.default_rng(1).standard_normal((trials, size))
    ends = np.array([interval(sample) for sample in samples])
    return np.mean((ends[:, 0] <= 0) & (ends[:, 1] >= 0))


def test_the_interval_has_nominal_coverage_for_many_values_and_less_for_three():
    error = np.sqrt(CONFIDENCE * (1 - CONFIDENCE) / 200)  # of a share in 200 trials
    assert abs(coverage(50) - CONFIDENCE) < 3 * error
    # Three values enclose the mean unless all lie on one side of it: 1 - 2/8.
    assert abs(coverage(3) - 0.75) < 3 * np.sqrt(0.75 * 0.25 / 200)
