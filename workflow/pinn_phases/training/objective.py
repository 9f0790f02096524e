"""The loss of one training and its gradient for each batch of collocation points.

The loss of a batch is its own weighted mean of squared residuals plus the initial and boundary
terms, which are the same for every batch (Section 3.1). The full-batch loss is the mean of the
batch losses, so the full gradient is the mean of the batch gradients: keeping them apart costs
one batched product a layer in place of one large product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from pinn_phases.methods.base import Method
from pinn_phases.network.fields import FieldAt, Place
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Condition, Points, Problem
from pinn_phases.settings.training import TrainingSettings
from pinn_phases.training.batched_network import BatchedNetwork
from pinn_phases.training.workers import Workers


class Loss(NamedTuple):
    """What one evaluation of the loss gives; no gradient passes through any of it."""

    pde: Tensor  # shape (batches,): weighted mean squared residual of each batch
    conditions: Mapping[str, Tensor]  # mean square of each condition, without its weight
    residual: Tensor  # shape (equations, points)
    weights: Tensor  # shape (equations, points): the method's, after this iteration's update
    common: Sequence[Tensor]  # gradient of the weighted conditions, part of that of every batch


@dataclass(frozen=True)
class SoftCondition:
    """A condition with its fields and weight, ready to be evaluated."""

    condition: Condition
    fields: tuple[FieldAt, ...]
    targets: tuple[Tensor, ...]
    weight: float

    def mean_square(self, parameters: Sequence[Tensor]) -> Tensor:
        """Sum over the expressions of their mean square distance from the targets."""
        expressions = self.condition.expressions(*(field(parameters) for field in self.fields))
        pairs = zip(expressions, self.targets, strict=True)
        return torch.stack([(value - target).square().mean() for value, target in pairs]).sum()


class Objective:
    """Loss and gradients of one problem, method and set of points.

    Parameters
    ----------
    points
        Collocation points, shape (n, coordinates); n a multiple of the number of batches, which
        are consecutive chunks of them.
    """

    def __init__(
        self,
        problem: Problem,
        method: Method,
        settings: TrainingSettings,
        points: Points,
        *,
        compiled: bool,
        place: Place,
        workers: Workers,
    ) -> None:
        self.problem = problem
        self.method = method
        self.batches = settings.batches
        network = settings.network
        self.interior = FieldAt(
            problem,
            network,
            points,
            problem.residual_operators,
            place=place,
            batches=settings.batches,
        )
        self.network = BatchedNetwork(
            self.interior.inputs,
            Network.of(problem, network),
            self.interior.layout,
            workers=workers,
            compiled=compiled,
        )
        self.source = {
            name: torch.as_tensor(values.reshape(self.batches, -1)).to(place.device, place.dtype)
            for name, values in problem.source(points).items()
        }
        self.conditions: dict[str, SoftCondition] = {}
        for name, chosen in settings.conditions.items():
            if chosen.weight == 0:
                continue
            condition = problem.condition(name, chosen.points)
            self.conditions[name] = SoftCondition(
                condition,
                tuple(
                    FieldAt(problem, network, p, condition.operators(problem.fields), place=place)
                    for p in condition.points
                ),
                tuple(torch.as_tensor(v).to(place.device, place.dtype) for v in condition.targets),
                chosen.weight,
            )
        self.workers = workers
        self._interior, self._conditions = self._interior_loss, self._conditions_loss
        if compiled:
            whole = workers.count == 1  # torch counts graphs, but not by threads
            self._interior = torch.compile(self._interior, dynamic=False, fullgraph=whole)
            self._conditions = torch.compile(self._conditions, dynamic=False, fullgraph=whole)
            # Called here as later, since torch does not compile in two threads at once.
            shapes = Network.of(problem, network).shapes
            zeros = [self.interior.inputs.new_zeros(shape) for shape in shapes]
            self._condition_gradients(zeros)
            weights = zeros[0].new_zeros(len(problem.equations), len(points))
            self._interior_gradient(self.network.forward(zeros), weights)

    def _interior_loss(
        self, streams: Tensor, weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Sum of the batches' own losses, to be differentiated; then the first of `Loss`."""
        residual = torch.stack(self.problem.residual(self.interior.jets(streams), self.source))
        flat = residual.detach().flatten(1)  # (equations, batches, m) -> (equations, points)
        weights = self.method.update(weights, flat)
        pde = self.weighted_loss(residual, weights)
        return pde.sum(), pde.detach(), flat, weights

    def weighted_loss(self, residual: Tensor, weights: Tensor) -> Tensor:
        """Each batch's own loss, shape (batches,), for given weights.

        Parameters
        ----------
        residual
            Shape (equations, batches, points of a batch).
        weights
            Shape (equations, points).
        """
        multiplier = self.method.multiplier(weights)
        if isinstance(multiplier, Tensor):
            multiplier = multiplier.unflatten(1, (self.batches, -1))
        losses: Tensor = (multiplier * residual).square().mean(-1).sum(0)
        return losses

    def _conditions_loss(self, parameters: Sequence[Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Weighted sum of the conditions, to be differentiated, and each without its weight."""
        terms = {name: term.mean_square(parameters) for name, term in self.conditions.items()}
        total = torch.stack([self.conditions[name].weight * t for name, t in terms.items()]).sum()
        return total, {name: term.detach() for name, term in terms.items()}

    def value(self, loss: Loss) -> Tensor:
        """Full-batch loss, a scalar: what the optimiser minimises."""
        terms = [self.conditions[name].weight * term for name, term in loss.conditions.items()]
        return loss.pde.mean() + sum(terms)

    def gradients(self, parameters: Sequence[Tensor], weights: Tensor) -> tuple[Loss, list[Tensor]]:
        """Evaluate the loss and its gradient for each batch.

        Returns
        -------
        Loss, list of Tensor
            The gradients have the shapes of the parameters with a leading dimension (batches,);
            their mean over it is the gradient of `value`. The next call overwrites them.
        """
        fixed = [p.detach() for p in parameters]
        conditions = self.workers.start(lambda: self._condition_gradients(fixed))
        cotangent, pde, residual, weights = self._interior_gradient(
            self.network.forward(fixed), weights
        )
        terms, common = conditions.result()
        gradients = self.network.backward(fixed, cotangent, common)
        return Loss(pde, terms, residual, weights, common), gradients

    def _interior_gradient(
        self, streams: Tensor, weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Gradient of the batches' own losses by the streams; then as `_interior_loss`."""
        streams = streams.detach().requires_grad_()
        total, pde, residual, weights = self._interior(streams, weights)
        (cotangent,) = torch.autograd.grad(total, [streams])
        return cotangent, pde, residual, weights

    def _condition_gradients(
        self, parameters: Sequence[Tensor]
    ) -> tuple[dict[str, Tensor], list[Tensor]]:
        """Mean square of each condition, and the gradient of their weighted sum."""
        if not self.conditions:
            return {}, [torch.zeros_like(p) for p in parameters]
        varied = [p.detach().requires_grad_() for p in parameters]
        total, terms = self._conditions(varied)
        return terms, list(torch.autograd.grad(total, varied, materialize_grads=True))
