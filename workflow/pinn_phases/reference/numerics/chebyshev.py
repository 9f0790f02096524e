"""Chebyshev series on [0, 1]: interpolation, derivatives, integration and clamped polynomials.

A polynomial of degree M is stored as its coefficients c in sum_m c_m T_m(2x - 1), m = 0 ... M. In
two dimensions the coefficients are a matrix with one axis per coordinate. With the matrices of
`derivatives_at` for x and y, `along_x @ coefficients @ along_y.T` evaluates it on a tensor grid.

References
----------
L. N. Trefethen, Spectral Methods in MATLAB, SIAM (2000), Chapters 5, 6 and 12 (interpolation in
the extrema of T_M, differentiation, Clenshaw-Curtis quadrature).
J. Shen, Efficient spectral-Galerkin method II, SIAM J. Sci. Comput. 16 (1995) 74-87, Section 4
(clamped basis: combinations of Chebyshev polynomials with zero value and slope at both ends).
"""

from functools import cache

import numpy as np
from numpy.polynomial import chebyshev
from scipy import fft

from pinn_phases.arrays import Real

SCALE = 2.0  # chain rule: d(2x - 1)/dx


def nodes(degree: int) -> Real:
    """Return the Chebyshev nodes on [0, 1]: the extrema of T_degree, including both ends.

    Parameters
    ----------
    degree : int
        Degree of the interpolating polynomials, at least 1.

    Returns
    -------
    ndarray, shape (degree + 1,)
        Positions, ascending.

    Raises
    ------
    ValueError
        If `degree` is below 1.
    """
    if degree < 1:
        raise ValueError(f"degree: expected at least 1, received {degree!r}")
    # sin^2(a) equals (1 - cos(2a))/2 but does not suffer from cancellation near x = 0.
    return np.asarray(np.sin(0.5 * np.pi * np.arange(degree + 1) / degree) ** 2)


def interpolate(values: Real) -> Real:
    """Compute the Chebyshev coefficients of the polynomial through given values at the nodes.

    Parameters
    ----------
    values : ndarray, shape (degree + 1, ...)
        Values at `nodes(degree)`, along the first axis.

    Returns
    -------
    ndarray, shape (degree + 1, ...)
        Coefficients; exact for polynomials up to `degree`.
    """
    degree = len(values) - 1
    # The cosine transform expects descending positions.
    coefficients: Real = fft.dct(values[::-1], type=1, axis=0) / degree
    coefficients[[0, -1]] *= 0.5
    return coefficients


def derivatives_at(x: Real, degree: int, order: int) -> Real:
    """Tabulate the derivatives of the Chebyshev polynomials.

    Parameters
    ----------
    x : ndarray, shape (points,)
        Positions in [0, 1].
    degree : int
        Highest degree.
    order : int
        Order of the derivative, 0 for the values; at most `degree`.

    Returns
    -------
    ndarray, shape (points, degree + 1)
        Derivatives of T_0 ... T_degree with respect to x. Multiplied by the coefficients of a
        series, they give its derivative at `x`.
    """
    table: Real = chebyshev.chebvander(2.0 * x - 1.0, degree - order) @ _derivative(degree, order)
    return table


@cache
def _derivative(degree: int, order: int) -> Real:
    """Matrix from coefficients of a series to those of its derivative.

    Its shape is (degree + 1 - order, degree + 1).
    """
    table = chebyshev.chebder(np.eye(degree + 1), m=order, scl=SCALE, axis=0)
    derivative = np.array(table, dtype=np.float64)
    derivative.flags.writeable = False  # the cache returns the same array to every caller
    return derivative


def differentiation_matrix(degree: int) -> Real:
    """Return the matrix that maps values at the nodes to derivatives at the nodes.

    Parameters
    ----------
    degree : int
        Degree of the polynomials, at least 1.

    Returns
    -------
    ndarray, shape (degree + 1, degree + 1)
        Exact for polynomials up to `degree`.
    """
    return derivatives_at(nodes(degree), degree, 1) @ interpolate(np.eye(degree + 1))


def quadrature_weights(degree: int) -> Real:
    """Return the weights of the Clenshaw-Curtis rule on the nodes.

    Parameters
    ----------
    degree : int
        Degree of the nodes, at least 1; the rule is exact for polynomials up to this degree.

    Returns
    -------
    ndarray, shape (degree + 1,)
        Positive weights. Their sum is 1, the length of the interval.
    """
    even = np.arange(0, degree + 1, 2)
    integrals = np.zeros(degree + 1)  # of T_m(2x - 1) over [0, 1], zero for odd m
    integrals[even] = 1.0 / (1.0 - even**2.0)
    weights: Real = integrals @ interpolate(np.eye(degree + 1))
    return weights


def gauss_legendre(points: int) -> tuple[Real, Real]:
    """Return the points and weights of the Gauss-Legendre rule on [0, 1].

    Parameters
    ----------
    points : int
        Number of points, at least 1; the rule is exact for polynomials up to degree 2 points - 1.

    Returns
    -------
    tuple of two ndarray, shape (points,)
        Positions, ascending, and weights.
    """
    x, weights = np.asarray(np.polynomial.legendre.leggauss(points), np.float64)
    return 0.5 * (1.0 + x), 0.5 * weights


def clamped_basis(degree: int) -> Real:
    """Return a basis of the clamped polynomials: value and slope vanish at 0 and at 1.

    Parameters
    ----------
    degree : int
        Highest degree, at least 4.

    Returns
    -------
    ndarray, shape (degree + 1, degree - 3)
        Chebyshev coefficients, one column per basis polynomial. The basis for a lower degree is
        given by the first columns, without the trailing zeros.

    Raises
    ------
    ValueError
        If `degree` is below 4, for which only the zero polynomial is clamped.
    """
    if degree < 4:
        raise ValueError(f"degree: expected at least 4, received {degree!r}")
    k = np.arange(degree - 3)
    basis = np.zeros((degree + 1, degree - 3))
    basis[k, k] = 1.0
    basis[k + 2, k] = -2.0 * (k + 2.0) / (k + 3.0)
    basis[k + 4, k] = (k + 1.0) / (k + 3.0)
    return basis


def end_conditions(degree: int) -> Real:
    """Tabulate value and slope of the Chebyshev polynomials at both ends.

    Parameters
    ----------
    degree : int
        Highest degree, at least 1.

    Returns
    -------
    ndarray, shape (4, degree + 1)
        Rows: value at 0, slope at 0, value at 1, slope at 1. Multiplied by the coefficients of a
        series, they give its values and slopes.
    """
    ends = np.array([0.0, 1.0])
    values, slopes = (derivatives_at(ends, degree, order) for order in (0, 1))
    return np.stack([values[0], slopes[0], values[1], slopes[1]])


def hermite_basis(degree: int) -> Real:
    """Return the four cubic Hermite polynomials: one of the end conditions is 1, the others 0.

    Parameters
    ----------
    degree : int
        Degree of the series, at least 3; higher coefficients are zero.

    Returns
    -------
    ndarray, shape (degree + 1, 4)
        Chebyshev coefficients, one column per cubic, in the order of `end_conditions`.
    """
    basis = np.zeros((degree + 1, 4))
    basis[:4] = np.linalg.inv(end_conditions(3))
    return basis
