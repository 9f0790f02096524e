"""Equation and conditions of Burgers, compared with its exact solution."""

import numpy as np
import pytest

from pinn_phases.operators import Jet, d
from pinn_phases.problems.burgers import Burgers
from pinn_phases.reference.numerics import cole_hopf
from tests.problems.differences import field, spectral_derivative, time_derivative

PROBLEM = Burgers(viscosity=0.02)  # 512 points resolve its front to rounding


@pytest.fixture(scope="module")
def solution():
    """Return t (401,), x (512,) and the exact u (401, 512) on them."""
    t, x = np.linspace(0, 1, 401), -1 + 2 * np.arange(512) / 512
    return t, x, cole_hopf.evaluate(t, x, viscosity=PROBLEM.viscosity)


def residual_of(problem, u, step):
    """Return the residual of the equation at the inner times."""
    inner = u[3:-3]

    def partial(*term):
        return time_derivative(u, step) if "t" in term else spectral_derivative(inner, len(term))

    return problem.residual({"u": field(inner, partial)}, {})[0]


def test_residual_of_the_solution_falls_with_the_order_of_the_differences(solution):
    t, _, u = solution
    rms = [np.sqrt(np.mean(residual_of(PROBLEM, u[::n], t[n]) ** 2)) for n in (8, 4)]
    assert np.log2(rms[0] / rms[1]) == pytest.approx(6, abs=0.5)  # sixth order
    finest = residual_of(PROBLEM, u, t[1])
    assert np.sqrt(np.mean(finest**2)) < 1e-6  # sixth order; step of 1/400 instead of 1/100


def test_residual_detects_a_wrong_viscosity(solution):
    t, _, u = solution
    assert np.abs(residual_of(Burgers(viscosity=0.021), u, t[1])).max() > 0.1


def test_the_residual_has_two_operators():
    assert PROBLEM.residual_operators == (d("t") - 0.02 * d("x", "x"), d("x"))


def test_initial_condition_targets_the_initial_values(solution):
    _, x, u = solution
    condition = PROBLEM.condition("initial", 5)
    (start,) = condition.points
    np.testing.assert_array_equal(start[:, 0], 0)
    np.testing.assert_array_equal(start[:, 1], np.linspace(-1, 1, 5))
    np.testing.assert_allclose(condition.targets[0], [0, 1, 0, -1, 0], atol=1e-15)
    np.testing.assert_allclose(u[0], PROBLEM.initial(x), atol=1e-14)


def test_boundary_condition_is_zero_at_both_ends():
    condition = PROBLEM.condition("boundary", 4)
    (points,) = condition.points
    t = np.linspace(0, 1, 4)
    np.testing.assert_array_equal(points, [*([s, -1.0] for s in t), *([s, 1.0] for s in t)])
    np.testing.assert_array_equal(condition.targets, np.zeros((1, 8)))
    (expression,) = condition.expressions({"u": Jet(np.arange(8.0), {})})
    np.testing.assert_array_equal(expression, np.arange(8.0))
