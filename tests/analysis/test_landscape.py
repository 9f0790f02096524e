"""Our Adam against torch's, and the statements in the caption of Fig. 4."""

import numpy as np
import pytest
import torch

from pinn_phases.analysis import landscape
from pinn_phases.analysis.landscape import CURVATURES, LEARNING_RATE, MINIMUM, START, STEPS


@pytest.fixture(scope="module")
def run():
    """The run of the figure."""
    return landscape.descend()


def quadratic(curvatures):
    """Adam on a parabola of these curvatures, from the same start."""
    return landscape.adam(
        lambda at: np.array(curvatures) * (at - MINIMUM),
        START,
        learning_rate=LEARNING_RATE,
        steps=STEPS,
    )


@pytest.mark.parametrize("epsilon", [1e-8, 0.1])  # the default, and one with a visible effect
def test_adam_agrees_with_torch(epsilon):
    at = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([at], lr=LEARNING_RATE, betas=(0.9, 0.999), eps=epsilon)
    path = [START]
    for _ in range(STEPS):
        at.grad = torch.as_tensor(landscape.loss_gradient(at.detach().numpy()))
        optimiser.step()
        path.append(tuple(at.tolist()))
    ours = landscape.adam(
        landscape.loss_gradient, START, learning_rate=LEARNING_RATE, steps=STEPS, epsilon=epsilon
    )
    # Several rounding errors of 1e-16 per step, in 240 steps, of parameters of order 10.
    np.testing.assert_allclose(ours.parameters, path, rtol=0, atol=1e-11)


def test_parameters_moments_and_corrections_are_consistent(run):
    steps = -np.diff(run.parameters, axis=0)
    # Differences of parameters of order 10 have rounding errors of 1e-15; divided by 0.1.
    np.testing.assert_allclose(steps / LEARNING_RATE, run.corrections, rtol=0, atol=1e-13)
    corrections = run.first_moment / (np.sqrt(run.second_moment) + landscape.EPSILON)
    np.testing.assert_array_equal(corrections, run.corrections)


def test_gradient_agrees_with_finite_differences():
    at, step = np.array([[4.0, -3.0], [-0.5, -12.0]]), 1e-6
    slopes = [
        (landscape.loss(at + shift) - landscape.loss(at - shift)) / (2 * step)
        for shift in step * np.eye(2)
    ]
    # Losses of order 100 have rounding errors of 1e-14; divided by 2e-6.
    np.testing.assert_allclose(np.stack(slopes, 1), landscape.loss_gradient(at), atol=1e-7)


def test_minimum_is_where_the_caption_says_and_theta_1_is_sharper():
    assert MINIMUM == (0.0, -10.0)
    assert landscape.loss(MINIMUM) == 0
    np.testing.assert_array_equal(landscape.loss_gradient(np.array(MINIMUM)), 0)
    step = 1e-3
    measured = 2 * landscape.slices(np.full(2, step)) / step**2
    # The next term of the wall's expansion is (step / WALL)^2 / 4, or 3e-8. Rounding errors: 1e-16
    # of 1 + 1e-7, which is 1e-9 of the difference.
    np.testing.assert_allclose(measured, CURVATURES, rtol=1e-7)
    assert CURVATURES[0] == 100 * CURVATURES[1]


def test_the_run_converges(run):
    # theta_2 is still 0.035 away, a third of a per cent of its path.
    np.testing.assert_allclose(run.parameters[-1], MINIMUM, atol=0.04)


def test_theta_1_has_the_larger_correction_on_average(run):
    """Caption: Adam assigns a larger learning rate for theta_1 on average."""
    assert np.all(run.pace[1:, 0] > run.pace[1:, 1])  # C of the first step is 1 for both
    assert run.pace[99, 0] > 1.1 * run.pace[99, 1]  # 0.91 and 0.78, far beyond rounding


def test_steps_on_theta_1_decrease_faster(run):
    """Caption: the steps on theta_1 gradually decrease faster than for theta_2."""
    size = np.abs(run.corrections)

    def steps_to_fall(column):
        above = [np.flatnonzero(column > level)[-1] for level in (0.9, 0.1)]
        return above[1] - above[0]

    # 61 and 143 steps.
    assert 2 * steps_to_fall(size[:, 0]) < steps_to_fall(size[:, 1])


def test_corrections_do_not_depend_on_sharpness():
    """The reason that the caption gives, sensitivity, does not affect the corrections."""
    sharp = quadratic((1000.0, 0.1)).corrections
    # They differ only by epsilon = 1e-8, relative to an rms of the gradient that stays above 0.1.
    np.testing.assert_allclose(sharp[:, 0], sharp[:, 1], rtol=0, atol=1e-6)


def test_mean_correction_of_a_whole_run_is_the_distance_travelled(run):
    expected = (run.parameters[0] - run.parameters[-1]) / (LEARNING_RATE * STEPS)
    # A telescoping sum of 240 terms of the order of 1.
    np.testing.assert_allclose(run.corrections.mean(0), expected, rtol=0, atol=1e-13)
    # So both parameters have (start - minimum) / (0.1 x 240), apart from incomplete convergence.
    assert expected == pytest.approx(10 / (LEARNING_RATE * STEPS), rel=0.005)


def test_the_factor_on_the_gradient_is_smaller_for_theta_1_and_makes_curvatures_comparable(run):
    sharp, flat = run.factor
    assert sharp < flat / 10
    before = CURVATURES[0] / CURVATURES[1]
    after = before / landscape.stretch(run) ** 2
    assert after == pytest.approx(before * sharp / flat)
    assert before == pytest.approx(100) and 1 / 3 < after < 3  # comparable: 2.77


def test_stretch_makes_two_parabolas_alike():
    run = quadratic((50.0, 0.2))
    # Corrections are equal except for epsilon, so the factors have the ratio of the curvatures.
    assert landscape.stretch(run) ** 2 == pytest.approx(250, rel=1e-5)


def test_factor_is_the_weighted_mean_of_correction_over_gradient(run):
    weights = np.abs(run.first_moment)
    ratio = np.abs(run.corrections) / weights
    np.testing.assert_allclose(run.factor, np.average(ratio, axis=0, weights=weights), rtol=1e-12)
