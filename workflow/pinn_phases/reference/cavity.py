"""Reference solution of the lid-driven cavity by a spectral Galerkin method.

    viscosity Lap^2 psi = psi_y Lap psi_x - psi_x Lap psi_y   in (0, 1)^2,  viscosity = 1/reynolds

    psi = 0 on all walls,   psi_y(x, 1) = lid(x),   normal derivative 0 on the other walls

The velocity is (u, v) = (psi_y, -psi_x). Even if the velocity of the lid vanishes at its ends, its
slope does not, so the vorticity at the upper corners depends on the direction of approach. This
singular part of the solution is subtracted in closed form.

References
----------
See `stream_function` and `pressure` in `pinn_phases.reference.driven_cavity`.
"""

from typing import ClassVar, Protocol

import numpy as np
from pydantic import Field

from pinn_phases.arrays import Real
from pinn_phases.grids import relative_l2
from pinn_phases.problems.base import Problem
from pinn_phases.problems.cavity import Cavity
from pinn_phases.reference.base import ReferenceSolution, ReferenceSolver
from pinn_phases.reference.driven_cavity import galerkin as cavity_galerkin
from pinn_phases.reference.driven_cavity import stream_function as stream_function
from pinn_phases.reference.driven_cavity.pressure import pressure

SOLVER = (
    "Chebyshev-Galerkin for the stream function, flow in the upper corners in closed form, Newton"
)

# The error estimate needs a finer solution with 1.5 times as many modes.
MOST_MODES = stream_function.MOST_MODES * 2 // 3
BYTES_PER_NUMBER = 8  # float64
MINUTES_AT_MOST_MODES = 20  # it takes about one, but more if the continuation has to be repeated


class Equation(Protocol):
    """What the solver needs from the problem; all quantities are dimensionless."""

    @property
    def reynolds(self) -> float:
        """Reynolds number."""

    def lid(self, x: Real, /) -> Real:
        """Return the velocity of the lid at positions of shape (n,), zero at both ends."""


def solve_with_error_estimate(
    equation: Equation, x: Real, y: Real, *, modes: int
) -> ReferenceSolution:
    """Solve the equation, and estimate the error with a higher resolution.

    Parameters
    ----------
    equation : Equation
        Reynolds number and lid.
    x, y : ndarray, shape (m,) and (n,)
        Output positions in [0, 1].
    modes : int
        Resolution of the result along each coordinate, at most `MOST_MODES`.

    Returns
    -------
    ReferenceSolution
        The fields "speed", "u", "v", "psi" and "p" of shape (m, n), at the resolution `modes`; the
        solution with 1.5 times as many modes is discarded. The error estimate, "relative_l2", is
        that of the speed.

    Raises
    ------
    ValueError
        If an argument is invalid.
    ArithmeticError
        If Newton's method does not converge.
    """
    if not stream_function.FEWEST_MODES <= modes <= MOST_MODES:
        raise ValueError(
            f"modes: expected {stream_function.FEWEST_MODES} to {MOST_MODES}, received {modes!r}"
        )
    for name, positions in (("x", x), ("y", y)):
        if positions.ndim != 1 or not np.all((positions >= 0.0) & (positions <= 1.0)):
            raise ValueError(f"{name}: expected positions in [0, 1], received {positions!r}")
    cavity = cavity_galerkin.DrivenCavity.with_corners(equation.lid)
    flow = stream_function.solve(cavity, equation.reynolds, modes)
    fields = _fields(flow, x, y)
    finer = _fields(stream_function.refine(flow, _finer(modes)), x, y)
    return ReferenceSolution(
        coordinates=("x", "y"),
        axes={"x": x, "y": y},
        fields={**fields, "p": pressure(flow, x, y)},
        solver=SOLVER,
        resolution={"modes": modes},
        error_estimate={"relative_l2": relative_l2(fields["speed"], finer["speed"])},
    )


def _finer(modes: int) -> int:
    """Return the number of modes of the finer solution, for the error estimate."""
    return modes + modes // 2


def _fields(flow: stream_function.Flow, x: Real, y: Real) -> dict[str, Real]:
    """Evaluate the fields that follow from the stream function."""
    psi = flow.evaluate(x, y)
    return {"speed": np.hypot(psi.x, psi.y), "u": psi.y, "v": -psi.x, "psi": psi.value}


class CavityReference(ReferenceSolver):
    """Spectral solution on a uniform grid of the square, including the walls, with its error."""

    coordinates: ClassVar[tuple[str, ...]] = Cavity.coordinates

    modes: int = Field(ge=stream_function.FEWEST_MODES, le=MOST_MODES)

    @property
    def remedy(self) -> str:
        """Advice in the error message: more modes, unless at the maximum, or a simpler flow."""
        simpler_flow = "lower equation.reynolds or raise equation.lid_width"
        if self.modes == MOST_MODES:
            return f"{simpler_flow} (reference.modes is at its maximum, {MOST_MODES})"
        return f"raise reference.modes (at most {MOST_MODES}), or {simpler_flow}"

    @property
    def memory_mb(self) -> int:
        """Memory to request, in MB: mostly the dense Jacobian of the finer solution."""
        return super().memory_mb + BYTES_PER_NUMBER * (_finer(self.modes) - 1) ** 4 // 10**6

    @property
    def runtime_minutes(self) -> int:
        """Time limit in minutes; factorisation scales with the sixth power of the modes."""
        factorisation = round(MINUTES_AT_MOST_MODES * (self.modes / MOST_MODES) ** 6)
        return super().runtime_minutes + factorisation

    def solve(self, problem: Problem) -> ReferenceSolution:
        """Solve with the modes of the settings, and with 1.5 times as many for the error."""
        assert isinstance(problem, Cavity), type(problem)
        x, y = (np.linspace(*problem.domain[name], self.grid[name]) for name in ("x", "y"))
        return solve_with_error_estimate(problem, x, y, modes=self.modes)
