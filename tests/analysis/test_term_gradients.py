"""Gradients of the loss's terms, by nested differentiation and by what a training records."""

import numpy as np
import pytest
import torch

from benchmarks import nested_autograd
from pinn_phases.__main__ import main
from pinn_phases.analysis.term_gradients import TermGradients
from pinn_phases.analysis.terms import term_statistics
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from pinn_phases.training.workers import Workers
from tests.training import conftest
from tests.training.conftest import TRAINING, make_settings, needs_compiler
from tests.training.test_objective import small_case

ONE = Workers(1)
reference, fresh_compiler = conftest.reference, conftest.fresh_compiler  # fixtures


def obvious(settings, parameters, weights, points):
    """Gradient of the residual for each batch, and of each condition, flat and in float64."""
    problem, chosen = settings.equation, settings.training

    def fields(at, operators):
        return nested_autograd.fields(problem, chosen.network, at, leaves, operators)

    def gradient(loss):
        found = torch.autograd.grad(loss, leaves, retain_graph=True, materialize_grads=True)
        return torch.cat([part.flatten() for part in found]).numpy()

    leaves = [p.double().requires_grad_() for p in parameters]
    at = torch.as_tensor(points)
    source = {name: torch.as_tensor(v) for name, v in problem.source(points).items()}
    unknowns = fields(at, problem.residual_operators)
    residual = torch.stack(problem.residual(unknowns, source))
    used = 1 if settings.method == "vanilla" else torch.as_tensor(weights)
    losses = (used * residual).square().unflatten(1, (chosen.batches, -1)).mean(-1).sum(0)
    conditions = {}
    for name, setting in chosen.conditions.items():
        condition = problem.condition(name, setting.points)
        operators = condition.operators(problem.fields)
        sets = (fields(torch.as_tensor(p), operators) for p in condition.points)
        pairs = zip(condition.expressions(*sets), condition.targets, strict=True)
        terms = [(value - torch.as_tensor(target)).square().mean() for value, target in pairs]
        conditions[name] = gradient(setting.weight * sum(terms))
    return np.stack([gradient(loss) for loss in losses]), conditions


def layers_of(settings, parameters):
    """Layer of each entry of a flat gradient."""
    pairs = zip(parameters[::2], parameters[1::2], strict=True)
    sizes = [weight.numel() + bias.numel() for weight, bias in pairs]
    return np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
@pytest.mark.parametrize("problem", ["allen_cahn", "helmholtz", "burgers", "cavity"])
def test_against_nested_differentiation(problem, method):
    settings, _, _, parameters, weights, points = small_case(method, problem)
    weights, points = weights.numpy(), points.numpy()
    terms = TermGradients(settings, points, 1, Workers(2))
    products, std = terms.at(torch.cat([p.flatten() for p in parameters]).numpy(), weights)
    batches, conditions = obvious(settings, parameters, weights, points)
    assert terms.conditions == list(conditions)
    together = sum(conditions.values())
    vectors = np.stack(
        [batches.mean(0), *conditions.values(), together, batches.mean(0) + together]
    )
    layer = layers_of(settings, parameters)
    for i in range(len(std)):
        own = vectors[:, layer == i]
        # float64 through two layers and three derivatives, as for the batch gradients
        np.testing.assert_allclose(products[i], own @ own.T, rtol=1e-9, atol=1e-9 * own.max() ** 2)
        expected = np.linalg.norm(batches[:, layer == i].std(0))
        np.testing.assert_allclose(std[i], expected, rtol=1e-9)


def test_a_loss_without_conditions_is_the_residual_alone():
    conditions = {name: {"points": 8, "weight": 0.0} for name in ("initial", "boundary")}
    settings = make_settings(conditions=conditions)
    *_, parameters, weights, points = small_case("rba")
    terms = TermGradients(settings, points.numpy(), 1, ONE)
    flat = torch.cat([p.flatten() for p in parameters]).numpy()
    products, std = terms.at(flat, weights.numpy())
    found = term_statistics(terms.conditions, products, std)
    assert terms.conditions == []
    np.testing.assert_array_equal(found["snr"], found["snr_residual"])
    assert (found["gradient_conditions"] == 0).all()


