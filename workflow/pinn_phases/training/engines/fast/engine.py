"""The fast engine: loss and gradients from derivatives that are propagated with the forward pass.

The backward pass keeps the batches apart: separate gradients only turn one large matrix product per
layer into a batched one. Equations and methods need not know about this: torch differentiates the
loss with respect to the streams of the network's outputs, and `BatchedNetwork` or `TritonNetwork`
continues the backward pass from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from jaxtyping import Float
from torch import Tensor

from pinn_phases.methods.base import Method
from pinn_phases.network.fields import FieldAt
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Condition, Points, Problem
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.settings.training import TrainingSettings
from pinn_phases.training.engines.base import BatchGradient, Engine, Loss, Weights
from pinn_phases.training.engines.fast.batched_network import BatchedNetwork
from pinn_phases.training.engines.fast.side_stream import SideStream
from pinn_phases.training.engines.fast.triton_network import TritonNetwork, kernels_usable
from pinn_phases.training.threads import ThreadPool

Streams = Float[Tensor, "batches streams points outputs"]  # of the network's outputs
Residuals = Float[Tensor, "equations batches points"]


@dataclass(frozen=True)
class SoftCondition:
    """An initial or boundary condition, prepared for evaluation on the device."""

    condition: Condition
    fields: tuple[FieldAt, ...]
    targets: tuple[Float[Tensor, " points"], ...]

    @classmethod
    def of(
        cls,
        condition: Condition,
        problem: Problem,
        network: NetworkSettings,
        device: torch.device,
        dtype: torch.dtype,
    ) -> Self:
        """Prepare a condition: its points become inputs of the network."""
        operators = condition.operators(problem.fields)
        fields = (
            FieldAt(problem, network, points, operators, device=device, dtype=dtype)
            for points in condition.points
        )
        targets = (torch.as_tensor(target).to(device, dtype) for target in condition.targets)
        return cls(condition, tuple(fields), tuple(targets))

    def mean_square(self, parameters: Sequence[Tensor]) -> Float[Tensor, ""]:
        """Return the mean square difference between expressions and targets, summed."""
        expressions = self.condition.expressions(*(field(parameters) for field in self.fields))
        pairs = zip(expressions, self.targets, strict=True)
        return torch.stack([(value - target).square().mean() for value, target in pairs]).sum()


class FastEngine(Engine):
    """Computes the batches in tiles, optionally compiled; on a GPU all batches are one tile.

    The parameters are those of `make_engine`.
    """

    capturable = True

    def __init__(
        self,
        problem: Problem,
        method: Method,
        settings: TrainingSettings,
        points: Points,
        *,
        compiled: bool,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        threads: ThreadPool,
    ) -> None:
        self.compiled = compiled
        self.problem = problem
        self.method = method
        self.batches = settings.batches
        network = settings.network
        self.interior = FieldAt(
            problem,
            network,
            points,
            problem.residual_operators,
            device=device,
            dtype=dtype,
            batches=settings.batches,
        )
        parts = self.interior.inputs, Network.of(problem, network), self.interior.layout
        self.network = (
            TritonNetwork(*parts)
            if compiled and kernels_usable(self.interior.inputs)
            else BatchedNetwork(*parts, threads=threads, compiled=compiled)
        )
        self.source = {
            name: torch.as_tensor(values.reshape(self.batches, -1)).to(device, dtype)
            for name, values in problem.source(points).items()
        }
        terms = settings.weighted_conditions
        self.condition_weights = {name: term.weight for name, term in terms.items()}
        self.conditions = {
            name: SoftCondition.of(
                problem.condition(name, term.points), problem, network, device, dtype
            )
            for name, term in terms.items()
        }
        # Conditions are computed concurrently with the batches.
        self.concurrent = threads if device.type == "cpu" else SideStream()
        self._interior, self._conditions = self._interior_loss, self._conditions_loss
        if compiled:
            self._compile(Network.of(problem, network).shapes, len(points), threads)

    def _compile(self, shapes: Sequence[tuple[int, ...]], points: int, threads: ThreadPool) -> None:
        """Compile by a first call, because torch cannot compile in two threads at a time."""
        fullgraph = threads.count == 1  # torch counts the graphs of all threads
        self._interior = torch.compile(self._interior, dynamic=False, fullgraph=fullgraph)
        self._conditions = torch.compile(self._conditions, dynamic=False, fullgraph=fullgraph)
        zeros = [self.interior.inputs.new_zeros(shape) for shape in shapes]
        self._condition_gradients(zeros)
        weights = zeros[0].new_zeros(len(self.problem.equations), points)
        self._interior_cotangent(self.network.forward(zeros), weights, True)

    def gradients(
        self, parameters: Sequence[Tensor], weights: Weights, *, update: bool = True
    ) -> tuple[Loss, list[BatchGradient]]:
        """Implement `Engine.gradients`; the next call overwrites the gradients."""
        fixed = [p.detach() for p in parameters]
        conditions = self.concurrent.submit(lambda: self._condition_gradients(fixed))
        cotangent, pde, residual, weights = self._interior_cotangent(
            self.network.forward(fixed), weights, update
        )
        terms, common = conditions.result()
        gradients = self.network.backward(fixed, cotangent, common)
        return Loss(pde, terms, self.condition_weights, residual, weights, common), gradients

    def mean(self, gradients: Sequence[BatchGradient]) -> list[Tensor]:
        """Implement `Engine.mean`."""
        return self.network.mean()

    def term_gradients(
        self, parameters: Sequence[Tensor], weights: Weights
    ) -> tuple[list[BatchGradient], dict[str, list[Tensor]]]:
        """Implement `Engine.term_gradients`; the next call overwrites those of the residuals."""
        streams = self.network.forward(parameters).detach().requires_grad_()
        loss = self._residual_losses(self._residual(streams), weights).sum()
        (cotangent,) = torch.autograd.grad(loss, [streams])
        zeros = [torch.zeros_like(parameter) for parameter in parameters]
        pde_gradients = self.network.backward(parameters, cotangent, zeros)
        return pde_gradients, self.condition_gradients(parameters)

    def condition_gradients(self, parameters: Sequence[Tensor]) -> dict[str, list[Tensor]]:
        """Implement `Engine.condition_gradients`."""
        return {name: self._condition_gradient(name, parameters) for name in self.conditions}

    def _residual(self, streams: Streams) -> Residuals:
        """Return the residuals from the streams of the outputs."""
        return torch.stack(self.problem.residual(self.interior.jets(streams), self.source))

    def _residual_losses(self, residual: Residuals, weights: Weights) -> Float[Tensor, " batches"]:
        """Return the weighted mean square of the residuals of each batch."""
        multiplier = self.method.multiplier(weights)
        if isinstance(multiplier, Tensor):
            multiplier = multiplier.unflatten(1, (self.batches, -1))
        losses: Tensor = (multiplier * residual).square().mean(-1).sum(0)
        return losses

    def _interior_loss(
        self, streams: Streams, weights: Weights, update: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the sum of the batch losses without conditions, to be differentiated.

        The other three values are `pde`, `residual` and `weights` of `Loss`.
        """
        residual = self._residual(streams)
        flat = residual.detach().flatten(1)  # (equations, batches, points) -> (equations, points)
        if update:
            weights = self.method.update(weights, flat)
        pde = self._residual_losses(residual, weights)
        return pde.sum(), pde.detach(), flat, weights

    def _interior_cotangent(
        self, streams: Streams, weights: Weights, update: bool
    ) -> tuple[Streams, Tensor, Tensor, Tensor]:
        """Return the gradient of the sum in `_interior_loss`, then its other three values."""
        streams = streams.detach().requires_grad_()
        total, pde, residual, weights = self._interior(streams, weights, update)
        (cotangent,) = torch.autograd.grad(total, [streams])
        return cotangent, pde, residual, weights

    def _conditions_loss(self, parameters: Sequence[Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the weighted sum of the conditions, to be differentiated, and each unweighted."""
        terms = {name: term.mean_square(parameters) for name, term in self.conditions.items()}
        total = torch.stack([self.condition_weights[name] * t for name, t in terms.items()]).sum()
        return total, {name: term.detach() for name, term in terms.items()}

    def _condition_gradients(
        self, parameters: Sequence[Tensor]
    ) -> tuple[dict[str, Tensor], list[Tensor]]:
        """Return the mean square of each condition, and the gradient of their weighted sum."""
        if not self.conditions:
            return {}, [torch.zeros_like(p) for p in parameters]
        leaves = [p.detach().requires_grad_() for p in parameters]
        total, terms = self._conditions(leaves)
        return terms, list(torch.autograd.grad(total, leaves, materialize_grads=True))

    def _condition_gradient(self, name: str, parameters: Sequence[Tensor]) -> list[Tensor]:
        """Return the gradient of one condition times its weight."""
        leaves = [p.detach().requires_grad_() for p in parameters]
        loss = self.condition_weights[name] * self.conditions[name].mean_square(leaves)
        return list(torch.autograd.grad(loss, leaves, materialize_grads=True))
