"""Equation and conditions of Helmholtz, compared with its solution in closed form."""

import numpy as np
import pytest

from pinn_phases.operators import Jet
from pinn_phases.problems.base import edges
from pinn_phases.problems.helmholtz import Helmholtz
from pinn_phases.reference.helmholtz import HelmholtzReference
from tests.problems.differences import field, spectral_derivative

PAPER = Helmholtz(a1=6, a2=6, k=1.0)


def residual_of(problem, u, points=64):
    """Return the residual of a function u(x, y) of period 2, with spectral derivatives."""
    axis = -1 + 2 * np.arange(points) / points
    x, y = np.meshgrid(axis, axis, indexing="ij")
    values = u(x, y)
    partials = {
        ("y", "y"): spectral_derivative(values, 2),
        ("x", "x"): spectral_derivative(values.T, 2).T,
    }
    q = problem.source(np.column_stack([x.ravel(), y.ravel()]))["q"].reshape(x.shape)
    return problem.residual({"u": field(values, lambda *term: partials[term])}, {"q": q})[0]


@pytest.mark.parametrize("problem", [PAPER, Helmholtz(a1=1, a2=4, k=2.5)])
def test_the_closed_form_solves_the_equation(problem):
    residual = residual_of(problem, problem.solution)
    # Rounding of 1e-16 times the largest squared wave number, (32 pi)^2, and (a pi)^2: below 1e-9.
    assert np.abs(residual).max() < 1e-9


def test_the_residual_detects_another_number_of_half_waves():
    other = Helmholtz(a1=6, a2=5, k=1.0)
    assert np.abs(residual_of(PAPER, other.solution)).max() > 100
    # The forcing follows k, so the solution does not depend on it.
    assert np.abs(residual_of(Helmholtz(a1=6, a2=6, k=1.1), PAPER.solution)).max() < 1e-9


def test_the_forcing_is_that_of_the_paper():
    x, y = 0.3, -0.7
    wave = np.sin(6 * np.pi * x) * np.sin(6 * np.pi * y)
    q = -((6 * np.pi) ** 2) * wave - (6 * np.pi) ** 2 * wave + wave  # B.4
    assert PAPER.source(np.array([[x, y]]))["q"] == pytest.approx(q, rel=1e-14)


def test_the_boundary_condition_is_zero_on_four_edges():
    condition = PAPER.condition("boundary", 5)
    (points,) = condition.points
    assert points.shape == (20, 2)
    for column, name in enumerate("xy"):
        for end in PAPER.domain[name]:
            others = points[points[:, column] == end][:, 1 - column]
            assert set(np.linspace(-1, 1, 5)) == set(others)  # corners appear twice
    (expression,) = condition.expressions({"u": Jet(np.arange(20.0), {})})
    np.testing.assert_array_equal(expression, np.arange(20.0))
    np.testing.assert_array_equal(condition.targets, np.zeros((1, 20)))
    # sin(6 pi) is 1e-15 in float64
    np.testing.assert_allclose(PAPER.solution(*points.T), 0, atol=1e-14)


def test_the_reference_is_the_closed_form_up_to_rounding():
    solver = HelmholtzReference(grid={"x": 5, "y": 9}, largest_error=1e-5)
    solution = solver.solve(Helmholtz(a1=1, a2=2, k=1.0))
    np.testing.assert_array_equal(solution.axes["y"], np.linspace(-1, 1, 9))
    assert solution.fields["u"][1, 3] == pytest.approx(np.sin(-np.pi / 2) * np.sin(-np.pi / 2))
    assert 0 < solution.error_estimate["relative_l2"] < 1e-14


def test_edges_need_two_coordinates():
    with pytest.raises(ValueError, match="expected two coordinates, received t, x, y"):
        edges({"t": (0, 1), "x": (0, 1), "y": (0, 1)}, 5)
