"""Information of a layer: known entropies, invariance and monotonicity."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pinn_phases.analysis.information import (
    fixed_digits,
    layer_information,
    relative_digits,
    string_entropy,
)

BINS = 30
EXACT = 1e-12  # bits: a sum of at most hundreds of terms of at most 10 bits, roundings of 1e-16
derandomised = settings(derandomize=True, deadline=None, max_examples=60)

# Multiples of 1/64: sums and products with small whole numbers are exact in float32.
activations = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
    elements=st.integers(-64, 64).map(lambda i: i / 64),
)
strings = hnp.arrays(
    np.uint8,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40),
    elements=st.sampled_from([0, 1, 29, 255]),
)


def entropy_by_definition(digits):
    """Return -sum p log2 p, with strings counted in a dictionary."""
    counts = Counter(tuple(row) for row in digits.tolist())
    shares = np.array(list(counts.values())) / len(digits)
    return float(-(shares * np.log2(shares)).sum())


def clusters(sizes, neurons=5, seed=0):
    """Clusters with the given numbers of points, at least a bin apart in the first neuron."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(-0.5, 0.5, (len(sizes), neurons)).astype(np.float32)
    places[:, 0] = np.linspace(-1, 1, len(sizes))
    return np.repeat(places, sizes, axis=0)


# Known entropies


def test_a_constant_layer_has_no_information():
    found = layer_information(np.full((100, 7), 0.3, np.float32), BINS)
    assert found.relative == pytest.approx(0, abs=EXACT)
    assert found.fixed == pytest.approx(0, abs=EXACT)
    assert found.binary == 1  # all activations are in the only bin


def test_a_single_point_has_no_information():
    assert layer_information(np.zeros((1, 3), np.float32), BINS).relative == 0


@pytest.mark.parametrize("n", [2, 7, 30])
def test_n_points_with_different_strings_have_log2_n(n):
    found = layer_information(clusters([1] * n), BINS)
    assert found.relative == pytest.approx(np.log2(n), abs=EXACT)
    assert found.fixed == pytest.approx(np.log2(n), abs=EXACT)


@pytest.mark.parametrize("k", [2, 5, 16])
def test_k_clusters_of_equal_size_have_log2_k(k):
    found = layer_information(clusters([9] * k), BINS)
    assert found.relative == pytest.approx(np.log2(k), abs=EXACT)
    assert found.fixed == pytest.approx(np.log2(k), abs=EXACT)


def test_clusters_of_a_half_a_quarter_and_two_eighths():
    found = layer_information(clusters([8, 4, 2, 2]), BINS)
    assert found.relative == pytest.approx(1.75, abs=EXACT)  # 1/2 + 2/4 + 3/8 + 3/8


def test_strings_that_differ_in_any_one_digit_are_distinguished():
    for column in (0, 100, 199):
        digits = np.full((4, 200), 254, np.uint8)
        digits[0, column] = 253
        expected = 0.25 * 2 + 0.75 * np.log2(4 / 3)
        assert string_entropy(digits) == pytest.approx(expected, abs=EXACT)


@derandomised
@given(strings)
def test_entropy_is_that_of_counted_strings(digits):
    assert string_entropy(digits) == pytest.approx(entropy_by_definition(digits), abs=EXACT)


def test_entropy_of_many_long_strings_is_that_of_counted_strings():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 40, (300, 128)).astype(np.uint8)  # like digits of a wide layer
    rows[1:, :-1] = rows[0, :-1]  # they differ only in the last digit
    digits = rows[rng.integers(0, 300, 2000)]
    assert string_entropy(digits) == pytest.approx(entropy_by_definition(digits), abs=EXACT)


# Bins


def test_a_neuron_of_mean_range_has_all_bins_and_others_in_proportion():
    values = np.array([[0, 0, 0, 0.5], [0.5, 0.25, 0.75, 0.5]], np.float32)
    digits, counts = relative_digits(values, BINS)
    np.testing.assert_array_equal(counts, [40, 20, 60, 1])  # mean range 0.375
    np.testing.assert_array_equal(digits, [[0, 0, 0, 0], [39, 19, 59, 0]])


