"""Reference solution of the Allen-Cahn equation by a Fourier-Galerkin method.

    u_t = diffusion u_xx + reaction (u - u^3),   x in [-1, 1] periodic,   u(0, x) = initial(x)

Space: truncated Fourier series, with the cubic term computed without aliasing. Time: ETDRK4, with
diffusion and linear reaction in the linear part.

The periodic extension of the benchmark's initial condition x^2 cos(pi x) has a kink at x = +-1, so
its Fourier series converges slowly. The initial coefficients come from a projection instead of
interpolation. A projection merely omits the truncated modes, which does not matter once diffusion
has damped them in the exact solution. Interpolation would alias them to modes that decay more
slowly.

References
----------
See `exponential_time_differencing` and `fourier` in `pinn_phases.reference.numerics`.
"""

from dataclasses import replace
from typing import ClassVar, Protocol

import numpy as np
from pydantic import Field

from pinn_phases.arrays import Complex, Real
from pinn_phases.grids import relative_l2
from pinn_phases.problems.allen_cahn import AllenCahn
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSolution
from pinn_phases.reference.numerics import fourier
from pinn_phases.reference.numerics.evolution import LEFT, PERIOD, ROUNDING, EvolutionSolver, evolve

# At the kink the slope jumps by 4, which causes an error of 4 PERIOD/(12 points^2) = 1e-11 in each
# projected coefficient.
PROJECTION_POINTS = 2**18
# Before this time the error is visibly larger, due to the truncated modes of the kink at x = +-1.
SETTLING_TIME = 0.05
SOLVER = "Fourier-Galerkin in space without aliasing, ETDRK4 in time, projected initial condition"


class Equation(Protocol):
    """What the solver needs from the problem; all quantities are dimensionless."""

    @property
    def diffusion(self) -> float:
        """Coefficient of u_xx."""

    @property
    def reaction(self) -> float:
        """Coefficient of u - u^3."""

    def initial(self, x: Real, /) -> Real:
        """Return u(0, x) at positions of shape (n,)."""


def solve(equation: Equation, t: Real, x: Real, *, modes: int, steps: int) -> ReferenceSolution:
    """Solve the equation and evaluate the solution on the output grid.

    Parameters
    ----------
    equation : Equation
        Coefficients and initial condition.
    modes : int
        Number of Fourier modes, even.
    t, x, steps
        As for `evolution.evolve`, which also documents the return value and the errors raised.
    """
    start = fourier.project(
        equation.initial, left=LEFT, period=PERIOD, modes=modes, points=PROJECTION_POINTS
    )
    linear = equation.reaction - equation.diffusion * fourier.wave_numbers(modes, PERIOD) ** 2

    def nonlinear(coefficients: Complex) -> Complex:
        return -equation.reaction * fourier.power(coefficients, 3)

    return evolve(equation.initial, start, linear, nonlinear, t, x, steps=steps, solver=SOLVER)


def solve_with_error_estimate(
    equation: Equation, t: Real, x: Real, *, modes: int, steps: int
) -> ReferenceSolution:
    """Solve the equation, and estimate the error by doubling the resolution in space and time.

    Parameters
    ----------
    equation, t, x, modes, steps
        As for `solve`; `t` must reach `SETTLING_TIME`.

    Returns
    -------
    ReferenceSolution
        The solution at the given resolution (`modes`, `steps`) with its error estimates; the finer
        solution is discarded. "relative_l2" includes all output times, also t = 0, where both
        solutions are exact; "relative_l2_after_0.05" includes t >= 0.05.

    Raises
    ------
    ValueError
        If an argument is invalid.
    """
    settled = t >= SETTLING_TIME * (1.0 - ROUNDING)
    if not settled.any():
        raise ValueError(f"t: expected to reach t = {SETTLING_TIME}, received {t!r}")
    solution = solve(equation, t, x, modes=modes, steps=steps)
    u = solution.fields["u"]
    finer = solve(equation, t, x, modes=2 * modes, steps=2 * steps).fields["u"]
    estimate = {
        "relative_l2": relative_l2(u, finer),
        f"relative_l2_after_{SETTLING_TIME}": relative_l2(u[settled], finer[settled]),
    }
    return replace(solution, error_estimate=estimate)


class AllenCahnReference(EvolutionSolver):
    """Fourier-Galerkin solution on a grid of t in [0, 1] and x in [-1, 1), with its error."""

    coordinates: ClassVar[tuple[str, ...]] = AllenCahn.coordinates

    # The error estimate doubles the modes, and the projection needs at least as many points.
    modes: int = Field(ge=4, le=PROJECTION_POINTS // 2, multiple_of=2)

    def solve(self, problem: Problem) -> ReferenceSolution:
        """Solve at the resolution of the settings, and at twice that for the error estimate."""
        assert isinstance(problem, AllenCahn), type(problem)
        start, end = problem.domain["t"]
        t = np.linspace(start, end, self.grid["t"])
        x = LEFT + PERIOD * np.arange(self.grid["x"]) / self.grid["x"]
        return solve_with_error_estimate(problem, t, x, modes=self.modes, steps=self.steps)
