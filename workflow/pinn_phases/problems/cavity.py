"""Steady flow in a lid-driven cavity (paper, Appendix B.4)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pinn_phases.operators import Array, Fields, d
from pinn_phases.problems.base import Condition, Problem, Source, edges


class Cavity(Problem):
    """Lid-driven cavity: steady incompressible Navier-Stokes with a stream function.

    Equations (B.9, B.10) with u = psi_y, v = -psi_x (B.12, B.13), which satisfy continuity::

        u u_x + v u_y + p_x - (u_xx + u_yy) / Re = 0
        u v_x + v v_y + p_y - (v_xx + v_yy) / Re = 0,    Re = 1000

    Domain: x and y in [0, 1]. Boundary conditions (B.11): u = v = 0 on the sides and the bottom;
    v = 0 and u = tanh(x / w) tanh((1 - x) / w), w = 0.125, on the lid y = 1. The paper smooths the
    lid velocity at both ends but gives no formula; this one is from the authors' code. Another
    published one is 1 - cosh(50 (x - 1/2)) / cosh(25).

    p and psi are determined up to a constant, so their means are subtracted before they are
    compared with the reference. The reported error is that of the speed sqrt(u^2 + v^2). All
    quantities are dimensionless, scaled by the length and velocity of the lid.
    """

    title: ClassVar[str] = "Lid-driven cavity"
    coordinates: ClassVar[tuple[str, ...]] = ("x", "y")
    fields: ClassVar[tuple[str, ...]] = ("psi", "p")
    equations: ClassVar[tuple[str, ...]] = ("momentum_x", "momentum_y")
    observable: ClassVar[str] = "speed"
    free_constant: ClassVar[tuple[str, ...]] = ("psi", "p")
    conditions: ClassVar[tuple[str, ...]] = ("lid", "walls")
    domain: ClassVar[Mapping[str, tuple[float, float]]] = {"x": (0.0, 1.0), "y": (0.0, 1.0)}

    reynolds: float = Field(gt=0)  # Re
    lid_width: float = Field(gt=0)  # w, the width over which the lid velocity rises at each end

    def lid(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate the lid velocity tanh(x / w) tanh((1 - x) / w), in the shape of `x`."""
        u: NDArray[np.float64] = np.tanh(x / self.lid_width) * np.tanh((1 - x) / self.lid_width)
        return u

    def residual(self, fields: Fields, source: Source) -> tuple[Array, Array]:
        """Return the momentum residuals of B.9, u u_x + v u_y + p_x - (u_xx + u_yy) / Re for x."""
        psi, p = fields["psi"], fields["p"]
        u, v = _velocity(fields)
        u_x, u_y = d("x", "y")(psi), d("y", "y")(psi)
        v_x, v_y = -d("x", "x")(psi), -d("x", "y")(psi)
        laplacian_u = (d("x", "x", "y") + d("y", "y", "y"))(psi)
        laplacian_v = -(d("x", "x", "x") + d("x", "y", "y"))(psi)
        return (
            u * u_x + v * u_y + d("x")(p) - laplacian_u / self.reynolds,
            u * v_x + v * v_y + d("y")(p) - laplacian_v / self.reynolds,
        )

    def observables(self, fields: Fields) -> Mapping[str, Array]:
        """Return speed, velocity, stream function and pressure."""
        u, v = _velocity(fields)
        psi, p = fields["psi"], fields["p"]
        return {"speed": (u**2 + v**2) ** 0.5, "u": u, "v": v, "psi": psi.value, "p": p.value}

    def condition(self, name: str, count: int) -> Condition:
        """Require the velocity at evenly spaced points of the lid, or of each wall."""
        at = edges(self.domain, count)
        lid = at.pop("y=1")
        if name == "lid":
            targets = self.lid(lid[:, 0]), np.zeros(count)
            return Condition((lid,), _velocity, targets)
        assert name == "walls", name
        walls = np.concatenate(list(at.values()))
        return Condition((walls,), _velocity, (np.zeros(len(walls)),) * 2)


def _velocity(fields: Fields) -> tuple[Array, Array]:
    """Return the velocity u = psi_y, v = -psi_x (B.12, B.13)."""
    psi = fields["psi"]
    return d("y")(psi), -d("x")(psi)