def test_neurons_of_equal_range_have_all_bins_whatever_the_rounding():
    values = np.array([[-1.0], [1.0]], np.float32) * np.float32(0.7) * np.ones(11, np.float32)
    assert set(relative_digits(values, BINS)[1]) == {BINS}


def test_relative_bins_do_not_depend_on_the_scale_of_the_layer():
    values = clusters([1] * 12)
    whole, small = (relative_digits(f * values, BINS)[0] for f in (1, np.float32(2**-20)))
    np.testing.assert_array_equal(whole, small)
    one = values[:, :1] * np.float32(2**-20)
    assert layer_information(one, BINS).fixed == 1  # half of them below 0, half above


def test_fixed_bins_reach_from_minus_one_to_one():
    values = np.array([[-1.0], [-0.75], [-0.5], [0.0], [0.5], [1.0]], np.float32)
    np.testing.assert_array_equal(fixed_digits(values, 4)[:, 0], [0, 0, 1, 2, 3, 3])


def test_more_than_255_bins_keep_their_digits():
    values = np.linspace(-1, 1, 1001, dtype=np.float32)[:, None]
    assert fixed_digits(values, 1001).max() == 1000
    assert relative_digits(values, 1000)[0].max() == 999


@derandomised
@given(activations, st.integers(2, 16), st.integers(2, 6))
def test_finer_fixed_bins_lose_no_information(values, bins, factor):
    coarse, fine = (string_entropy(fixed_digits(values, b)) for b in (bins, factor * bins))
    assert fine >= coarse - EXACT


@derandomised
@given(activations)
def test_information_is_between_0_and_log2_n(values):
    found = layer_information(values, BINS)
    for bits in (found.relative, found.fixed):
        assert -EXACT <= bits <= np.log2(len(values)) + EXACT
    assert 0 <= found.binary <= 1


@derandomised
@given(activations, st.randoms(use_true_random=False))
def test_order_of_points_and_of_neurons_does_not_matter(values, random):
    rows, columns = (random.sample(range(length), length) for length in values.shape)
    found, other = (layer_information(v, BINS) for v in (values, values[rows][:, columns]))
    # All ranges are multiples of 1/64, so their mean does not depend on the order, either.
    assert (other.relative, other.fixed) == pytest.approx((found.relative, found.fixed), abs=EXACT)
    assert other.binary == found.binary


# Binary activations


def test_binary_share_of_a_step_a_ramp_and_both():
    step = np.where(np.arange(60) % 2, 1, -1).astype(np.float32)
    ramp = np.linspace(-1, 1, 60, dtype=np.float32)  # two in each of thirty bins
    for columns, share in (([step], 1), ([ramp], 2 / 30), ([step, ramp], 16 / 30)):
        found = layer_information(np.stack(columns, axis=1), BINS)
        assert found.binary == pytest.approx(share, abs=EXACT)


def test_a_neuron_with_two_bins_counts_once():
    values = np.array([[0, 0], [1, 1 / 16], [0.5, 1 / 32]], np.float32)  # 3 bins, 1 bin
    assert layer_information(values, 2).binary == pytest.approx((2 + 3) / 6, abs=EXACT)


# Layers that cannot be measured


def test_a_diverged_layer_has_no_values():
    values = clusters([1] * 5)
    values[2, 1] = np.nan
    found = layer_information(values, BINS)
    assert np.isnan([found.relative, found.fixed, found.binary]).all()


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((0, 3)), np.zeros((3, 0))])
def test_a_layer_without_points_or_neurons_is_refused(values):
    with pytest.raises(ValueError, match=r"expected shape \(points, neurons\)"):
        layer_information(values, BINS)


def test_fixed_bins_refuse_values_outside_the_range_of_tanh():
    with pytest.raises(ValueError, match=r"expected activations in \[-1, 1\]"):
        layer_information(np.array([[0.0], [1.5]]), BINS)
