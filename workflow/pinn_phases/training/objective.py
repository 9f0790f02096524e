"""The loss of one training and its gradient for each batch of collocation points.

The loss of a batch is its own weighted mean of squared residuals plus the initial and boundary
terms, which are the same for every batch (Section 3.1). The full-batch loss is the mean of the
batch losses, so the full gradient is the mean of the batch gradients: they are kept apart by
giving each batch its own view of the parameters, and cost one batched product a layer in place
of one large product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from pinn_phases.methods.base import Method
from pinn_phases.model import FieldAt, Place
from pinn_phases.problems.base import Condition, Points, Problem
from pinn_phases.training.settings import TrainingSettings


class Loss(NamedTuple):
    """What one evaluation of the loss gives; no gradient passes through any of it."""

    pde: Tensor  # shape (batches,): weighted mean squared residual of each batch
    conditions: Mapping[str, Tensor]  # mean square of each condition, without its weight
    residual: Tensor  # shape (equations, points)
    weights: Tensor  # shape (equations, points): the method's, after this iteration's update


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
    ) -> None:
        self.problem = problem
        self.method = method
        self.batches = settings.batches
        network = settings.network
        self.interior = FieldAt(
            problem, network, points, problem.derivatives, place=place, batches=settings.batches
        )
        self.known = {
            name: torch.as_tensor(values.reshape(self.batches, -1)).to(place.device, place.dtype)
            for name, values in problem.known(points).items()
        }
        self.conditions: dict[str, SoftCondition] = {}
        for name, chosen in settings.conditions.items():
            if chosen.weight == 0:
                continue
            condition = problem.condition(name, chosen.points)
            self.conditions[name] = SoftCondition(
                condition,
                tuple(
                    FieldAt(problem, network, p, condition.derivatives, place=place)
                    for p in condition.points
                ),
                tuple(torch.as_tensor(v).to(place.device, place.dtype) for v in condition.targets),
                chosen.weight,
            )
        self._loss = self._total
        if compiled:
            self._loss = torch.compile(self._total, dynamic=False, fullgraph=True)

    def _total(
        self, per_batch: Sequence[Tensor], shared: Sequence[Tensor], weights: Tensor
    ) -> tuple[Tensor, Loss]:
        """Sum of the batches' own losses and of the conditions, to be differentiated once."""
        residual = torch.stack(self.problem.residual(**self.interior(per_batch), **self.known))
        flat = residual.detach().flatten(1)  # (equations, batches, m) -> (equations, points)
        weights = self.method.update(weights, flat)
        multiplier = self.method.multiplier(weights)
        if isinstance(multiplier, Tensor):
            multiplier = multiplier.unflatten(1, (self.batches, -1))
        pde = (multiplier * residual).square().mean(-1).sum(0)  # (batches,)
        terms = {name: term.mean_square(shared) for name, term in self.conditions.items()}
        total = pde.sum()
        for name, term in terms.items():
            total = total + self.conditions[name].weight * term
        detached = {name: term.detach() for name, term in terms.items()}
        return total, Loss(pde.detach(), detached, flat, weights)

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
            their mean over it is the gradient of `value`.
        """
        per_batch = [p.detach().expand(self.batches, *p.shape).requires_grad_() for p in parameters]
        shared = [p.detach().requires_grad_() for p in parameters]
        total, loss = self._loss(per_batch, shared, weights)
        gradients = torch.autograd.grad(total, per_batch + shared, materialize_grads=True)
        own, common = gradients[: len(parameters)], gradients[len(parameters) :]
        return loss, [a + b for a, b in zip(own, common, strict=True)]
