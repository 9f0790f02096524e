"""Tests of the spectral solution of the lid-driven cavity: closed forms, slopes, published values.

Everything smooth is measured with the lid of the benchmark, tanh(8 x) tanh(8 (1 - x)).
"""

import functools
import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pinn_phases.__main__ import main
from pinn_phases.commands.validate import require_agreement
from pinn_phases.problems.cavity import Cavity as Problem
from pinn_phases.reference import cavity
from pinn_phases.reference import cavity_stream_function as stream_function
from pinn_phases.reference.base import relative_l2
from pinn_phases.reference.cavity_extrema import BOTELLA_PEYRET, REYNOLDS, find_extrema, unit_lid
from pinn_phases.reference.cavity_galerkin import Cavity, Galerkin
from pinn_phases.reference.cavity_pressure import integrate_gradient, pressure
from pinn_phases.reference.cavity_profiles import (
    ProfileComparison,
    U,
    V,
    compare_profiles,
    tolerance,
)
from pinn_phases.reference.cavity_stream_function import Flow, newton, refine, solve
from pinn_phases.reference.cavity_validation import AtReynolds, Comparison
from pinn_phases.reference.chebyshev import interpolate, nodes
from pinn_phases.reference.corner_singularity import LidEnd, corner_flow
from pinn_phases.stopping import Stopped

GRID = np.linspace(0.0, 1.0, 65)
INNER = np.array([0.1, 0.35, 0.6, 0.85])


@dataclass(frozen=True)
class Benchmark:
    """The benchmark's lid, dimensionless."""

    reynolds: float = 1000.0
    lid_width: float = 0.125

    def lid(self, x):
        """Return the velocity of the lid."""
        return np.tanh(x / self.lid_width) * np.tanh((1.0 - x) / self.lid_width)


LID = Benchmark().lid


@functools.cache
def flow(reynolds: float, modes: int) -> Flow:
    """Solution with the lid of the benchmark."""
    return solve(Cavity.with_corners(LID), reynolds, modes)


def speed(solution, x=GRID, y=GRID):
    """Speed on a grid."""
    psi = solution.evaluate(x, y)
    return np.hypot(psi.x, psi.y)


# The flow in a corner


@pytest.mark.parametrize("lid", [LidEnd(1.0, 0.0), LidEnd(0.0, 8.0), LidEnd(0.7, -2.0)])
def test_the_corner_flow_meets_the_conditions_on_both_walls(lid):
    along = np.linspace(0.0, 2.0, 9)
    on_lid, on_wall = corner_flow(along, 0.0 * along, lid), corner_flow(0.0 * along, along, lid)
    # Sums of a few numbers up to 8 * 4: rounding.
    assert_allclose(on_lid.value, 0.0, atol=1e-13)
    assert_allclose(-on_lid.y, lid.speed + lid.slope * along, atol=1e-13)
    assert_allclose(on_wall.value, 0.0, atol=1e-13)
    assert_allclose(on_wall.x[1:], 0.0, atol=1e-13)  # not in the corner, which counts as lid


def test_the_corner_flow_is_biharmonic_and_its_derivatives_are_right():
    lid, step = LidEnd(0.7, -2.0), 1e-4
    x, y = np.array([0.3, 0.5, 0.9]), np.array([0.8, 0.2, 0.4])
    at, east, west, north, south = (
        corner_flow(x + dx, y + dy, lid)
        for dx, dy in ((0, 0), (step, 0), (-step, 0), (0, step), (0, -step))
    )

    def close(found, exact):  # third derivatives up to 1e2 times step^2/6, and 1e-14/step^2
        assert_allclose(found, exact, atol=3e-6)

    close((east.value - west.value) / (2.0 * step), at.x)
    close((north.value - south.value) / (2.0 * step), at.y)
    around = east.value + west.value + north.value + south.value
    close((around - 4.0 * at.value) / step**2, at.laplacian)
    close((east.laplacian - west.laplacian) / (2.0 * step), at.laplacian_x)
    close((north.laplacian - south.laplacian) / (2.0 * step), at.laplacian_y)
    twice = (east.laplacian_x - west.laplacian_x + north.laplacian_y - south.laplacian_y) / step
    close(0.5 * twice, 0.0)


# The solver


def test_the_jacobian_is_the_derivative_of_the_residual():
    equations = Galerkin(Cavity.with_corners(LID), 8)
    generator = np.random.default_rng(5)
    unknowns, direction = generator.uniform(-0.1, 0.1, (2, 7, 7))
    _, psi = equations.residual(unknowns, 100.0)
    ahead, behind = (equations.residual(unknowns + s * direction, 100.0)[0] for s in (1.0, -1.0))
    found = equations.jacobian(psi, 100.0) @ direction.ravel()
    # The residual is quadratic, so that the central difference is exact up to rounding.
    exact = 0.5 * (ahead - behind).ravel()
    assert_allclose(found, exact, rtol=0.0, atol=1e-12 * np.abs(exact).max())


