r"""Steady flow in the lid-driven cavity by second-order finite differences, an independent check.

    viscosity Lap^2 psi = psi_y Lap psi_x - psi_x Lap psi_y   in (0, 1)^2,  viscosity = 1/Reynolds

with psi = 0 on all walls, psi_y(x, 1) = lid(x) and no slip on the other walls. Derivatives are
central differences on a uniform grid; the biharmonic operator has the 13-point stencil. A row of
ghost points beyond each wall represents the normal derivative: the value at a ghost point is the
value at its mirror image inside the cavity plus twice the spacing times the speed of the wall. The
nonlinear system is solved by Newton's method with a sparse direct solver. Nothing but the equation
is shared with `stream_function`.

References
----------
M. M. Gupta, R. P. Manohar, Boundary approximations and accuracy in viscous flow computations,
J. Comput. Phys. 31 (1979) 265-288 (wall boundary conditions for the stream function).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from pinn_phases.arrays import Real

Sparse = Any  # scipy.sparse.csr_array; SciPy has no types

FEWEST_INTERVALS = 8
# Continuation: Newton's method starts from the Stokes flow and increases the Reynolds number.
FIRST_REYNOLDS = 100.0
REYNOLDS_FACTOR = 2.5
# Newton's method stops when the relative size of an update is below a tolerance.
CONVERGED = 1e-8  # for the solution; the next update would be at the level of rounding
INTERMEDIATE = 0.05  # for an intermediate Reynolds number, whose solution is only a starting point
ORDERING = "MMD_AT_PLUS_A"  # minimum degree, for matrices with a symmetric sparsity pattern
MOST_ITERATIONS = 30
# Stencils of the derivatives of order 0 to 4, for unit spacing.
FIRST = np.array([-0.5, 0.0, 0.5])
SECOND = np.array([1.0, -2.0, 1.0])
THIRD = np.array([-0.5, 1.0, 0.0, -1.0, 0.5])
FOURTH = np.array([1.0, -4.0, 6.0, -4.0, 1.0])
IDENTITY = np.array([1.0])


def solve(lid: Callable[[Real], Real], reynolds: float, intervals: int) -> Real:
    """Solve for the stream function on a uniform grid.

    Parameters
    ----------
    lid : callable
        Maps positions in [0, 1], shape (n,), to the velocity of the lid, dimensionless.
    reynolds : float
        Reynolds number, positive.
    intervals : int
        Number of grid spacings along each side, at least 8.

    Returns
    -------
    ndarray, shape (intervals + 1, intervals + 1)
        Stream function at (x_i, y_j) = (i, j)/intervals; the error is of second order in the
        spacing.

    Raises
    ------
    ValueError
        If an argument is invalid.
    ArithmeticError
        If Newton's method does not converge.
    """
    if not 0.0 < reynolds < np.inf:
        raise ValueError(f"reynolds: expected a positive number, received {reynolds!r}")
    if intervals < FEWEST_INTERVALS:
        raise ValueError(f"intervals: expected at least {FEWEST_INTERVALS}, received {intervals!r}")
    operators = _operators(lid, intervals)
    interior = np.zeros((intervals - 1) ** 2)
    lower_reynolds = 0.0
    while lower_reynolds < reynolds:
        interior = _newton(operators, lower_reynolds, interior, INTERMEDIATE)
        lower_reynolds = max(FIRST_REYNOLDS, REYNOLDS_FACTOR * lower_reynolds)
    interior = _newton(operators, reynolds, interior, CONVERGED)
    return np.pad(interior.reshape(intervals - 1, intervals - 1), 1)


def extrapolate(coarse: Real, fine: Real) -> Real:
    """Remove the leading, second-order error by Richardson extrapolation.

    Parameters
    ----------
    coarse : ndarray, shape (intervals + 1, intervals + 1)
        Values on a grid.
    fine : ndarray, shape (2 intervals + 1, 2 intervals + 1)
        Values on a grid with half the spacing.

    Returns
    -------
    ndarray, shape (intervals + 1, intervals + 1)
        Values of higher order at the points of the coarse grid.

    Raises
    ------
    ValueError
        If the shapes do not match.
    """
    if fine.shape != tuple(2 * points - 1 for points in coarse.shape):
        raise ValueError(
            f"fine: expected half the spacing of {coarse.shape}, received {fine.shape}"
        )
    result: Real = (4.0 * fine[::2, ::2] - coarse) / 3.0
    return result


def _operators(lid: Callable[[Real], Real], intervals: int) -> dict[str, tuple[Sparse, Real]]:
    """Return each derivative of psi as a matrix on interior points, and the lid's contribution."""
    derivative = {  # along one coordinate, by order
        order: _difference_matrix(stencil, order, intervals)
        for order, stencil in enumerate((IDENTITY, FIRST, SECOND, THIRD, FOURTH))
    }
    # At the ghost points of the lid, psi = psi(mirror image) + 2 lid/intervals.
    x = np.linspace(0.0, 1.0, intervals + 1)
    moving = np.zeros((intervals + 3, intervals + 3))
    moving[1:-1, -1] = 2.0 * lid(x) / intervals
    extension = _extension(intervals)

    def term(i: int, j: int) -> tuple[Sparse, Real]:  # i derivatives along x, j along y
        matrix = sparse.kron(derivative[i] @ extension, derivative[j] @ extension, format="csr")
        return matrix, (derivative[i] @ moving @ derivative[j].T).ravel()

    def total(*terms: tuple[float, tuple[Sparse, Real]]) -> tuple[Sparse, Real]:
        return sum(f * m for f, (m, _) in terms), np.sum([f * c for f, (_, c) in terms], axis=0)

    return {
        "x": term(1, 0),
        "y": term(0, 1),
        "laplacian_x": total((1.0, term(3, 0)), (1.0, term(1, 2))),
        "laplacian_y": total((1.0, term(2, 1)), (1.0, term(0, 3))),
        "biharmonic": total((1.0, term(4, 0)), (2.0, term(2, 2)), (1.0, term(0, 4))),
    }


