"""Tests of the exact solution of Burgers' equation, and of the error bounds of its quadrature."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar

from pinn_phases.reference.numerics import cole_hopf

VISCOSITY = 1.0 / (100.0 * np.pi)  # the benchmark's, dimensionless
X = np.linspace(-1.0, 1.0, 401)


def by_adaptive_quadrature(t, x, viscosity):
    """Integrate with 30 digits over the displacement eta, as the formula is usually written."""
    with mpmath.workdps(30):
        t, x, nu = (mpmath.mpf(float(number)) for number in (t, x, viscosity))

        def weight(eta):
            return mpmath.exp(
                -mpmath.cos(mpmath.pi * (x - eta)) / (2 * mpmath.pi * nu) - eta**2 / (4 * nu * t)
            )

        # The weight varies by a factor of exp(1/(pi nu)) over a period; beyond `reach` the
        # Gaussian is smaller by a further exp(-80) = 1e-35. Each of the 40 panels is far narrower
        # than the peaks of the weight.
        reach = mpmath.sqrt(4 * nu * t * (1 / (mpmath.pi * nu) + 80))
        panels = mpmath.linspace(-reach, reach, 41)
        flux = mpmath.quad(lambda eta: mpmath.sin(mpmath.pi * (x - eta)) * weight(eta), panels)
        return float(-flux / mpmath.quad(weight, panels))


@pytest.mark.parametrize(
    ("t", "x", "viscosity"),
    [
        (1e-6, 0.3, VISCOSITY),
        (0.25, 0.05, VISCOSITY),
        (0.5, 0.002, VISCOSITY),  # in the front
        (1.0, -0.9, VISCOSITY),
        (1.0, 0.001, VISCOSITY),  # two equal peaks of the weight, half a period to either side
        (1.0, 0.01, 1e-3),
        (0.3, 0.1, 0.1),
        (0.1, 0.4, 1.0),
    ],
)
def test_values_agree_with_adaptive_quadrature(t, x, viscosity):
    """Another quadrature rule with 30 digits finds the same values."""
    u = cole_hopf.evaluate(np.array([t]), np.array([x]), viscosity=viscosity)
    # The quadrature error is at most 1e-15; rounding of the exponents, 1e-16/viscosity = 1e-13.
    assert u[0, 0] == pytest.approx(by_adaptive_quadrature(t, x, viscosity), abs=1e-13)


def test_initial_values_are_exact_and_continuous():
    """The integral tends to the initial condition, which is returned at t = 0."""
    u = cole_hopf.evaluate(np.array([0.0, 1e-14]), X, viscosity=VISCOSITY)
    assert_array_equal(u[0], -np.sin(np.pi * X))
    # |u_t| < pi initially, so u changes by less than 4e-14, plus 3e-14 of rounding.
    assert_allclose(u[1], u[0], atol=1e-13)


def test_solution_is_odd_and_vanishes_at_the_ends():
    """The boundary conditions follow from this symmetry and the periodicity."""
    u = cole_hopf.evaluate(np.linspace(0.0, 1.0, 21), X, viscosity=VISCOSITY)
    # Rounding of the exponents, 1e-16/viscosity = 3e-14.
    assert_allclose(u, -u[:, ::-1], atol=1e-13)
    assert_allclose(u[:, [0, 200, 400]], 0.0, atol=1e-13)


def test_steepest_slope_at_the_origin_is_the_published_one():
    """Basdevant et al. (1986): max |u_x(t, 0)| = 152.00516 at pi t = 1.6037 for nu = 0.01/pi."""
    spacing = 2e-4
    # Sixth-order difference of an odd function; halving the spacing changes it by 3e-7.
    positions, weights = spacing * np.arange(1, 4), np.array([45.0, -9.0, 1.0]) / (30.0 * spacing)

    def slope(t):
        return (cole_hopf.evaluate(np.array([t]), positions, viscosity=VISCOSITY) @ weights)[0]

    steepest = minimize_scalar(slope, bounds=(0.4, 0.6), method="bounded", options={"xatol": 1e-7})
    assert -steepest.fun == pytest.approx(152.00516, abs=0.5e-5)  # all published digits
    assert np.pi * steepest.x == pytest.approx(1.6037, abs=0.5e-4)


@pytest.mark.parametrize("viscosity", [1e-4, VISCOSITY, 0.05, 1.0])
@pytest.mark.parametrize("tolerance", [1e-2, 1e-5, 1e-9])
def test_error_stays_below_the_tolerance(viscosity, tolerance):
    """The error bounds that the rule relies on hold, and are not far too large."""
    t = np.array([0.01, 0.3, 1.0])
    exact = cole_hopf.evaluate(t, X, viscosity=viscosity)
    u = cole_hopf.evaluate(t, X, viscosity=viscosity, tolerance=tolerance)
    error = np.abs(u - exact).max()
    # The bounds add absolute values of terms that cancel in part; measured: 10 to 300 times too
    # large.
    assert 1e-3 * tolerance < error < tolerance


def test_spacing_converges_geometrically_as_bounded():
    """The bound in the docstring, for its best strip, follows the error over twelve decades."""
    steepness, stretch = 1.0 / (2.0 * np.pi * VISCOSITY), np.pi * np.sqrt(4.0 * VISCOSITY)  # t = 1
    _, reach = cole_hopf.rule(1.0, viscosity=VISCOSITY, tolerance=1e-15)

    def values(spacing):
        return cole_hopf.trapezoidal(1.0, X, viscosity=VISCOSITY, spacing=spacing, reach=reach)

    half_width = np.linspace(0.01, 5.0, 500)
    growth = half_width**2 + steepness * (np.cosh(stretch * half_width) - 1.0)
    for spacing in (0.8, 0.6, 0.5, 0.4, 0.3):
        exponent = growth - 2.0 * np.pi * half_width / spacing
        bound = np.min(4.0 * np.cosh(stretch * half_width) * np.exp(exponent))
        error = np.abs(values(spacing) - values(0.05)).max()
        # As in the test of the tolerance, the terms cancel in part.
        assert 1e-3 * bound < error < bound


def test_large_viscosity_gives_the_heat_equation():
    """The initial condition decays by diffusion alone, to first order in 1/viscosity."""
    t, viscosity = np.array([0.0, 1e-3, 2e-3]), 100.0
    u = cole_hopf.evaluate(t, X, viscosity=viscosity)
    decay = np.exp(-viscosity * np.pi**2 * t)
    # The next term, the second harmonic, is at most 1/(4 pi nu) = 8e-4 of the first.
    assert_allclose(u, -np.outer(decay, np.sin(np.pi * X)), atol=1e-3)


def test_small_viscosity_follows_characteristics():
    """Before the front forms at t = 1/pi, values are transported; no exponential overflows."""
    t, viscosity = 0.2, 1e-6
    origin = np.linspace(-1.0, 1.0, 41)
    value = -np.sin(np.pi * origin)
    u = cole_hopf.evaluate(np.array([t]), origin + t * value, viscosity=viscosity)
    # Viscosity changes u by at most nu t |u_xx|, and |u_xx| < pi^2/(1 - pi t)^3 = 192: 4e-5.
    assert_allclose(u[0], value, atol=4e-5)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("t", {"t": np.array([-0.1])}),
        ("t", {"t": np.array([np.inf])}),
        ("t", {"t": np.array(0.5)}),
        ("x", {"x": np.array([np.nan])}),
        ("x", {"x": np.zeros((2, 2))}),
        ("viscosity", {"viscosity": 0.0}),
        ("viscosity", {"viscosity": np.nan}),
        ("tolerance", {"tolerance": 0.0}),
        ("tolerance", {"tolerance": 1.0}),
    ],
)
def test_bad_arguments_are_rejected(name, changes):
    """Each argument is checked, and the message names it."""
    arguments = {"t": np.array([0.5]), "x": X, "viscosity": VISCOSITY} | changes
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        cole_hopf.evaluate(**arguments)
