"""Base class of the reference solvers, their results, and the error measure."""

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, field_validator

from pinn_phases.arrays import Real
from pinn_phases.model import StrictModel
from pinn_phases.problems.base import Problem


@dataclass(frozen=True, eq=False)  # arrays cannot be compared to a single truth value
class ReferenceSolution:
    """A solution on a tensor grid, with estimates of its error.

    Attributes
    ----------
    coordinates : tuple of str
        Names of the coordinates, in the order of the dimensions of the fields, e.g. ("t", "x").
    axes : dict of str to ndarray, shape (n,)
        Grid of each coordinate, in the problem's own units.
    fields : dict of str to ndarray, shape (len of first axis, len of second axis, ...)
        Values on the grid, float64, in the problem's own units.
    solver : str
        The method, in one line.
    resolution : dict of str to int
        Resolution of the stored fields, e.g. modes and steps.
    error_estimate : dict of str to float
        Named estimates of the relative L2 error of the stored fields, dimensionless; at least one
        is required.

    Raises
    ------
    ValueError
        If the axes do not belong to the coordinates, or a field does not have their shape.
    """

    coordinates: tuple[str, ...]
    axes: dict[str, Real]
    fields: dict[str, Real]
    solver: str
    resolution: dict[str, int]
    error_estimate: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the names and shapes of axes and fields."""
        if set(self.axes) != set(self.coordinates):
            raise ValueError(f"axes: expected {self.coordinates}, received {tuple(self.axes)}")
        shape = tuple(len(self.axes[name]) for name in self.coordinates)
        for name, values in self.fields.items():
            if values.shape != shape:
                raise ValueError(f"field {name!r}: expected shape {shape}, received {values.shape}")

    @property
    def arrays(self) -> dict[str, Real]:
        """Axes and fields under their names in a file."""
        axes = {f"axes/{name}": axis for name, axis in self.axes.items()}
        return axes | {f"fields/{name}": values for name, values in self.fields.items()}


class ReferenceSolver(StrictModel, ABC):
    """Solver of one problem's reference; the fields of the model are its settings.

    Each solver is a subclass in the module of `pinn_phases.reference` with the problem's name.
    """

    coordinates: ClassVar[tuple[str, ...]]  # the problem's

    grid: Mapping[str, Annotated[int, Field(ge=2)]]  # coordinate -> points of the test grid
    largest_error: float = Field(gt=0)  # upper bound of each of the solver's error estimates

    @field_validator("grid")
    @classmethod
    def _grid_is_the_problem_s(cls, grid: Mapping[str, int]) -> Mapping[str, int]:
        if set(grid) != set(cls.coordinates):
            raise ValueError(f"expected {', '.join(cls.coordinates)}")
        return grid

    @abstractmethod
    def solve(self, problem: Problem) -> ReferenceSolution:
        """Solve the problem on its test grid, with an estimate of the error."""

    @property
    def remedy(self) -> str:
        """Advice for a solution that is not accurate enough: increase the resolution."""
        own = [name for name in type(self).model_fields if name not in ReferenceSolver.model_fields]
        return "raise " + " or ".join(f"reference.{name}" for name in own)

    @property
    def memory_mb(self) -> int:
        """Required memory in MB: Python, and ten arrays on the grid."""
        return 400 + 80 * math.prod(self.grid.values()) // 10**6

    @property
    def runtime_minutes(self) -> int:
        """Time limit on a slow machine, in minutes."""
        return 10

    def solve_accurately(self, problem: Problem) -> ReferenceSolution:
        """Solve the problem and check the accuracy.

        Raises
        ------
        ArithmeticError
            If there is no solution or no error estimate, if one of these is not finite, or if an
            estimate exceeds `largest_error`. The message says what to change.
        """
        try:
            # The result is checked to be finite; warnings before would hide that message.
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                solution = self.solve(problem)
            require_accurate(solution, self.largest_error)
        except (ArithmeticError, np.linalg.LinAlgError) as error:
            raise ArithmeticError(f"{error}; {self.remedy}") from error
        return solution


def require_accurate(solution: ReferenceSolution, largest_error: float) -> None:
    """Raise an error if a solution is not finite or not accurate enough.

    Parameters
    ----------
    solution : ReferenceSolution
        The solution, with at least one estimate of its error.
    largest_error : float
        Largest value of each estimate, dimensionless.

    Raises
    ------
    ArithmeticError
        If the solution is not as described.
    """
    for name, values in solution.fields.items():
        if not np.all(np.isfinite(values)):
            raise ArithmeticError(f"the reference solution is not finite ({name})")
    if not solution.error_estimate:
        raise ArithmeticError("the solver made no estimate of the reference solution's error")
    name, error = max(
        solution.error_estimate.items(), key=lambda item: np.nan_to_num(item[1], nan=np.inf)
    )
    if not error <= largest_error:
        raise ArithmeticError(
            f"the reference solution's error estimate, {name} = {error:.1e}, is not within "
            f"reference.largest_error = {largest_error:.1e}"
        )
