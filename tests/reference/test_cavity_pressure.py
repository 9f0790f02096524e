"""Tests of the pressure computed from a stream function of the cavity."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pinn_phases.reference.driven_cavity.extrema import unit_lid
from pinn_phases.reference.driven_cavity.galerkin import DrivenCavity
from pinn_phases.reference.driven_cavity.pressure import integrate_gradient, pressure
from pinn_phases.reference.driven_cavity.stream_function import solve
from pinn_phases.reference.numerics.chebyshev import nodes
from tests.reference.cavity_flows import GRID, INNER, flow


def test_a_gradient_is_integrated_exactly():
    x = nodes(9)
    polynomial = np.outer(x**9, 1.0 - x) + np.outer(x, x**4)
    along_x = np.outer(9.0 * x**8, 1.0 - x) + x**4
    along_y = np.outer(x**9, -np.ones_like(x)) + np.outer(x, 4.0 * x**3)
    difference = integrate_gradient(along_x, along_y) - polynomial
    # Two derivatives of degree 9 amplify rounding by about 9^4.
    assert_allclose(difference, difference[0, 0], atol=1e-11)


def test_the_pressure_balances_both_momentum_equations():
    solution, step = flow(100.0, 48), 1e-3

    def quotient(function, dx, dy):
        ahead, behind = (function(INNER + s * dx, INNER + s * dy) for s in (step, -step))
        return (ahead - behind) / (2.0 * step)

    def p(x, y):  # relative to the centre, because the mean depends on the grid
        return pressure_without_mean(solution, x, y)

    def u(x, y):
        return solution.evaluate(x, y).y

    def v(x, y):
        return -solution.evaluate(x, y).x

    at = solution.evaluate(INNER, INNER)
    along_x = at.y * quotient(u, 1, 0) - at.x * quotient(u, 0, 1) + quotient(p, 1, 0)
    along_y = at.y * quotient(v, 1, 0) - at.x * quotient(v, 0, 1) + quotient(p, 0, 1)
    # Terms are of order 0.1 to 1; quotients have an error of step^2/6 times a third derivative.
    assert_allclose(along_x, at.laplacian_y / 100.0, atol=1e-4)
    assert_allclose(along_y, -at.laplacian_x / 100.0, atol=1e-4)


def pressure_without_mean(solution, x, y):
    """Evaluate the pressure relative to that at the centre of the cavity."""
    values = pressure(solution, np.append(x, 0.5), np.append(y, 0.5))
    return values[:-1, :-1] - values[-1, -1]


def test_the_pressure_is_finite_with_zero_mean():
    p = pressure(flow(100.0, 24), GRID, GRID)
    assert np.all(np.isfinite(p))
    assert abs(p.mean()) < 1e-14  # rounding of numbers of order 1
    assert p[0, -1] == p.min() and p[-1, -1] == p.max()  # the lid moves fluid from left to right


def test_a_pressure_too_singular_is_rejected():
    with pytest.raises(ValueError, match="lid: expected zero at both ends, received"):
        pressure(solve(DrivenCavity.with_corners(unit_lid), 10.0, 8), GRID, GRID)
