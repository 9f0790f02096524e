"""Fields of a stored snapshot, against nested differentiation."""

import numpy as np
import pytest
import torch

from benchmarks import nested_autograd
from pinn_phases.analysis import fields
from pinn_phases.model import feature_count
from pinn_phases.network import initial_parameters, layer_sizes
from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.training.error import grid_points
from pinn_phases.training.state import flattened
from tests.training.conftest import make_settings


@pytest.mark.parametrize("problem_name", names(PROBLEMS))
def test_observables_and_residuals_of_a_snapshot(problem_name, monkeypatch):
    settings = make_settings(problem=problem_name)
    problem, network = settings.make_problem(), settings.training.network
    sizes = layer_sizes(feature_count(problem, network), 2, 8, len(problem.fields))
    generator = torch.Generator().manual_seed(0)
    networks = [initial_parameters(sizes, generator) for _ in range(2)]
    axes = {name: np.linspace(*problem.domain[name], 5) for name in problem.coordinates}
    points = grid_points(problem, axes)
    monkeypatch.setattr(fields, "CHUNK_POINTS", 8)  # several chunks, the last one shorter
    snapshots = np.stack([flattened(parameters) for parameters in networks])
    values, residuals = fields.observables_and_residuals(settings, snapshots, points)
    exact = [p.double() for p in networks[1]]
    at = torch.as_tensor(points)
    jets = nested_autograd.fields(problem, network, at, exact, problem.derivatives)
    known = {name: torch.as_tensor(v) for name, v in problem.known(points).items()}
    expected = [problem.observables(**jets)]
    expected += [dict(zip(problem.equations, problem.residual(**jets, **known), strict=True))]
    assert problem.observable in values
    for actual, wanted in zip((values, residuals), expected, strict=True):
        assert list(actual) == list(wanted)
        for name, value in wanted.items():
            assert actual[name].shape == (2, len(points))
            # float32 against float64: 1e-5 of the largest value, at least of 1
            largest = max(1.0, float(value.detach().abs().max()))
            np.testing.assert_allclose(actual[name][1], value.detach(), atol=1e-5 * largest)


def test_grid_points_run_fastest_in_the_last_coordinate():
    problem = make_settings().make_problem()
    points = grid_points(problem, {"t": np.array([0.0, 1.0]), "x": np.array([-1.0, 0.0, 1.0])})
    np.testing.assert_array_equal(points[:3], [[0, -1], [0, 0], [0, 1]])
    np.testing.assert_array_equal(points[3:, 0], 1)


def test_maps_have_no_more_points_than_they_can_show():
    for points in (2, fields.MAP_POINTS, fields.MAP_POINTS + 1, 1001, 5000):
        assert len(range(points)[:: fields.map_stride(points)]) <= fields.MAP_POINTS
    assert fields.map_stride(fields.MAP_POINTS) == 1
