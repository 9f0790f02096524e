"""Exact solution of Burgers' equation from u(0, x) = -sin(pi x), evaluated by quadrature.

The Cole-Hopf transformation u = -2 nu phi_x/phi turns Burgers' equation into the heat equation for
phi with the initial condition phi(0, y) = f(y) = exp(-cos(pi y)/(2 pi nu)). With the heat kernel, u
is a weighted mean of -sin(pi y) with positive weights w:

    u(t, x) = -int sin(pi y) w ds / int w ds,   w = f(y) exp(-s^2),   y = x - s sqrt(4 nu t)

Both integrals over the real line are computed by the trapezoidal rule, as sums over evenly spaced
nodes s. As f is periodic and entire, the sums converge geometrically, with a known error bound: in
the strip |Im s| <= c, with a = 1/(2 pi nu), the weight exceeds the weight at Re s by at most a
factor of

    F = exp(c^2 + a (cosh(pi c sqrt(4 nu t)) - 1)),

so the spacing h causes an error in u of at most about 4 cosh(pi c sqrt(4 nu t)) F exp(-2 pi c/h).
Truncation at |s| = r adds at most about 2 exp(2 a - r^2), because f varies by a factor of
exp(2 a). `rule` chooses c, h and r for a given tolerance.

===========  =====================================================================
symbol       name here
===========  =====================================================================
nu           viscosity
a            steepness
s            nodes
h, r         spacing, reach
c            half_width
===========  =====================================================================

References
----------
J. D. Cole, On a quasi-linear parabolic equation occurring in aerodynamics, Quart. Appl. Math. 9
(1951) 225-236; E. Hopf, The partial differential equation u_t + u u_x = mu u_xx, Comm. Pure Appl.
Math. 3 (1950) 201-230 (the transformation).
C. Basdevant et al., Spectral and finite difference solutions of the Burgers equation, Comput.
Fluids 14 (1986) 23-41 (this initial condition).
L. N. Trefethen, J. A. C. Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56
(2014) 385-458, Theorem 5.1 (the error due to the spacing).
"""

import numpy as np

from pinn_phases.arrays import Real

TOLERANCE = 1e-15  # just above float64 rounding, which then dominates the error


def evaluate(t: Real, x: Real, *, viscosity: float, tolerance: float = TOLERANCE) -> Real:
    """Evaluate the exact solution on the tensor grid of `t` and `x`.

    Parameters
    ----------
    t : ndarray, shape (times,)
        Times, at least 0; dimensionless.
    x : ndarray, shape (points,)
        Positions, dimensionless; the solution has period 2.
    viscosity : float
        Coefficient nu of u_xx, positive; dimensionless.
    tolerance : float
        Bound of the quadrature error in u, relative to max |u(0, x)| = 1; in (0, 1).

    Returns
    -------
    ndarray, shape (times, points)
        Values of u; at t = 0 the initial condition. Rounding of the exponents adds an error of
        about 1e-16/viscosity where the front is steep.

    Raises
    ------
    ValueError
        If an argument is invalid.
    """
    if t.ndim != 1 or not np.all(np.isfinite(t) & (t >= 0.0)):
        raise ValueError(f"t: expected finite times of at least 0, received {t!r}")
    if x.ndim != 1 or not np.all(np.isfinite(x)):
        raise ValueError(f"x: expected finite positions, received {x!r}")
    u = np.empty((len(t), len(x)))
    for row, time in zip(u, t, strict=True):
        spacing, reach = rule(float(time), viscosity=viscosity, tolerance=tolerance)
        row[:] = trapezoidal(float(time), x, viscosity=viscosity, spacing=spacing, reach=reach)
    return u


def rule(t: float, *, viscosity: float, tolerance: float) -> tuple[float, float]:
    """Choose the spacing and reach of the sums such that their error is below the tolerance.

    Parameters
    ----------
    t, viscosity, tolerance : float
        As for `evaluate`.

    Returns
    -------
    tuple of two floats
        Spacing of the nodes s, and largest |s|; dimensionless.

    Raises
    ------
    ValueError
        If the viscosity or the tolerance is invalid.
    """
    if not (np.isfinite(viscosity) and viscosity > 0.0):
        raise ValueError(f"viscosity: expected a positive finite number, received {viscosity!r}")
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"tolerance: expected a number between 0 and 1, received {tolerance!r}")
    steepness = 1.0 / (2.0 * np.pi * viscosity)
    # Truncation may use half of the tolerance, the spacing a quarter.
    digits = np.log(4.0 / tolerance)
    # Bound of each of the two terms in the exponent of F. For the Gaussian alone, twice this value
    # would be optimal.
    growth = 0.5 * digits
    half_width = np.sqrt(growth)
    scale = np.pi * np.sqrt(4.0 * viscosity * t)
    widest = np.arccosh(1.0 + growth / steepness)  # largest pi c sqrt(4 nu t) within that bound
    if scale * half_width > widest:
        half_width = widest / scale
    exponent = digits + 2.0 * growth + np.log(4.0 * np.cosh(scale * half_width))
    return float(2.0 * np.pi * half_width / exponent), float(np.sqrt(2.0 * steepness + digits))


def trapezoidal(t: float, x: Real, *, viscosity: float, spacing: float, reach: float) -> Real:
    """Evaluate the solution at one time by sums with a given spacing and reach.

    Parameters
    ----------
    t : float
        Time, at least 0; dimensionless.
    x : ndarray, shape (points,)
        Positions, dimensionless.
    viscosity : float
        Coefficient nu of u_xx, positive; dimensionless.
    spacing, reach : float
        Spacing of the nodes s, and largest |s|, rounded up to a node; dimensionless.

    Returns
    -------
    ndarray, shape (points,)
        Values of u.
    """
    if t == 0.0:
        return -np.sin(np.pi * x)
    count = int(np.ceil(reach / spacing))
    nodes = spacing * np.arange(-count, count + 1)[:, None]  # (nodes, 1)
    angle = np.pi * (x - np.sqrt(4.0 * viscosity * t) * nodes)  # (nodes, points)
    exponent = -np.cos(angle) / (2.0 * np.pi * viscosity) - nodes**2
    # Scale the largest weight to 1, so that nothing overflows at small viscosity.
    weights = np.exp(exponent - exponent.max(axis=0))
    mean: Real = np.sum(weights * np.sin(angle), axis=0) / np.sum(weights, axis=0)
    return -mean
