r"""Steady flow in a lid-driven square by a spectral Galerkin method for the stream function.

    viscosity Lap^2 psi = psi_y Lap psi_x - psi_x Lap psi_y   in (0, 1)^2,  viscosity = 1/Reynolds

    psi = 0 on all walls,   psi_y(x, 1) = lid(x),   normal derivative 0 on the other walls

The velocity is (u, v) = (psi_y, -psi_x). The solution is sought as a sum of three parts:

1. the Stokes flow in both upper corners, in closed form (`corner_singularity`), which is not
   smooth: vorticity is unbounded where the lid moves in the corner, and depends on the direction
   where the lid is at rest in the corner and gains speed from there;
2. a polynomial that meets what the first part leaves of the boundary conditions, by Hermite
   interpolation between opposite walls;
3. a polynomial with homogeneous boundary conditions, in the products of Shen's basis. Its
   coefficients are the unknowns, found by testing the equation with the same basis.

Collocation in place of the test is simpler, but converges more slowly: what the first part leaves
is still singular in the corners, and a Galerkin solution is more exact away from them.

Newton's method starts at the Stokes flow, raises the Reynolds number in steps, and then adds modes.

References
----------
O. Botella, R. Peyret, Benchmark spectral results on the lid-driven cavity flow, Comput. Fluids 27
(1998) 421-433 (subtraction of the corner flow).
See also `pinn_phases.reference.chebyshev` and `pinn_phases.reference.corner_singularity`.
"""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pinn_phases.reference.cavity_galerkin import Cavity, Galerkin, evaluate_series
from pinn_phases.reference.corner_singularity import StreamFunction, cavity_corners

log = logging.getLogger(__name__)

Real = NDArray[np.float64]

FEWEST_MODES = 8
# A dense Jacobian of (modes - 1)^2 unknowns: 128 modes take 2 GB.
MOST_MODES = 128
# Continuation: Newton's method starts at the Stokes flow and converges from each Reynolds number
# to the next; here on few modes, which is cheap.
FIRST_REYNOLDS = 100.0
REYNOLDS_FACTOR = 2.5
CONTINUATION_MODES = 32
# Newton's method: relative size of the update at which it has converged, well above the rounding
# of a fourth derivative and far below the error of the discretisation.
CONVERGED = 1e-9
ON_THE_WAY = 0.05  # the same for a solution at which the next one only starts
MOST_ITERATIONS = 30
# The factors of an old Jacobian serve as long as each update is this much smaller than the last.
WORTHWHILE = 0.1


@dataclass(frozen=True, eq=False)
class Flow:
    """A solution: the corner flow, and the coefficients of all that is a polynomial.

    Attributes
    ----------
    cavity : Cavity
        Lid and corners.
    reynolds : float
        Reynolds number.
    modes : int
        Resolution.
    coefficients : ndarray, shape (modes + 3, modes + 3)
        Chebyshev coefficients of psi without the corner flow.
    """

    cavity: Cavity
    reynolds: float
    modes: int
    coefficients: Real

    def evaluate(self, x: Real, y: Real) -> StreamFunction:
        """Evaluate the solution on a tensor grid.

        Parameters
        ----------
        x, y : ndarray, shape (m,) and (n,)
            Positions in [0, 1].

        Returns
        -------
        StreamFunction
            Arrays of shape (m, n).
        """
        corners = cavity_corners(x[:, None], y, self.cavity.left, self.cavity.right)
        return evaluate_series(self.coefficients, x, y) + corners


def newton(
    equations: Galerkin, reynolds: float, unknowns: Real, tolerance: float = CONVERGED
) -> Real:
    """Improve the unknowns by Newton's method, with an old Jacobian for as long as it serves.

    Parameters
    ----------
    equations : Galerkin
        The discrete equations.
    reynolds : float
        Reynolds number, not negative; 0 is Stokes flow.
    unknowns : ndarray, shape (modes - 1, modes - 1)
        Start.
    tolerance : float
        Size of the last update, relative to the unknowns.

    Returns
    -------
    ndarray, shape (modes - 1, modes - 1)
        Solution.

    Raises
    ------
    ArithmeticError
        If the updates are still larger after `MOST_ITERATIONS`.
    """
    factors, before = None, np.inf
    for _ in range(MOST_ITERATIONS):
        residual, psi = equations.residual(unknowns, reynolds)
        if factors is None:
            jacobian = equations.jacobian(psi, reynolds)
            factors = linalg.lu_factor(jacobian, overwrite_a=True, check_finite=False)
        update: Real = linalg.lu_solve(factors, residual.ravel(), check_finite=False)
        unknowns = unknowns - update.reshape(unknowns.shape)
        change = float(np.abs(update).max() / np.abs(unknowns).max())
        log.debug("%d modes, Reynolds number %g: update %.1e", equations.modes, reynolds, change)
        if change < tolerance:
            return unknowns
        if change > WORTHWHILE * before:
            factors = None
        before = change
    raise ArithmeticError(
        f"{equations.modes} modes, Reynolds number {reynolds:g}: Newton's method still changes the "
        f"solution by {change:.1e} after {MOST_ITERATIONS} iterations"
    )


def solve(cavity: Cavity, reynolds: float, modes: int) -> Flow:
    """Solve from the Stokes flow on.

    Parameters
    ----------
    cavity : Cavity
        Lid and treatment of the corners.
    reynolds : float
        Reynolds number, positive.
    modes : int
        Resolution, between `FEWEST_MODES` and `MOST_MODES`.

    Returns
    -------
    Flow
        The solution.

    Raises
    ------
    ValueError
        If an argument is not as described.
    ArithmeticError
        If Newton's method does not converge.
    """
    if not 0.0 < reynolds < np.inf:
        raise ValueError(f"reynolds: expected a positive number, received {reynolds!r}")
    _check_modes(modes)
    coarse = Galerkin(cavity, min(modes, CONTINUATION_MODES))
    unknowns = np.zeros((coarse.modes - 1, coarse.modes - 1))
    step = 0.0
    while step < reynolds:
        unknowns = newton(coarse, step, unknowns, ON_THE_WAY)
        step = max(FIRST_REYNOLDS, REYNOLDS_FACTOR * step)
    unknowns = newton(coarse, reynolds, unknowns)
    flow = Flow(cavity, reynolds, coarse.modes, coarse.coefficients(unknowns))
    return refine(flow, modes) if modes > coarse.modes else flow


def refine(flow: Flow, modes: int) -> Flow:
    """Solve with more modes, from a solution with fewer.

    Parameters
    ----------
    flow : Flow
        Start.
    modes : int
        Resolution, at least that of the start and at most `MOST_MODES`.

    Returns
    -------
    Flow
        The solution.

    Raises
    ------
    ValueError
        If `modes` is not as described.
    ArithmeticError
        If Newton's method does not converge.
    """
    _check_modes(modes)
    if modes < flow.modes:
        raise ValueError(f"modes: expected at least {flow.modes}, received {modes}")
    finer = Galerkin(flow.cavity, modes)
    unknowns = newton(finer, flow.reynolds, finer.unknowns(flow.coefficients))
    return Flow(flow.cavity, flow.reynolds, modes, finer.coefficients(unknowns))


def _check_modes(modes: int) -> None:
    if not FEWEST_MODES <= modes <= MOST_MODES:
        raise ValueError(f"modes: expected {FEWEST_MODES} to {MOST_MODES}, received {modes!r}")
