"""Gradients of the loss terms, against nested differentiation and a training's records."""

import numpy as np
import pytest
import torch

from pinn_phases.__main__ import main
from pinn_phases.analysis.term_gradients import TermGradients
from pinn_phases.analysis.terms import term_statistics
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.loop import train
from pinn_phases.training.threads import ThreadPool
from tests.training import conftest
from tests.training.conftest import TRAINING, make_settings, needs_compiler
from tests.training.engines.cases import small_case

ONE = ThreadPool(1)
reference, fresh_compiler = conftest.reference, conftest.fresh_compiler  # fixtures


def flat(tensors):
    """Concatenate tensors into one vector."""
    return torch.cat([tensor.flatten() for tensor in tensors]).numpy()


def plain_term_gradients(case):
    """Flat gradients of the residual by batch, and of each condition, by the plain engine."""
    batches, conditions = case.engine("plain").term_gradients(case.parameters, case.weights)
    rows = torch.cat([gradient.flatten(1) for gradient in batches], 1).numpy()
    return rows, {name: flat(gradient) for name, gradient in conditions.items()}


def layers_of(parameters):
    """Index of the layer of each entry of a flat gradient."""
    pairs = zip(parameters[::2], parameters[1::2], strict=True)
    sizes = [weight.numel() + bias.numel() for weight, bias in pairs]
    return np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
@pytest.mark.parametrize("problem", ["allen_cahn", "helmholtz", "burgers", "cavity"])
def test_against_nested_differentiation(problem, method):
    case = small_case(method, problem)
    terms = TermGradients(case.settings, case.points, 1, ThreadPool(2))
    products, std = terms.at(flat(case.parameters), case.weights.numpy())
    batches, conditions = plain_term_gradients(case)
    assert terms.conditions == list(conditions)
    all_conditions = sum(conditions.values())
    loss = batches.mean(0) + all_conditions
    vectors = np.stack([batches.mean(0), *conditions.values(), all_conditions, loss])
    layer = layers_of(case.parameters)
    for i in range(len(std)):
        own = vectors[:, layer == i]
        # float64 through two layers and three derivatives, as for the batch gradients
        np.testing.assert_allclose(products[i], own @ own.T, rtol=1e-9, atol=1e-9 * own.max() ** 2)
        expected = np.linalg.norm(batches[:, layer == i].std(0))
        np.testing.assert_allclose(std[i], expected, rtol=1e-9)


def test_a_loss_without_conditions_is_the_residual_alone():
    conditions = {name: {"points": 8, "weight": 0.0} for name in ("initial", "boundary")}
    settings = make_settings(conditions=conditions)
    case = small_case("rba")
    terms = TermGradients(settings, case.points, 1, ONE)
    products, std = terms.at(flat(case.parameters), case.weights.numpy())
    found = term_statistics(terms.conditions, products, std)
    assert terms.conditions == []
    np.testing.assert_array_equal(found["snr"], found["snr_residual"])
    assert (found["gradient_conditions"] == 0).all()


@needs_compiler
@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_code_computes_the_same():
    case = small_case("rba")
    settings = make_settings(compiled=True)
    found, expected = (
        TermGradients(settings, case.points, snapshots, ONE).at(
            flat(case.parameters), case.weights.numpy()
        )
        for snapshots in (10**9, 1)
    )
    for other, one in zip(found, expected, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("parameters", ["all", "weights"])
@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
def test_total_statistics_match_the_training_record(reference, tmp_path, method, parameters):
    record = TRAINING["record"] | {"dense_until": 60, "gradient_parameters": parameters}
    settings = make_settings(method, record=record)
    run, output = tmp_path / "run.h5", tmp_path / "terms.h5"
    checkpoints = Checkpoints.for_output(run, settings, "code")
    storage.write(run, train(settings, reference, checkpoints, threads=1, gpus=0, bar=False))
    assert main(["terms", "--run", str(run), "--output", str(output)]) == 0
    trained, measured = storage.read(run, "run").arrays, storage.read(output, "terms")
    rows = measured.arrays["iterations"] - 1  # every iteration is recorded
    names = ("snr", "snr_residual", "cosine", "gradient_std", "gradient_conditions", "layers/snr")
    for name in names:
        recorded = trained[f"history/{name}"][rows]
        found = measured.arrays[f"terms/{name}"]
        # The training's gradients are float32 (6e-8) with some hundred rounding errors. The noise
        # is a difference of batches and the signal a difference of terms; each is at least a tenth
        # of the values subtracted.
        np.testing.assert_allclose(found, recorded, rtol=1e-4, err_msg=name)


def test_the_command_measures_the_network_and_every_layer(tmp_path):
    case = small_case("rba")
    parameters, weights = flat(case.parameters).astype("f4"), case.weights.float().numpy()
    run, output = tmp_path / "run.h5", tmp_path / "terms.h5"
    arrays = {
        "snapshots/iteration": np.array([4, 9]),
        "snapshots/parameters": np.stack([parameters, 1.1 * parameters]),
        "snapshots/weights": np.stack([weights] * 2),
        "points/collocation": case.points,
    }
    attributes = {"settings": case.settings.model_dump(mode="json"), "reached": 9}
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
    terms = TermGradients(case.settings, case.points, 2, ONE)
    products, std = terms.at(1.1 * parameters, weights)
    layers = term_statistics(terms.conditions, products, std)
    for name, values in layers.items():
        np.testing.assert_array_equal(found.arrays[f"terms/layers/{name}"][1], values)


def test_an_invalid_number_of_threads_is_named(tmp_path, caplog):
    options = ["--run", "x.h5", "--output", str(tmp_path / "y.h5"), "--threads", "0"]
    assert main(["terms", *options]) != 0
    assert "--threads" in caplog.text