def test_a_made_clamped_flow_is_recovered():
    """(x (1 - x) y (1 - y))^2 e^x is clamped; its residual taken away, it is the solution."""

    class Made(Galerkin):
        def residual(self, unknowns, reynolds):
            found, psi = super().residual(unknowns, reynolds)
            return found - self.target, psi

    equations = Made(Cavity.without_corners(np.zeros_like), 16)
    x = nodes(equations.degree)
    bump = (x * (1.0 - x)) ** 2
    coefficients = interpolate(interpolate(30.0 * np.outer(bump * np.exp(x), bump)).T).T
    equations.target = 0.0
    exact = equations.unknowns(coefficients)
    equations.target, _ = equations.residual(exact, 200.0)
    found = newton(equations, 200.0, np.zeros_like(exact))
    # Newton's method ends with an update of 1e-9 at most, and converges at least tenfold a step.
    assert_allclose(found, exact, rtol=0.0, atol=1e-9 * np.abs(exact).max())
    # The polynomial of degree 18 misses e^x by far less: the fit to clamped ones is exact.
    assert_allclose(equations.coefficients(exact), coefficients, atol=1e-14)


def test_convergence_is_fast_despite_the_corners():
    """Eddies of order r^3.74 remain in the corners, for which modes^-7.5 is expected."""
    modes = np.array([16, 20, 24, 28])
    finer = speed(flow(100.0, 48))
    errors = [relative_l2(speed(flow(100.0, count)), finer) for count in modes]
    slope = -np.polyfit(np.log(modes), np.log(errors), 1)[0]
    # Measured: 9.0; faster at first, as long as the shape of the lid is still being resolved.
    assert slope > 7.0
    assert errors[-1] < 1e-5


def test_without_the_corner_flow_it_converges_more_slowly():
    finer = speed(flow(100.0, 48))
    plain = speed(solve(Cavity.without_corners(LID), 100.0, 24))
    # Same number of unknowns; measured: 145 times the error.
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
    """Without inertia, reversed time is a mirror image."""
    slow = flow(1e-6, 24)
    # Inertia is of the order of the Reynolds number.
    assert_allclose(speed(slow), speed(slow)[::-1], atol=1e-6)
    assert np.abs(speed(flow(100.0, 24)) - speed(flow(100.0, 24))[::-1]).max() > 0.05


def test_the_equation_holds_away_from_the_corners():
    """In the strong form and at other points, with derivatives that the solver does not take."""
    solution, step = flow(100.0, 48), 1e-3
    moved = [
        solution.evaluate(INNER + dx, INNER + dy)
        for dx, dy in ((0, 0), (step, 0), (-step, 0), (0, step), (0, -step))
    ]
    at = moved[0]
    around = sum(psi.laplacian for psi in moved[1:])
    diffusion = (around - 4.0 * at.laplacian) / step**2 / 100.0
    transport = at.y * at.laplacian_x - at.x * at.laplacian_y
    # Both are of order 10; the difference quotient errs by step^2/12 times a sixth derivative.
    assert np.abs(transport).max() > 1.0
    assert_allclose(diffusion, transport, rtol=0.0, atol=1e-3)


@pytest.mark.parametrize(("modes", "tolerance"), [(24, 1e-3), (40, 5e-5)])
def test_published_values_are_met(modes, tolerance):
    """Measured: 5e-4 with 24 modes, 3e-5 with 40, 1e-6 with 64; published to seven digits."""
    found = find_extrema(solve(Cavity.with_corners(unit_lid), REYNOLDS, modes))
    assert found.keys() == BOTELLA_PEYRET.keys()
    for name, published in BOTELLA_PEYRET.items():
        assert found[name].value == pytest.approx(published.value, abs=tolerance)
        for ours, theirs in ((found[name].x, published.x), (found[name].y, published.y)):
            # Flat extrema: the position is less well determined, and published to four digits.
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
        solve(Cavity.with_corners(LID), *arguments)


def test_refining_to_less_is_rejected():
    with pytest.raises(ValueError, match="modes: expected at least 24, received 16"):
        refine(flow(100.0, 24), 16)


def test_a_flow_that_cannot_be_resolved_is_said_to_be():
    """In terms of what was asked for, not of where Newton's method failed."""
    with pytest.raises(
        ArithmeticError, match="no steady flow of Reynolds number 100000 on 8 modes"
    ):
        solve(Cavity.with_corners(LID), 1e5, 8)


