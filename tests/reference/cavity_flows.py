"""Flows in the cavity that several tests use, each solved once per process."""

import functools
from dataclasses import dataclass

import numpy as np

from pinn_phases.reference.driven_cavity.galerkin import DrivenCavity
from pinn_phases.reference.driven_cavity.stream_function import Flow, solve

GRID = np.linspace(0.0, 1.0, 65)
INNER = np.array([0.1, 0.35, 0.6, 0.85])


@dataclass(frozen=True)
class Benchmark:
    """Reynolds number and lid of the benchmark, dimensionless."""

    reynolds: float = 1000.0
    lid_width: float = 0.125

    def lid(self, x):
        """Return the velocity of the lid."""
        return np.tanh(x / self.lid_width) * np.tanh((1.0 - x) / self.lid_width)


LID = Benchmark().lid


@functools.cache
def flow(reynolds: float, modes: int) -> Flow:
    """Solve with the lid of the benchmark."""
    return solve(DrivenCavity.with_corners(LID), reynolds, modes)


def speed(solution, x=GRID, y=GRID):
    """Evaluate the speed on a grid."""
    psi = solution.evaluate(x, y)
    return np.hypot(psi.x, psi.y)
