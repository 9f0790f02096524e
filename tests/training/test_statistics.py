"""Signal and noise of the gradient, compared with direct evaluations of Eqs. 8, 13 and 17."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn_phases.optimisers.base import Moments
from pinn_phases.training import statistics
from pinn_phases.training.statistics import (
    alignment_score,
    gradient_statistics,
    srr_moments,
    term_norms_and_cosine,
)
from pinn_phases.training.threads import ThreadPool

ONE = ThreadPool(1)


def random_layers(seed, batches, signal):
    """Draw batch gradients around a common mean, for two layers with weight and bias."""
    generator = torch.Generator().manual_seed(seed)
    shapes = [[(4, 3), (4,)], [(1, 4), (1,)]]

    def gradient(shape):
        mean = signal * torch.randn(shape, generator=generator)
        return mean + torch.randn((batches, *shape), generator=generator)

    return [[gradient(shape) for shape in layer] for layer in shapes]


def as_rows(layers):
    """Return all gradients as one float64 array of shape (batches, parameters)."""
    parts = [g.flatten(1).double().numpy() for layer in layers for g in layer]
    return np.concatenate(parts, 1)


@given(st.integers(0, 10**6), st.integers(2, 30), st.floats(1e-3, 1e4))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_statistics_match_their_definitions(seed, batches, signal):
    layers = random_layers(seed, batches, signal)
    rows = as_rows(layers)
    ours = gradient_statistics(layers, ONE)
    mean, std = np.linalg.norm(rows.mean(0)), np.linalg.norm(rows.std(0))
    assert ours.mean == pytest.approx(mean, rel=1e-10)
    assert ours.std == pytest.approx(std, rel=1e-10)
    assert ours.snr == pytest.approx(mean / std, rel=1e-10)
    rms = np.linalg.norm(np.sqrt((rows**2).mean(0)))
    assert ours.srr_batch == pytest.approx(mean / rms, rel=1e-10)
    for i, layer in enumerate(layers):
        part = as_rows([layer])
        expected = np.linalg.norm(part.mean(0)) / np.linalg.norm(part.std(0))
        assert ours.layer_snr[i] == pytest.approx(expected, rel=1e-10)


def test_many_parameters_are_processed_in_pieces(monkeypatch):
    layers = random_layers(0, batches=7, signal=1.0)
    whole = gradient_statistics(layers, ONE)
    monkeypatch.setattr(statistics, "COLUMNS", 3)  # of 12, 4, 4 and 1
    pieces = gradient_statistics(layers, ThreadPool(2))
    np.testing.assert_allclose(pieces.layer_snr, whole.layer_snr, rtol=1e-14)
    np.testing.assert_allclose(pieces.layer_rms, whole.layer_rms, rtol=1e-14)


def test_equal_batches_have_no_noise():
    layers = [[torch.ones(5, 2, 2), torch.ones(5, 2)]]
    assert gradient_statistics(layers, ONE).snr == float("inf")
    assert gradient_statistics(layers, ONE).srr_batch == pytest.approx(1, rel=1e-15)


def test_cancelling_batches_have_no_signal():
    gradient = torch.tensor([[1.0, -2.0], [-1.0, 2.0]])
    assert gradient_statistics([[gradient]], ONE).snr == 0


def test_srr_of_adam_after_constant_gradients_is_one():
    gradient = torch.randn(50, generator=torch.Generator().manual_seed(0)).double()
    first, second = torch.zeros(50).double(), torch.zeros(50).double()
    for step in range(1, 6):
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        ratio = srr_moments(Moments([first], [second], step, 0.9, 0.999, 1e-8))
        # The tolerance allows for epsilon, which is added to roots of order 1.
        assert ratio == pytest.approx(1, abs=1e-7)


@given(st.integers(0, 10**6), st.floats(-1, 1), st.floats(1e-3, 1e3))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_terms_of_a_mean_gradient_are_recovered(seed, cosine, size):
    """The mean gradient of the residual is at a known angle to that of the conditions."""
    generator = np.random.default_rng(seed)
    axes = np.linalg.qr(generator.standard_normal((21, 2)))[0].T
    conditions = size * axes[0]
    residual = cosine * axes[0] + np.sqrt(1 - cosine**2) * axes[1]
    noise = generator.standard_normal((6, 21))
    batches = torch.as_tensor(conditions + residual + noise - noise.mean(0))
    layers = [[part] for part in batches.split([8, 13], 1)]
    common = torch.as_tensor(conditions)
    found = gradient_statistics(layers, ONE)
    np.testing.assert_allclose(found.gradient, conditions + residual, atol=1e-12 * (1 + size))
    norms_and_cosine = term_norms_and_cosine(found.gradient, common)
    # Rounding in float64 scales with the larger term, at most a thousand times the residual.
    np.testing.assert_allclose(norms_and_cosine, [size, 1, cosine], rtol=1e-12, atol=1e-12)


def test_conditions_without_a_gradient_have_no_direction():
    gradient = torch.tensor([3.0, 4.0]).double()
    norm, residual, cosine = term_norms_and_cosine(gradient, torch.zeros(2).double())
    assert (norm, residual) == (0, 5) and cosine.isnan()


def test_the_alignment_score_of_known_directions():
    """For two gradients it is their cosine, for any norms; in general it is within [-1, 1]."""
    x, y = torch.eye(2).double()
    assert float(alignment_score([3 * x, x + y])) == pytest.approx(np.cos(np.pi / 4))
    assert float(alignment_score([x, 9 * x, 0.1 * x])) == pytest.approx(1)
    third = [torch.tensor([np.cos(a), np.sin(a)]) for a in 2 * np.pi / 3 * np.arange(3)]
    assert float(alignment_score(third)) == pytest.approx(-1)
    assert float(alignment_score([x, y, x])) == pytest.approx(2 * (4 + 1) / 9 - 1)
    assert alignment_score([x, 0 * y]).isnan()


def test_snr_follows_from_the_alignment_score_of_batches_of_equal_norm():
    layers = random_layers(0, 6, 0.5)
    batches = torch.cat([gradient.flatten(1) for layer in layers for gradient in layer], 1)
    units = batches.double() / batches.double().norm(dim=1, keepdim=True)
    snr = float(gradient_statistics([[units]], ONE).snr)
    score = float(alignment_score(list(units)))
    assert snr**2 == pytest.approx((1 + score) / (1 - score), rel=1e-12)


def test_snr_from_the_alignment_score_of_two_terms():
    """docs/optimisers.md: SNR = SNR_r sqrt(1 + rho^2 + 2 rho A)."""
    generator = torch.Generator().manual_seed(3)
    residuals = torch.randn(5, 30, generator=generator).double() + 1
    condition = torch.randn(30, generator=generator).double()
    own, whole = (gradient_statistics([[g]], ONE) for g in (residuals, residuals + condition))
    ratio = condition.norm() / own.mean
    score = alignment_score([own.gradient, condition])
    expected = own.snr * (1 + ratio**2 + 2 * ratio * score).sqrt()
    torch.testing.assert_close(whole.snr, expected, rtol=1e-12, atol=0)
