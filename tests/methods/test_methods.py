"""Residual-based attention, compared with Eqs. 27 and 28, and self-adaptive weights."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pinn_phases.methods.rba import Rba
from pinn_phases.methods.sa import SelfAdaptive
from pinn_phases.methods.vanilla import Vanilla

residuals = arrays.arrays(
    np.float64,
    (2, 7),  # equations, points
    elements=st.floats(-1e3, 1e3, allow_nan=False),
).filter(lambda r: (np.abs(r).max(axis=1) > 1e-6).all())


@given(residuals, st.floats(0, 0.999), st.floats(1e-4, 1))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_weights_follow_the_moving_average(residual, decay, rate):
    method = Rba(decay=decay, rate=rate)
    weights = np.full_like(residual, 0.3)
    updated = method.update(torch.from_numpy(weights), torch.from_numpy(residual))
    for equation in range(2):
        for point in range(7):
            relative = abs(residual[equation, point]) / max(abs(residual[equation]))
            expected = decay * 0.3 + rate * relative
            assert updated[equation, point] == pytest.approx(expected, rel=1e-12)


def test_weights_stay_within_one_when_rate_is_one_minus_decay():
    method = Rba(decay=0.9, rate=0.1)
    generator = torch.Generator().manual_seed(0)
    weights = torch.zeros(1, 50, dtype=torch.float64)
    for _ in range(200):
        weights = method.update(weights, torch.randn(1, 50, generator=generator).double())
        assert weights.min() >= 0
        assert weights.max() <= 1 + 1e-12  # rounding of 200 additions


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_weights_decay_where_a_residual_is_zero_everywhere(dtype):
    method = Rba(decay=0.5, rate=0.1)
    residual = torch.tensor([[0.0, 0.0, 0.0], [1.0, -2.0, 0.0]], dtype=dtype)
    updated = method.update(torch.full((2, 3), 0.5, dtype=dtype), residual)
    expected = torch.tensor([[0.25, 0.25, 0.25], [0.30, 0.35, 0.25]], dtype=dtype)
    torch.testing.assert_close(updated, expected)


def test_homogeneous_residuals_give_equal_weights_that_tend_to_one():
    method = Rba(decay=0.9, rate=0.1)
    weights = torch.zeros(1, 5, dtype=torch.float64)
    for _ in range(300):
        weights = method.update(weights, torch.tensor([[2.0, -2.0, 2.0, 2.0, -2.0]]).double())
    np.testing.assert_allclose(weights, 1.0, rtol=1e-12)  # 0.9^300 is 2e-14


def test_vanilla_updates_the_weights_as_rba_does_but_ignores_them():
    constants = {"decay": 0.999, "rate": 1e-3}
    residual = torch.tensor([[1.0, -4.0, 2.0]])
    weights = torch.tensor([[0.1, 0.2, 0.3]])
    rba, vanilla = Rba(**constants), Vanilla(**constants)
    assert torch.equal(rba.update(weights, residual), vanilla.update(weights, residual))
    assert torch.equal(rba.multiplier(weights), weights)
    assert vanilla.multiplier(weights) == 1


def test_self_adaptive_weights_ascend_the_gradient_of_the_loss():
    """Three alternating steps, compared with automatic differentiation of the loss."""
    method = SelfAdaptive(start=0.7, rate=0.02)
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(2, 9, 3, generator=generator, dtype=torch.float64)
    target = torch.randn(2, 9, generator=generator, dtype=torch.float64)
    parameters = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    weights = torch.full((2, 9), method.weight_at_start, dtype=torch.float64)
    expected = torch.full((2, 9), 0.7, dtype=torch.float64)
    for _ in range(3):
        residual = features @ parameters - target
        trained = expected.clone().requires_grad_()
        summed = (trained**2 * residual.detach() ** 2).sum()  # N times the mean of the loss
        expected = expected + 0.02 * torch.autograd.grad(summed, trained)[0]
        weights = method.update(weights, residual.detach())
        torch.testing.assert_close(weights, expected, rtol=1e-14, atol=0)  # rounding
        loss = (method.multiplier(weights) * residual).square().mean(-1).sum()
        with torch.no_grad():
            parameters -= 0.1 * torch.autograd.grad(loss, parameters)[0]
    assert weights.max() > 1.1 * weights.min()  # the points differ


def test_self_adaptive_weights_stay_where_the_residual_vanishes_and_grow_elsewhere():
    method = SelfAdaptive(start=1.0, rate=0.5)
    weights = torch.full((1, 3), method.weight_at_start)
    updated = method.update(weights, torch.tensor([[0.0, 1.0, -2.0]]))
    np.testing.assert_allclose(updated, [[1.0, 2.0, 5.0]])  # 1 + 2 * 0.5 * R^2
