"""Common part of the Fourier-Galerkin solvers of u(t, x): all but the equation."""

from collections.abc import Callable

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from pinn_phases.arrays import Complex, Real
from pinn_phases.reference.base import ReferenceSolution, ReferenceSolver
from pinn_phases.reference.numerics import fourier
from pinn_phases.reference.numerics.exponential_time_differencing import State, integrate

LEFT, PERIOD = -1.0, 2.0  # the domain [-1, 1], dimensionless
# Relative difference at which output times are equal: far above float64 rounding, and far below a
# visible change of the solution.
ROUNDING = 1e-12


class EvolutionSolver(ReferenceSolver):
    """Fourier modes in space and steps in time."""

    modes: int = Field(ge=4, multiple_of=2)
    steps: int = Field(ge=1)

    @property
    def memory_mb(self) -> int:
        """Memory of three tables of all modes at all points, and the coefficients at all times."""
        rows = self.grid["x"] + 2 * self.grid["t"]
        return super().memory_mb + 24 * self.modes * rows // 10**6

    @property
    def runtime_minutes(self) -> int:
        """Time limit: ten microseconds per mode and step, ten times the usual, with the error."""
        return super().runtime_minutes + self.modes * self.steps // (6 * 10**6)

    @field_validator("steps")
    @classmethod
    def _steps_reach_the_grid(cls, steps: int, info: ValidationInfo) -> int:
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
    """Integrate Fourier coefficients, c' = linear c + nonlinear(c), and evaluate u on a grid.

    Parameters
    ----------
    initial : callable
        u(0, x) at positions of shape (n,).
    start : ndarray, shape (modes/2,)
        Its Fourier coefficients.
    linear : ndarray, shape (modes/2,)
        Factor of each coefficient; complex where waves travel.
    nonlinear : callable
        Maps coefficients to coefficients.
    t : ndarray, shape (times,)
        Output times, uniform, from 0; dimensionless.
    x : ndarray, shape (points,)
        Output positions within [-1, 1]; dimensionless.
    steps : int
        Number of time steps from t[0] to t[-1], a multiple of times - 1.
    solver : str
        The method, in one line.

    Returns
    -------
    ReferenceSolution
        The field "u" of shape (times, points), without error estimate. Its first row is the
        initial condition itself, not its series.

    Raises
    ------
    ValueError
        If an argument is not as described.
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
        Unless `t` is uniform from 0, `x` lies in the domain, and the steps reach each time.
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
