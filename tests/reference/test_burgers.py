"""Tests of the reference solution of Burgers' equation.

The exact solution that it is compared with has its own tests, in `test_cole_hopf.py`.
"""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pydantic import ValidationError

from pinn_phases.grids import relative_l2
from pinn_phases.problems.burgers import Burgers
from pinn_phases.reference import burgers
from pinn_phases.reference.numerics import cole_hopf

VISCOSITY = 1.0 / (100.0 * np.pi)  # the benchmark's, dimensionless
T = np.linspace(0.0, 1.0, 101)
X = np.linspace(-1.0, 1.0, 401)
MODES, STEPS = 1536, 4000  # the recommended resolution


@dataclass(frozen=True)
class Benchmark:
    """The benchmark's viscosity and initial condition, dimensionless."""

    viscosity: float = VISCOSITY

    def initial(self, x):
        """Return -sin(pi x)."""
        return -np.sin(np.pi * x)


@dataclass(frozen=True)
class Sum(Benchmark):
    """Two waves, out of phase."""

    def initial(self, x):
        """Return sin(pi x) + cos(2 pi x)/2."""
        return np.sin(np.pi * x) + 0.5 * np.cos(2.0 * np.pi * x)


@pytest.fixture(scope="module")
def benchmark():
    """Return the benchmark with its error estimate."""
    return burgers.solve_with_error_estimate(Benchmark(), T, X, modes=MODES, steps=STEPS)


def test_benchmark_meets_its_requirements(benchmark):
    """At the recommended resolution: errors, shapes, and the exact initial condition."""
    estimate = benchmark.error_estimate
    assert estimate.keys() == {"relative_l2", "relative_l2_cole_hopf"}
    assert 0.0 < estimate["relative_l2"] < 1e-10  # measured: 2.5e-11
    assert 0.0 < estimate["relative_l2_cole_hopf"] < 1e-10  # measured: 2.7e-11
    assert benchmark.fields["u"].shape == (101, 401)
    assert benchmark.fields["u"].dtype == np.float64
    assert benchmark.resolution == {"modes": MODES, "steps": STEPS}
    assert_array_equal(benchmark.fields["u"][0], Benchmark().initial(X))


def test_benchmark_agrees_with_the_exact_solution(benchmark):
    """At every time and everywhere, including the front."""
    exact = cole_hopf.evaluate(T, X, viscosity=VISCOSITY)
    # Measured: 8e-10, in the front just after it has formed.
    assert_allclose(benchmark.fields["u"], exact, rtol=0.0, atol=2e-9)


def test_estimates_are_those_of_the_stored_solution():
    """Both are errors of the solution at the given resolution, over the whole grid."""
    t, equation = T[::20], Benchmark(viscosity=0.02)
    solution = burgers.solve_with_error_estimate(equation, t, X, modes=128, steps=200)
    exact = cole_hopf.evaluate(t, X, viscosity=0.02)
    error = relative_l2(solution.fields["u"], exact)
    assert solution.error_estimate["relative_l2_cole_hopf"] == error
    # Twice the resolution has a sixteenth of the error in time, and a far smaller one in space.
    assert solution.error_estimate["relative_l2"] == pytest.approx(error, rel=0.1)


def test_benchmark_is_odd_and_satisfies_the_boundary_conditions(benchmark):
    """u(t, -x) = -u(t, x); with the period 2 it follows that u(t, -1) = u(t, 1) = 0."""
    u = benchmark.fields["u"]
    # Only rounding, about 1e-16 per step and not amplified; measured: 2e-14.
    assert_allclose(u, -u[:, ::-1], atol=1e-13)
    assert_allclose(u[:, [0, -1]], 0.0, atol=1e-13)


