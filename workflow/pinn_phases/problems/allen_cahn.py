"""Allen-Cahn equation in one space dimension (paper, Appendix B.1)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from array_api_compat import array_namespace
from pydantic import Field

from pinn_phases.operators import Array, Fields, d
from pinn_phases.problems.base import Condition, Problem, Source, edges, prescribed


class AllenCahn(Problem):
    """Allen-Cahn equation, periodic in space.

    Equation (B.1)::

        u_t = eps u_xx + f(u),    f(u) = a (u - u^3),    eps = 1e-4, a = 5

    Domain: t in [0, 1], x in [-1, 1]. Initial condition (B.2): u(0, x) = x^2 cos(pi x).
    Boundary conditions: u and u_x periodic in x. All quantities are dimensionless.

    The state u = 0 is an unstable equilibrium of f, u = 1 and u = -1 are stable ones.
    """

    title: ClassVar[str] = "Allen-Cahn"
    coordinates: ClassVar[tuple[str, ...]] = ("t", "x")
    fields: ClassVar[tuple[str, ...]] = ("u",)
    equations: ClassVar[tuple[str, ...]] = ("pde",)
    observable: ClassVar[str] = "u"
    conditions: ClassVar[tuple[str, ...]] = ("initial", "boundary")
    ansatzes: ClassVar[tuple[str, ...]] = ("plain", "initial")
    domain: ClassVar[Mapping[str, tuple[float, float]]] = {"t": (0.0, 1.0), "x": (-1.0, 1.0)}
    periodic: ClassVar[tuple[str, ...]] = ("x",)

    diffusion: float = Field(gt=0)  # eps
    reaction: float = Field(gt=0)  # a

    def initial(self, x: Array) -> Array:
        """Evaluate the initial condition x^2 cos(pi x) (B.2), in the shape of `x`."""
        xp = array_namespace(x)
        return x**2 * xp.cos(xp.pi * x)

    def residual(self, fields: Fields, source: Source) -> tuple[Array]:
        """Return u_t - eps u_xx - a (u - u^3), from B.1."""
        u = fields["u"]
        linear = d("t") - self.diffusion * d("x", "x")
        return (linear(u) - self.reaction * (u.value - u.value**3),)

    def condition(self, name: str, count: int) -> Condition:
        """Require initial values at evenly spaced x, or periodic u and u_x at evenly spaced t."""
        at = edges(self.domain, count)
        if name == "initial":
            return prescribed("u", at["t=0"], self.initial(at["t=0"][:, 1]))
        assert name == "boundary", name
        return Condition((at["x=-1"], at["x=1"]), _jumps, (np.zeros(count),) * 2)

    def ansatz(self, name: str, point: Array) -> tuple[Array, Array]:
        """Satisfy the initial condition with u = u(0, x) + t N ("initial"), or use N ("plain")."""
        if name == "initial":
            t, x = point[0], point[1]
            return self.initial(x), t
        return super().ansatz(name, point)


def _jumps(left: Fields, right: Fields) -> tuple[Array, Array]:
    """Return the differences of u and u_x between both ends of the period."""
    a, b, u_x = left["u"], right["u"], d("x")
    return b.value - a.value, u_x(b) - u_x(a)
