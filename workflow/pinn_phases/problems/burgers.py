"""Burgers' equation in one space dimension (paper, Appendix B.3)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pinn_phases.operators import Array, Fields, d
from pinn_phases.problems.base import Condition, Problem, Source, edges, prescribed


class Burgers(Problem):
    """Viscous Burgers' equation; its solution steepens to a front at x = 0.

    Equation (B.6)::

        u_t + u u_x = nu u_xx,    nu = 1 / (100 pi)

    Domain: t in [0, 1], x in [-1, 1]. Initial condition (B.7): u(0, x) = -sin(pi x). Boundary
    conditions (B.8): u(t, -1) = u(t, 1) = 0. All quantities are dimensionless.

    In B.6 the viscous term has the wrong sign, which makes the problem ill-posed. The paper's loss
    omits the initial condition, but then u = 0 solves the problem; here the loss includes it.
    """

    title: ClassVar[str] = "Burgers"
    coordinates: ClassVar[tuple[str, ...]] = ("t", "x")
    fields: ClassVar[tuple[str, ...]] = ("u",)
    equations: ClassVar[tuple[str, ...]] = ("pde",)
    observable: ClassVar[str] = "u"
    conditions: ClassVar[tuple[str, ...]] = ("initial", "boundary")
    domain: ClassVar[Mapping[str, tuple[float, float]]] = {"t": (0.0, 1.0), "x": (-1.0, 1.0)}

    viscosity: float = Field(gt=0)  # nu

    def initial(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate the initial condition -sin(pi x) (B.7), in the shape of `x`."""
        u: NDArray[np.float64] = -np.sin(np.pi * x)
        return u

    def residual(self, fields: Fields, source: Source) -> tuple[Array]:
        """Return u_t - nu u_xx + u u_x, from B.6."""
        u = fields["u"]
        linear = d("t") - self.viscosity * d("x", "x")
        return (linear(u) + u.value * d("x")(u),)

    def condition(self, name: str, count: int) -> Condition:
        """Require initial values at evenly spaced x, or zero at evenly spaced t at both ends."""
        at = edges(self.domain, count)
        if name == "initial":
            return prescribed("u", at["t=0"], self.initial(at["t=0"][:, 1]))
        assert name == "boundary", name
        points = np.concatenate([at["x=-1"], at["x=1"]])
        return prescribed("u", points, np.zeros(len(points)))
