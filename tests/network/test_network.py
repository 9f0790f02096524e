"""Sizes and parameters of the network."""

import pytest
import torch

from pinn_phases.network.features import input_features
from pinn_phases.network.network import Network, flattened
from pinn_phases.plugins import PROBLEMS, names, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings
from tests.training.conftest import EQUATIONS


@pytest.mark.parametrize("modes", [0, 1, 3])
@pytest.mark.parametrize("name", names(PROBLEMS))
def test_the_input_layer_has_one_value_per_feature(name, modes):
    problem = plugin_class(PROBLEMS, name, Problem)(**EQUATIONS[name])
    settings = NetworkSettings(hidden_layers=2, width=7, fourier_modes=modes, ansatz="plain")
    features = input_features(problem, settings, torch.zeros(len(problem.coordinates)))
    assert Network.of(problem, settings).sizes == (len(features), 7, 7, len(problem.fields))


def test_parameters_are_flattened_and_unflattened():
    network = Network((2, 5, 4, 3))
    parameters = network.initial_parameters(torch.Generator().manual_seed(0))
    assert [p.shape for p in parameters] == network.shapes
    flat = flattened(parameters)
    assert flat.shape == (network.parameter_count,) == (2 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3,)
    for found, expected in zip(network.unflattened(flat), parameters, strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
