"""Discrete equations of the lid-driven square: a Galerkin method with clamped polynomials.

See `cavity_stream_function` for the equation, the three parts of the solution and the references.

=========  ========================================================================
symbol     name here
=========  ========================================================================
psi        `StreamFunction.value`
Lap psi    `StreamFunction.laplacian`
P          unknowns, shape (modes - 1, modes - 1)
u, v       psi.y, -psi.x
=========  ========================================================================
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pinn_phases.arrays import Real
from pinn_phases.reference.numerics import chebyshev
from pinn_phases.reference.numerics.corner_singularity import LidEnd, StreamFunction, cavity_corners

Lid = Callable[[Real], Real]

# Degree of the lid's interpolant, for its slope; tanh(8 x) has converged to rounding.
LID_DEGREE = 256
NO_CORNER = LidEnd(speed=0.0, slope=0.0)


@dataclass(frozen=True, eq=False)
class DrivenCavity:
    """The lid, and the part of the corner flow that is subtracted from the solution.

    Attributes
    ----------
    lid : callable
        Maps positions in [0, 1], shape (n,), to the velocity of the lid, dimensionless.
    left, right : LidEnd
        The lid near its ends, for the part in closed form.
    """

    lid: Lid
    left: LidEnd
    right: LidEnd

    @classmethod
    def with_corners(cls, lid: Lid) -> "DrivenCavity":
        """Treat the speed and the slope of the lid at both ends in closed form."""
        values = lid(chebyshev.nodes(LID_DEGREE))
        ends = chebyshev.end_conditions(LID_DEGREE) @ chebyshev.interpolate(values)
        left_speed, left_slope, right_speed, right_slope = (float(end) for end in ends)
        return cls(lid, LidEnd(left_speed, left_slope), LidEnd(right_speed, -right_slope))

    @property
    def treats_corners(self) -> bool:
        """Whether part of the solution is in closed form."""
        return (self.left, self.right) != (NO_CORNER, NO_CORNER)


def evaluate_series(coefficients: Real, x: Real, y: Real) -> StreamFunction:
    """Evaluate a stream function that is a polynomial, shape (degree + 1, degree + 1), on a grid.

    The arrays have the shape (len(x), len(y)).
    """
    degree = len(coefficients) - 1
    # part[i][j]: i derivatives along x, j along y
    along_x = [chebyshev.derivatives_at(x, degree, order) @ coefficients for order in range(4)]
    along_y = [chebyshev.derivatives_at(y, degree, order).T for order in range(4)]

    def part(i: int, j: int) -> Real:
        result: Real = along_x[i] @ along_y[j]
        return result

    return StreamFunction(
        value=part(0, 0),
        x=part(1, 0),
        y=part(0, 1),
        laplacian=part(2, 0) + part(0, 2),
        laplacian_x=part(3, 0) + part(1, 2),
        laplacian_y=part(2, 1) + part(0, 3),
    )


class Galerkin:
    """Weak form of the equation at one resolution, tested with the basis functions."""

    def __init__(self, cavity: DrivenCavity, modes: int) -> None:
        self.cavity = cavity
        self.modes = modes
        self.degree = modes + 2
        self.basis = chebyshev.clamped_basis(self.degree)
        # This many points integrate the product of two polynomials of this degree exactly.
        self.x, weights = chebyshev.gauss_legendre(self.degree + 1)
        # Derivatives of order 0 to 4 of the Chebyshev polynomials and of the basis; rows are points
        self.series = [chebyshev.derivatives_at(self.x, self.degree, order) for order in range(5)]
        self.tables = [table @ self.basis for table in self.series]
        self.test = self.tables[0].T * weights  # (modes - 1, points)

    @cached_property
    def lifting(self) -> Real:
        """Coefficients of the part that satisfies the boundary conditions."""
        nodes, clamped = chebyshev.nodes(self.degree), chebyshev.hermite_basis(self.degree)
        if not self.cavity.treats_corners:  # the lid itself has to be clamped: a fit
            lid = self.basis @ np.linalg.lstsq(self.tables[0], self.cavity.lid(self.x))[0]
            return np.outer(lid, clamped[:, 3])
        ends = np.array([0.0, 1.0])
        at_sides = cavity_corners(ends[:, None], nodes, self.cavity.left, self.cavity.right)
        at_lids = cavity_corners(nodes[:, None], ends, self.cavity.left, self.cavity.right)
        lid = np.stack([np.zeros_like(nodes), self.cavity.lid(nodes)], axis=1)
        # Value and slope at one end, then at the other, as coefficients along the wall.
        sides = np.stack([-at_sides.value, -at_sides.x], axis=1).reshape(4, -1).T
        lids = np.stack([-at_lids.value, lid - at_lids.y], axis=2).reshape(-1, 4)
        sides, lids = chebyshev.interpolate(sides), chebyshev.interpolate(lids)
        shared = sides.T @ chebyshev.end_conditions(self.degree).T  # at the four corners
        lifting: Real = clamped @ sides.T + lids @ clamped.T - clamped @ shared @ clamped.T
        return lifting

    @cached_property
    def corners(self) -> StreamFunction:
        """The corner flow at the points."""
        return cavity_corners(self.x[:, None], self.x, self.cavity.left, self.cavity.right)

    def coefficients(self, unknowns: Real) -> Real:
        """Return the Chebyshev coefficients of the polynomial part."""
        result: Real = self.lifting + self.basis @ unknowns @ self.basis.T
        return result

    def unknowns(self, coefficients: Real) -> Real:
        """Return the unknowns closest to a polynomial part of at most the same degree."""
        missing = self.degree + 1 - len(coefficients)
        inverse = np.linalg.pinv(self.basis)
        result: Real = inverse @ (np.pad(coefficients, (0, missing)) - self.lifting) @ inverse.T
        return result

    def residual(self, unknowns: Real, reynolds: float) -> tuple[Real, StreamFunction]:
        """Return the residual of the weak form, times Reynolds, and the flow at the points."""
        coefficients = self.coefficients(unknowns)
        psi = evaluate_series(coefficients, self.x, self.x) + self.corners
        s0, _, s2, _, s4 = (table @ coefficients for table in self.series)
        # The corner flow is biharmonic.
        biharmonic = s4 @ self.series[0].T + 2.0 * s2 @ self.series[2].T + s0 @ self.series[4].T
        transport = psi.y * psi.laplacian_x - psi.x * psi.laplacian_y
        return self.test @ (biharmonic - reynolds * transport) @ self.test.T, psi

    def jacobian(self, psi: StreamFunction, reynolds: float) -> Real:
        """Return the derivative of the residual, shape (n^2, n^2) for n = modes - 1.

        It is stored in column-major order, so that it can be factorised in place.
        """
        d0, d1, d2, d3, d4 = self.tables
        u, minus_v = reynolds * psi.y[..., None], reynolds * psi.x[..., None]
        lap_x, lap_y = reynolds * psi.laplacian_x[..., None], reynolds * psi.laplacian_y[..., None]
        # Factors of derivatives 0 to 4 along x, at points (i, j), of the unknowns' row l ...
        along_y = (
            d4 - lap_x * d1 + minus_v * d3,
            lap_y * d0 - u * d2,
            2.0 * d2 + minus_v * d1,
            -u * d0,
            np.broadcast_to(d0, (*psi.value.shape, d0.shape[1])),
        )
        # ... integrated along y against test function n: rows (derivative, i), columns (n, l).
        n = len(self.test)
        integrated = np.concatenate([self.test @ part for part in along_y]).reshape(-1, n * n)
        result = np.empty((n * n, n * n), order="F")
        for m, weights in enumerate(self.test):  # integrated along x against test function m
            rows = np.concatenate([weights[:, None] * table for table in self.tables])
            block = (rows.T @ integrated).reshape(n, n, n)  # (k, n, l) for the unknown (k, l)
            result[m * n : (m + 1) * n] = block.transpose(1, 0, 2).reshape(n, n * n)
        return result
