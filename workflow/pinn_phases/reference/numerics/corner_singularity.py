r"""Stokes flow in the corner between a moving lid and a wall at rest, in closed form.

Near an upper corner of the cavity, viscosity dominates, and the stream function solves the
biharmonic equation in a right-angled corner. With the distance X from the side wall, the depth Y
below the lid, r^2 = X^2 + Y^2, theta = atan2(Y, X) and a lid with the velocity speed + slope X, the
solutions that vanish on both walls are

    psi_1 = 4 speed/(pi^2 - 4) (theta X + pi/2 theta Y - pi^2/4 Y)              of order r
    psi_2 = -slope/2 (theta r^2 + X Y - pi/2 Y^2)                               of order r^2

The vorticity of psi_1 is of order 1/r. The vorticity of psi_2 depends only on the angle, and its
pressure is of order log r. Neither is smooth, so polynomials would converge slowly to a flow that
contains them; they are subtracted from it. At small Reynolds numbers the remaining flow is of order
r^3.74 in the corner (Moffatt's eddies).

References
----------
H. K. Moffatt, Viscous and resistive eddies near a sharp corner, J. Fluid Mech. 18 (1964) 1-18,
Section 2.
G. K. Batchelor, An Introduction to Fluid Dynamics, Cambridge (1967), Chapter 4 (the corner with a
sliding wall).
"""

from dataclasses import dataclass

import numpy as np

from pinn_phases.arrays import Real

# Lower limit of X, so that the corner counts as a point of the lid. It is far below any grid
# spacing, but its inverse fourth power does not overflow.
SMALLEST_DISTANCE = 1e-30


@dataclass(frozen=True, eq=False)
class StreamFunction:
    """A stream function and its derivatives in the Navier-Stokes equations, all of one shape.

    Attributes
    ----------
    value : ndarray
        psi.
    x, y : ndarray
        psi_x and psi_y; the velocity is (psi_y, -psi_x).
    laplacian, laplacian_x, laplacian_y : ndarray
        Laplacian of psi, which is minus the vorticity, and its derivatives.
    """

    value: Real
    x: Real
    y: Real
    laplacian: Real
    laplacian_x: Real
    laplacian_y: Real

    def __add__(self, other: "StreamFunction") -> "StreamFunction":
        """Add two flows."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return StreamFunction(*(first + second for first, second in pairs))


@dataclass(frozen=True)
class LidEnd:
    """Velocity of the lid near one of its ends: u = speed + slope * (distance from that end)."""

    speed: float
    slope: float


def corner_flow(distance: Real, depth: Real, lid: LidEnd) -> StreamFunction:
    """Evaluate psi_1 + psi_2 in the coordinates of a corner.

    Parameters
    ----------
    distance, depth : ndarray, shape (...)
        Distance X from the side wall and depth Y below the lid, not negative.
    lid : LidEnd
        Speed and slope of the lid in this corner.

    Returns
    -------
    StreamFunction
        Derivatives are with respect to X and Y. The corner itself has the values of the lid.
    """
    big_x, big_y = np.maximum(distance, SMALLEST_DISTANCE), depth
    r2 = big_x**2 + big_y**2
    theta = np.arctan2(big_y, big_x)
    theta_x, theta_y = -big_y / r2, big_x / r2
    a = 4.0 * lid.speed / (np.pi**2 - 4.0)
    b = -0.5 * lid.slope
    half = 0.5 * np.pi
    arm = big_x + half * big_y  # psi_1 = a (theta arm - half^2 Y)
    return StreamFunction(
        value=a * (theta * arm - half**2 * big_y)
        + b * (theta * r2 + big_x * big_y - half * big_y**2),
        x=a * (theta + theta_x * arm) + 2.0 * b * theta * big_x,
        y=a * (half * theta + theta_y * arm - half**2) + 2.0 * b * (big_x + (theta - half) * big_y),
        laplacian=2.0 * a * (theta_x + half * theta_y) + b * (4.0 * theta - np.pi),
        laplacian_x=2.0 * a * (2.0 * big_x * big_y + half * (big_y**2 - big_x**2)) / r2**2
        + 4.0 * b * theta_x,
        laplacian_y=2.0 * a * (big_y**2 - big_x**2 - np.pi * big_x * big_y) / r2**2
        + 4.0 * b * theta_y,
    )


def cavity_corners(x: Real, y: Real, left: LidEnd, right: LidEnd) -> StreamFunction:
    """Evaluate the sum of the flows in both upper corners of the unit square.

    Parameters
    ----------
    x, y : ndarray, broadcast against each other
        Positions in [0, 1]; the lid is at y = 1.
    left, right : LidEnd
        The lid near x = 0 and near x = 1.

    Returns
    -------
    StreamFunction
        Derivatives are with respect to x and y.
    """
    x, y = np.broadcast_arrays(x, y)
    from_left = _in_cavity_coordinates(corner_flow(x, 1.0 - y, left), 1.0)
    from_right = _in_cavity_coordinates(corner_flow(1.0 - x, 1.0 - y, right), -1.0)
    return from_left + from_right


def _in_cavity_coordinates(flow: StreamFunction, sign: float) -> StreamFunction:
    """Convert derivatives along X = const + sign x and Y = 1 - y to derivatives along x and y."""
    return StreamFunction(
        value=flow.value,
        x=sign * flow.x,
        y=-flow.y,
        laplacian=flow.laplacian,
        laplacian_x=sign * flow.laplacian_x,
        laplacian_y=-flow.laplacian_y,
    )


def corner_pressure(x: Real, y: Real, left: LidEnd, right: LidEnd, *, nearest: float) -> Real:
    """Evaluate the pressure of psi_2, summed over both corners, for unit viscosity.

    Parameters
    ----------
    x, y : ndarray, broadcast against each other
        Positions in [0, 1].
    left, right : LidEnd
        The lid near x = 0 and near x = 1.
    nearest : float
        Lower limit of the distance r from a corner, because log r is infinite in the corner.

    Returns
    -------
    ndarray
        The sum of 2 slope log r for the left corner and -2 slope log r for the right corner.
    """
    from_left = np.log(np.maximum(np.hypot(x, 1.0 - y), nearest))
    from_right = np.log(np.maximum(np.hypot(1.0 - x, 1.0 - y), nearest))
    pressure: Real = 2.0 * (left.slope * from_left - right.slope * from_right)
    return pressure