def test_a_step_in_the_reynolds_number_that_fails_is_halved():
    """From 300 the full step, to 700, fails with this lid on so few modes."""
    cavity = Cavity.with_corners(unit_lid)
    equations, start = Galerkin(cavity, 20), np.zeros((19, 19))
    for reynolds in (0.0, 100.0, 300.0):
        start = newton(equations, reynolds, start, stream_function.ON_THE_WAY)
    with pytest.raises(ArithmeticError, match="20 modes, Reynolds number 700"):
        newton(equations, 700.0, start, stream_function.ON_THE_WAY)
    found = solve(cavity, 2500.0, 20)
    assert (found.reynolds, found.modes) == (2500.0, 20)
    # 64 modes have -0.121468; 20 modes are 1e-3 away.
    assert find_extrema(found)["smallest psi"].value == pytest.approx(-0.121468, abs=2e-3)


def test_more_modes_are_taken_where_the_flow_cannot_be_continued_on_few(monkeypatch):
    cavity = Cavity.with_corners(LID)
    monkeypatch.setattr(stream_function, "CONTINUATION_MODES", (8,))
    with pytest.raises(ArithmeticError, match="Reynolds number 3000 on 32 modes"):
        solve(cavity, 3000.0, 32)
    monkeypatch.setattr(stream_function, "CONTINUATION_MODES", (8, 24))
    found = solve(cavity, 3000.0, 32)
    assert relative_l2(speed(found), speed(flow(3000.0, 32))) < 1e-6  # both converged to 1e-9


def test_one_matrix_is_held_at_a_time():
    """Which takes 1.6 GB on the 120 modes that 80 are compared with."""
    equations = Galerkin(Cavity.with_corners(LID), 32)
    start = np.zeros((31, 31))
    tracemalloc.start()
    newton(equations, 100.0, start)  # with two Jacobians at least, as the flow changes much
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.7 * 8 * 31**4  # measured: 1.4, with what the matrix is made from


# The command that compares with published values


COARSE = ("validate", "--intervals", "32", "--reynolds", "1000")


def test_the_tables_of_published_values_are_printed_and_written(tmp_path, capsys):
    output = tmp_path / "below" / "table.txt"
    assert main([*COARSE, "--modes", "48", "--output", str(output)]) == 0
    tables = capsys.readouterr().out
    assert output.read_text() == tables
    extrema, profiles = (table.splitlines() for table in tables.split("\n\n"))
    assert len(extrema) == 1 + 4 + 5  # a head, four extrema, five coordinates
    assert len(profiles) == 1 + 4 + 5 + 5  # and for u and v distance and place, and the tolerance
    for name in BOTELLA_PEYRET:
        assert all(any(row.startswith(name) for row in table) for table in (extrema, profiles))


def test_extrema_that_differ_end_in_an_error(capsys, caplog):
    assert main([*COARSE, "--modes", "12"]) == 1
    assert "too far from the published values: smallest psi" in caplog.text
    assert capsys.readouterr().out  # the table shows which


def made(ours=1.0, extrapolated=1.1, u=0.0, v=0.0):
    """One value of 1.0 as published, on grids with 0.5 and 0.9; one flow at 1000."""
    published = dict.fromkeys(("botella_peyret", "ghia"), 1.0)
    value = Comparison("psi", ours=ours, finite_differences=(0.5, 0.9, extrapolated), **published)
    return (value,), (AtReynolds(1000.0, {}, ProfileComparison(u, 0.1), ProfileComparison(v, 0.1)),)


def test_values_that_agree_are_accepted():
    require_agreement(*made())
    require_agreement(*made(ours=1.0005, extrapolated=1.35, u=1.2e-3, v=1.2e-3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ours": 1.002}, "from the published values: psi$"),
        ({"u": 1.3e-3}, "from the published values: profiles at Reynolds number 1000$"),
        ({"v": 1.3e-3}, "from the published values: profiles at Reynolds number 1000$"),
        ({"extrapolated": 1.5}, "both methods do not agree: psi$"),
    ],
)
def test_each_disagreement_ends_in_an_error(changes, message):
    with pytest.raises(Stopped, match=message):
        require_agreement(*made(**changes))


def test_a_wrong_flow_is_far_from_the_published_velocities():
    """Of another Reynolds number: the tolerance tells them apart."""
    found = solve(Cavity.with_corners(unit_lid), 1100.0, 40)
    assert all(one.difference > tolerance(1000.0) for one in compare_profiles(found, 1000.0))
    assert U.shape == V.shape == (21, 5)


def test_bad_reynolds_numbers_are_named(caplog):
    assert main(["validate", "--reynolds", "1000", "3000"]) == 2
    assert "setting --reynolds = 3000.0: expected of 1000, 2500, 5000, 7500" in caplog.text


