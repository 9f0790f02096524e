"""Extrema of the flow in the lid-driven cavity: computed from a solution, and published.

All published values are for a lid at y = 1 that moves with unit speed in the direction of x,
without smoothing, at a Reynolds number of 1000.

References
----------
O. Botella, R. Peyret, Benchmark spectral results on the lid-driven cavity flow, Comput. Fluids 27
(1998) 421-433 (Chebyshev collocation with 160 modes; there the lid moves in the direction of -x).
U. Ghia, K. N. Ghia, C. T. Shin, High-Re solutions for incompressible flow using the Navier-Stokes
equations and a multigrid method, J. Comput. Phys. 48 (1982) 387-411 (second-order finite
differences on 129 x 129 points; the extrema are values at grid points).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from scipy import interpolate, optimize

from pinn_phases.arrays import Real

REYNOLDS = 1000.0
# Points per side of the grid on which extrema are bracketed; these flows have no finer structure.
BRACKET_POINTS = 65
CENTRE = np.array([0.5])


class Values(Protocol):
    """A stream function and its first derivatives, each of shape (m, n)."""

    @property
    def value(self) -> Real:
        """Stream function."""

    @property
    def x(self) -> Real:
        """Derivative along x, which is -v."""

    @property
    def y(self) -> Real:
        """Derivative along y, which is u."""


class Evaluable(Protocol):
    """A flow that can be evaluated on any tensor grid."""

    def evaluate(self, x: Real, y: Real, /) -> Values:
        """Evaluate the stream function at positions of shape (m,) and (n,)."""


@dataclass(frozen=True, eq=False)
class SplineValues:
    """Values of a spline through a stream function, and its first derivatives, of one shape."""

    value: Real
    x: Real
    y: Real


class SplineFlow:
    """Bicubic spline through a stream function on a uniform grid, shape (n + 1, n + 1)."""

    def __init__(self, psi: Real) -> None:
        grid = np.linspace(0.0, 1.0, len(psi))
        self.spline = interpolate.RectBivariateSpline(grid, grid, psi)

    def evaluate(self, x: Real, y: Real) -> SplineValues:
        """Evaluate on a tensor grid of ascending positions."""
        return SplineValues(self.spline(x, y), self.spline(x, y, dx=1), self.spline(x, y, dy=1))


@dataclass(frozen=True)
class Extremum:
    """An extremum and its position; a coordinate is None if it is fixed, as on a centre line."""

    value: float
    x: float | None
    y: float | None


BOTELLA_PEYRET: Mapping[str, Extremum] = MappingProxyType(
    {
        "smallest psi": Extremum(-0.1189366, 0.5308, 0.5652),
        "smallest u on x = 1/2": Extremum(-0.3885698, None, 0.1717),
        "largest v on y = 1/2": Extremum(0.3769447, 0.1578, None),
        "smallest v on y = 1/2": Extremum(-0.5270771, 0.9092, None),
    }
)
GHIA: Mapping[str, Extremum] = MappingProxyType(
    {
        "smallest psi": Extremum(-0.117929, 0.5313, 0.5625),
        "smallest u on x = 1/2": Extremum(-0.38289, None, 0.1719),
        "largest v on y = 1/2": Extremum(0.37095, 0.1563, None),
        "smallest v on y = 1/2": Extremum(-0.51550, 0.9063, None),
    }
)


def parts(name: str) -> tuple[tuple[str, str], ...]:
    """Return attribute and label of the value and the coordinates of the extremum `name`."""
    return ("value", name), ("x", f"{name}, its x"), ("y", f"{name}, its y")


def unit_lid(x: Real) -> Real:
    """Velocity of the unsmoothed lid of the published solutions, which jumps at both ends."""
    return np.ones_like(x)


def find_extrema(flow: Evaluable) -> dict[str, Extremum]:
    """Locate the extrema of a flow on its interpolant, not only at grid points.

    Parameters
    ----------
    flow : Evaluable
        The flow.

    Returns
    -------
    dict of str to Extremum
        The extrema, with the names of `BOTELLA_PEYRET`.
    """

    def u(y: Real) -> Real:  # on the centre line x = 1/2
        return np.asarray(flow.evaluate(CENTRE, y).y[0])

    def v(x: Real) -> Real:  # on the centre line y = 1/2
        return np.asarray(-flow.evaluate(x, CENTRE).x[:, 0])

    u_min, v_max, v_min = _minimum(u), _minimum(lambda x: -v(x)), _minimum(v)
    return {
        "smallest psi": _smallest_stream_function(flow),
        "smallest u on x = 1/2": Extremum(u_min[1], None, u_min[0]),
        "largest v on y = 1/2": Extremum(-v_max[1], v_max[0], None),
        "smallest v on y = 1/2": Extremum(v_min[1], v_min[0], None),
    }


def _smallest_stream_function(flow: Evaluable) -> Extremum:
    """Find the centre of the main vortex, where the velocity vanishes."""
    grid = np.linspace(0.0, 1.0, BRACKET_POINTS)
    values = flow.evaluate(grid, grid).value
    i, j = np.unravel_index(values.argmin(), values.shape)

    def gradient(point: Real) -> Real:
        psi = flow.evaluate(point[:1], point[1:])
        return np.array([psi.x[0, 0], psi.y[0, 0]])

    x, y = optimize.root(gradient, np.array([grid[i], grid[j]])).x
    value = flow.evaluate(np.array([x]), np.array([y])).value[0, 0]
    return Extremum(float(value), float(x), float(y))


def _minimum(function: Callable[[Real], Real]) -> tuple[float, float]:
    """Return the position of the minimum of a function in [0, 1], and its value there."""
    grid = np.linspace(0.0, 1.0, BRACKET_POINTS)
    lowest = int(np.clip(function(grid).argmin(), 1, BRACKET_POINTS - 2))
    result = optimize.minimize_scalar(
        lambda position: function(np.array([position]))[0],
        bounds=(grid[lowest - 1], grid[lowest + 1]),
        method="bounded",
        options={"xatol": 1e-8},  # the value at the minimum is then accurate to rounding
    )
    return float(result.x), float(result.fun)
