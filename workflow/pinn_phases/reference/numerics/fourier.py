"""Fourier series of real periodic functions of one variable.

A function of period P is stored as its coefficients of non-negative wave number only,

    u(x) = c_0 + 2 Re sum_{k=1}^{modes/2 - 1} c_k exp(2 pi i k (x - left)/P),

since those of negative wave number are their conjugates. `modes` is the number of points of the
coarsest grid that represents the series. The unpaired wave number modes/2 is omitted, so that the
derivative of a series is again a series.
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
        Number of grid points that represent the series, even and at least 4.
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
        Number of modes kept, at most `points`.

    Returns
    -------
    ndarray, shape (..., modes/2)
        Fourier coefficients; exact if the values have no wave number above points - modes/2.
    """
    result: Complex = fft.rfft(values, norm="forward")[..., : modes // 2]
    return result


def power(coefficients: Complex, exponent: int) -> Complex:
    """Project a power of a series on the modes of the series, without aliasing.

    Parameters
    ----------
    coefficients : ndarray, shape (..., modes/2)
        Fourier coefficients of u.
    exponent : int
        At least 1.

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
    # The highest wave number of the power is exponent modes/2. With modes/2 more points, the excess
    # is truncated.
    values = to_grid(coefficients, (exponent + 1) * modes // 2)
    product = values
    for _ in range(exponent - 1):
        product = product * values
    return from_grid(product, modes)


def project(
    function: Callable[[Real], Real], *, left: float, period: float, modes: int, points: int
) -> Complex:
    """Compute the Fourier coefficients of a function by the trapezoidal rule.

    With `points` far above `modes` this is the L2 projection on the modes. Interpolation on a
    grid of `modes` points would instead fold the tail of the series back on the modes that are
    kept, an error that later decays only as slowly as those modes do.

    Parameters
    ----------
    function : callable
        Maps positions, shape (points,), to values, shape (points,).
    left, period : float
        The domain [left, left + period), in units of length.
    modes : int
        Number of modes kept, even.
    points : int
        Number of points of the rule, at least `modes`.

    Returns
    -------
    ndarray, shape (modes/2,)
        Fourier coefficients. For a kink at `left` where the slope jumps by s, each errs by
        s period/(12 points^2) to leading order.

    Raises
    ------
    ValueError
        If `points` is below `modes`.
    """
    if points < modes:
        raise ValueError(f"points: expected at least modes = {modes}, received {points!r}")
    return from_grid(function(left + period * np.arange(points) / points), modes)


def evaluate(coefficients: Complex, x: Real, *, left: float, period: float) -> Real:
    """Evaluate a series at any points by summing it.

    Parameters
    ----------
    coefficients : ndarray, shape (..., modes/2)
        Fourier coefficients.
    x : ndarray, shape (points,)
        Positions, in units of length.
    left, period : float
        Start of the domain and period, in units of length.

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
