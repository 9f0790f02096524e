"""Reference solution of the Helmholtz problem, in closed form."""

from typing import ClassVar

import numpy as np

from pinn_phases.grids import relative_l2
from pinn_phases.problems.base import Problem
from pinn_phases.problems.helmholtz import Helmholtz
from pinn_phases.reference.base import ReferenceSolution, ReferenceSolver


class HelmholtzReference(ReferenceSolver):
    """Closed form on a uniform grid of x and y in [-1, 1], including the ends."""

    coordinates: ClassVar[tuple[str, ...]] = Helmholtz.coordinates

    @property
    def remedy(self) -> str:
        """Advice in the error message: the error is large only if the solution is 0 on the grid."""
        return "choose a reference.grid with points at which the solution is not zero"

    def solve(self, problem: Problem) -> ReferenceSolution:
        """Evaluate the closed form.

        Its only error is float64 rounding, estimated with an equivalent formula from an addition
        theorem: sin a sin b = (cos(a - b) - cos(a + b)) / 2.
        """
        assert isinstance(problem, Helmholtz), type(problem)
        axes = {
            name: np.linspace(*problem.domain[name], self.grid[name])
            for name in problem.coordinates
        }
        x, y = np.meshgrid(*axes.values(), indexing="ij")
        u = problem.solution(x, y)
        a, b = problem.a1 * np.pi * x, problem.a2 * np.pi * y
        return ReferenceSolution(
            coordinates=problem.coordinates,
            axes=axes,
            fields={"u": u},
            solver="closed form",
            resolution={},
            error_estimate={"relative_l2": relative_l2((np.cos(a - b) - np.cos(a + b)) / 2, u)},
        )
