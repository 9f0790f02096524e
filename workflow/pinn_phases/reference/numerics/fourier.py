"""Fourier series of real periodic functions of one variable.

A function of period P is stored as its coefficients for non-negative wave numbers k,

    u(x) = c_0 + 2 Re sum_{k=1}^{modes/2 - 1} c_k exp(2 pi i k (x - left)/P),

because those for negative k are their complex conjugates. `modes` is the number of points of the
coarsest grid that can represent the series. The Nyquist wave number modes/2 is omitted, so that the
derivative of a series is again such a series.
"""

from collections.abc import Callable

import numpy as np
from scipy import fft

from pinn_phases.arrays import Complex, Real


def wave_numbers(modes: int, period: float) -> Real:
    """Return the angular wave numbers 2 pi k/period of the stored coefficients.

    Parameters
    ----------
    modes : int
        Number of modes, even and at least 4.
    period : float
        Period, in units of length.

    Returns
    -------
    ndarray, shape (modes/2,)
        Angular wave numbers, per unit of length.

    Raises
    ------
    ValueError
        If `modes` is odd or below 4.
    """
    if modes < 4 or modes % 2:
        raise ValueError(f"modes: expected an even number of at least 4, received {modes!r}")
    numbers = np.arange(modes // 2, dtype=np.float64)
    return 2.0 * np.pi / period * numbers


def to_grid(coefficients: Complex, points: int) -> Real:
    """Evaluate a series on the uniform grid left + P j/points, j = 0 ... points - 1.

    Parameters
    ----------
    coefficients : ndarray, shape (..., modes/2)
        Fourier coefficients.
    points : int
        Number of grid points, at least `modes`.

    Returns
    -------
    ndarray, shape (..., points)
        Values of the series.
    """
    result: Real = fft.irfft(coefficients, n=points, norm="forward")  # zero-pads up to `points`
    return result


def from_grid(values: Real, modes: int) -> Complex:
    """Transform values on a uniform grid to Fourier coefficients, and truncate them.

    Parameters
    ----------
    values : ndarray, shape (..., points)
        Values on the grid left + P j/points.
    modes : int
        Number of modes to keep, at most `points`.

    Returns
    -------
    ndarray, shape (..., modes/2)
        Fourier coefficients; free of aliasing if the values have no wave number above
        points - modes/2.
    """
    result: Complex = fft.rfft(values, norm="forward")[..., : modes // 2]
    return result


def power(coefficients: Complex, exponent: int) -> Complex:
    """Compute a power of a series, truncated to the modes of the series, without aliasing.

    Parameters
    ----------
    coefficients : ndarray, shape (..., modes/2)
        Fourier coefficients of u.
    exponent : int
        Exponent, at least 1.

    Returns
    -------
    ndarray, shape (..., modes/2)
        Fourier coefficients of u^exponent.

    References
    ----------
    C. Canuto, M. Y. Hussaini, A. Quarteroni, T. A. Zang, Spectral Methods: Fundamentals in Single
    Domains, Springer (2006), Chapter 3 (removal of aliasing by padding).
    """
    modes = 2 * coefficients.shape[-1]
    # The highest wave number of the power is below exponent * modes/2. On (exponent + 1) * modes/2
    # points, wave numbers are aliased only to those that are truncated.
    values = to_grid(coefficients, (exponent + 1) * modes // 2)
    product = values
    for _ in range(exponent - 1):
        product = product * values
    return from_grid(product, modes)


def project(
    function: Callable[[Real], Real], *, left: float, period: float, modes: int, points: int
) -> Complex:
    """Compute the Fourier coefficients of a function by the trapezoidal rule.

    With many more `points` than `modes` this approximates the L2 projection on the modes. With
    `points` equal to `modes` it is interpolation, which aliases the tail of the series to the modes
    that are kept; such an error decays only as slowly as those modes do.

    Parameters
    ----------
    function : callable
        Maps positions, shape (points,), to values, shape (points,).
    left, period : float
        Left end and length of the domain [left, left + period), in units of length.
    modes : int
        Number of modes to keep, even.
    points : int
        Number of points of the trapezoidal rule, at least `modes`.

    Returns
    -------
    ndarray, shape (modes/2,)
        Fourier coefficients. If the function has a kink at `left` where its slope jumps by s, each
        coefficient has an error of s period/(12 points^2) to leading order.

    Raises
    ------
    ValueError
        If `points` is below `modes`.
    """
    if points < modes:
        raise ValueError(f"points: expected at least modes = {modes}, received {points!r}")
    return from_grid(function(left + period * np.arange(points) / points), modes)


def evaluate(coefficients: Complex, x: Real, *, left: float, period: float) -> Real:
    """Evaluate a series at arbitrary points by direct summation.

    Parameters
    ----------
    coefficients : ndarray, shape (..., modes/2)
        Fourier coefficients.
    x : ndarray, shape (points,)
        Positions, in units of length.
    left, period : float
        Left end of the domain and period, in units of length.

    Returns
    -------
    ndarray, shape (..., points)
        Values of the series.
    """
    phase = np.outer(wave_numbers(2 * coefficients.shape[-1], period), x - left)
    multiplicity = np.full((coefficients.shape[-1], 1), 2.0)  # wave numbers k and -k
    multiplicity[0] = 1.0
    cosine: Real = coefficients.real @ (multiplicity * np.cos(phase))
    sine: Real = coefficients.imag @ (multiplicity * np.sin(phase))
    return cosine - sine
