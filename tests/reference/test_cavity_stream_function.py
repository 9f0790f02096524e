"""Tests of the spectral solver of the cavity: convergence, symmetries, published values.

Tests that need a smooth lid use that of the benchmark, tanh(8 x) tanh(8 (1 - x)).
"""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pinn_phases.grids import relative_l2
from pinn_phases.reference.driven_cavity import stream_function
from pinn_phases.reference.driven_cavity.extrema import (
    BOTELLA_PEYRET,
    REYNOLDS,
    find_extrema,
    unit_lid,
)
from pinn_phases.reference.driven_cavity.galerkin import NO_CORNER, DrivenCavity, Galerkin
from pinn_phases.reference.driven_cavity.stream_function import newton, refine, solve
from pinn_phases.reference.numerics.chebyshev import interpolate, nodes
from tests.reference.cavity_flows import GRID, INNER, LID, flow, speed


def test_the_jacobian_is_the_derivative_of_the_residual():
    equations = Galerkin(DrivenCavity.with_corners(LID), 8)
    generator = np.random.default_rng(5)
    unknowns, direction = generator.uniform(-0.1, 0.1, (2, 7, 7))
    _, psi = equations.residual(unknowns, 100.0)
    ahead, behind = (equations.residual(unknowns + s * direction, 100.0)[0] for s in (1.0, -1.0))
    found = equations.jacobian(psi, 100.0) @ direction.ravel()
    # The residual is quadratic, so the central difference is exact up to rounding.
    exact = 0.5 * (ahead - behind).ravel()
    assert_allclose(found, exact, rtol=0.0, atol=1e-12 * np.abs(exact).max())


def test_a_manufactured_clamped_flow_is_recovered():
    """(x (1 - x) y (1 - y))^2 e^x is clamped; subtracting its residual makes it the solution."""

    class Manufactured(Galerkin):
        def residual(self, unknowns, reynolds):
            found, psi = super().residual(unknowns, reynolds)
            return found - self.target, psi

    equations = Manufactured(DrivenCavity.with_corners(np.zeros_like), 16)
    x = nodes(equations.degree)
    bump = (x * (1.0 - x)) ** 2
    coefficients = interpolate(interpolate(30.0 * np.outer(bump * np.exp(x), bump)).T).T
    equations.target = 0.0
    exact = equations.unknowns(coefficients)
    equations.target, _ = equations.residual(exact, 200.0)
    found = newton(equations, 200.0, np.zeros_like(exact))
    # The last update is at most 1e-9, and each Newton step reduces the error at least tenfold.
    assert_allclose(found, exact, rtol=0.0, atol=1e-9 * np.abs(exact).max())
    # A polynomial of degree 18 approximates e^x far better than this, so the fit of clamped
    # polynomials is exact.
    assert_allclose(equations.coefficients(exact), coefficients, atol=1e-14)


def test_convergence_is_fast_despite_the_corners():
    """The remaining eddies in the corners, of order r^3.74, lead to errors of modes^-7.5."""
    modes = np.array([16, 20, 24, 28])
    finer = speed(flow(100.0, 48))
    errors = [relative_l2(speed(flow(100.0, count)), finer) for count in modes]
    slope = -np.polyfit(np.log(modes), np.log(errors), 1)[0]
    # Measured: 9.0; convergence is faster while more modes still improve the shape of the lid.
    assert slope > 7.0
    assert errors[-1] < 1e-5


def test_convergence_is_slower_without_the_corner_flow():
    finer = speed(flow(100.0, 48))
    plain = speed(solve(DrivenCavity(LID, NO_CORNER, NO_CORNER), 100.0, 24))
    # Both have the same number of unknowns; measured: 145 times the error.
    assert relative_l2(plain, finer) > 30.0 * relative_l2(speed(flow(100.0, 24)), finer)


def test_the_walls_are_at_rest_and_the_lid_moves():
    ends = np.array([0.0, 1.0])
    solution = flow(100.0, 48)
    across, along = solution.evaluate(GRID, ends), solution.evaluate(ends, GRID)
    # The lid is interpolated; 48 modes resolve it to about 1e-13.
    for zero in (across.value, across.x, across.y[:, 0], along.value, along.x, along.y[:, :-1]):
        assert_allclose(zero, 0.0, atol=1e-10)
    assert_allclose(across.y[:, 1], LID(GRID), atol=1e-10)


def test_stokes_flow_is_symmetric():
    """Without inertia, the reversed flow is the mirror image."""
    slow = flow(1e-6, 24)
    # Inertia is of the order of the Reynolds number.
    assert_allclose(speed(slow), speed(slow)[::-1], atol=1e-6)
    assert np.abs(speed(flow(100.0, 24)) - speed(flow(100.0, 24))[::-1]).max() > 0.05


