"""The signal-to-noise ratio of a few gradients, and gradients constructed for a given ratio."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn_phases.analysis.gradient_noise import gradients_of_ratio, signal_to_noise
from pinn_phases.training.statistics import gradient_statistics
from pinn_phases.training.threads import ThreadPool


@given(st.integers(0, 10**6), st.integers(2, 20), st.integers(1, 9), st.floats(1e-3, 1e4))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_the_ratio_is_the_one_recorded_in_trainings(seed, samples, parameters, signal):
    rng = np.random.default_rng(seed)
    mean = signal * rng.normal(size=parameters)
    gradients = mean + rng.normal(size=(samples, parameters))
    recorded = float(gradient_statistics([[torch.as_tensor(gradients)]], ThreadPool(1)).snr)
    # Of the sixteen digits of float64, deviations from a signal of 1e4 lose four, and two more
    # are lost if two samples differ by a hundredth of the noise.
    assert signal_to_noise(gradients) == pytest.approx(recorded, rel=1e-9)


def test_the_ratio_without_noise_is_infinite_and_that_of_zeros_is_nan():
    assert signal_to_noise(np.ones((4, 2))) == np.inf
    assert np.isnan(signal_to_noise(np.zeros((4, 2))))


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (0, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected shape \(samples, parameters\), received"):
        signal_to_noise(np.ones(shape))


@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(1, 9), st.floats(1e-3, 1e3))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_constructed_gradients_have_the_given_ratio(seed, samples, parameters, ratio):
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=parameters)
    deviations = rng.normal(size=(samples - 1, parameters))
    gradients = gradients_of_ratio(ratio, direction, deviations)
    assert gradients.shape == (samples, parameters)
    # Sums of at most nine numbers as large as the ratio, with noise 1: rounding errors of 1e-13.
    assert signal_to_noise(gradients) == pytest.approx(ratio, rel=1e-10)
    assert np.linalg.norm(gradients.std(0)) == pytest.approx(1, rel=1e-10)
    expected = ratio * direction / np.linalg.norm(direction)
    np.testing.assert_allclose(gradients.mean(0), expected, atol=1e-13 * (1 + ratio))


def test_a_ratio_of_zero_is_exact_for_three_samples():
    gradients = gradients_of_ratio(0.0, (1, 2, 3), [(0.1, 0.7, -0.3), (0.9, -0.2, 0.4)])
    assert signal_to_noise(gradients) == 0


@pytest.mark.parametrize(
    ("ratio", "direction", "deviations"),
    [(-1.0, (1, 0), [(1, 1)]), (1.0, (0, 0), [(1, 1)]), (1.0, (1, 0), [(0, 0)])],
    ids=["ratio", "direction", "deviations"],
)
def test_impossible_gradients_are_refused(ratio, direction, deviations):
    with pytest.raises(ValueError, match="expected a ratio >= 0 and a nonzero direction"):
        gradients_of_ratio(ratio, direction, deviations)
