"""Fourier-Galerkin solution of periodic evolution equations for u(t, x), shared by the solvers."""

from collections.abc import Callable

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from pinn_phases.arrays import Complex, Real
from pinn_phases.reference.base import ReferenceSolution, ReferenceSolver
from pinn_phases.reference.numerics import fourier
from pinn_phases.reference.numerics.exponential_time_differencing import State, integrate

LEFT, PERIOD = -1.0, 2.0  # the domain [-1, 1], dimensionless
# Output times with a smaller relative difference count as equal. It is far above float64 rounding,
# and far below a visible change of the solution.
ROUNDING = 1e-12


class EvolutionSolver(ReferenceSolver):
    """Solver whose resolution is a number of Fourier modes in space and of steps in time."""

    modes: int = Field(ge=4, multiple_of=2)
    steps: int = Field(ge=1)

    @property
    def memory_mb(self) -> int:
        """Memory to request, in MB: three arrays of modes x points, and modes x output times."""
        rows = self.grid["x"] + 2 * self.grid["t"]
        return super().memory_mb + 24 * self.modes * rows // 10**6

    @property
    def runtime_minutes(self) -> int:
        """Time limit in minutes: 10 microseconds per mode and step.

        This is ten times the usual time, and includes the finer solution for the error estimate.
        """
        return super().runtime_minutes + self.modes * self.steps // (6 * 10**6)

    @field_validator("steps")
    @classmethod
    def _steps_fit_the_grid(cls, steps: int, info: ValidationInfo) -> int:
        outputs = info.data.get("grid", {}).get("t", 2) - 1
        if steps % outputs:
            raise ValueError(f"expected a multiple of the {outputs} intervals of grid.t")
        return steps


def evolve(
    initial: Callable[[Real], Real],
    start: Complex,
    linear: State,
    nonlinear: Callable[[Complex], Complex],
    t: Real,
    x: Real,
    *,
    steps: int,
    solver: str,
) -> ReferenceSolution:
    """Integrate the Fourier coefficients, c' = linear c + nonlinear(c), and evaluate u on a grid.

    Parameters
    ----------
    initial : callable
        u(0, x) at positions of shape (n,).
    start : ndarray, shape (modes/2,)
        Fourier coefficients of the initial condition.
    linear : ndarray, shape (modes/2,)
        Diagonal of the linear part; complex if waves travel.
    nonlinear : callable
        Nonlinear part: maps coefficients to coefficients.
    t : ndarray, shape (times,)
        Output times, uniform, from 0; dimensionless.
    x : ndarray, shape (points,)
        Output positions within [-1, 1]; dimensionless.
    steps : int
        Number of time steps from t[0] to t[-1], a multiple of times - 1.
    solver : str
        The numerical method, in one line.

    Returns
    -------
    ReferenceSolution
        The field "u" of shape (times, points), without an error estimate. Its first row is the
        exact initial condition, not its truncated series.

    Raises
    ------
    ValueError
        If `t`, `x` or `steps` is invalid.
    """
    check_grids(t, x, steps)
    outputs = len(t) - 1
    coefficients = integrate(
        start,
        linear,
        nonlinear,
        step=float(t[-1]) / steps,
        steps_per_output=steps // outputs,
        outputs=outputs,
    )
    u = fourier.evaluate(coefficients, x, left=LEFT, period=PERIOD)  # (times, points)
    u[0] = initial(x)
    return ReferenceSolution(
        coordinates=("t", "x"),
        axes={"t": t, "x": x},
        fields={"u": u},
        solver=solver,
        resolution={"modes": 2 * len(start), "steps": steps},
    )


def check_grids(t: Real, x: Real, steps: int) -> None:
    """Check the output grid of a solver.

    Parameters
    ----------
    t : ndarray, shape (times,)
        Output times; dimensionless.
    x : ndarray, shape (points,)
        Output positions; dimensionless.
    steps : int
        Number of time steps from t[0] to t[-1].

    Raises
    ------
    ValueError
        If `t` is not uniform from 0, `x` leaves the domain, or some output time is not the end of
        a step.
    """
    if t.ndim != 1 or len(t) < 2 or t[0] != 0.0 or not t[-1] > 0.0:
        raise ValueError(f"t: expected at least two increasing times from 0, received {t!r}")
    if not np.allclose(t, np.linspace(0.0, t[-1], len(t)), rtol=0.0, atol=ROUNDING * t[-1]):
        raise ValueError(f"t: expected uniform spacing, received {t!r}")
    if x.ndim != 1 or len(x) < 1 or not np.all((x >= LEFT) & (x <= LEFT + PERIOD)):
        raise ValueError(f"x: expected positions in [{LEFT}, {LEFT + PERIOD}], received {x!r}")
    outputs = len(t) - 1
    if steps < 1 or steps % outputs:
        raise ValueError(f"steps: expected a multiple of len(t) - 1 = {outputs}, received {steps}")
