"""Tests of the Allen-Cahn reference solution and of its Fourier series."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from pinn_phases.grids import relative_l2
from pinn_phases.reference import allen_cahn
from pinn_phases.reference.base import ReferenceSolution
from pinn_phases.reference.numerics import fourier

T = np.arange(201) / 200
X = -1.0 + 2.0 * np.arange(512) / 512
MODES, STEPS = 2048, 1000  # the recommended resolution


@dataclass(frozen=True)
class Benchmark:
    """The benchmark's coefficients and initial condition, dimensionless."""

    diffusion: float = 1e-4
    reaction: float = 5.0

    def initial(self, x):
        """Return x^2 cos(pi x)."""
        return x**2 * np.cos(np.pi * x)


@dataclass(frozen=True)
class Uniform(Benchmark):
    """A uniform initial condition, for which u^2 satisfies the logistic equation."""

    value: float = 0.0

    def initial(self, x):
        """Return the value everywhere."""
        return np.full_like(x, self.value)


@dataclass(frozen=True)
class Negated(Benchmark):
    """The benchmark with the sign of its initial condition reversed."""

    def initial(self, x):
        """Return -x^2 cos(pi x)."""
        return -super().initial(x)


@pytest.fixture(scope="module")
def benchmark():
    """Return the benchmark with its error estimate."""
    return allen_cahn.solve_with_error_estimate(Benchmark(), T, X, modes=MODES, steps=STEPS)


def test_benchmark_meets_its_requirements(benchmark):
    """At the recommended resolution: errors, shapes, and the exact initial condition."""
    estimate = benchmark.error_estimate
    assert estimate.keys() == {"relative_l2", "relative_l2_after_0.05"}
    assert 0.0 < estimate["relative_l2"] < 1e-5
    assert 0.0 < estimate["relative_l2_after_0.05"] < 1e-6
    assert benchmark.fields["u"].shape == (201, 512)
    assert benchmark.fields["u"].dtype == np.float64
    assert benchmark.resolution == {"modes": MODES, "steps": STEPS}
    np.testing.assert_array_equal(benchmark.fields["u"][0], Benchmark().initial(X))


def finite_differences(equation, points, times):
    """Solve by second-order differences on a periodic grid and Dormand-Prince 8(5,3)."""
    spacing = 2.0 / points

    def rate(_, u):
        curvature = (np.roll(u, 1) - 2.0 * u + np.roll(u, -1)) / spacing**2
        return equation.diffusion * curvature + equation.reaction * (u - u * u * u)

    solution = solve_ivp(
        rate,
        (0.0, times[-1]),
        equation.initial(-1.0 + spacing * np.arange(points)),
        method="DOP853",
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
        # Inside the interval of stability, about 6, so that no trial step diverges.
        max_step=5.0 * spacing**2 / (4.0 * equation.diffusion),
    )
    return solution.y.T[:, :: points // len(X)]  # (times, 512)


def test_benchmark_agrees_with_finite_differences(benchmark):
    """Another method in space and in time finds the same solution, including the kink."""
    rows = [10, 20, 50, 100, 200]
    coarse, fine = (finite_differences(Benchmark(), points, T[rows]) for points in (1024, 2048))
    extrapolated = (4.0 * fine - coarse) / 3.0  # Richardson: fourth order in the spacing
    for row, values in zip(rows, extrapolated, strict=True):
        # According to two finer grids, the extrapolation has an error of 5e-7 at t = 0.05 and 1e-7
        # later.
        assert relative_l2(values, benchmark.fields["u"][row]) < 1e-6


def test_error_estimate_holds_against_a_much_finer_solution():
    """The estimate is the error of the stored solution, not of the finer one."""
    times = T[:21]  # early times, when the error is largest because of the kink
    solution = allen_cahn.solve_with_error_estimate(Benchmark(), times, X, modes=1024, steps=100)
    u = solution.fields["u"]
    finest = allen_cahn.solve(Benchmark(), times, X, modes=4096, steps=400).fields["u"]
    # Twice the resolution has less than a tenth of the error (order 4 in time, and diffusion damps
    # the truncated modes of the kink), so the estimate is accurate to a tenth.
    estimate = solution.error_estimate
    assert relative_l2(u, finest) == pytest.approx(estimate["relative_l2"], rel=0.1)
    assert relative_l2(u[10:], finest[10:]) == pytest.approx(
        estimate["relative_l2_after_0.05"], rel=0.1
    )


def test_benchmark_stays_symmetric(benchmark):
    """u(t, x) = u(t, -x), since equation and initial condition are even."""
    u = benchmark.fields["u"]
    # x_j and x_(512-j) are mirror images; x_0 = -1 is its own mirror image by periodicity.
    # Rounding errors may grow as exp(5 t) = 148 at most, from about 1e-16.
    assert_allclose(u[:, 1:], u[:, :0:-1], atol=1e-12)


def test_negating_the_initial_condition_negates_the_solution():
    """The equation is odd in u."""
    times = T[:11]
    positive = allen_cahn.solve(Benchmark(), times, X, modes=512, steps=20).fields["u"]
    negative = allen_cahn.solve(Negated(), times, X, modes=512, steps=20).fields["u"]
    np.testing.assert_array_equal(negative, -positive)


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_fixed_points_stay(value):
    """The states u = 0, 1 and -1 are stationary."""
    u = allen_cahn.solve(Uniform(value=value), T, X, modes=64, steps=200).fields["u"]
    # Exact up to rounding: 200 steps of about 1e-15. The stable points damp it; zero stays zero.
    assert_allclose(u, value, atol=1e-13)


@settings(max_examples=20, deadline=None)
@given(value=st.floats(min_value=-2.0, max_value=2.0))
def test_uniform_state_follows_the_closed_form(value):
    """A uniform state solves the logistic equation in u^2."""
    equation, times = Uniform(value=value), T[:61:20]
    u = allen_cahn.solve(equation, times, X[:2], modes=8, steps=240).fields["u"]
    growth = np.exp(equation.reaction * times)
    exact = value * growth / np.sqrt(1.0 + value**2 * (growth**2 - 1.0))
    # Rates reach |5 - 15 u^2| = 55 per unit of time at |u| = 2, and (55/800)^4/120 is 2e-7.
    assert_allclose(u, np.stack([exact, exact], axis=1), rtol=1e-6, atol=1e-12)


def test_time_convergence_is_of_fourth_order_despite_the_kink():
    """The kink does not lower the order of the time steps."""
    times = T[::10]
    solutions = [
        allen_cahn.solve(Benchmark(), times, X, modes=1024, steps=steps).fields["u"][1:]
        for steps in (80, 160, 320, 640)
    ]
    differences = [
        relative_l2(coarse, fine)
        for coarse, fine in zip(solutions[:-1], solutions[1:], strict=True)
    ]
    slope = -np.polyfit(np.log([80, 160, 320]), np.log(differences), 1)[0]
    assert slope == pytest.approx(4.0, abs=0.2)


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
        ("t", {"t": T[:5]}),  # ends before the period of the second error estimate
        ("x", {"x": np.array([0.0, 1.1])}),
        ("x", {"x": np.array([np.nan])}),
    ],
)
def test_bad_arguments_are_rejected(name, changes):
    """Each argument is checked, and the message names it."""
    arguments = {"t": T[:21], "x": X, "modes": 64, "steps": 20} | changes
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        allen_cahn.solve_with_error_estimate(Benchmark(), **arguments)


