"""The fast engine: loss and gradients from derivatives that are carried through the network.

The backward pass keeps the batches apart: their gradients cost one batched product per layer in
place of one large product. Equations and methods know nothing of this: torch differentiates the
loss by the streams of the network's outputs, and `BatchedNetwork` continues the backward pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from pinn_phases.methods.base import Method
from pinn_phases.network.fields import FieldAt
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Condition, Points, Problem
from pinn_phases.settings.training import TrainingSettings
from pinn_phases.training.engines.base import BatchGradient, Engine, Loss, Weights
from pinn_phases.training.engines.fast.batched_network import BatchedNetwork
from pinn_phases.training.engines.fast.side_stream import SideStream
from pinn_phases.training.engines.fast.triton_network import TritonNetwork, usable
from pinn_phases.training.threads import ThreadPool

Streams = Float[Tensor, "batches streams points outputs"]  # of the outputs; points of a batch
Residuals = Float[Tensor, "equations batches points"]


@dataclass(frozen=True)
class SoftCondition:
    """A condition with its fields, ready to be evaluated."""

    condition: Condition
    fields: tuple[FieldAt, ...]
    targets: tuple[Float[Tensor, " points"], ...]

    def mean_square(self, parameters: Sequence[Tensor]) -> Float[Tensor, ""]:
        """Sum over the expressions of their mean square distance from the targets."""
        expressions = self.condition.expressions(*(field(parameters) for field in self.fields))
        pairs = zip(expressions, self.targets, strict=True)
        return torch.stack([(value - target).square().mean() for value, target in pairs]).sum()


class FastEngine(Engine):
    """Streams tile by tile, compiled if wanted; on a GPU all batches are one tile.

    Parameters are as in `make_engine`.
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
        passes = self.interior.inputs, Network.of(problem, network), self.interior.layout
        self.network = (
            TritonNetwork(*passes)
            if compiled and usable(self.interior.inputs)
            else BatchedNetwork(*passes, threads=threads, compiled=compiled)
        )
        self.source = {
            name: torch.as_tensor(values.reshape(self.batches, -1)).to(device, dtype)
            for name, values in problem.source(points).items()
        }
        self.conditions: dict[str, SoftCondition] = {}
        self.condition_weights: dict[str, float] = {}
        for name, chosen in settings.weighted_conditions.items():
            condition = problem.condition(name, chosen.points)
            operators = condition.operators(problem.fields)
            self.conditions[name] = SoftCondition(
                condition,
                tuple(
                    FieldAt(problem, network, at, operators, device=device, dtype=dtype)
                    for at in condition.points
                ),
                tuple(torch.as_tensor(v).to(device, dtype) for v in condition.targets),
            )
            self.condition_weights[name] = chosen.weight
        self.beside = threads if device.type == "cpu" else SideStream()
        self._interior, self._conditions = self._interior_loss, self._conditions_loss
        if compiled:
            whole = threads.count == 1  # torch counts graphs, but not by threads
            self._interior = torch.compile(self._interior, dynamic=False, fullgraph=whole)
            self._conditions = torch.compile(self._conditions, dynamic=False, fullgraph=whole)
            # Compiled by a first call, here, since torch does not compile in two threads at once.
            shapes = Network.of(problem, network).shapes
            zeros = [self.interior.inputs.new_zeros(shape) for shape in shapes]
            self._condition_gradients(zeros)
            weights = zeros[0].new_zeros(len(problem.equations), len(points))
            self._interior_cotangent(self.network.forward(zeros), weights, True)

    def gradients(
        self, parameters: Sequence[Tensor], weights: Weights, *, update: bool = True
    ) -> tuple[Loss, list[BatchGradient]]:
        """Return what `Engine.gradients` says; the next call overwrites the gradients."""
        fixed = [p.detach() for p in parameters]
        conditions = self.beside.submit(lambda: self._condition_gradients(fixed))
        cotangent, pde, residual, weights = self._interior_cotangent(
            self.network.forward(fixed), weights, update
        )
        terms, common = conditions.result()
        gradients = self.network.backward(fixed, cotangent, common)
        return Loss(pde, terms, self.condition_weights, residual, weights, common), gradients

    def mean(self, gradients: Sequence[BatchGradient]) -> list[Tensor]:
        """Return what `Engine.mean` says."""
        return self.network.mean()

    def term_gradients(
        self, parameters: Sequence[Tensor], weights: Weights
    ) -> tuple[list[BatchGradient], dict[str, list[Tensor]]]:
        """Return what `Engine.term_gradients` says; the next call overwrites the residual's."""
        streams = self.network.forward(parameters).detach().requires_grad_()
        loss = self._residual_losses(self._residual(streams), weights).sum()
        (cotangent,) = torch.autograd.grad(loss, [streams])
        zeros = [torch.zeros_like(parameter) for parameter in parameters]
        of_residual = self.network.backward(parameters, cotangent, zeros)
        return of_residual, self.condition_gradients(parameters)

    def condition_gradients(self, parameters: Sequence[Tensor]) -> dict[str, list[Tensor]]:
        """Return what `Engine.condition_gradients` says."""
        return {name: self._gradient_of(name, parameters) for name in self.conditions}

    def _residual(self, streams: Streams) -> Residuals:
        """Residuals from the streams of the outputs."""
        return torch.stack(self.problem.residual(self.interior.jets(streams), self.source))

    def _residual_losses(self, residual: Residuals, weights: Weights) -> Float[Tensor, " batches"]:
        """Weighted mean squared residual of each batch, for given weights."""
        multiplier = self.method.multiplier(weights)
        if isinstance(multiplier, Tensor):
            multiplier = multiplier.unflatten(1, (self.batches, -1))
        losses: Tensor = (multiplier * residual).square().mean(-1).sum(0)
        return losses

    def _interior_loss(
        self, streams: Streams, weights: Weights, update: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Sum of the batches' own losses, to be differentiated; then three parts of `Loss`.

        They are `pde`, `residual` and `weights`.
        """
        residual = self._residual(streams)
        flat = residual.detach().flatten(1)  # (equations, batches, m) -> (equations, points)
        if update:
            weights = self.method.update(weights, flat)
        pde = self._residual_losses(residual, weights)
        return pde.sum(), pde.detach(), flat, weights

    def _interior_cotangent(
        self, streams: Streams, weights: Weights, update: bool
    ) -> tuple[Streams, Tensor, Tensor, Tensor]:
        """Gradient of the batches' own losses by the streams; then as `_interior_loss`."""
        streams = streams.detach().requires_grad_()
        total, pde, residual, weights = self._interior(streams, weights, update)
        (cotangent,) = torch.autograd.grad(total, [streams])
        return cotangent, pde, residual, weights

    def _conditions_loss(self, parameters: Sequence[Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Weighted sum of the conditions, to be differentiated, and each without its weight."""
        terms = {name: term.mean_square(parameters) for name, term in self.conditions.items()}
        total = torch.stack([self.condition_weights[name] * t for name, t in terms.items()]).sum()
        return total, {name: term.detach() for name, term in terms.items()}

    def _condition_gradients(
        self, parameters: Sequence[Tensor]
    ) -> tuple[dict[str, Tensor], list[Tensor]]:
        """Mean square of each condition, and the gradient of their weighted sum."""
        if not self.conditions:
            return {}, [torch.zeros_like(p) for p in parameters]
        varied = [p.detach().requires_grad_() for p in parameters]
        total, terms = self._conditions(varied)
        return terms, list(torch.autograd.grad(total, varied, materialize_grads=True))

    def _gradient_of(self, name: str, parameters: Sequence[Tensor]) -> list[Tensor]:
        """Gradient of one condition, with its weight."""
        varied = [p.detach().requires_grad_() for p in parameters]
        loss = self.condition_weights[name] * self.conditions[name].mean_square(varied)
        return list(torch.autograd.grad(loss, varied, materialize_grads=True))
