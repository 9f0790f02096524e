"""Equation and conditions of Allen-Cahn, compared with its reference solution."""

import numpy as np
import pytest

from pinn_phases.operators import Jet, d
from pinn_phases.problems.allen_cahn import AllenCahn
from pinn_phases.reference.allen_cahn import solve
from tests.problems.differences import field, spectral_derivative, time_derivative

PROBLEM = AllenCahn(diffusion=1e-4, reaction=5.0)


@pytest.fixture(scope="module")
def solution():
    """Return t (401,), x (1024,) and the reference u (401, 1024) on them."""
    t, x = np.linspace(0, 1, 401), -1 + 2 * np.arange(1024) / 1024
    return t, x, solve(PROBLEM, t, x, modes=1024, steps=800).fields["u"]


def residual_of(u, step, problem=PROBLEM):
    """Return the residual of the equation at the inner times."""
    partials = {("t",): time_derivative(u, step), ("x", "x"): spectral_derivative(u, 2)[3:-3]}
    return problem.residual({"u": field(u[3:-3], lambda *term: partials[term])}, {})[0]


def test_residual_of_the_reference_falls_with_the_order_of_the_differences(solution):
    t, _, u = solution
    late = t[3:-3] >= 0.1  # earlier, the kink of the initial condition limits their accuracy
    rms = []
    for stride in (8, 4):
        residual = residual_of(u[::stride], t[stride])
        kept = (t[::stride][3:-3]) >= 0.1
        rms.append(np.sqrt(np.mean(residual[kept] ** 2)))
    assert np.log2(rms[0] / rms[1]) == pytest.approx(6, abs=0.2)  # sixth order
    finest = residual_of(u, t[1])[late]
    assert np.sqrt(np.mean(finest**2)) < 1e-9  # rounding, divided by the step of 1/400


def test_residual_detects_a_wrong_coefficient(solution):
    t, _, u = solution
    for other in ({"reaction": 5.1}, {"diffusion": 1.1e-4}):
        problem = PROBLEM.model_copy(update=other)
        assert np.abs(residual_of(u, t[1], problem)).max() > 1e-2


def test_the_linear_part_is_one_operator():
    assert PROBLEM.residual_operators == (d("t") - 1e-4 * d("x", "x"),)


def test_initial_condition_targets_the_initial_values(solution):
    _, x, u = solution
    condition = PROBLEM.condition("initial", 5)
    (start,) = condition.points
    np.testing.assert_array_equal(start[:, 0], 0)
    (expression,) = condition.expressions({"u": Jet(np.arange(5.0), {})})
    np.testing.assert_array_equal(expression, np.arange(5.0))
    exact = start[:, 1] ** 2 * np.cos(np.pi * start[:, 1])
    np.testing.assert_allclose(condition.targets[0], exact, atol=1e-15)
    np.testing.assert_allclose(u[0], x**2 * np.cos(np.pi * x), atol=1e-15)


def test_boundary_condition_compares_value_and_slope_at_both_ends():
    condition = PROBLEM.condition("boundary", 4)
    left, right = condition.points
    np.testing.assert_array_equal(left[:, 0], right[:, 0])
    assert (left[:, 1] == -1).all() and (right[:, 1] == 1).all()
    assert condition.operators(("u",)) == (d("x"),)
    ones, u_x = np.ones(4), d("x").terms
    value, slope = condition.expressions(
        {"u": Jet(ones, {u_x: 2 * ones})}, {"u": Jet(3 * ones, {u_x: 7 * ones})}
    )
    np.testing.assert_array_equal(value, 2)
    np.testing.assert_array_equal(slope, 5)
    np.testing.assert_array_equal(condition.targets, 0)


def test_initial_ansatz_satisfies_the_initial_condition():
    for x in (-1.0, -0.3, 0.5, 1.0):
        offset, factor = PROBLEM.ansatz("initial", np.array([0.0, x]))
        assert offset == pytest.approx(x**2 * np.cos(np.pi * x), abs=1e-15)
        assert factor == 0
