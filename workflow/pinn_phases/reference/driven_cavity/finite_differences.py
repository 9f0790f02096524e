r"""Steady flow in a lid-driven square by second-order finite differences, as an independent check.

    viscosity Lap^2 psi = psi_y Lap psi_x - psi_x Lap psi_y   in (0, 1)^2,  viscosity = 1/Reynolds

with psi = 0 on all walls, psi_y(x, 1) = lid(x) and no slip on the other walls. Central differences
on a uniform grid, the biharmonic operator with its 13-point stencil. One row of points beyond each
wall represents the normal derivative: its value is that on the inner side plus twice the
spacing times the speed of the wall. The nonlinear system is solved by Newton's method with a
sparse direct solver. Only the equation is shared with `cavity_stream_function`.

References
----------
M. M. Gupta, R. P. Manohar, Boundary approximations and accuracy in viscous flow computations,
J. Comput. Phys. 31 (1979) 265-288 (conditions on the wall for the stream function).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from pinn_phases.arrays import Real

Sparse = Any  # scipy.sparse.csr_array; SciPy has no types

FEWEST_INTERVALS = 8
# Continuation: Newton's method starts at the Stokes flow.
FIRST_REYNOLDS = 100.0
REYNOLDS_FACTOR = 2.5
# Relative size of the last update: for the solution, and for the start of the next one.
CONVERGED = 1e-8  # the next update would be at the level of rounding
ON_THE_WAY = 0.05
ORDERING = "MMD_AT_PLUS_A"  # of minimum degree, for matrices whose pattern is symmetric
MOST_ITERATIONS = 30
FIRST = np.array([-0.5, 0.0, 0.5])
SECOND = np.array([1.0, -2.0, 1.0])
THIRD = np.array([-0.5, 1.0, 0.0, -1.0, 0.5])
FOURTH = np.array([1.0, -4.0, 6.0, -4.0, 1.0])
IDENTITY = np.array([1.0])


def solve(lid: Callable[[Real], Real], reynolds: float, intervals: int) -> Real:
    """Solve on a uniform grid.

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
        If an argument is not as described.
    ArithmeticError
        If Newton's method does not converge.
    """
    if not 0.0 < reynolds < np.inf:
        raise ValueError(f"reynolds: expected a positive number, received {reynolds!r}")
    if intervals < FEWEST_INTERVALS:
        raise ValueError(f"intervals: expected at least {FEWEST_INTERVALS}, received {intervals!r}")
    tables = _tables(lid, intervals)
    interior = np.zeros((intervals - 1) ** 2)
    step = 0.0
    while step < reynolds:
        interior = _newton(tables, step, interior, ON_THE_WAY)
        step = max(FIRST_REYNOLDS, REYNOLDS_FACTOR * step)
    interior = _newton(tables, reynolds, interior, CONVERGED)
    return np.pad(interior.reshape(intervals - 1, intervals - 1), 1)


def extrapolate(coarse: Real, fine: Real) -> Real:
    """Remove the leading second-order error (Richardson) on the points of the coarse grid.

    Parameters
    ----------
    coarse : ndarray, shape (intervals + 1, intervals + 1)
        Values on a grid.
    fine : ndarray, shape (2 intervals + 1, 2 intervals + 1)
        The same with half the spacing.

    Returns
    -------
    ndarray, shape (intervals + 1, intervals + 1)
        Values of higher order.

    Raises
    ------
    ValueError
        If the grids are not as described.
    """
    if fine.shape != tuple(2 * points - 1 for points in coarse.shape):
        raise ValueError(
            f"fine: expected half the spacing of {coarse.shape}, received {fine.shape}"
        )
    result: Real = (4.0 * fine[::2, ::2] - coarse) / 3.0
    return result


def _tables(lid: Callable[[Real], Real], intervals: int) -> dict[str, tuple[Sparse, Real]]:
    """Return each derivative as a matrix on the interior points, and the lid's contribution."""
    one = {
        order: _difference(stencil, order, intervals)
        for order, stencil in enumerate((IDENTITY, FIRST, SECOND, THIRD, FOURTH))
    }
    # The row beyond the lid has psi = psi(inner side) + 2 lid/intervals.
    x = np.linspace(0.0, 1.0, intervals + 1)
    beyond = np.zeros((intervals + 3, intervals + 3))
    beyond[1:-1, -1] = 2.0 * lid(x) / intervals
    mirror = _mirror(intervals)

    def term(i: int, j: int) -> tuple[Sparse, Real]:
        matrix = sparse.kron(one[i] @ mirror, one[j] @ mirror, format="csr")
        return matrix, (one[i] @ beyond @ one[j].T).ravel()

    def total(*terms: tuple[float, tuple[Sparse, Real]]) -> tuple[Sparse, Real]:
        return sum(f * m for f, (m, _) in terms), np.sum([f * c for f, (_, c) in terms], axis=0)

    return {
        "x": term(1, 0),
        "y": term(0, 1),
        "laplacian_x": total((1.0, term(3, 0)), (1.0, term(1, 2))),
        "laplacian_y": total((1.0, term(2, 1)), (1.0, term(0, 3))),
        "biharmonic": total((1.0, term(4, 0)), (2.0, term(2, 2)), (1.0, term(0, 4))),
    }


def _difference(stencil: Real, order: int, intervals: int) -> Sparse:
    """Difference quotient at the interior points, shape (intervals - 1, intervals + 3)."""
    first = 2 - len(stencil) // 2  # columns begin with the row beyond the wall
    return sparse.diags_array(
        list(stencil * float(intervals) ** order),
        offsets=list(range(first, first + len(stencil))),
        shape=(intervals - 1, intervals + 3),
        format="csr",
    )


def _mirror(intervals: int) -> Sparse:
    """Extend interior points to the walls, with zero, and beyond them, as their mirror image."""
    inner = np.arange(intervals - 1)
    rows = np.concatenate([[0], inner + 2, [intervals + 2]])
    columns = np.concatenate([[0], inner, [intervals - 2]])
    shape = (intervals + 3, intervals - 1)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def _newton(
    tables: dict[str, tuple[Sparse, Real]], reynolds: float, interior: Real, tolerance: float
) -> Real:
    """Solve at one Reynolds number, until the relative update is below the tolerance."""
    change = np.inf
    for _ in range(MOST_ITERATIONS):
        at = {name: matrix @ interior + lid for name, (matrix, lid) in tables.items()}
        part = {name: matrix for name, (matrix, _) in tables.items()}
        transport = at["y"] * at["laplacian_x"] - at["x"] * at["laplacian_y"]
        jacobian = part["biharmonic"] - reynolds * (
            _rows(at["laplacian_x"]) @ part["y"]
            + _rows(at["y"]) @ part["laplacian_x"]
            - _rows(at["laplacian_y"]) @ part["x"]
            - _rows(at["x"]) @ part["laplacian_y"]
        )
        residual = at["biharmonic"] - reynolds * transport
        update: Real = linalg.spsolve(jacobian.tocsc(), residual, permc_spec=ORDERING)
        interior = interior - update
        change = float(np.abs(update).max() / np.abs(interior).max())
        if change < tolerance:
            return interior
    raise ArithmeticError(
        f"Reynolds number {reynolds:g}: Newton's method still changes the solution by "
        f"{change:.1e} after {MOST_ITERATIONS} iterations"
    )


def _rows(factors: Real) -> Sparse:
    """Diagonal matrix that scales the rows of another."""
    return sparse.diags_array(factors, format="csr")
