"""The loss and its gradients for each batch, against the obvious computation."""

import numpy as np
import pytest
import torch
from torch._dynamo.utils import counters

from benchmarks import nested_autograd
from pinn_phases.network.fields import Place
from pinn_phases.network.network import Network
from pinn_phases.training import batched_network
from pinn_phases.training.objective import Objective
from pinn_phases.training.points import collocation_points
from pinn_phases.training.workers import Workers
from tests.training.conftest import make_settings, needs_compiler

EXACT = Place(torch.device("cpu"), torch.float64)


def make_objective(settings, chosen, *, compiled=False, place=EXACT):
    """Objective of a small training, in float64, and its points."""
    problem = settings.equation
    points = collocation_points(problem, chosen.points, np.random.default_rng(0))
    workers = Workers(2 if place.device.type == "cpu" else 1)
    options = {"compiled": compiled, "place": place, "workers": workers}
    return Objective(problem, settings.method_constants, chosen, points, **options), points


def small_case(method, problem="allen_cahn", compiled=False, place=EXACT, **network):
    """Objective, parameters, weights and points of a small training in float64."""
    settings = make_settings(method, problem)
    problem = settings.equation
    chosen = settings.training.model_copy(
        update={"network": settings.training.network.model_copy(update=network)}
    )
    objective, points = make_objective(settings, chosen, compiled=compiled, place=place)
    generator = torch.Generator().manual_seed(1)
    made = Network.of(problem, chosen.network).initial_parameters(generator)
    parameters = [p.double() for p in made]
    weights = torch.rand(
        len(problem.equations), chosen.points, generator=generator, dtype=torch.float64
    )
    return settings, chosen, objective, parameters, weights, torch.as_tensor(points)


def batch_loss(batch, settings, chosen, parameters, weights, points):
    """Loss of one batch as Section 3.1 says it, by nested differentiation."""
    problem, method = settings.equation, settings.method_constants

    def fields(at, operators):
        return nested_autograd.fields(problem, chosen.network, at, parameters, operators)

    source = {name: torch.as_tensor(v) for name, v in problem.source(points.numpy()).items()}
    residuals = problem.residual(fields(points, problem.residual_operators), source)
    size = chosen.points // chosen.batches
    part = slice(batch * size, (batch + 1) * size)
    total, updated = 0.0, []
    for residual, before in zip(residuals, weights, strict=True):  # one weight each (B.17)
        updated.append(method.update(before, residual.detach()))
        used = torch.ones_like(before) if settings.method == "vanilla" else updated[-1]
        total = total + ((used * residual)[part] ** 2).mean()
    for name, setting in chosen.conditions.items():
        condition = problem.condition(name, setting.points)
        at = (torch.as_tensor(values) for values in condition.points)
        operators = condition.operators(problem.fields)
        expressions = condition.expressions(*(fields(x, operators) for x in at))
        pairs = zip(expressions, condition.targets, strict=True)
        mean_squares = [((value - torch.as_tensor(v)) ** 2).mean() for value, v in pairs]
        total = total + setting.weight * sum(mean_squares)
    return total, updated


@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
@pytest.mark.parametrize(
    "case",
    [
        {},
        {"fourier_modes": 3, "ansatz": "initial"},
        {"problem": "helmholtz"},
        {"problem": "burgers"},
        {"problem": "cavity"},
    ],
    ids=["plain", "embedded", "helmholtz", "burgers", "cavity"],
)
def test_batch_gradients_are_those_of_the_batch_losses(method, case):
    settings, chosen, objective, parameters, weights, points = small_case(method, **case)
    loss, gradients = objective.gradients(parameters, weights)
    leaves = [p.clone().requires_grad_() for p in parameters]
    losses = []
    for batch in range(chosen.batches):
        total, updated = batch_loss(batch, settings, chosen, leaves, weights, points)
        losses.append(float(total.detach()))
        expected = torch.autograd.grad(total, leaves, materialize_grads=True)
        for ours, theirs in zip(gradients, expected, strict=True):
            # 1e-10 of the largest entry: float64 through two layers and three derivatives
            assert (ours[batch] - theirs).abs().max() <= 1e-10 * theirs.abs().max().clamp(min=1)
    torch.testing.assert_close(loss.weights, torch.stack(updated), rtol=1e-12, atol=0)
    assert float(objective.value(loss)) == pytest.approx(np.mean(losses), rel=1e-12)


def test_a_condition_without_weight_is_left_out():
    settings = make_settings()
    conditions = {
        "initial": settings.training.conditions["initial"],
        "boundary": settings.training.conditions["boundary"].model_copy(update={"weight": 0.0}),
    }
    chosen = settings.training.model_copy(update={"conditions": conditions})
    objective, _ = make_objective(settings, chosen)
    assert list(objective.conditions) == ["initial"]


@needs_compiler
@pytest.mark.parametrize("problem", ["allen_cahn", "cavity"])
@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_code_computes_the_same(problem):
    *_, eager, parameters, weights, _ = small_case("rba", problem)
    *_, compiled, _, _, _ = small_case("rba", problem, compiled=True)
    expected, actual = (o.gradients(parameters, weights) for o in (eager, compiled))
    torch.testing.assert_close(actual[0].residual, expected[0].residual, rtol=1e-10, atol=1e-12)
    for ours, theirs in zip(actual[1], expected[1], strict=True):
        assert (ours - theirs).abs().max() <= 1e-10 * theirs.abs().max().clamp(min=1)


@needs_compiler
@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("method", ["vanilla", "rba"])
def test_all_is_compiled_before_the_first_iteration(method, monkeypatch):
    """Threads that meet in the compiler would stop the training."""
    monkeypatch.setattr(batched_network, "TILE_BYTES", 1)
    *_, objective, parameters, weights, _ = small_case(method, compiled=True)
    graphs = counters["stats"]["unique_graphs"]
    for _ in range(3):
        loss, _ = objective.gradients(parameters, weights)
        weights = loss.weights
    assert counters["stats"]["unique_graphs"] == graphs


def test_latin_hypercube_has_one_point_in_each_slice():
    problem = make_settings().equation
    points = collocation_points(problem, 64, np.random.default_rng(5))
    for column, name in enumerate(problem.coordinates):
        lower, upper = problem.domain[name]
        slices = np.floor((points[:, column] - lower) / (upper - lower) * 64)
        assert sorted(slices) == list(range(64))
