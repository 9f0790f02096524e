"""Tests of Chebyshev series on [0, 1]: all operations are exact for polynomials."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from numpy.testing import assert_allclose

from pinn_phases.reference.numerics import chebyshev

DEGREE = 12
POINTS = np.linspace(0.0, 1.0, 7)


@pytest.fixture
def polynomial():
    """A polynomial of the highest degree, with coefficients of order 1."""
    return Polynomial(np.random.default_rng(3).uniform(-1.0, 1.0, DEGREE + 1))


def test_nodes_are_where_the_polynomial_is_extreme():
    x = chebyshev.nodes(DEGREE)
    assert x[0] == 0.0 and x[-1] == 1.0 and np.all(np.diff(x) > 0.0)
    # |T_12| is 1 at the nodes, and its slope is at most 2 * 12^2.
    extremes = np.cos(DEGREE * np.arccos(2.0 * x - 1.0))
    assert_allclose(extremes, (-1.0) ** np.arange(DEGREE, -1, -1), atol=1e-13)


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_a_series_are_exact(polynomial, order):
    series = chebyshev.interpolate(polynomial(chebyshev.nodes(DEGREE)))
    found = chebyshev.derivatives_at(POINTS, DEGREE, order) @ series
    # A k-th derivative amplifies rounding by up to (2 degree^2)^k/(2k - 1)!!.
    amplified = (2.0 * DEGREE**2) ** order / np.prod(np.arange(1, 2 * order, 2))
    exact = polynomial.deriv(order)(POINTS) if order else polynomial(POINTS)
    assert_allclose(found, exact, rtol=0.0, atol=1e-14 * amplified)


def test_the_differentiation_matrix_is_exact(polynomial):
    x = chebyshev.nodes(DEGREE)
    found = chebyshev.differentiation_matrix(DEGREE) @ polynomial(x)
    # Rounding of the values, times the largest row sum of the matrix, about 4/3 degree^2.
    assert_allclose(found, polynomial.deriv()(x), rtol=0.0, atol=1e-12)


def test_interpolation_converges_at_the_rate_of_the_nearest_pole():
    """1/(x + 1/4) has a pole at -3/2 on [-1, 1]: errors fall as (3/2 + sqrt(5/4))^-degree."""
    errors = []
    for degree in (8, 16, 24):
        series = chebyshev.interpolate(1.0 / (chebyshev.nodes(degree) + 0.25))
        fine = np.linspace(0.0, 1.0, 101)
        found = chebyshev.derivatives_at(fine, degree, 0) @ series
        errors.append(np.abs(found - 1.0 / (fine + 0.25)).max())
    rate = (errors[0] / errors[2]) ** (1.0 / 16.0)
    # The prefactor is the same for all degrees, except for the sampling at 101 points.
    assert rate == pytest.approx(1.5 + np.sqrt(1.25), rel=0.02)


@pytest.mark.parametrize("degree", [1, 2, 5, 12])
def test_quadrature_is_exact_up_to_its_degree(degree):
    weights, x = chebyshev.quadrature_weights(degree), chebyshev.nodes(degree)
    assert np.all(weights > 0.0)
    powers = np.arange(degree + 1)
    # Sums of numbers up to 1: rounding.
    assert_allclose(weights @ x[:, None] ** powers, 1.0 / (powers + 1.0), atol=1e-14)


def test_gauss_quadrature_is_exact_up_to_twice_its_points():
    x, weights = chebyshev.gauss_legendre(5)
    powers = np.arange(10)
    assert_allclose(weights @ x[:, None] ** powers, 1.0 / (powers + 1.0), atol=1e-14)
    assert abs(weights @ x**10 - 1.0 / 11.0) > 1e-8  # the lowest degree that is not exact


def test_the_clamped_basis_spans_all_clamped_polynomials():
    basis = chebyshev.clamped_basis(DEGREE)
    conditions = chebyshev.end_conditions(DEGREE)
    assert basis.shape == (DEGREE + 1, DEGREE - 3)
    assert np.linalg.matrix_rank(basis) == DEGREE + 1 - np.linalg.matrix_rank(conditions)
    # Slopes of T_k at the ends are 2 k^2 = 288, summed with factors up to 2.
    assert_allclose(conditions @ basis, 0.0, atol=1e-12)
    np.testing.assert_array_equal(chebyshev.clamped_basis(8)[:, :5], basis[:9, :5])


def test_the_cubics_meet_one_end_condition_each():
    product = chebyshev.end_conditions(DEGREE) @ chebyshev.hermite_basis(DEGREE)
    assert_allclose(product, np.eye(4), atol=1e-14)  # sums of four numbers of order 1 to 18


@pytest.mark.parametrize(
    ("function", "degree"), [(chebyshev.nodes, 0), (chebyshev.clamped_basis, 3)]
)
def test_degrees_too_low_are_rejected(function, degree):
    with pytest.raises(ValueError, match=r"degree: expected at least ., received"):
        function(degree)
