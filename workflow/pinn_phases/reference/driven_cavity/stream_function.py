r"""Steady flow in the lid-driven cavity by a spectral Galerkin method for the stream function.

    viscosity Lap^2 psi = psi_y Lap psi_x - psi_x Lap psi_y   in (0, 1)^2,  viscosity = 1/Reynolds

    psi = 0 on all walls,   psi_y(x, 1) = lid(x),   normal derivative 0 on the other walls

The velocity is (u, v) = (psi_y, -psi_x). The solution is a sum of three parts:

1. the Stokes flow in both upper corners, in closed form (`corner_singularity`). It is not smooth:
   its vorticity is unbounded if the lid moves in the corner, and depends on the direction of
   approach if the lid is at rest there;
2. a polynomial that satisfies the remaining boundary conditions, by Hermite interpolation between
   opposite walls;
3. a polynomial with homogeneous boundary conditions, in products of Shen's clamped basis. Its
   coefficients are the unknowns; the test functions are the same products.

Collocation would be simpler but converges more slowly: parts 2 and 3 together are still singular
in the corners, though less so, and a Galerkin solution is more accurate away from them.

Continuation: Newton's method starts from the Stokes flow with few modes. The Reynolds number is
increased in steps, which are halved if Newton's method fails. Then the number of modes is increased
by half at a time. If the smallest steps or more modes fail too, everything is repeated from a
larger initial number of modes.

References
----------
O. Botella, R. Peyret, Benchmark spectral results on the lid-driven cavity flow, Comput. Fluids 27
(1998) 421-433 (subtraction of the corner singularity).
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
# The Jacobian is dense, for (modes - 1)^2 unknowns: 2 GB for 128 modes.
MOST_MODES = 128
# The continuation in the Reynolds number uses few modes, which is cheap, and is repeated with the
# next of these numbers if it fails. A factorisation takes 0.03 s with the first, 3 s with the last,
# and half a minute with 120 modes.
CONTINUATION_MODES = (32, 48, 72)
# A step multiplies (Reynolds number + SLOW) by (1 + step), so that the first step ends at SLOW.
SLOW = 100.0
LARGEST_STEP = 1.0
SMALLEST_STEP = 1.0 / 16.0
# With larger increments, Newton's method may find another solution of the discrete equations.
MODES_FACTOR = 1.5
# Newton's method stops when the relative size of an update is below a tolerance.
CONVERGED = 1e-9  # well above rounding of a fourth derivative, far below the discretisation error
INTERMEDIATE = 0.05  # for an intermediate Reynolds number, whose solution is only a starting point
# When it converges, it takes up to 7 iterations with a new Jacobian, and 8 with an old one.
MOST_ITERATIONS = 15
# The factorised Jacobian is reused if an update is at most this fraction of the previous update.
REUSE_BELOW = 0.1


@dataclass(frozen=True, eq=False)
class Flow:
    """A solution: the corner flow, and the coefficients of the polynomial part.

    Attributes
    ----------
    cavity : DrivenCavity
        Lid and corner flow.
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
    """Solve by Newton's method, reusing the factorised Jacobian while convergence is fast.

    Parameters
    ----------
    equations : Galerkin
        The discrete equations.
    reynolds : float
        Reynolds number, not negative; 0 is Stokes flow.
    unknowns : ndarray, shape (modes - 1, modes - 1)
        Initial guess.
    tolerance : float
        Largest size of the last update, relative to the unknowns.

    Returns
    -------
    ndarray, shape (modes - 1, modes - 1)
        Solution.

    Raises
    ------
    ArithmeticError
        If no update is within the tolerance after `MOST_ITERATIONS`, or one is not finite.
    """
    factors, previous = None, np.inf
    for _ in range(MOST_ITERATIONS):
        residual, psi = equations.residual(unknowns, reynolds)
        if factors is None:
            # The Jacobian gets no name of its own, so that only one matrix is in memory.
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
        if change > REUSE_BELOW * previous:
            factors = None
        previous = change
    raise ArithmeticError(
        f"{equations.modes} modes, Reynolds number {reynolds:g}: Newton's method does not converge"
    )


def solve(cavity: DrivenCavity, reynolds: float, modes: int) -> Flow:
    """Solve by continuation from the Stokes flow.

    Parameters
    ----------
    cavity : DrivenCavity
        Lid and corner flow.
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
        If an argument is invalid.
    ArithmeticError
        If Newton's method does not converge even with the smallest steps.
    """
    if not 0.0 < reynolds < np.inf:
        raise ValueError(f"reynolds: expected a positive number, received {reynolds!r}")
    _check_modes(modes)
    for few in sorted({min(count, modes) for count in CONTINUATION_MODES}):
        try:
            return refine(_continuation(cavity, reynolds, few), modes)
        except ArithmeticError as error:
            log.debug("%s", error)
    raise ArithmeticError(
        f"found no steady flow of Reynolds number {reynolds:g} on {modes} modes: Newton's method "
        "does not converge even with the smallest steps of the Reynolds number"
    )


def _continuation(cavity: DrivenCavity, reynolds: float, modes: int) -> Flow:
    """Increase the Reynolds number in steps, which are halved if Newton's method fails."""
    equations = Galerkin(cavity, modes)
    at_rest = np.zeros((modes - 1, modes - 1))
    unknowns = newton(equations, 0.0, at_rest, INTERMEDIATE)  # Stokes flow
    solved, step = 0.0, LARGEST_STEP
    while solved < reynolds:
        target = min(reynolds, solved + step * (solved + SLOW))
        try:
            unknowns = newton(equations, target, unknowns, INTERMEDIATE)
        except ArithmeticError:
            step /= 2.0
            if step < SMALLEST_STEP:
                raise
        else:
            solved = target
    unknowns = newton(equations, reynolds, unknowns)
    return Flow(cavity, reynolds, modes, equations.coefficients(unknowns))


def refine(flow: Flow, modes: int) -> Flow:
    """Solve with more modes, starting from a solution with fewer, adding half at a time.

    Parameters
    ----------
    flow : Flow
        Solution with fewer modes.
    modes : int
        Resolution, at least that of `flow` and at most `MOST_MODES`.

    Returns
    -------
    Flow
        The solution.

    Raises
    ------
    ValueError
        If `modes` is invalid.
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
