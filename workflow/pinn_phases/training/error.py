"""Error of a solution against the reference, on the test grid."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.model import FieldAt, Place
from pinn_phases.problems.base import Derivatives, Points, Problem
from pinn_phases.training.settings import NetworkSettings


def grid_points(problem: Problem, axes: Mapping[str, NDArray[np.float64]]) -> Points:
    """Points of a tensor grid, the last coordinate running fastest; shape (points, coordinates)."""
    mesh = np.meshgrid(*(axes[name] for name in problem.coordinates), indexing="ij")
    return np.stack([values.ravel() for values in mesh], 1)


class TestError:
    """Relative L2 error on every `stride`-th point of each axis of the test grid.

    Parameters
    ----------
    axes
        Coordinate -> grid of shape (n,).
    exact
        Field -> values on the grid.
    """

    __test__ = False  # not a test case, for pytest

    def __init__(
        self,
        problem: Problem,
        network: NetworkSettings,
        axes: Mapping[str, NDArray[np.float64]],
        exact: Mapping[str, NDArray[np.float64]],
        *,
        stride: int,
        place: Place,
    ) -> None:
        thinned = {name: axis[::stride] for name, axis in axes.items()}
        every = tuple(slice(None, None, stride) for _ in problem.coordinates)
        self.exact = {
            name: torch.as_tensor(values[every].ravel(), device=place.device)
            for name, values in exact.items()
        }
        points = grid_points(problem, thinned)
        self.field = FieldAt(problem, network, points, Derivatives(), place=place)

    @torch.no_grad()
    def __call__(self, parameters: Sequence[Tensor]) -> float:
        """||u - exact|| / ||exact|| over all fields that the reference has (Eq. 7)."""
        fields = self.field(parameters)
        exact = torch.cat(list(self.exact.values()))
        approximate = torch.cat([fields[name].value for name in self.exact])
        return float((approximate - exact).norm() / exact.norm())  # float64 by `exact`
