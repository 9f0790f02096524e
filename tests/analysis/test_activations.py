"""Activations of hidden layers, against a point-by-point loop; and the command that stores them."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from pinn_phases.__main__ import main
from pinn_phases.analysis.activations import HiddenLayers, random_input
from pinn_phases.analysis.information import layer_information
from pinn_phases.files import storage
from pinn_phases.network.features import input_features
from pinn_phases.network.network import flattened
from pinn_phases.plugins import PROBLEMS, names
from tests.analysis.conftest import untrained_run, write_untrained_run
from tests.training.conftest import make_settings


@pytest.mark.parametrize("problem_name", names(PROBLEMS))
def test_activations_are_those_of_a_point_by_point_network(problem_name):
    settings, points, snapshots = untrained_run(problem_name)
    problem, network = settings.equation, settings.training.network
    layers = HiddenLayers(settings, points)
    for parameters in snapshots:
        found = [h.copy() for h in layers.activations(flattened(parameters))]
        assert len(found) == network.hidden_layers
        exact = [p.double().numpy() for p in parameters]
        for row, point in enumerate(points):
            h = input_features(problem, network, torch.as_tensor(point)).numpy()
            for layer in range(network.hidden_layers):
                h = np.tanh(exact[2 * layer] @ h + exact[2 * layer + 1])
                # float32 against float64: sums of a few terms of order 1, roundings of 1e-7
                np.testing.assert_allclose(found[layer][row], h, atol=1e-5)


def test_norms_are_those_of_the_hidden_weights():
    settings, points, snapshots = untrained_run("allen_cahn")
    found = HiddenLayers(settings, points).weight_norms(flattened(snapshots[0]))
    weights = snapshots[0][:-2:2]
    expected = [np.sqrt(np.sum(w.double().numpy() ** 2)) for w in weights]
    np.testing.assert_allclose(found, expected, rtol=1e-12)  # summation order in float64


def test_the_random_input_is_one_point_of_the_domain():
    problem = make_settings().equation
    many = np.concatenate([random_input(problem, seed) for seed in range(50)])
    assert many.shape == (50, len(problem.coordinates)) and len(np.unique(many, axis=0)) == 50
    for column, name in enumerate(problem.coordinates):
        lower, upper = problem.domain[name]
        assert lower <= many[:, column].min() and many[:, column].max() <= upper
    np.testing.assert_array_equal(random_input(problem, 3), random_input(problem, 3))


@pytest.mark.parametrize(
    ("limit", "kind", "bins"),
    [(None, "information", 30), (20, "information", 30), (1000, "coarse", 4)],
)
def test_the_command_measures_every_layer_of_every_snapshot(tmp_path, limit, kind, bins):
    run, output = tmp_path / "run.h5", tmp_path / "information.h5"
    settings, points, parameters = write_untrained_run(run, "allen_cahn")
    measured = {"bins": 30, "coarse_bins": 4, "points": limit, "sample_seed": 1}
    options = ["--run", str(run), "--output", str(output), "--settings", json.dumps(measured)]
    options += ["--coarse"] if kind == "coarse" else []
    assert main(["information", *options]) == 0
    found = storage.read(output, kind)
    used = points[:limit]
    assert found.attributes["points"] == len(used)
    assert found.attributes["information_settings"] == measured
    np.testing.assert_array_equal(found.arrays["iterations"], [1, 10])
    network = settings.training.network
    layers, sample = HiddenLayers(settings, used), found.arrays["points/sample"]
    assert found.arrays["activations/sample"].shape == (2, network.hidden_layers, network.width)
    for row, snapshot in enumerate(parameters):
        for layer, values in enumerate(layers.activations(snapshot)):
            for name, value in dataclasses.asdict(layer_information(values, bins)).items():
                assert found.arrays[f"information/{name}"][row, layer] == value
        norms = layers.weight_norms(snapshot)
        np.testing.assert_array_equal(found.arrays["information/norm"][row], norms)
        at_sample = [h[0] for h in HiddenLayers(settings, sample).activations(snapshot)]
        np.testing.assert_array_equal(found.arrays["activations/sample"][row], at_sample)