def _difference_matrix(stencil: Real, order: int, intervals: int) -> Sparse:
    """Matrix of a derivative at the interior points, shape (intervals - 1, intervals + 3)."""
    first = 2 - len(stencil) // 2  # column 0 is the ghost point, column 1 the wall
    return sparse.diags_array(
        list(stencil * float(intervals) ** order),
        offsets=list(range(first, first + len(stencil))),
        shape=(intervals - 1, intervals + 3),
        format="csr",
    )


def _extension(intervals: int) -> Sparse:
    """Matrix from interior points to all points: walls are zero, ghost points mirror images."""
    inner = np.arange(intervals - 1)
    rows = np.concatenate([[0], inner + 2, [intervals + 2]])
    columns = np.concatenate([[0], inner, [intervals - 2]])
    shape = (intervals + 3, intervals - 1)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def _newton(
    operators: dict[str, tuple[Sparse, Real]], reynolds: float, interior: Real, tolerance: float
) -> Real:
    """Solve at one Reynolds number by Newton steps, until the relative update is small enough."""
    matrices = {name: matrix for name, (matrix, _) in operators.items()}
    change = np.inf
    for _ in range(MOST_ITERATIONS):
        psi = {name: matrix @ interior + lid for name, (matrix, lid) in operators.items()}
        transport = psi["y"] * psi["laplacian_x"] - psi["x"] * psi["laplacian_y"]
        jacobian = matrices["biharmonic"] - reynolds * (
            _diagonal(psi["laplacian_x"]) @ matrices["y"]
            + _diagonal(psi["y"]) @ matrices["laplacian_x"]
            - _diagonal(psi["laplacian_y"]) @ matrices["x"]
            - _diagonal(psi["x"]) @ matrices["laplacian_y"]
        )
        residual = psi["biharmonic"] - reynolds * transport
        update: Real = linalg.spsolve(jacobian.tocsc(), residual, permc_spec=ORDERING)
        interior = interior - update
        change = float(np.abs(update).max() / np.abs(interior).max())
        if change < tolerance:
            return interior
    raise ArithmeticError(
        f"Reynolds number {reynolds:g}: Newton's method does not converge; the relative update is "
        f"{change:.1e} after {MOST_ITERATIONS} iterations"
    )


def _diagonal(factors: Real) -> Sparse:
    return sparse.diags_array(factors, format="csr")
