"""The plain engine: the loss and its gradients, computed as the paper defines them.

It is meant to be read, to debug new equations, and to test the fast engine. Derivatives along the
coordinates are computed by nested automatic differentiation, gradients by one backward pass per
batch. Residuals are evaluated twice, because the weights of the points depend on the residuals of
all batches.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import ArrayLike
from torch import Tensor

from pinn_phases.methods.base import Method
from pinn_phases.network.features import input_features
from pinn_phases.operators import Fields, Jet, Operators, Term
from pinn_phases.problems.base import Condition, Points, Problem
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.settings.training import TrainingSettings
from pinn_phases.training.engines.base import BatchGradient, Engine, Loss, Weights


class PlainEngine(Engine):
    """Executes one operation after another, on one thread."""

    compiled = False
    capturable = False

    def __init__(
        self,
        problem: Problem,
        method: Method,
        settings: TrainingSettings,
        points: Points,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.problem, self.method, self.network = problem, method, settings.network
        self.device, self.dtype = device, dtype
        self.batches = np.split(points, settings.batches)
        terms = settings.weighted_conditions
        self.conditions = {name: problem.condition(name, t.points) for name, t in terms.items()}
        self.condition_weights = {name: term.weight for name, term in terms.items()}

    def gradients(
        self, parameters: Sequence[Tensor], weights: Weights, *, update: bool = True
    ) -> tuple[Loss, list[BatchGradient]]:
        """Implement `Engine.gradients`."""
        parameters = [p.detach().requires_grad_() for p in parameters]
        residuals = [self.residual(points, parameters).detach() for points in self.batches]
        residual = torch.cat(residuals, 1)
        if update:
            weights = self.method.update(weights, residual)
        pde, pde_gradients = self.batch_gradients(parameters, weights)
        terms, condition_gradients = self._conditions(parameters)
        common = [
            sum(gradients, torch.zeros_like(parameter))
            for parameter, *gradients in zip(parameters, *condition_gradients.values(), strict=True)
        ]
        loss = Loss(pde, terms, self.condition_weights, residual, weights, common)
        return loss, [own + shared for own, shared in zip(pde_gradients, common, strict=True)]

    def term_gradients(
        self, parameters: Sequence[Tensor], weights: Weights
    ) -> tuple[list[BatchGradient], dict[str, list[Tensor]]]:
        """Implement `Engine.term_gradients`."""
        leaves = [p.detach().requires_grad_() for p in parameters]
        _, pde_gradients = self.batch_gradients(leaves, weights)
        return pde_gradients, self.condition_gradients(parameters)

    def condition_gradients(self, parameters: Sequence[Tensor]) -> dict[str, list[Tensor]]:
        """Implement `Engine.condition_gradients`."""
        return self._conditions([p.detach().requires_grad_() for p in parameters])[1]

    def batch_gradients(
        self, parameters: Sequence[Tensor], weights: Weights
    ) -> tuple[Float[Tensor, " batches"], list[BatchGradient]]:
        """Return the weighted mean square residual of each batch (Eq. 27), and its gradient."""
        multiplier = self.method.multiplier(weights) * torch.ones_like(weights)
        factors = multiplier.chunk(len(self.batches), 1)
        losses, gradients = [], []
        for points, factor in zip(self.batches, factors, strict=True):
            loss = (factor * self.residual(points, parameters)).square().mean(1).sum()
            losses.append(loss.detach())
            gradients.append(torch.autograd.grad(loss, parameters, materialize_grads=True))
        return torch.stack(losses), [torch.stack(each) for each in zip(*gradients, strict=True)]

    def _conditions(
        self, parameters: Sequence[Tensor]
    ) -> tuple[dict[str, Float[Tensor, ""]], dict[str, list[Tensor]]]:
        """Return the mean square of each condition, and its gradient times its weight."""
        terms, gradients = {}, {}
        for name, condition in self.conditions.items():
            term = self.mean_square(condition, parameters)
            weighted = self.condition_weights[name] * term
            terms[name] = term.detach()
            gradient = torch.autograd.grad(weighted, parameters, materialize_grads=True)
            gradients[name] = list(gradient)
        return terms, gradients

    def residual(
        self, points: Points, parameters: Sequence[Tensor]
    ) -> Float[Tensor, "equations points"]:
        """Return the residuals of the equations at the points."""
        unknowns = self.fields(points, parameters, self.problem.residual_operators)
        source = {name: self.tensor(values) for name, values in self.problem.source(points).items()}
        return torch.stack(self.problem.residual(unknowns, source))

    def mean_square(self, condition: Condition, parameters: Sequence[Tensor]) -> Float[Tensor, ""]:
        """Return the mean square difference between expressions and targets, summed."""
        operators = condition.operators(self.problem.fields)
        fields_at = (self.fields(points, parameters, operators) for points in condition.points)
        pairs = zip(condition.expressions(*fields_at), condition.targets, strict=True)
        squares = [(value - self.tensor(target)).square().mean() for value, target in pairs]
        return torch.stack(squares).sum()

    def fields(self, points: Points, parameters: Sequence[Tensor], operators: Operators) -> Fields:
        """Return the fields at the points, with the derivatives of the operators."""
        return fields(self.problem, self.network, self.tensor(points), parameters, operators)

    def tensor(self, values: ArrayLike) -> Tensor:
        """Convert an array to a tensor with the device and dtype of the engine."""
        return torch.as_tensor(values).to(self.device, self.dtype)


def fields(
    problem: Problem,
    network: NetworkSettings,
    points: Float[Tensor, "points coordinates"],
    parameters: Sequence[Tensor],
    operators: Operators,
) -> Fields:
    """Return the fields u = A + B N at the points, differentiable with respect to parameters."""
    points = points.clone().requires_grad_()
    h = torch.vmap(lambda point: input_features(problem, network, point))(points)
    *hidden, last = zip(parameters[::2], parameters[1::2], strict=True)
    for weight, bias in hidden:
        h = torch.tanh(torch.nn.functional.linear(h, weight, bias))
    outputs = torch.nn.functional.linear(h, *last)
    offset, factor = torch.vmap(lambda point: problem.ansatz(network.ansatz, point))(points)
    return {
        name: _jet(offset + factor * outputs[:, column], points, problem.coordinates, operators)
        for column, name in enumerate(problem.fields)
    }


def _jet(
    value: Float[Tensor, " points"],
    points: Float[Tensor, "points coordinates"],
    coordinates: tuple[str, ...],
    operators: Operators,
) -> Jet:
    """Return a field with its derivatives, by repeated differentiation at the points."""
    column = {name: i for i, name in enumerate(coordinates)}

    @cache  # one gradient, of u_x, contains both u_xx and u_xy
    def gradient(term: Term) -> Float[Tensor, "points coordinates"]:
        (result,) = torch.autograd.grad(derivative(term).sum(), points, create_graph=True)
        return result

    def derivative(term: Term) -> Float[Tensor, " points"]:
        return gradient(term[:-1])[:, column[term[-1]]] if term else value

    derivatives = {
        operator.terms: torch.stack([a * derivative(term) for term, a in operator.terms]).sum(0)
        for operator in operators
    }
    return Jet(value, derivatives)
