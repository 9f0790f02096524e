"""Fields of a stored snapshot, against nested differentiation."""

import numpy as np
import torch

from benchmarks import nested_autograd
from pinn_phases.analysis import fields
from pinn_phases.model import feature_count
from pinn_phases.network import initial_parameters, layer_sizes
from pinn_phases.training.error import grid_points
from pinn_phases.training.state import flattened
from tests.training.conftest import make_settings


def test_fields_and_residuals_of_a_snapshot(monkeypatch):
    settings = make_settings()
    problem, network = settings.make_problem(), settings.training.network
    sizes = layer_sizes(feature_count(problem, network), 2, 8, 1)
    parameters = initial_parameters(sizes, torch.Generator().manual_seed(0))
    points = grid_points(problem, {"t": np.linspace(0, 1, 5), "x": np.linspace(-1, 1, 7)})
    monkeypatch.setattr(fields, "CHUNK_POINTS", 8)  # several chunks, the last one shorter
    values, residuals = fields.fields_and_residuals(settings, flattened(parameters), points)
    exact = [p.double() for p in parameters]
    jets = nested_autograd.fields(
        problem, network, torch.as_tensor(points), exact, problem.derivatives
    )
    # float32 against float64: 1e-5 of values of order 1
    np.testing.assert_allclose(values["u"], jets["u"].value.detach(), atol=1e-5)
    expected = problem.residual(**jets)[0].detach()
    np.testing.assert_allclose(residuals["pde"], expected, atol=1e-5)


def test_grid_points_run_fastest_in_the_last_coordinate():
    problem = make_settings().make_problem()
    points = grid_points(problem, {"t": np.array([0.0, 1.0]), "x": np.array([-1.0, 0.0, 1.0])})
    np.testing.assert_array_equal(points[:3], [[0, -1], [0, 0], [0, 1]])
    np.testing.assert_array_equal(points[3:, 0], 1)
