"""Averages, trends and crossings of curves with known answers."""

import numpy as np
import pytest

from pinn_phases.analysis import trajectories

AT = np.arange(1, 10_001)


def test_moving_average_is_the_mean_of_the_last_values():
    values = np.arange(1.0, 8.0)
    expected = [values[max(0, i - 2) : i + 1].mean() for i in range(7)]
    np.testing.assert_allclose(trajectories.moving_average(values, 3), expected, rtol=1e-14)
    np.testing.assert_array_equal(trajectories.moving_average(values, 1), values)


def test_a_trend_is_straight_where_the_curve_is_and_skips_invalid_values():
    values = 3.0 * AT**-0.5
    values[::7] = np.nan
    values[1::7] = 0.0
    x, y = trajectories.trend(AT, values)
    np.testing.assert_allclose(y, np.log10(3) - 0.5 * x, atol=1e-9)
    assert np.all(np.diff(x) > 0) and len(x) < 4 * trajectories.BINS_PER_DECADE + 1
    assert trajectories.trend(AT, np.zeros(AT.size))[0].size == 0


def test_first_below_is_the_first_record_and_not_the_last_crossing():
    values = np.array([3.0, 0.5, 2.0, 0.5])
    at = np.array([1, 10, 20, 30])
    assert trajectories.first_below(at, values, 1.0) == 10
    assert trajectories.first_below(at, values, 0.5) is None  # 0.5 is not below 0.5
    assert trajectories.first_below(at, np.full(4, np.nan), 1.0) is None


@pytest.mark.parametrize("power", [-1.3, 0.0, 0.7])
def test_the_slope_of_a_power_law_is_its_exponent(power):
    curve = AT.astype(float) ** power
    assert trajectories.slope(AT, curve, 100, 1000) == pytest.approx(power, abs=1e-9)
    assert np.isnan(trajectories.slope(AT, curve, 100, 110))


@pytest.mark.parametrize("place", [50, 700, 3000])
def test_the_steepest_fall_is_where_it_was_put(place):
    curve = 10 ** -np.clip(np.log10(AT / place) / 0.3 + 0.5, 0, 1) / AT**0.1
    found = trajectories.steepest_fall(AT, curve, 0.3)
    # It is the middle of the first bin with this slope; bins are a twentieth of a decade wide.
    assert abs(np.log10(found / place)) < 1.5 / trajectories.BINS_PER_DECADE
    assert trajectories.steepest_fall(AT, 1.0 + AT, 0.3) is None


@pytest.mark.parametrize("size", [0.0, 0.05, 0.4])
def test_fluctuations_are_distances_from_the_trend(size):
    jumps = np.random.default_rng(0).permutation(np.where(AT % 2, size, -size))
    found = trajectories.fluctuation(AT, 10 ** (jumps - 0.5 * np.log10(AT)), 1000)
    # The trend is a median of two possible values, that is one of them or their mean; distances
    # from it are 0, size or 2 size.
    assert found == pytest.approx(size, abs=size + 1e-3)
    assert (found > 0.01) == (size > 0.01)


def test_correlations_are_those_of_logarithms():
    first = np.exp(np.sin(np.log(AT)))
    assert trajectories.log_correlation(AT, first, 5 * first**2) == pytest.approx(1)
    assert trajectories.log_correlation(AT, first, 1 / first) == pytest.approx(-1)
    with_gaps = np.where(AT % 3, first, np.nan)
    assert trajectories.log_correlation(AT, with_gaps, first) == pytest.approx(1)
    assert trajectories.rank_correlation(np.array([1.0, 2.0, 9.0])) == pytest.approx(1)
    assert trajectories.rank_correlation(np.array([9.0, 2.0, 1.0])) == pytest.approx(-1)
    assert trajectories.rank_correlation(np.full(4, 12.0)) == 0
    assert np.isnan(trajectories.log_correlation(AT, first, np.ones(AT.size)))
    # Exactly -0.8, without a rounding error that would violate the criterion.
    assert trajectories.rank_correlation(np.array([9.0, 2.0, 4.0, 1.0])) <= -0.8
