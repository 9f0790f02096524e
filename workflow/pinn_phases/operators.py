"""Linear differential operators as objects, and the fields that they are applied to.

``d("t") - nu * d("x", "x")`` is an operator; called with a field u, it returns u_t - nu u_xx.
Residuals and conditions write operators where they use them, without declaring them.
`operators_in` finds them by evaluating the expression once, so that only the derivatives in use
are propagated through the network.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # a NumPy array or a torch tensor
Term = tuple[str, ...]  # a partial derivative: ("x", "x", "y") is d_x d_x d_y, of third order
Terms = tuple[tuple[Term, float], ...]  # partial derivatives with coefficients, sorted


@dataclass(frozen=True)
class Jet:
    """Values and derivatives of a field at some points; each array has the shape (..., points)."""

    value: Array
    derivatives: Mapping[Terms, Array]


Fields = Mapping[str, Jet]


@dataclass(frozen=True)
class Operator:
    """A sum of partial derivatives with constant coefficients."""

    terms: Terms

    def __call__(self, field: Jet) -> Array:
        """Apply the operator to a field; the result has the shape of its values."""
        return field.derivatives[self.terms]

    def __add__(self, other: "Operator") -> "Operator":
        """Add the coefficients."""
        total = dict(self.terms)
        for term, coefficient in other.terms:
            total[term] = total.get(term, 0.0) + coefficient
        return Operator(tuple(sorted(total.items())))

    def __sub__(self, other: "Operator") -> "Operator":
        """Subtract the coefficients."""
        return self + -1.0 * other

    def __rmul__(self, factor: float) -> "Operator":
        """Multiply all coefficients."""
        return Operator(tuple((term, factor * coefficient) for term, coefficient in self.terms))


Operators = tuple[Operator, ...]


def d(*coordinates: str) -> Operator:
    """Return a partial derivative: d("x", "y") is d_x d_y. The order does not matter."""
    return Operator(((tuple(sorted(coordinates)), 1.0),))


def operators_in(expression: Callable[[Fields], object], fields: tuple[str, ...]) -> Operators:
    """Return the operators that an expression applies to fields, sorted.

    The expression is evaluated once, at one point at which every field and derivative is 1.
    """
    requested: Mapping[Terms, Array] = defaultdict(lambda: np.ones(1))
    expression(dict.fromkeys(fields, Jet(np.ones(1), requested)))
    return tuple(Operator(terms) for terms in sorted(requested))
