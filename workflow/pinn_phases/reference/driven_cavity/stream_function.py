r"""Steady flow in a lid-driven square by a spectral Galerkin method for the stream function.

    viscosity Lap^2 psi = psi_y Lap psi_x - psi_x Lap psi_y   in (0, 1)^2,  viscosity = 1/Reynolds

    psi = 0 on all walls,   psi_y(x, 1) = lid(x),   normal derivative 0 on the other walls

The velocity is (u, v) = (psi_y, -psi_x). The solution is a sum of three parts:

1. the Stokes flow in both upper corners, in closed form (`corner_singularity`), which is not
   smooth: its vorticity is unbounded where the lid moves in the corner, and depends on the
   direction where the lid is at rest in the corner;
2. a polynomial that satisfies the rest of the boundary conditions, by Hermite interpolation
   between opposite walls;
3. a polynomial with homogeneous boundary conditions, in products of Shen's basis. Its coefficients
   are the unknowns; the equation is tested with the same basis.

Collocation would be simpler but converges more slowly: without the first part, the flow is still
singular in the corners, and a Galerkin solution is more accurate away from them.

Newton's method starts at the Stokes flow with few modes, increases the Reynolds number in steps,
and then increases the number of modes by half at a time. If it fails, the step is halved. If small
steps or more modes fail too, it starts again with more modes.

References
----------
O. Botella, R. Peyret, Benchmark spectral results on the lid-driven cavity flow, Comput. Fluids 27
(1998) 421-433 (subtraction of the corner flow).
See also `chebyshev` and `corner_singularity` in `pinn_phases.reference.numerics`.
"""

import logging
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from pinn_phases.arrays import Real
from pinn_phases.reference.driven_cavity.galerkin import DrivenCavity, Galerkin, evaluate_series
from pinn_phases.reference.numerics.corner_singularity import StreamFunction, cavity_corners

log = logging.getLogger(__name__)


FEWEST_MODES = 8
# A dense Jacobian of (modes - 1)^2 unknowns: 128 modes take 2 GB.
MOST_MODES = 128
# Continuation: Newton's method starts at the Stokes flow and goes from each Reynolds number to the
# next with few modes, which is cheap; where that fails, with the next number of modes here. A
# factorisation takes 0.03 s with the first, 3 s with the last, and half a minute with 120 modes.
CONTINUATION_MODES = (32, 48, 72)
# A step increases Reynolds number + SLOW by this share, so that the first one ends at SLOW.
SLOW = 100.0
LARGEST_STEP = 1.0
SMALLEST_STEP = 1.0 / 16.0
# With larger increments, Newton's method may find another solution of the discrete equations.
MODES_FACTOR = 1.5
# Relative update at which Newton's method has converged: well above the rounding of a fourth
# derivative and far below the discretisation error.
CONVERGED = 1e-9
ON_THE_WAY = 0.05  # the same for a solution that is only the start of the next one
MOST_ITERATIONS = 15  # if it converges: up to 7 with a new Jacobian, and 8 with an old one
# An old factorisation is used as long as each update is this much smaller than the last.
WORTHWHILE = 0.1


@dataclass(frozen=True, eq=False)
class Flow:
    """A solution: the corner flow, and the coefficients of the polynomials.

    Attributes
    ----------
    cavity : DrivenCavity
        Lid and corners.
    reynolds : float
        Reynolds number.
    modes : int
        Resolution.
    coefficients : ndarray, shape (modes + 3, modes + 3)
        Chebyshev coefficients of psi without the corner flow.
    """

    cavity: DrivenCavity
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
    """Solve by Newton's method, reusing the Jacobian while it converges.

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
        if factors is None:  # the matrix has no other name: two at a time would double the memory
            factors = linalg.lu_factor(
                equations.jacobian(psi, reynolds), overwrite_a=True, check_finite=False
            )
        update: Real = linalg.lu_solve(factors, residual.ravel(), check_finite=False)
        unknowns = unknowns - update.reshape(unknowns.shape)
        change = float(np.abs(update).max() / np.abs(unknowns).max())
        log.debug("%d modes, Reynolds number %g: update %.1e", equations.modes, reynolds, change)
        if change < tolerance:
            return unknowns
        if not np.isfinite(change):
            break
        if change > WORTHWHILE * before:
            factors = None
        before = change
    raise ArithmeticError(
        f"{equations.modes} modes, Reynolds number {reynolds:g}: Newton's method does not converge"
    )


def solve(cavity: DrivenCavity, reynolds: float, modes: int) -> Flow:
    """Solve by continuation from the Stokes flow.

    Parameters
    ----------
    cavity : DrivenCavity
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
        If Newton's method does not converge, however small the steps.
    """
    if not 0.0 < reynolds < np.inf:
        raise ValueError(f"reynolds: expected a positive number, received {reynolds!r}")
    _check_modes(modes)
    for few in sorted({min(count, modes) for count in CONTINUATION_MODES}):
        try:
            return refine(_continued(cavity, reynolds, few), modes)
        except ArithmeticError as error:
            log.debug("%s", error)
    raise ArithmeticError(
        f"found no steady flow of Reynolds number {reynolds:g} on {modes} modes: Newton's method "
        "does not converge, however small the steps in Reynolds number"
    )


def _continued(cavity: DrivenCavity, reynolds: float, modes: int) -> Flow:
    """Increase the Reynolds number in steps, which are halved where Newton's method fails."""
    equations = Galerkin(cavity, modes)
    reached, unknowns = 0.0, newton(equations, 0.0, np.zeros((modes - 1, modes - 1)), ON_THE_WAY)
    step = LARGEST_STEP
    while reached < reynolds:
        ahead = min(reynolds, reached + step * (reached + SLOW))
        try:
            unknowns = newton(equations, ahead, unknowns, ON_THE_WAY)
        except ArithmeticError:
            step /= 2.0
            if step < SMALLEST_STEP:
                raise
        else:
            reached = ahead
    unknowns = newton(equations, reynolds, unknowns)
    return Flow(cavity, reynolds, modes, equations.coefficients(unknowns))


def refine(flow: Flow, modes: int) -> Flow:
    """Solve with more modes, starting from a solution with fewer, in increments of half.

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
    while flow.modes < modes:
        finer = Galerkin(flow.cavity, min(modes, int(MODES_FACTOR * flow.modes)))
        unknowns = newton(finer, flow.reynolds, finer.unknowns(flow.coefficients))
        coefficients = finer.coefficients(unknowns)
        flow = Flow(flow.cavity, flow.reynolds, finer.modes, coefficients)
    return flow


def _check_modes(modes: int) -> None:
    if not FEWEST_MODES <= modes <= MOST_MODES:
        raise ValueError(f"modes: expected {FEWEST_MODES} to {MOST_MODES}, received {modes!r}")
