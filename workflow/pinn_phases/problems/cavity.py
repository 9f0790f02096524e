"""Steady flow in a lid-driven cavity (paper, Appendix B.4)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pinn_phases.problems.base import (
    Array,
    Condition,
    Derivatives,
    Jet,
    Problem,
    edges,
    partial,
)


class Cavity(Problem):
    """Lid-driven cavity: steady incompressible Navier-Stokes equations by a stream function.

    Equations (B.9, B.10) with u = psi_y, v = -psi_x (B.12, B.13), which make continuity hold::

        u u_x + v u_y + p_x - (u_xx + u_yy) / Re = 0
        u v_x + v v_y + p_y - (v_xx + v_yy) / Re = 0,    Re = 1000

    Domain: x and y in [0, 1]. Boundary conditions (B.11): u = v = 0 on the sides and the bottom;
    v = 0 and u = tanh(x / w) tanh((1 - x) / w), w = 0.125, on the lid y = 1. The paper smooths the
    lid at its ends and gives no formula; this one is that of its authors' code. Another published
    one is 1 - cosh(50 (x - 1/2)) / cosh(25).

    The equations hold p up to a constant, and the conditions psi as well: both are compared with a
    reference after taking out their means. The error is that of the speed sqrt(u^2 + v^2). All
    quantities are dimensionless, by the length and the velocity of the lid.
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
    lid_width: float = Field(gt=0)  # w, over which the lid's velocity rises at its ends

    def lid(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the velocity of the lid, tanh(x / w) tanh((1 - x) / w); the shape of `x`."""
        u: NDArray[np.float64] = np.tanh(x / self.lid_width) * np.tanh((1 - x) / self.lid_width)
        return u

    @property
    def derivatives(self) -> Derivatives:
        """First and second derivatives, and the first derivatives of the Laplacian."""
        return {
            **{name: partial(*name) for name in ("x", "y", "xx", "xy", "yy")},
            "laplacian_x": {("x", "x", "x"): 1.0, ("x", "y", "y"): 1.0},
            "laplacian_y": {("x", "x", "y"): 1.0, ("y", "y", "y"): 1.0},
        }

    def residual(self, psi: Jet, p: Jet) -> tuple[Array, Array]:  # type: ignore[override]
        """Momentum along x and y, from B.9; shape of `psi.value`."""
        u, u_x, u_y, laplacian_u = psi["y"], psi["xy"], psi["yy"], psi["laplacian_y"]
        v, v_x, v_y, laplacian_v = -psi["x"], -psi["xx"], -psi["xy"], -psi["laplacian_x"]
        return (
            u * u_x + v * u_y + p["x"] - laplacian_u / self.reynolds,
            u * v_x + v * v_y + p["y"] - laplacian_v / self.reynolds,
        )

    @property
    def observed_derivatives(self) -> Derivatives:
        """Those of the velocity."""
        return {name: partial(name) for name in ("x", "y")}

    def observables(self, psi: Jet, p: Jet) -> Mapping[str, Array]:  # type: ignore[override]
        """Speed, velocity, stream function and pressure."""
        u, v = psi["y"], -psi["x"]
        return {"speed": (u**2 + v**2) ** 0.5, "u": u, "v": v, "psi": psi.value, "p": p.value}

    def condition(self, name: str, count: int) -> Condition:
        """Require the velocity at evenly spaced points of the lid, or of each of the walls."""
        at = edges(self.domain, count)
        lid = at.pop("y=1")
        velocity = self.observed_derivatives
        if name == "lid":
            targets = self.lid(lid[:, 0]), np.zeros(count)
            return Condition((lid,), velocity, _velocity, targets)
        assert name == "walls", name
        walls = np.concatenate(list(at.values()))
        return Condition((walls,), velocity, _velocity, (np.zeros(len(walls)),) * 2)


def _velocity(edge: Mapping[str, Jet]) -> tuple[Array, Array]:
    psi = edge["psi"]
    return psi["y"], -psi["x"]
