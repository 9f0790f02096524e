"""The task of a training of this project, and its loss and gradient in float64."""

import json
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import nested_autograd
from benchmarks.engines.base import Evaluation, flat
from benchmarks.task import Adam, Array, Task, Term
from pinn_phases.network.network import Network
from pinn_phases.operators import Fields, Operators
from pinn_phases.problems.base import Condition, Problem
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.points import collocation_points

CHUNK = 1000  # points at a time in float64: memory


def make_task(settings: RunSettings) -> Task:
    """Points, conditions and initial parameters of a run, as its training draws them.

    Raises
    ------
    ValueError
        If the network is not the plain one of the coordinates, which all engines have.
    """
    problem, training = settings.equation, settings.training
    network = training.network
    if network.fourier_modes or network.ansatz != "plain":
        raise ValueError(f"expected a network of the coordinates, u = N; received {network}")
    generator = torch.Generator().manual_seed(settings.seed)
    parameters = Network.of(problem, network).initial_parameters(generator)
    points = _single(
        collocation_points(problem, training.points, np.random.default_rng(settings.seed))
    )
    source = problem.source(points.astype(np.float64))
    optimiser = training.optimiser
    return Task(
        problem=settings.problem,
        coefficients=json.loads(problem.model_dump_json()),
        settings=settings.model_dump_json(),
        adam=Adam(optimiser.learning_rate, optimiser.beta1, optimiser.beta2, optimiser.epsilon),
        points=points,
        forcing=_single(source["q"]) if source else np.zeros(0, np.float32),
        parameters=tuple(p.numpy() for p in parameters),
        terms=tuple(
            _term(problem, problem.condition(name, term.points), term.weight)
            for name, term in training.conditions.items()
            if term.weight > 0
        ),
    )


def evaluate_exactly(task: Task) -> Evaluation:
    """Residual and gradient by nested automatic differentiation in float64.

    With the equations and conditions of the library, some points at a time.
    """
    settings = RunSettings.model_validate_json(task.settings)
    problem, training = settings.equation, settings.training
    parameters = [torch.from_numpy(p).double().requires_grad_() for p in task.parameters]
    points = torch.from_numpy(task.points).double()

    def fields(at: Tensor, operators: Operators) -> Fields:
        return nested_autograd.fields(problem, training.network, at, parameters, operators)

    residuals, gradient = [], np.zeros(sum(p.numel() for p in parameters))

    def add(loss: Tensor) -> None:
        slopes = torch.autograd.grad(loss, parameters, materialize_grads=True)
        gradient[:] += flat(slopes)

    for chunk in points.split(CHUNK):
        source = {k: torch.from_numpy(v) for k, v in problem.source(chunk.numpy()).items()}
        unknowns = fields(chunk, problem.residual_operators)
        residual = torch.stack(problem.residual(unknowns, source))
        add(residual.square().sum() / len(points))
        residuals.append(residual.detach().numpy())
    for name, term in training.conditions.items():
        condition = problem.condition(name, term.points)
        at = (torch.from_numpy(_single(p)).double() for p in condition.points)
        operators = condition.operators(problem.fields)
        values = condition.expressions(*(fields(x, operators) for x in at))
        squares = [
            (value - torch.from_numpy(target)).square().mean()
            for value, target in zip(values, condition.targets, strict=True)
        ]
        add(term.weight * torch.stack(squares).sum())
    return Evaluation(np.concatenate(residuals, 1), gradient)


def _term(problem: Problem, condition: Condition, weight: float) -> Term:
    if len(condition.points) == 2:
        kind = "periodic"
    else:
        kind = "velocity" if condition.operators(problem.fields) else "value"
    points, targets = (tuple(map(_single, part)) for part in (condition.points, condition.targets))
    return Term(kind, weight, points, targets)


def _single(values: Any) -> Array:
    return np.asarray(values, np.float32)
