"""Error of the network's solution relative to the reference, on the test grid."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float64
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.grids import grid_points, largest_stride, vanishes
from pinn_phases.network.fields import FieldAt
from pinn_phases.operators import Fields
from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.strict_model import SettingsError
from pinn_phases.training.engines.fast import triton_network
from pinn_phases.training.threads import ThreadPool

Axis = Float64[NDArray[np.float64], " points"]
Grid = Float64[NDArray[np.float64], "..."]  # one axis per coordinate

# Points of the test grid that are evaluated at a time.
CPU_PIECE = 2048  # fits a processor's cache
GPU_PIECE = 2**17  # the activations of one layer nearly fit the cache of a large GPU


def _require_points(exact: Grid, thinned: Grid, stride: int) -> None:
    """Raise an error if the thinned grid has too few points, or the solution is zero on it."""
    largest = min(map(largest_stride, exact.shape))
    if stride > largest:
        points = " x ".join(map(str, exact.shape))
        expected = f"expected at most {largest} on a test grid of {points} points"
    elif vanishes(thinned, exact):
        expected = "expected points at which the reference is finite and does not vanish"
    else:
        return
    raise SettingsError(("training", "record", "error_stride"), stride, expected)


class RelativeL2Error:
    """Relative L2 error of the problem's observable, on every `stride`-th point of each axis.

    Parameters
    ----------
    axes
        Coordinate -> its values on the test grid.
    exact
        The observable of the reference solution on the grid.

    Raises
    ------
    SettingsError
        If the stride leaves too few points, or only points where the observable is zero.
    """

    def __init__(
        self,
        problem: Problem,
        network: NetworkSettings,
        axes: Mapping[str, Axis],
        exact: Grid,
        *,
        stride: int,
        device: torch.device,
        compiled: bool = False,
        threads: ThreadPool,
    ) -> None:
        every = tuple(slice(None, None, stride) for _ in problem.coordinates)
        _require_points(exact, exact[every], stride)
        thinned = {name: axis[::stride] for name, axis in axes.items()}
        values = torch.as_tensor(exact[every].ravel(), device=device)  # float64
        points = grid_points(thinned[name] for name in problem.coordinates)
        size = CPU_PIECE if device.type == "cpu" else GPU_PIECE
        self.norm = values.norm()
        self.problem, self.threads = problem, threads
        operators = problem.observed_operators
        self.pieces = [
            (FieldAt(problem, network, at, operators, device=device), piece)
            for at, piece in zip(
                np.split(points, range(size, len(points), size)), values.split(size), strict=True
            )
        ]
        kernels = compiled and triton_network.kernels_usable(self.pieces[0][0].inputs)
        self._evaluate = _evaluate_with_kernels if kernels else FieldAt.__call__

    def __call__(self, parameters: Sequence[Tensor]) -> Float64[Tensor, ""]:
        """Return ||u - exact|| / ||exact|| (Eq. 7)."""
        squares = self.norm.new_empty(len(self.pieces))
        parameters = [p.detach() for p in parameters]

        def evaluate(number: int) -> None:
            field, exact = self.pieces[number]
            observables = self.problem.observables(self._evaluate(field, parameters))
            squares[number] = (observables[self.problem.observable] - exact).square().sum()

        self.threads.for_each(evaluate, range(len(self.pieces)))
        return torch.div(squares.sum().sqrt(), self.norm)


def _evaluate_with_kernels(field: FieldAt, parameters: Sequence[Tensor]) -> Fields:
    """Evaluate the fields with the GPU kernels of the fast engine."""
    inputs = field.inputs.unsqueeze(0)  # as a single batch
    streams = triton_network.network_streams(inputs, parameters, field.layout)
    return field.jets(streams.squeeze(0))
