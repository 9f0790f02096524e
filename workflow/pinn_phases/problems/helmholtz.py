"""Helmholtz equation in two space dimensions (paper, Appendix B.2)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pinn_phases.operators import Array, Fields, d
from pinn_phases.problems.base import Condition, Points, Problem, Source, edges, prescribed


class Helmholtz(Problem):
    """Helmholtz equation with a known solution, zero on the boundary.

    Equation (B.3, B.4)::

        u_xx + u_yy + k^2 u - q = 0,    q = (k^2 - (a1 pi)^2 - (a2 pi)^2) sin(a1 pi x) sin(a2 pi y)

    Domain: x and y in [-1, 1]. Boundary condition (B.5): u = 0 on the four edges. Solution:
    u = sin(a1 pi x) sin(a2 pi y), with a1 = a2 = 6 and k = 1. All quantities are dimensionless.

    The paper's forcing (B.4) has k in place of k^2, which is the same for k = 1. Here it has k^2,
    so that the solution is valid for any k.
    """

    title: ClassVar[str] = "Helmholtz"
    coordinates: ClassVar[tuple[str, ...]] = ("x", "y")
    fields: ClassVar[tuple[str, ...]] = ("u",)
    equations: ClassVar[tuple[str, ...]] = ("pde",)
    observable: ClassVar[str] = "u"
    conditions: ClassVar[tuple[str, ...]] = ("boundary",)
    domain: ClassVar[Mapping[str, tuple[float, float]]] = {"x": (-1.0, 1.0), "y": (-1.0, 1.0)}

    # Numbers of half waves in [0, 1] along x and y; integers, so that u is zero on the edges.
    a1: int = Field(ge=1)
    a2: int = Field(ge=1)
    k: float = Field(ge=0)

    def solution(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate sin(a1 pi x) sin(a2 pi y); the shapes of x and y must broadcast."""
        product: NDArray[np.float64] = np.sin(self.a1 * np.pi * x) * np.sin(self.a2 * np.pi * y)
        return product

    def residual(self, fields: Fields, source: Source) -> tuple[Array]:
        """Return u_xx + u_yy + k^2 u - q, from B.3."""
        u, q = fields["u"], source["q"]
        laplacian = d("x", "x") + d("y", "y")
        return (laplacian(u) + self.k**2 * u.value - q,)

    def source(self, points: Points) -> Mapping[str, NDArray[np.float64]]:
        """Return the forcing q (B.4), of shape (points,)."""
        x, y = points.T
        factor = self.k**2 - (self.a1 * np.pi) ** 2 - (self.a2 * np.pi) ** 2
        return {"q": factor * self.solution(x, y)}

    def condition(self, name: str, count: int) -> Condition:
        """Require zero at evenly spaced points of the four edges, `count` on each."""
        assert name == "boundary", name
        points = np.concatenate(list(edges(self.domain, count).values()))
        return prescribed("u", points, np.zeros(len(points)))
