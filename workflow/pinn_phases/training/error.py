"""Error of a solution against the reference, on the test grid."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.model import FieldAt, Place
from pinn_phases.problems.base import Points, Problem
from pinn_phases.training.settings import NetworkSettings


def grid_points(problem: Problem, axes: Mapping[str, NDArray[np.float64]]) -> Points:
    """Points of a tensor grid, the last coordinate running fastest; shape (points, coordinates)."""
    mesh = np.meshgrid(*(axes[name] for name in problem.coordinates), indexing="ij")
    return np.stack([values.ravel() for values in mesh], 1)


class TestError:
    """Relative L2 error of the problem's observable, on every `stride`-th point of each axis.

    Parameters
    ----------
    axes
        Coordinate -> test grid of shape (n,).
    exact
        The observable on the grid.
    """

    __test__ = False  # not a test case, for pytest

    def __init__(
        self,
        problem: Problem,
        network: NetworkSettings,
        axes: Mapping[str, NDArray[np.float64]],
        exact: NDArray[np.float64],
        *,
        stride: int,
        place: Place,
    ) -> None:
        thinned = {name: axis[::stride] for name, axis in axes.items()}
        every = tuple(slice(None, None, stride) for _ in problem.coordinates)
        self.exact = torch.as_tensor(exact[every].ravel(), device=place.device)
        self.problem = problem
        self.field = FieldAt(
            problem,
            network,
            grid_points(problem, thinned),
            problem.observed_derivatives,
            place=place,
        )

    @torch.no_grad()
    def __call__(self, parameters: Sequence[Tensor]) -> float:
        """||u - exact|| / ||exact|| (Eq. 7)."""
        observables = self.problem.observables(**self.field(parameters))
        difference = observables[self.problem.observable] - self.exact  # float64 by `exact`
        return float(difference.norm() / self.exact.norm())