@pytest.mark.parametrize("option", ["--modes", "--intervals"])
def test_bad_options_are_named(option, caplog):
    assert main(["validate", option, "7"]) == 2
    assert f"setting {option} = 7: expected" in caplog.text


# Pressure


def test_a_gradient_is_integrated_exactly():
    x = nodes(9)
    polynomial = np.outer(x**9, 1.0 - x) + np.outer(x, x**4)
    along_x = np.outer(9.0 * x**8, 1.0 - x) + x**4
    along_y = np.outer(x**9, -np.ones_like(x)) + np.outer(x, 4.0 * x**3)
    found = integrate_gradient(along_x, along_y)
    difference = found - polynomial
    # Two derivatives of degree 9 amplify rounding by about 9^4.
    assert_allclose(difference, difference[0, 0], atol=1e-11)


def test_the_pressure_balances_both_momentum_equations():
    solution, step = flow(100.0, 48), 1e-3

    def quotient(function, dx, dy):
        ahead, behind = (function(INNER + s * dx, INNER + s * dy) for s in (step, -step))
        return (ahead - behind) / (2.0 * step)

    def p(x, y):  # on one grid with the same mean: both shifts of a coordinate at once
        return pressure_without_mean(solution, x, y)

    def u(x, y):
        return solution.evaluate(x, y).y

    def v(x, y):
        return -solution.evaluate(x, y).x

    at = solution.evaluate(INNER, INNER)
    along_x = at.y * quotient(u, 1, 0) - at.x * quotient(u, 0, 1) + quotient(p, 1, 0)
    along_y = at.y * quotient(v, 1, 0) - at.x * quotient(v, 0, 1) + quotient(p, 0, 1)
    # Terms of order 0.1 to 1; the quotients err by step^2/6 times third derivatives.
    assert_allclose(along_x, at.laplacian_y / 100.0, atol=1e-4)
    assert_allclose(along_y, -at.laplacian_x / 100.0, atol=1e-4)


def pressure_without_mean(solution, x, y):
    """Pressure against that at the centre of the cavity."""
    values = pressure(solution, np.append(x, 0.5), np.append(y, 0.5))
    return values[:-1, :-1] - values[-1, -1]


def test_the_pressure_is_finite_with_zero_mean():
    p = pressure(flow(100.0, 24), GRID, GRID)
    assert np.all(np.isfinite(p))
    assert abs(p.mean()) < 1e-14  # rounding of numbers of order 1
    assert p[0, -1] == p.min() and p[-1, -1] == p.max()  # the lid draws from left to right


def test_a_pressure_too_singular_is_rejected():
    with pytest.raises(ValueError, match="lid: expected zero at both ends, received"):
        pressure(solve(Cavity.with_corners(unit_lid), 10.0, 8), GRID, GRID)


# The reference


def test_the_reference_has_the_fields_of_the_problem():
    solver = cavity.CavityReference(grid={"x": 33, "y": 17}, largest_error=1e-5, modes=24)
    solution = solver.solve(Problem(reynolds=100.0, lid_width=0.125))
    assert tuple(solution.fields) == ("speed", "u", "v", "psi", "p")
    assert all(values.shape == (33, 17) for values in solution.fields.values())
    assert solution.resolution == {"modes": 24}
    x, y = solution.axes["x"], solution.axes["y"]
    assert (x[0], x[-1], y[0], y[-1]) == (0.0, 1.0, 0.0, 1.0)
    fine = flow(100.0, 48).evaluate(x, y)
    estimate = solution.error_estimate["relative_l2"]
    error = relative_l2(solution.fields["speed"], np.hypot(fine.x, fine.y))
    # The estimate compares with 36 modes, whose own error is far smaller.
    assert estimate == pytest.approx(error, rel=0.2)
    assert 1e-8 < estimate < 1e-4
    for name, exact in (("u", fine.y), ("v", -fine.x), ("psi", fine.value)):
        assert relative_l2(solution.fields[name], exact) < 1e-4  # 24 modes, as the speed


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("modes", {"modes": 7}),
        ("modes", {"modes": 86}),
        ("x", {"x": np.array([0.0, 1.1])}),
        ("y", {"y": np.array([[0.0, 1.0]])}),
    ],
)
def test_bad_arguments_of_the_reference_are_rejected(name, changes):
    arguments = {"x": GRID, "y": GRID, "modes": 16} | changes
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        cavity.solve_with_error_estimate(Benchmark(), **arguments)


@pytest.mark.parametrize("changes", [{"modes": 4}, {"grid": {"t": 3, "x": 3}}])
def test_bad_settings_of_the_reference_are_rejected(changes):
    with pytest.raises(ValueError, match="modes|expected x, y"):
        good = {"grid": {"x": 3, "y": 3}, "largest_error": 1e-5, "modes": 16}
        cavity.CavityReference(**(good | changes))
