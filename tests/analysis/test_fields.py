"""Fields of a stored snapshot, against nested differentiation."""

import numpy as np
import pytest
import torch

from pinn_phases.__main__ import main
from pinn_phases.analysis import fields
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.grids import grid_points
from pinn_phases.network.network import Network, flattened
from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.problems.helmholtz import Helmholtz
from pinn_phases.reference.helmholtz import HelmholtzReference
from pinn_phases.training.engines import plain
from tests.training.conftest import make_settings


@pytest.mark.parametrize("problem_name", names(PROBLEMS))
def test_observables_and_residuals_of_a_snapshot(problem_name, monkeypatch):
    settings = make_settings(problem=problem_name)
    problem, network = settings.equation, settings.training.network
    generator = torch.Generator().manual_seed(0)
    networks = [Network.of(problem, network).initial_parameters(generator) for _ in range(2)]
    axes = {name: np.linspace(*problem.domain[name], 5) for name in problem.coordinates}
    points = grid_points(axes.values())
    monkeypatch.setattr(fields, "CHUNK_POINTS", 8)  # several chunks, the last one shorter
    snapshots = np.stack([flattened(parameters) for parameters in networks])
    values, residuals = fields.observables_and_residuals(settings, snapshots, points)
    exact = [p.double() for p in networks[1]]
    at = torch.as_tensor(points)
    operators = problem.residual_operators + problem.observed_operators
    jets = plain.fields(problem, network, at, exact, operators)
    source = {name: torch.as_tensor(v) for name, v in problem.source(points).items()}
    expected = [problem.observables(jets)]
    expected += [dict(zip(problem.equations, problem.residual(jets, source), strict=True))]
    assert problem.observable in values
    for actual, wanted in zip((values, residuals), expected, strict=True):
        assert list(actual) == list(wanted)
        for name, value in wanted.items():
            assert actual[name].shape == (2, len(points))
            # float32 against float64: 1e-5 of the largest value, at least of 1
            largest = max(1.0, float(value.detach().abs().max()))
            np.testing.assert_allclose(actual[name][1], value.detach(), atol=1e-5 * largest)


def test_a_map_of_points_at_which_the_reference_vanishes_is_refused(tmp_path, caplog):
    settings = make_settings(problem="helmholtz").model_copy(
        update={"equation": Helmholtz(a1=200, a2=1, k=1.0)}
    )
    # A map shows every third of 1,201 points: the zeros of sin(200 pi x).
    solver = HelmholtzReference(grid={"x": 1201, "y": 7}, largest_error=1e-5)
    solution = solver.solve_accurately(settings.equation)
    network = Network((2, 8, 8, 1))
    parameters = flattened(network.initial_parameters(torch.Generator().manual_seed(0)))
    run = {
        "snapshots/iteration": np.array([1]),
        "snapshots/parameters": parameters[None],
        "snapshots/weights": np.zeros((1, 1, 9)),
        "points/collocation": np.zeros((9, 2)),
    }
    stored = {"settings": settings.model_dump(mode="json")}
    contents = {
        "run": Content("run", run, stored),
        "phases": Content("phases", {}, {"diffusion": None, "total_diffusion": None}),
        "reference": Content("reference", solution.arrays, {}),
    }
    arguments = ["fields", "--output", str(tmp_path / "fields.h5")]
    for kind, content in contents.items():
        storage.write(tmp_path / kind, content)
        arguments += [f"--{kind}", str(tmp_path / kind)]
    assert main(arguments) == 1
    assert "u vanishes at the points of the grid that a map shows" in caplog.text
    assert not (tmp_path / "fields.h5").exists()


def test_the_last_coordinate_of_grid_points_varies_fastest():
    points = grid_points([np.array([0.0, 1.0]), np.array([-1.0, 0.0, 1.0])])
    np.testing.assert_array_equal(points[:3], [[0, -1], [0, 0], [0, 1]])
    np.testing.assert_array_equal(points[3:, 0], 1)


def test_maps_have_a_limited_number_of_points():
    for points in (2, fields.MAP_POINTS, fields.MAP_POINTS + 1, 1001, 5000):
        assert len(range(points)[:: fields.map_stride(points)]) <= fields.MAP_POINTS
    assert fields.map_stride(fields.MAP_POINTS) == 1
