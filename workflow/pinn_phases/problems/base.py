"""Base class of the benchmark problems: equation, domain and conditions.

Each problem is a frozen pydantic model in its own file; the file's stem is its name in config.yaml,
on the command line and below results/. The fields of the model are the coefficients of the
equation, with their valid ranges. Residuals and conditions use only arithmetic, so they accept both
NumPy arrays (tests, figures) and torch tensors (training).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pinn_phases.operators import Array, Fields, Operators, operators_in
from pinn_phases.strict_model import StrictModel

Points = NDArray[np.float64]  # shape (points, coordinates)
Source = Mapping[str, Array]  # name -> source term, shape (..., points)


@dataclass(frozen=True)
class Condition:
    """An initial or boundary condition: one soft term of the loss.

    The term is the mean square difference between expression and target, summed over expressions.

    Attributes
    ----------
    points
        Point sets at which the fields are evaluated, each of shape (points, coordinates): one set
        for a condition on values, two for a periodic condition.
    expressions
        Function that takes the fields at each point set, one argument per set, and returns the
        constrained expressions, each of shape (points,).
    targets
        Target of each expression, shape (points,).
    """

    points: tuple[Points, ...]
    expressions: Callable[..., tuple[Array, ...]]
    targets: tuple[NDArray[np.float64], ...]

    def operators(self, fields: tuple[str, ...]) -> Operators:
        """Return the operators that the expressions apply to these fields."""
        return operators_in(lambda jets: self.expressions(*[jets] * len(self.points)), fields)


class Problem(StrictModel, ABC):
    """An equation on a box with its conditions; the fields of the model are the coefficients.

    Points are rows with one column per coordinate, in the order of `coordinates`.
    """

    title: ClassVar[str]
    coordinates: ClassVar[tuple[str, ...]]
    fields: ClassVar[tuple[str, ...]]  # unknowns, one network output each
    equations: ClassVar[tuple[str, ...]]  # names of the residuals
    observable: ClassVar[str]  # the quantity of which errors and maps are shown
    free_constant: ClassVar[tuple[str, ...]] = ()  # observables determined up to a constant
    conditions: ClassVar[tuple[str, ...]]  # names of the initial and boundary conditions
    ansatzes: ClassVar[tuple[str, ...]] = ("plain",)  # names that `ansatz` accepts
    domain: ClassVar[Mapping[str, tuple[float, float]]]  # coordinate -> (lower, upper)
    periodic: ClassVar[tuple[str, ...]] = ()  # coordinates in which the solution is periodic

    @abstractmethod
    def residual(self, fields: Fields, source: Source) -> tuple[Array, ...]:
        """Return the residuals of the equations, one array per name in `equations`.

        Parameters
        ----------
        fields
            The unknowns, by name; operators applied to them give derivatives.
        source
            Source terms at the same points, as returned by `source`.
        """

    def source(self, points: Points) -> Mapping[str, NDArray[np.float64]]:
        """Return the source terms of the residual by name, each of shape (points,)."""
        return {}

    def observables(self, fields: Fields) -> Mapping[str, Array]:
        """Return the quantities to compare with the reference, by name; by default the fields."""
        return {name: field.value for name, field in fields.items()}

    @property
    def residual_operators(self) -> Operators:
        """Operators that `residual` applies."""
        source = self.source(np.array([[np.mean(self.domain[name]) for name in self.coordinates]]))
        return operators_in(lambda fields: self.residual(fields, source), self.fields)

    @property
    def observed_operators(self) -> Operators:
        """Operators that `observables` applies."""
        return operators_in(self.observables, self.fields)

    @abstractmethod
    def condition(self, name: str, count: int) -> Condition:
        """Return the condition `name` with `count` points in each point set."""

    def ansatz(self, name: str, point: Array) -> tuple[Array, Array]:
        """Return A and B of the ansatz u = A + B N at one point, of shape (coordinates,).

        N is the network. The ansatz "plain" is A = 0 and B = 1 for every problem.
        """
        if name != "plain":
            raise ValueError(f"{self.title} has no ansatz '{name}'")
        return 0 * point[0], 0 * point[0] + 1


def edges(domain: Mapping[str, tuple[float, float]], count: int) -> dict[str, Points]:
    """Return evenly spaced points on the four edges of a rectangle, each of shape (count, 2).

    Keys are "x=-1" for the edge x = -1, and so on. Each corner belongs to two edges.

    Raises
    ------
    ValueError
        If the domain does not have two coordinates.
    """
    if len(domain) != 2:
        raise ValueError(f"expected two coordinates, received {', '.join(domain)}")
    (x_name, x_range), (y_name, y_range) = domain.items()
    x, y = np.linspace(*x_range, count), np.linspace(*y_range, count)
    vertical = {f"{x_name}={at:g}": np.column_stack([np.full(count, at), y]) for at in x_range}
    horizontal = {f"{y_name}={at:g}": np.column_stack([x, np.full(count, at)]) for at in y_range}
    return vertical | horizontal


def prescribed(field: str, points: Points, values: NDArray[np.float64]) -> Condition:
    """Return the condition that a field has these values, of shape (points,), at the points."""

    def expression(fields: Fields) -> tuple[Array]:
        return (fields[field].value,)

    return Condition((points,), expression, (values,))