@needs_compiler
@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_code_computes_the_same():
    *_, parameters, weights, points = small_case("rba")
    flat = torch.cat([p.flatten() for p in parameters]).numpy()
    settings = make_settings(compiled=True)
    plain, compiled = (
        TermGradients(settings, points.numpy(), snapshots, ONE) for snapshots in (1, 10**9)
    )
    for one, other in zip(
        plain.at(flat, weights.numpy()), compiled.at(flat, weights.numpy()), strict=True
    ):
        np.testing.assert_allclose(other, one, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("parameters", ["all", "weights"])
@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
def test_the_whole_is_what_the_training_recorded(reference, tmp_path, method, parameters):
    record = TRAINING["record"] | {"dense_until": 60, "gradient_parameters": parameters}
    settings = make_settings(method, record=record)
    run, output = tmp_path / "run.h5", tmp_path / "terms.h5"
    checkpoints = Checkpoints.beside(run, settings, "code")
    storage.write(run, train(settings, reference, checkpoints, threads=1, gpus=0, bar=False))
    assert main(["terms", "--run", str(run), "--output", str(output)]) == 0
    trained, measured = storage.read(run, "run").arrays, storage.read(output, "terms")
    rows = measured.arrays["iterations"] - 1  # every iteration is recorded
    names = ("snr", "snr_residual", "cosine", "gradient_std", "gradient_conditions", "layers/snr")
    for name in names:
        recorded = trained[f"history/{name}"][rows]
        found = measured.arrays[f"terms/{name}"]
        # The training's gradients are of float32 (6e-8), with some hundred roundings; the noise is
        # a difference of batches and the signal one of terms, each of a tenth of its parts or more.
        np.testing.assert_allclose(found, recorded, rtol=1e-4, err_msg=name)


def test_the_command_measures_the_whole_and_every_layer(tmp_path):
    settings, _, _, parameters, weights, points = small_case("rba")
    flat = torch.cat([p.flatten() for p in parameters]).float().numpy()
    run, output = tmp_path / "run.h5", tmp_path / "terms.h5"
    arrays = {
        "snapshots/iteration": np.array([4, 9]),
        "snapshots/parameters": np.stack([flat, 1.1 * flat]),
        "snapshots/weights": np.stack([weights.float().numpy()] * 2),
        "points/collocation": points.numpy(),
    }
    attributes = {"settings": settings.model_dump(mode="json"), "reached": 9}
    storage.write(run, Content("run", arrays, attributes))
    options = ["--run", str(run), "--output", str(output)]
    assert main(["terms", *options, "--threads", "2"]) == 0
    found = storage.read(output, "terms")
    assert found.attributes["conditions"] == ["initial", "boundary"]
    assert found.attributes["reached"] == 9
    np.testing.assert_array_equal(found.arrays["iterations"], [4, 9])
    for name in ("gradient_std", "gradient_mean", "gradient_initial"):
        layers = found.arrays[f"terms/layers/{name}"]
        assert layers.shape == (2, 3)  # two hidden layers and the output
        whole = np.sqrt((layers**2).sum(1))
        np.testing.assert_allclose(found.arrays[f"terms/{name}"], whole, rtol=1e-12)
    terms = TermGradients(settings, points.numpy(), 2, ONE)
    products, std = terms.at(1.1 * flat, weights.float().numpy())
    layers = term_statistics(terms.conditions, products, std)
    for name, values in layers.items():
        np.testing.assert_array_equal(found.arrays[f"terms/layers/{name}"][1], values)


def test_a_wrong_number_of_threads_is_named(tmp_path, caplog):
    options = ["--run", "x.h5", "--output", str(tmp_path / "y.h5"), "--threads", "0"]
    assert main(["terms", *options]) != 0
    assert "--threads" in caplog.text