def test_the_equation_holds_away_from_the_corners():
    """In the strong form, at other points than the solver's, and with difference quotients."""
    solution, step = flow(100.0, 48), 1e-3
    moved = [
        solution.evaluate(INNER + dx, INNER + dy)
        for dx, dy in ((0, 0), (step, 0), (-step, 0), (0, step), (0, -step))
    ]
    at = moved[0]
    around = sum(psi.laplacian for psi in moved[1:])
    diffusion = (around - 4.0 * at.laplacian) / step**2 / 100.0
    transport = at.y * at.laplacian_x - at.x * at.laplacian_y
    # Both are of order 10; the difference quotient has an error of step^2/12 times a sixth
    # derivative.
    assert np.abs(transport).max() > 1.0
    assert_allclose(diffusion, transport, rtol=0.0, atol=1e-3)


@pytest.mark.parametrize(("modes", "tolerance"), [(24, 1e-3), (40, 5e-5)])
def test_published_values_are_reproduced(modes, tolerance):
    """Measured errors: 5e-4 with 24 modes, 3e-5 with 40, 1e-6 with 64; seven digits published."""
    found = find_extrema(solve(DrivenCavity.with_corners(unit_lid), REYNOLDS, modes))
    assert found.keys() == BOTELLA_PEYRET.keys()
    for name, published in BOTELLA_PEYRET.items():
        assert found[name].value == pytest.approx(published.value, abs=tolerance)
        for ours, theirs in ((found[name].x, published.x), (found[name].y, published.y)):
            # Positions of flat extrema are less accurate, and published to four digits.
            assert ours == (theirs if theirs is None else pytest.approx(theirs, abs=1e-3))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("reynolds", (0.0, 16)),
        ("reynolds", (np.nan, 16)),
        ("modes", (100.0, 7)),
        ("modes", (100.0, 129)),
    ],
)
def test_bad_arguments_are_rejected(name, arguments):
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        solve(DrivenCavity.with_corners(LID), *arguments)


def test_refining_to_fewer_modes_is_rejected():
    with pytest.raises(ValueError, match="modes: expected at least 24, received 16"):
        refine(flow(100.0, 24), 16)


def test_a_flow_that_cannot_be_resolved_is_reported():
    """The message names the requested flow, not where Newton's method failed."""
    with pytest.raises(
        ArithmeticError, match="no steady flow of Reynolds number 100000 on 8 modes"
    ):
        solve(DrivenCavity.with_corners(LID), 1e5, 8)


def test_a_failed_step_in_the_reynolds_number_is_halved():
    """The full step, from Reynolds number 300 to 700, fails with this lid and 20 modes."""
    cavity = DrivenCavity.with_corners(unit_lid)
    equations, start = Galerkin(cavity, 20), np.zeros((19, 19))
    for reynolds in (0.0, 100.0, 300.0):
        start = newton(equations, reynolds, start, stream_function.INTERMEDIATE)
    with pytest.raises(ArithmeticError, match="20 modes, Reynolds number 700"):
        newton(equations, 700.0, start, stream_function.INTERMEDIATE)
    found = solve(cavity, 2500.0, 20)
    assert (found.reynolds, found.modes) == (2500.0, 20)
    # 64 modes give -0.121468; the error of 20 modes is 1e-3.
    assert find_extrema(found)["smallest psi"].value == pytest.approx(-0.121468, abs=2e-3)


def test_continuation_uses_more_modes_where_few_do_not_suffice(monkeypatch):
    cavity = DrivenCavity.with_corners(LID)
    monkeypatch.setattr(stream_function, "CONTINUATION_MODES", (8,))
    with pytest.raises(ArithmeticError, match="Reynolds number 3000 on 32 modes"):
        solve(cavity, 3000.0, 32)
    monkeypatch.setattr(stream_function, "CONTINUATION_MODES", (8, 24))
    found = solve(cavity, 3000.0, 32)
    assert relative_l2(speed(found), speed(flow(3000.0, 32))) < 1e-6  # both converged to 1e-9


def test_only_one_matrix_is_in_memory_at_a_time():
    """The matrix for 120 modes, with which 80 modes are compared, takes 1.6 GB."""
    equations = Galerkin(DrivenCavity.with_corners(LID), 32)
    start = np.zeros((31, 31))
    tracemalloc.start()
    newton(equations, 100.0, start)  # at least two Jacobians, because the flow changes a lot
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.7 * 8 * 31**4  # measured: 1.4, including the arrays to assemble the matrix
