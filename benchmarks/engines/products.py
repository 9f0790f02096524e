"""The floor: the matrix products of one iteration of the streams, and nothing else."""

import torch
from torch import Tensor

from benchmarks.engines.base import Engine
from benchmarks.task import Task
from pinn_phases.network.streams import Layout
from pinn_phases.settings.training import RunSettings


class Products(Engine):
    """For each layer H W^T, G W and G^T H of all streams, batch by batch as training does them.

    H are the streams that enter a layer and G the gradients of those that leave it, both of shape
    (batches, streams * points of a batch, width). The first layer needs no G W. Results go to
    preallocated memory. Products at the few points of the conditions are left out, which makes the
    floor lower.
    """

    def __init__(self, task: Task) -> None:
        settings = RunSettings.model_validate_json(task.settings)
        problem = settings.equation
        streams = 1 + len(Layout.of(problem.coordinates, problem.residual_operators).streams)
        batches = settings.training.batches
        rows = streams * len(task.points) // batches
        self.products: list[tuple[Tensor, Tensor, Tensor]] = []  # factors and result
        self.flops = 0
        random = torch.Generator(task.device).manual_seed(0)
        states = [
            torch.randn(batches, rows, size, generator=random, device=task.device)
            for size in task.sizes
        ]
        weights = [torch.tensor(values, device=task.device) for values in task.parameters[::2]]
        for depth, weight in enumerate(weights):
            entering, leaving = states[depth], states[depth + 1]
            self._add(entering, weight.T.expand(batches, -1, -1))
            if depth > 0:
                self._add(leaving, weight.expand(batches, -1, -1))
            self._add(leaving.transpose(1, 2), entering)

    def _add(self, a: Tensor, b: Tensor) -> None:
        result = a.new_empty(len(a), a.shape[1], b.shape[2])
        self.products.append((a, b, result))
        self.flops += 2 * a.numel() * b.shape[2]

    def iterate(self) -> None:
        """Compute all products once."""
        for a, b, result in self.products:
            torch.bmm(a, b, out=result)
        if result.is_cuda:
            torch.cuda.synchronize()
