"""What every benchmark problem states: its equation, domain, conditions and derivatives.

A problem is a frozen model in a file of its own; the file's stem is its name in config.yaml, on
the command line and under results/. Its fields are the coefficients of the equation, each with
the range in which it makes sense. Residuals and conditions use arithmetic only, so that NumPy
arrays (tests, figures) and torch tensors (training) both pass through them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pinn_phases.frozen import Frozen

Array = Any  # a NumPy array or a torch tensor
Points = NDArray[np.float64]  # shape (points, coordinates)


@dataclass(frozen=True)
class Operator:
    """A linear differential operator with constant coefficients, sum b_i d_i + sum a_ij d_i d_j.

    Keys are names of coordinates: `first={"t": 1.0}`, `second={("x", "x"): -nu}`.
    """

    first: Mapping[str, float]
    second: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Derivatives:
    """The derivatives that an expression needs besides the value itself."""

    first: tuple[str, ...] = ()  # coordinates x_i whose d_i u is needed
    operator: Operator | None = None


@dataclass(frozen=True)
class Jet:
    """A field at some points with the derivatives asked for, each of shape (..., points)."""

    value: Array
    first: Mapping[str, Array]  # coordinate -> first derivative
    operator: Array | None = None  # the operator applied to the field


@dataclass(frozen=True)
class Condition:
    """An initial or boundary condition: one soft term of the loss.

    The term is the sum, over the expressions, of their mean square distance from the targets.

    Attributes
    ----------
    points
        The point sets at which the fields are needed, each of shape (points, coordinates); one
        for a condition on values, two for a periodic one.
    derivatives
        What is needed of the fields there.
    expressions
        Takes one mapping of field name to jet for each point set and returns the expressions that
        the condition is about, each of shape (points,).
    targets
        What each expression has to be, each of shape (points,).
    """

    points: tuple[Points, ...]
    derivatives: Derivatives
    expressions: Callable[..., tuple[Array, ...]]
    targets: tuple[NDArray[np.float64], ...]


class Problem(Frozen, ABC):
    """An equation on a box with its conditions; the fields of the model are its coefficients.

    Coordinates are ordered; a point is a row with one column a coordinate, in that order.
    """

    title: ClassVar[str]
    coordinates: ClassVar[tuple[str, ...]]
    fields: ClassVar[tuple[str, ...]]  # one network output each
    equations: ClassVar[tuple[str, ...]]  # one residual each
    conditions: ClassVar[tuple[str, ...]]  # names of the soft conditions
    ansatzes: ClassVar[tuple[str, ...]]  # names that `ansatz` takes
    domain: ClassVar[Mapping[str, tuple[float, float]]]  # coordinate -> (lower, upper)
    periodic: ClassVar[tuple[str, ...]] = ()  # coordinates in which the solution is periodic

    @property
    @abstractmethod
    def derivatives(self) -> Derivatives:
        """What `residual` needs of the fields."""

    @abstractmethod
    def residual(self, **fields: Jet) -> tuple[Array, ...]:
        """Residuals of the equations, one array a name in `equations`."""

    @abstractmethod
    def condition(self, name: str, count: int) -> Condition:
        """Return the condition `name` with `count` points in each point set."""

    @abstractmethod
    def ansatz(self, name: str, point: Array) -> tuple[Array, Array]:
        """Return A and B at one point (shape (coordinates,)) of a solution written as A + B N.

        N is the network; the name "plain" stands for A = 0, B = 1 in every problem.
        """
