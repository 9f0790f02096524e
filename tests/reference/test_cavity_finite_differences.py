"""Tests of the finite differences for the cavity, mainly against the spectral solution."""

import functools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pinn_phases.grids import relative_l2
from pinn_phases.reference.driven_cavity.extrema import SplineFlow, find_extrema
from pinn_phases.reference.driven_cavity.finite_differences import extrapolate, solve
from pinn_phases.reference.driven_cavity.galerkin import DrivenCavity
from pinn_phases.reference.driven_cavity.stream_function import solve as solve_spectral


def lid(x):
    """Velocity of the lid of the benchmark."""
    return np.tanh(8.0 * x) * np.tanh(8.0 * (1.0 - x))


@functools.cache
def spectral(reynolds):
    """Solve with an error of about 1e-6 or less, far below the errors measured here."""
    return solve_spectral(DrivenCavity.with_corners(lid), reynolds, 48)


def exact_speed(reynolds, intervals):
    """Evaluate the speed of the spectral solution on the grid."""
    grid = np.linspace(0.0, 1.0, intervals + 1)
    psi = spectral(reynolds).evaluate(grid, grid)
    return np.hypot(psi.x, psi.y)


def velocity(psi):
    """Return (psi_y, -psi_x): central differences inside, boundary conditions on the walls."""
    intervals = len(psi) - 1
    u, v = np.zeros_like(psi), np.zeros_like(psi)
    u[1:-1, 1:-1] = (psi[1:-1, 2:] - psi[1:-1, :-2]) * (0.5 * intervals)
    v[1:-1, 1:-1] = (psi[:-2, 1:-1] - psi[2:, 1:-1]) * (0.5 * intervals)
    u[:, -1] = lid(np.linspace(0.0, 1.0, intervals + 1))
    return u, v


def speed(reynolds, intervals):
    """Compute the speed by finite differences."""
    return np.hypot(*velocity(solve(lid, reynolds, intervals)))


def test_convergence_to_the_spectral_solution_is_of_second_order():
    intervals = np.array([32, 64, 128])
    speeds = [speed(100.0, int(count)) for count in intervals]
    exact = [exact_speed(100.0, int(count)) for count in intervals]
    errors = [relative_l2(*pair) for pair in zip(speeds, exact, strict=True)]
    slope = -np.polyfit(np.log(intervals), np.log(errors), 1)[0]
    # The coarsest grid has four points where the velocity of the lid rises; measured: 1.89.
    assert slope == pytest.approx(2.0, abs=0.2)
    # The error that remains after extrapolation is due to walls and corners; measured: 2e-4.
    assert relative_l2(extrapolate(*speeds[1:]), exact[1]) < 0.05 * errors[1]


def test_both_methods_agree_at_the_reynolds_number_of_the_benchmark():
    coarse, fine = (speed(1000.0, count) for count in (48, 96))
    exact = exact_speed(1000.0, 48)
    # Measured: 0.17 on the coarse grid, 0.042 on the fine one, 0.0034 extrapolated.
    assert relative_l2(fine[::2, ::2], exact) < 0.06
    assert relative_l2(extrapolate(coarse, fine), exact) < 0.01


def test_the_walls_are_at_rest():
    psi = solve(lid, 100.0, 16)
    u, v = velocity(psi)
    assert not np.any(psi[[0, -1]]) and not np.any(psi[:, [0, -1]])
    assert not np.any(v[[0, -1]]) and not np.any(v[:, [0, -1]])
    assert not np.any(u[:, 0])
    assert_allclose(u[:, -1], lid(np.linspace(0.0, 1.0, 17)))


def test_stokes_flow_is_symmetric():
    """Without inertia, the reversed flow is the mirror image."""
    psi = solve(lid, 1e-9, 16)
    # Inertia is of the order of the Reynolds number. The rest is rounding in a biharmonic system
    # with 225 unknowns.
    assert_allclose(psi, psi[::-1], atol=1e-10)


def test_extrapolation_removes_the_second_order():
    coarse, fine = (np.full((n + 1, n + 1), 3.0 + 5.0 / n**2) for n in (4, 8))
    assert_allclose(extrapolate(coarse, fine), 3.0, rtol=1e-15)


def test_extrema_of_a_known_flow_are_located():
    """A stream function with its centre between grid points, in closed form."""
    x = np.linspace(0.0, 1.0, 129)

    def bump(s, exponent):
        return s**2 * (1.0 - s) ** exponent

    psi = -np.outer(bump(x, 2), bump(x, 3))
    found = find_extrema(SplineFlow(psi))["smallest psi"]
    # s^2 (1 - s)^k has its maximum at 2/(2 + k). The error of the spline is spacing^4 times a
    # fourth derivative of about 1, which is 4e-9. The error of the position is that of the slope,
    # spacing^3, divided by the curvature.
    assert found.value == pytest.approx(-bump(0.5, 2) * bump(0.4, 3), abs=1e-8)
    assert (found.x, found.y) == pytest.approx((0.5, 0.4), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("reynolds", (-1.0, 16)), ("reynolds", (np.inf, 16)), ("intervals", (100.0, 7))],
)
def test_bad_arguments_are_rejected(name, arguments):
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        solve(lid, *arguments)


def test_grids_that_do_not_match_are_rejected():
    with pytest.raises(ValueError, match="fine: expected half the spacing"):
        extrapolate(np.zeros((5, 5)), np.zeros((8, 8)))