def test_solver_does_not_import_torch():
    """References can be computed without torch."""
    program = "import sys, pinn_phases.reference.allen_cahn; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_projection_matches_the_closed_form():
    """The coefficients of the kinked function err by no more than documented."""
    modes = 2048
    projected = fourier.project(
        Benchmark().initial, left=-1.0, period=2.0, modes=modes, points=2**18
    )
    k = np.arange(modes // 2)

    def moment(m):  # integral of x^2 cos(m pi x) over [-1, 1]
        return np.where(
            m == 0, 2.0 / 3.0, 4.0 * (-1.0) ** m / (np.where(m == 0, 1, m) * np.pi) ** 2
        )

    # (-1)^k turns the phase from x = 0 to the left end of the domain.
    exact = (-1.0) ** k * 0.25 * (moment(k - 1) + moment(k + 1))
    # The documented error of the trapezoidal rule at the kink, 4 * 2/(12 points^2), and 1 % more.
    assert_allclose(projected, exact, rtol=0.0, atol=1.01 * 8.0 / (12.0 * 2.0**36))


def test_cube_is_the_truncated_convolution():
    """Padding leaves no aliasing: the cube is the sum over triples of wave numbers."""
    generator = np.random.default_rng(7)
    series = generator.standard_normal(16) + 1j * generator.standard_normal(16)
    series[0] = series[0].real
    two_sided = np.concatenate([series[:0:-1].conj(), series])  # k = -15 ... 15
    convolved = np.convolve(np.convolve(two_sided, two_sided), two_sided)  # k = -45 ... 45
    assert_allclose(fourier.power(series, 3), convolved[45:61], rtol=1e-12)


@pytest.mark.parametrize("size", [16, 3])  # an even and an odd number of points of the padded grid
def test_square_is_the_truncated_convolution(size):
    """Padding leaves no aliasing: the square is the sum over pairs of wave numbers."""
    generator = np.random.default_rng(7)
    series = generator.standard_normal(size) + 1j * generator.standard_normal(size)
    series[0] = series[0].real
    two_sided = np.concatenate([series[:0:-1].conj(), series])  # k = 1 - size ... size - 1
    convolved = np.convolve(two_sided, two_sided)[2 * size - 2 : 3 * size - 2]  # k = 0 ... size - 1
    assert_allclose(fourier.power(series, 2), convolved, rtol=1e-12)


def test_evaluation_agrees_with_the_transform():
    """Summing the series and transforming it give the same values, there and back."""
    generator = np.random.default_rng(7)
    series = generator.standard_normal((3, 32)) + 1j * generator.standard_normal((3, 32))
    series[:, 0] = series[:, 0].real
    x = -1.0 + 2.0 * np.arange(96) / 96
    summed = fourier.evaluate(series, x, left=-1.0, period=2.0)
    assert_allclose(summed, fourier.to_grid(series, 96), atol=1e-12)
    assert_allclose(fourier.from_grid(summed, 64), series, atol=1e-13)


def test_reference_solution_rejects_a_field_of_another_shape():
    """Fields must fit the axes in the order of the coordinates."""
    with pytest.raises(ValueError, match=r"'u': expected shape \(2, 3\), received \(3, 2\)"):
        ReferenceSolution(
            coordinates=("t", "x"),
            axes={"t": np.zeros(2), "x": np.zeros(3)},
            fields={"u": np.zeros((3, 2))},
            solver="",
            resolution={},
        )