def test_steepest_slope_at_the_origin_is_the_published_one():
    """Basdevant et al. (1986): |u_x(t, 0)| = 152.00516 at pi t = 1.6037 for nu = 0.01/pi."""
    spacing = 2e-4
    # Sixth-order difference of an odd function; halving the spacing changes it by 3e-7.
    positions, weights = spacing * np.arange(1, 4), np.array([45.0, -9.0, 1.0]) / (30.0 * spacing)
    t = np.array([0.0, 1.6037 / np.pi])
    u = burgers.solve(Benchmark(), t, positions, modes=MODES, steps=STEPS // 4).fields["u"]
    # All published digits, because the slope is stationary in time at its maximum.
    assert -u[1] @ weights == pytest.approx(152.00516, abs=0.5e-5)


def test_mean_is_conserved_and_energy_decreases():
    """The conservative form preserves the integral of u; diffusion reduces that of u^2."""
    x = np.arange(-128, 128) / 128
    u = burgers.solve(Sum(), T[::10], x, modes=256, steps=200).fields["u"]
    assert_allclose(u.mean(axis=1), 0.0, atol=1e-14)  # rounding
    assert np.all(np.diff(np.mean(u**2, axis=1)) < 0.0)


def test_time_convergence_is_of_fourth_order():
    """Against the exact solution, with errors in space below rounding."""
    t, steps, equation = T[::10], np.array([200, 400, 800, 1600]), Benchmark(viscosity=0.02)
    exact = cole_hopf.evaluate(t, X, viscosity=0.02)
    errors = [
        relative_l2(burgers.solve(equation, t, X, modes=320, steps=count).fields["u"], exact)
        for count in steps
    ]
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(4.0, abs=0.1)


def test_convergence_in_modes_is_exponential():
    """Errors fall like the Fourier coefficients, exp(-pi viscosity k)."""
    t, modes, equation = T[::10], np.array([64, 128, 192, 256, 320]), Benchmark(viscosity=0.01)
    exact = cole_hopf.evaluate(t, X, viscosity=0.01)
    errors = [
        # The error of 1600 steps is 5e-11.
        relative_l2(burgers.solve(equation, t, X, modes=count, steps=1600).fields["u"], exact)
        for count in modes
    ]
    rates = -np.diff(np.log(errors)) / np.diff(np.pi * modes / 2)  # k reaches pi modes/2
    # With a front of height H they fall as exp(-pi viscosity k/H). The slope at x = 0 reaches
    # H^2/(2 viscosity) = 44.6, so H = 0.944. Measured: 7 to 2 % above, closer with more modes.
    assert_allclose(rates, np.pi * equation.viscosity / 0.944, rtol=0.1)


def test_solver_uses_the_grid_and_resolution_of_the_settings():
    """The grid includes both ends of the domain."""
    solver = burgers.BurgersReference(
        grid={"t": 6, "x": 9}, largest_error=1e-5, modes=128, steps=50
    )
    solution = solver.solve(Burgers(viscosity=0.05))
    assert_array_equal(solution.axes["t"], [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0])
    assert_array_equal(solution.axes["x"], np.arange(-4, 5) / 4)
    assert solution.resolution == {"modes": 128, "steps": 50}
    # Measured: 3e-7, due to the long time steps.
    assert 0.0 < solution.error_estimate["relative_l2_cole_hopf"] < 1e-6


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("grid", {"grid": {"t": 11}}, "expected t, x"),
        ("grid", {"grid": {"t": 11, "y": 5}}, "expected t, x"),
        ("grid.x", {"grid": {"t": 11, "x": 1}}, "greater than or equal to 2"),
        ("modes", {"modes": 63}, "multiple of 2"),
        ("modes", {"modes": 2}, "greater than or equal to 4"),
        ("steps", {"steps": 15}, "a multiple of the 10 intervals of grid.t"),
        ("steps", {"steps": 0}, "greater than or equal to 1"),
        ("largest_error", {"largest_error": 0.0}, "greater than 0"),
    ],
)
def test_bad_settings_are_rejected(name, changes, message):
    """Each setting is checked, and the message names it."""
    good = {"grid": {"t": 11, "x": 5}, "largest_error": 1e-5, "modes": 64, "steps": 20}
    arguments = good | changes
    with pytest.raises(ValidationError, match=rf"(?s)^1 validation .*\n{name}\n.*{message}"):
        burgers.BurgersReference(**arguments)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("modes", {"modes": 63}),
        ("modes", {"modes": 2}),
        ("steps", {"steps": 30}),
        ("steps", {"steps": 0}),
        ("t", {"t": np.array([0.0, 0.1, 0.3])}),
        ("t", {"t": T[1:]}),
        ("t", {"t": T[:1]}),
        ("t", {"t": T[:0]}),
        ("x", {"x": np.array([0.0, 1.1])}),
        ("x", {"x": np.array([np.nan])}),
    ],
)
def test_bad_arguments_are_rejected(name, changes):
    """Each argument is checked, and the message names it."""
    arguments = {"t": T[:21], "x": X, "modes": 64, "steps": 20} | changes
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        burgers.solve_with_error_estimate(Benchmark(), **arguments)


def test_solver_does_not_import_torch():
    """References can be computed without torch."""
    program = "import sys, pinn_phases.reference.burgers; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
