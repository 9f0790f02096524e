"""Base class of the reference solvers, their result, and the check of its accuracy."""

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, field_validator

from pinn_phases.arrays import Real
from pinn_phases.problems.base import Problem
from pinn_phases.strict_model import StrictModel


@dataclass(frozen=True, eq=False)  # arrays cannot be compared to a single truth value
class ReferenceSolution:
    """A solution on a tensor grid, with estimates of its error.

    Attributes
    ----------
    coordinates : tuple of str
        Names of the coordinates, in the order of the dimensions of the fields, e.g. ("t", "x").
    axes : dict of str to ndarray, shape (n,)
        Grid points along each coordinate, in the units of the problem.
    fields : dict of str to ndarray, shape (len of first axis, len of second axis, ...)
        Values on the grid, float64, in the units of the problem.
    solver : str
        The numerical method, in one line.
    resolution : dict of str to int
        Resolution of the stored fields, e.g. modes and steps.
    error_estimate : dict of str to float
        Named estimates of the relative L2 error of the stored fields, dimensionless. It may be
        empty at first, but `require_accurate` expects at least one.

    Raises
    ------
    ValueError
        If the axes do not match the coordinates, or a field does not have the shape of the grid.
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
        """Axes and fields by the name of their dataset in a file."""
        axes = {f"axes/{name}": axis for name, axis in self.axes.items()}
        return axes | {f"fields/{name}": values for name, values in self.fields.items()}


class ReferenceSolver(StrictModel, ABC):
    """Solver for the reference solution of one problem; its pydantic fields are its settings.

    Each problem has a subclass in the module of `pinn_phases.reference` with the problem's name.
    """

    coordinates: ClassVar[tuple[str, ...]]  # those of the problem

    grid: Mapping[str, Annotated[int, Field(ge=2)]]  # coordinate -> points of the test grid
    largest_error: float = Field(gt=0)  # limit for each of the solver's error estimates

    @field_validator("grid")
    @classmethod
    def _grid_has_the_coordinates(cls, grid: Mapping[str, int]) -> Mapping[str, int]:
        if set(grid) != set(cls.coordinates):
            raise ValueError(f"expected {', '.join(cls.coordinates)}")
        return grid

    @abstractmethod
    def solve(self, problem: Problem) -> ReferenceSolution:
        """Solve the problem on the test grid, and estimate the error."""

    @property
    def remedy(self) -> str:
        """Advice in the error message if the solution is not accurate enough: more resolution."""
        resolution = [
            name for name in type(self).model_fields if name not in ReferenceSolver.model_fields
        ]
        return "raise " + " or ".join(f"reference.{name}" for name in resolution)

    @property
    def memory_mb(self) -> int:
        """Memory to request, in MB: Python, and ten arrays on the grid."""
        return 400 + 80 * math.prod(self.grid.values()) // 10**6

    @property
    def runtime_minutes(self) -> int:
        """Time limit to request, in minutes, for a slow machine."""
        return 10

    def solve_accurately(self, problem: Problem) -> ReferenceSolution:
        """Solve the problem and check the accuracy of the solution.

        Raises
        ------
        ArithmeticError
            If the solver fails, makes no error estimate, or returns values that are not finite, or
            if an error estimate exceeds `largest_error`. The message names the settings to change.
        """
        try:
            # Values that are not finite are rejected below; warnings would only hide that message.
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
        The solution.
    largest_error : float
        Limit for each error estimate, dimensionless.

    Raises
    ------
    ArithmeticError
        If a field is not finite, there is no error estimate, or one exceeds the limit or is NaN.
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
            f"the reference solution's error estimate, {name} = {error:.1e}, must be at most "
            f"reference.largest_error = {largest_error:.1e}"
        )
