"""The task of a training, its residual and gradient in float64, and its reference solution."""

import json
from typing import Any

import numpy as np
import torch

from benchmarks.engines.base import Evaluation, flat
from benchmarks.task import AdamNumbers, Array, Task, Term
from pinn_phases.files.storage import Content
from pinn_phases.network.network import Network
from pinn_phases.optimisers.adam import Adam
from pinn_phases.problems.base import Condition, Problem
from pinn_phases.settings.reference import ReferenceSettings
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.plain import PlainEngine
from pinn_phases.training.points import collocation_points


def make_task(settings: RunSettings) -> Task:
    """Points, conditions and initial parameters of a run, as its training draws them.

    Raises
    ------
    ValueError
        If the network is not the plain one of the coordinates, which all engines support.
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
    adam = training.optimiser
    assert isinstance(adam, Adam), type(adam)
    return Task(
        problem=settings.problem,
        coefficients=json.loads(problem.model_dump_json()),
        settings=settings.model_dump_json(),
        adam=AdamNumbers(adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon),
        points=points,
        forcing=_single(source["q"]) if source else np.zeros(0, np.float32),
        parameters=tuple(p.numpy() for p in parameters),
        terms=tuple(
            _term(problem, problem.condition(name, term.points), term.weight)
            for name, term in training.weighted_conditions.items()
        ),
    )


def evaluate_exactly(task: Task) -> Evaluation:
    """Residual and gradient by the plain engine in float64."""
    settings = RunSettings.model_validate_json(task.settings)
    points = task.points.astype(np.float64)
    engine = PlainEngine(
        *(settings.equation, settings.method_constants, settings.training, points),
        device=torch.device("cpu"),
        dtype=torch.float64,
    )
    parameters = [torch.from_numpy(values).double() for values in task.parameters]
    weights = torch.zeros(len(engine.problem.equations), len(points), dtype=torch.float64)
    loss, gradients = engine.gradients(parameters, weights)
    return Evaluation(loss.residual.numpy(), flat(gradient.mean(0) for gradient in gradients))


def solve(settings: ReferenceSettings) -> Content:
    """Return the reference solution."""
    solution = settings.solver.solve_accurately(settings.equation)
    return Content("reference", solution.arrays, {})


def _term(problem: Problem, condition: Condition, weight: float) -> Term:
    if len(condition.points) == 2:
        kind = "periodic"
    else:
        kind = "velocity" if condition.operators(problem.fields) else "value"
    points, targets = (tuple(map(_single, part)) for part in (condition.points, condition.targets))
    return Term(kind, weight, points, targets)


def _single(values: Any) -> Array:
    return np.asarray(values, np.float32)
