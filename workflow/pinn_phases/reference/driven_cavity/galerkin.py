"""Discrete equations of the lid-driven cavity: a Galerkin method with clamped polynomials.

See `stream_function` for the equation, the three parts of the solution and the references.

=========  ========================================================================
symbol     name here
=========  ========================================================================
psi        `StreamFunction.value`
Lap psi    `StreamFunction.laplacian`
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

# Degree of the lid's interpolant, from which its slope is computed; it resolves tanh(8 x) to
# rounding.
LID_DEGREE = 256
NO_CORNER = LidEnd(speed=0.0, slope=0.0)


@dataclass(frozen=True, eq=False)
class DrivenCavity:
    """The lid, and the corner flow that is treated in closed form.

    Attributes
    ----------
    lid : callable
        Maps positions in [0, 1], shape (n,), to the velocity of the lid, dimensionless.
    left, right : LidEnd
        Speed and slope of the lid near its ends, which define the corner flow; `NO_CORNER` for
        none.
    """

    lid: Lid
    left: LidEnd
    right: LidEnd

    @classmethod
    def with_corners(cls, lid: Lid) -> "DrivenCavity":
        """Derive the corner flow from the speed and slope of the lid at both ends."""
        values = lid(chebyshev.nodes(LID_DEGREE))
        ends = chebyshev.end_conditions(LID_DEGREE) @ chebyshev.interpolate(values)
        left_speed, left_slope, right_speed, right_slope = (float(end) for end in ends)
        return cls(lid, LidEnd(left_speed, left_slope), LidEnd(right_speed, -right_slope))

    @property
    def treats_corners(self) -> bool:
        """Whether a corner flow is treated in closed form."""
        return (self.left, self.right) != (NO_CORNER, NO_CORNER)


def evaluate_series(coefficients: Real, x: Real, y: Real) -> StreamFunction:
    """Evaluate a polynomial stream function on a tensor grid.

    The coefficients have the shape (degree + 1, degree + 1), the result the shape (len(x), len(y)).
    """
    degree = len(coefficients) - 1
    along_x = [chebyshev.derivatives_at(x, degree, order) @ coefficients for order in range(4)]
    along_y = [chebyshev.derivatives_at(y, degree, order).T for order in range(4)]

    def derivative(i: int, j: int) -> Real:  # of order i along x and j along y
        result: Real = along_x[i] @ along_y[j]
        return result

    return StreamFunction(
        value=derivative(0, 0),
        x=derivative(1, 0),
        y=derivative(0, 1),
        laplacian=derivative(2, 0) + derivative(0, 2),
        laplacian_x=derivative(3, 0) + derivative(1, 2),
        laplacian_y=derivative(2, 1) + derivative(0, 3),
    )


class Galerkin:
    """Weak form of the equation at one resolution, with the basis functions as test functions.

    The unknowns have the shape (modes - 1, modes - 1): coefficients in products of the clamped
    basis polynomials along x and y.
    """

    def __init__(self, cavity: DrivenCavity, modes: int) -> None:
        self.cavity = cavity
        self.modes = modes
        self.degree = modes + 2
        self.basis = chebyshev.clamped_basis(self.degree)
        # This many points integrate products of two polynomials of this degree exactly.
        self.x, weights = chebyshev.gauss_legendre(self.degree + 1)
        # Derivatives of order 0 to 4, one row per point: `series` of the Chebyshev polynomials,
        # `tables` of the basis polynomials.
        self.series = [chebyshev.derivatives_at(self.x, self.degree, order) for order in range(5)]
        self.tables = [table @ self.basis for table in self.series]
        self.test = self.tables[0].T * weights  # (modes - 1, points)

    @cached_property
    def lifting(self) -> Real:
        """Chebyshev coefficients of a polynomial that satisfies the boundary conditions."""
        nodes, hermite = chebyshev.nodes(self.degree), chebyshev.hermite_basis(self.degree)
        if not self.cavity.treats_corners:  # the lid must be clamped too: fit it in that basis
            lid = self.basis @ np.linalg.lstsq(self.tables[0], self.cavity.lid(self.x))[0]
            return np.outer(lid, hermite[:, 3])
        ends = np.array([0.0, 1.0])
        at_sides = cavity_corners(ends[:, None], nodes, self.cavity.left, self.cavity.right)
        at_lids = cavity_corners(nodes[:, None], ends, self.cavity.left, self.cavity.right)
        lid = np.stack([np.zeros_like(nodes), self.cavity.lid(nodes)], axis=1)
        # Value and normal derivative on one wall, then on the opposite wall: first at nodes along
        # the wall, then as Chebyshev coefficients.
        sides = np.stack([-at_sides.value, -at_sides.x], axis=1).reshape(4, -1).T
        lids = np.stack([-at_lids.value, lid - at_lids.y], axis=2).reshape(-1, 4)
        sides, lids = chebyshev.interpolate(sides), chebyshev.interpolate(lids)
        # The conditions at the four corners are in both sums, so they are subtracted once.
        shared = sides.T @ chebyshev.end_conditions(self.degree).T
        lifting: Real = hermite @ sides.T + lids @ hermite.T - hermite @ shared @ hermite.T
        return lifting

    @cached_property
    def corners(self) -> StreamFunction:
        """The corner flow at the quadrature points."""
        return cavity_corners(self.x[:, None], self.x, self.cavity.left, self.cavity.right)

    def coefficients(self, unknowns: Real) -> Real:
        """Return the Chebyshev coefficients of the polynomial part."""
        result: Real = self.lifting + self.basis @ unknowns @ self.basis.T
        return result

    def unknowns(self, coefficients: Real) -> Real:
        """Return the unknowns that best fit a polynomial part of at most the same degree."""
        missing = self.degree + 1 - len(coefficients)
        inverse = np.linalg.pinv(self.basis)
        result: Real = inverse @ (np.pad(coefficients, (0, missing)) - self.lifting) @ inverse.T
        return result

    def residual(self, unknowns: Real, reynolds: float) -> tuple[Real, StreamFunction]:
        """Return the residual of the weak form and the flow at the quadrature points.

        The equation is multiplied by the Reynolds number.
        """
        coefficients = self.coefficients(unknowns)
        psi = evaluate_series(coefficients, self.x, self.x) + self.corners
        s0, _, s2, _, s4 = (table @ coefficients for table in self.series)
        # The corner flow is biharmonic, so only the polynomial part contributes.
        biharmonic = s4 @ self.series[0].T + 2.0 * s2 @ self.series[2].T + s0 @ self.series[4].T
        transport = psi.y * psi.laplacian_x - psi.x * psi.laplacian_y
        return self.test @ (biharmonic - reynolds * transport) @ self.test.T, psi

    def jacobian(self, psi: StreamFunction, reynolds: float) -> Real:
        """Return the Jacobian of the residual, shape (n^2, n^2) for n = modes - 1.

        It is in column-major order, so that it can be factorised in place.
        """
        d0, d1, d2, d3, d4 = self.tables
        u, minus_v = reynolds * psi.y[..., None], reynolds * psi.x[..., None]
        lap_x, lap_y = reynolds * psi.laplacian_x[..., None], reynolds * psi.laplacian_y[..., None]
        # Let an unknown multiply basis function k along x and l along y. The linearised equation at
        # the points (i, j) is a sum over derivatives 0 to 4 of function k; these are their factors
        # for each l, shape (i, j, l), ...
        along_y = (
            d4 - lap_x * d1 + minus_v * d3,
            lap_y * d0 - u * d2,
            2.0 * d2 + minus_v * d1,
            -u * d0,
            np.broadcast_to(d0, (*psi.value.shape, d0.shape[1])),
        )
        # ... integrated along y against each test function: rows (derivative, i), columns
        # (test function, l).
        n = len(self.test)
        integrated = np.concatenate([self.test @ factor for factor in along_y]).reshape(-1, n * n)
        result = np.empty((n * n, n * n), order="F")
        for m, weights in enumerate(self.test):  # integrate along x against test function m
            rows = np.concatenate([weights[:, None] * table for table in self.tables])
            block = (rows.T @ integrated).reshape(n, n, n)  # (k, test function along y, l)
            result[m * n : (m + 1) * n] = block.transpose(1, 0, 2).reshape(n, n * n)
        return result
