"""Reference solution of Burgers' equation by a Fourier-Galerkin method.

    u_t + u u_x = viscosity u_xx,   x in [-1, 1],   u(t, -1) = u(t, 1) = 0,   u(0, x) = initial(x)

The initial condition must be odd about x = 0 and have period 2, like the benchmark's -sin(pi x).
Then the periodic solution stays odd and vanishes at x = +-1, so the Fourier method satisfies the
boundary conditions exactly.

Space: truncated Fourier series, with u u_x = (u^2)_x/2 computed without aliasing. Time: ETDRK4,
with diffusion in the linear part. The modes have to resolve the front that forms at x = 0 with a
width of 2 viscosity: coefficients decay as exp(-pi viscosity k) with the angular wave number k.

The error is estimated twice: by doubling the resolution, and against the exact solution, which is
evaluated by an independent method.

References
----------
See `exponential_time_differencing`, `fourier` and `cole_hopf` in
`pinn_phases.reference.numerics`.
"""

from dataclasses import replace
from typing import ClassVar, Protocol

import numpy as np

from pinn_phases.arrays import Complex, Real
from pinn_phases.grids import relative_l2
from pinn_phases.problems.base import Problem
from pinn_phases.problems.burgers import Burgers
from pinn_phases.reference.base import ReferenceSolution
from pinn_phases.reference.numerics import cole_hopf, fourier
from pinn_phases.reference.numerics.evolution import LEFT, PERIOD, EvolutionSolver, evolve

SOLVER = "Fourier-Galerkin in space without aliasing, ETDRK4 in time"


class Equation(Protocol):
    """What the solver needs from the problem; all quantities are dimensionless."""

    @property
    def viscosity(self) -> float:
        """Coefficient of u_xx."""

    def initial(self, x: Real, /) -> Real:
        """Return u(0, x) at positions of shape (n,)."""


def solve(equation: Equation, t: Real, x: Real, *, modes: int, steps: int) -> ReferenceSolution:
    """Solve the equation and evaluate the solution on the output grid.

    Parameters
    ----------
    equation : Equation
        Viscosity and initial condition.
    modes : int
        Number of Fourier modes, even.
    t, x, steps
        As for `evolution.evolve`, which also documents the return value and the errors raised.
    """
    # The initial condition is smooth and resolved by `modes`, so interpolation is sufficient.
    start = fourier.project(equation.initial, left=LEFT, period=PERIOD, modes=modes, points=modes)
    wave_numbers = fourier.wave_numbers(modes, PERIOD)
    half_derivative = 0.5j * wave_numbers

    def nonlinear(coefficients: Complex) -> Complex:
        return -half_derivative * fourier.power(coefficients, 2)

    linear = -equation.viscosity * wave_numbers**2
    return evolve(equation.initial, start, linear, nonlinear, t, x, steps=steps, solver=SOLVER)


def solve_with_error_estimate(
    equation: Equation, t: Real, x: Real, *, modes: int, steps: int
) -> ReferenceSolution:
    """Solve the equation, and estimate the error in two independent ways.

    Parameters
    ----------
    equation : Equation
        Viscosity and initial condition, which must be that of the exact solution, -sin(pi x).
    t, x, modes, steps
        As for `solve`.

    Returns
    -------
    ReferenceSolution
        The solution at the given resolution (`modes`, `steps`) with two estimates over the whole
        output grid: "relative_l2" against twice the resolution in space and time, and
        "relative_l2_cole_hopf" against the exact solution.

    Raises
    ------
    ValueError
        If an argument is invalid.
    """
    solution = solve(equation, t, x, modes=modes, steps=steps)
    u = solution.fields["u"]
    finer = solve(equation, t, x, modes=2 * modes, steps=2 * steps).fields["u"]
    exact = cole_hopf.evaluate(t, x, viscosity=equation.viscosity)
    estimate = {
        "relative_l2": relative_l2(u, finer),
        "relative_l2_cole_hopf": relative_l2(u, exact),
    }
    return replace(solution, error_estimate=estimate)


class BurgersReference(EvolutionSolver):
    """Fourier-Galerkin solution on a grid of t in [0, 1] and x in [-1, 1], with two errors."""

    coordinates: ClassVar[tuple[str, ...]] = Burgers.coordinates

    def solve(self, problem: Problem) -> ReferenceSolution:
        """Solve at the resolution of the settings, and estimate the error in two ways."""
        assert isinstance(problem, Burgers), type(problem)
        t, x = (np.linspace(*problem.domain[name], self.grid[name]) for name in ("t", "x"))
        return solve_with_error_estimate(problem, t, x, modes=self.modes, steps=self.steps)
