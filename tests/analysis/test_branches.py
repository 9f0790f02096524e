"""Start and end of the three branches of Fig. 5."""

import numpy as np
import pytest

from pinn_phases.analysis import branches as model

BRANCHES = model.branches()
# 400 steps with rate 0.1 and a curvature of at least 2/3 reduce a distance of order 1 by a factor
# of (1 - 0.067)^400 = 1e-12.
AT_REST = 1e-11


@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES)
def test_all_gradients_agree_at_the_start(branch):
    assert np.all(branch.gradients[0] < 0)


def test_branches_share_the_start_and_the_first_step():
    for branch in BRANCHES.values():
        # The factor of the third residual is a square root, and squaring it rounds once.
        np.testing.assert_allclose(branch.gradients[0], [-1, -3, -2], rtol=1e-14)
        np.testing.assert_allclose(branch.theta[:2], BRANCHES["A"].theta[:2], rtol=1e-14)
    ends = [branch.theta[10] for branch in BRANCHES.values()]
    assert min(abs(a - b) for a, b in zip(ends, ends[1:] + ends[:1], strict=True)) > 0.1


@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES)
def test_gradients_are_those_of_the_squared_residuals(branch):
    steps = np.diff(branch.theta)
    moved = np.abs(steps) > 1e-3  # for smaller steps, rounding dominates the differences of squares
    slope = np.diff(branch.residuals**2, axis=0)[moved] / steps[moved, None]
    ends = np.stack([branch.gradients[:-1], branch.gradients[1:]])[:, moved]
    # The mean slope over a step is between the smallest and the largest slope within it, which are
    # those at its ends because all gradients are monotonic in theta.
    assert np.all(slope > ends.min(0) - 1e-10) and np.all(slope < ends.max(0) + 1e-10)


@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES)
def test_theta_descends_along_the_mean_gradient_to_rest(branch):
    steps = -model.LEARNING_RATE * branch.gradients[:-1].mean(1)
    # Rounding errors of theta, which is about 2, and of a loss of order 1.
    np.testing.assert_allclose(np.diff(branch.theta), steps, rtol=0, atol=1e-15)
    loss = (branch.residuals**2).mean(1)
    assert np.all(np.diff(loss) <= 1e-15)
    assert abs(branch.gradients[-1].mean()) < AT_REST


def test_in_branch_a_two_samples_cancel_out_and_the_third_is_fitted():
    gradients, residuals = BRANCHES["A"].gradients[-1], BRANCHES["A"].residuals[-1]
    assert gradients[0] == pytest.approx(1, abs=AT_REST)
    assert gradients[1] == pytest.approx(-1, abs=AT_REST)
    assert abs(gradients[2]) < AT_REST and abs(residuals[2]) < AT_REST


def test_in_branch_b_the_third_residual_stays_and_its_gradient_vanishes():
    branch = BRANCHES["B"]
    recent = branch.residuals[-100:]
    assert np.ptp(recent[:, 2]) < 1e-9  # constant
    assert abs(recent[-1, 2]) > 0.3  # and far from 0: 0.35
    # At eight widths 1 - tanh^2 is 4 exp(-16) = 5e-7; the other factors are about 1.
    assert abs(branch.gradients[-1, 2]) < 1e-6
    assert np.abs(branch.gradients[-1, :2]).min() > 0.99


def test_in_branch_c_no_sample_is_fitted_and_the_gradients_differ_in_size():
    branch = BRANCHES["C"]
    # By hand: slopes 1, 1, 1/4 and roots 1, 3, 8 balance at 6 / 2.25 = 8/3.
    assert branch.theta[-1] == pytest.approx(8 / 3, abs=AT_REST)
    assert branch.gradients[-1] == pytest.approx(np.array([5, -1, -4]) / 3, abs=AT_REST)
    assert np.abs(branch.residuals[-1]).min() > 0.2
