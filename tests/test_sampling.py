"""Points of a test grid: how many a stride leaves, and whether a solution vanishes at them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinn_phases.grids import MIN_INNER, largest_stride, vanishes


@given(points=st.integers(2, 2000), stride=st.integers(1, 2000))
def test_a_stride_is_refused_if_it_leaves_too_few_points_between_the_ends(points, stride):
    kept = np.arange(points)[::stride]
    inside = np.count_nonzero((kept > 0) & (kept < points - 1))
    assert (stride <= largest_stride(points)) == (inside >= MIN_INNER)


def test_points_where_a_solution_vanishes_are_detected():
    wave = np.sin(4 * np.pi * np.linspace(0.0, 1.0, 101))
    assert vanishes(wave[::25], wave)  # all its zeros, up to rounding
    assert not vanishes(wave[::20], wave)
    assert not vanishes(wave, wave)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 1e200])
def test_a_solution_that_is_zero_or_has_no_finite_norm_counts_as_vanishing(value):
    assert vanishes(np.full(3, value), np.full(9, value))
