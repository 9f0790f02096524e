"""Homogeneity of residuals on synthetic maps with known answers."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pinn_phases.__main__ import main
from pinn_phases.analysis.fields import observables_and_residuals
from pinn_phases.analysis.homogeneity import box_means, homogeneity, midpoints
from pinn_phases.files import storage
from pinn_phases.problems.burgers import Burgers
from tests.analysis.conftest import write_untrained_run

PROBLEM = Burgers(viscosity=0.01)  # t in [0, 1], x in [-1, 1]
means = hnp.arrays(float, (2, 3, 3), elements=st.floats(0, 10))


def test_midpoints_are_those_of_the_problem_s_domain():
    points = midpoints(PROBLEM, boxes=2, points_per_box=1)
    expected = [(0.25, -0.5), (0.25, 0.5), (0.75, -0.5), (0.75, 0.5)]
    np.testing.assert_allclose(points, expected)


@pytest.mark.parametrize("per_box", [1, 3, 8])
def test_box_means_are_integrals_over_the_boxes(per_box):
    points = midpoints(PROBLEM, 4, per_box)
    t, x = points.T
    found = box_means((3 * t + x + 2)[None], points, PROBLEM, 4)
    # the mean of a linear function is its value in the middle, for any number of points
    middles = midpoints(PROBLEM, 4, 1)
    np.testing.assert_allclose(found.ravel(), 3 * middles[:, 0] + middles[:, 1] + 2)
    assert found.shape == (1, 4, 4)
    assert found[0, 3, 0] > found[0, 0, 0] and found[0, 0, 3] > found[0, 0, 0]


def test_the_midpoint_rule_converges_with_its_order():
    exact = np.sin(1) ** 2  # mean of cos(t) cos(x) over [0, 1] x [0, 1]
    errors = []
    for per_box in (4, 8):
        points = midpoints(PROBLEM, 2, per_box)
        values = np.cos(points).prod(axis=1)
        upper = box_means(values[None], points, PROBLEM, 2)[0, :, 1].mean()
        errors.append(abs(upper - exact))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.02)  # second order


def test_boxes_average_the_points_in_them():
    points = np.array([[0.1, -0.9], [0.2, -0.1], [1.0, 1.0], [0.0, -1.0]])  # (t, x)
    found = box_means(np.array([[1.0, 2.0, 5.0, 6.0], [0.0] * 4]), points, PROBLEM, 2)
    np.testing.assert_array_equal(found, [[[3, np.nan], [np.nan, 5]], [[0, np.nan], [np.nan, 0]]])
    assert homogeneity(found) == pytest.approx([4 / np.sqrt(17), 1])


def test_equal_boxes_are_homogeneous():
    assert homogeneity(np.full((2, 4, 4), 0.3)) == pytest.approx(1)
    assert homogeneity(np.zeros((1, 4, 4))) == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 2, 8, 16])
def test_some_equal_boxes_among_empty_ones(count):
    boxes = np.zeros(16)
    boxes[:count] = 0.7
    assert homogeneity(boxes.reshape(1, 4, 4)) == pytest.approx(np.sqrt(count / 16))


@settings(derandomize=True, deadline=None)
@given(means, st.floats(1e-3, 1e3), st.permutations(range(9)))
def test_scale_and_order_do_not_matter(boxes, factor, order):
    boxes = boxes + 1e-3  # away from 0, where the ratio loses its digits
    moved = boxes.reshape(2, 9)[:, order].reshape(boxes.shape)
    value = homogeneity(boxes)
    np.testing.assert_allclose(homogeneity(factor * moved), value, rtol=1e-12)
    assert (value >= 1 / 3 - 1e-12).all() and (value <= 1 + 1e-12).all()


@settings(derandomize=True, deadline=None)
@given(means, st.floats(0.01, 1))
def test_moving_towards_the_mean_never_lowers_it(boxes, share):
    boxes = boxes + 1e-3
    mean = boxes.mean(axis=(1, 2), keepdims=True)
    nearer = boxes + share * (mean - boxes)
    assert (homogeneity(nearer) >= homogeneity(boxes) - 1e-12).all()


@pytest.mark.parametrize("problem_name", ["burgers", "cavity"])
def test_the_command_measures_every_snapshot(tmp_path, problem_name):
    run, output = tmp_path / "run.h5", tmp_path / "homogeneity.h5"
    run_settings, _, parameters = write_untrained_run(run, problem_name)
    measured = {"boxes": 3, "points_per_box": 2}
    options = ["--run", str(run), "--output", str(output), "--settings", json.dumps(measured)]
    assert main(["homogeneity", *options]) == 0
    found = storage.read(output, "homogeneity")
    assert found.attributes["homogeneity_settings"] == measured
    np.testing.assert_array_equal(found.arrays["iterations"], [1, 10])
    problem = run_settings.equation
    points = midpoints(problem, 3, 2)
    _, residuals = observables_and_residuals(run_settings, parameters, points)
    total = np.sqrt(sum(values.astype(float) ** 2 for values in residuals.values()))
    boxes = found.arrays["boxes/residual"]
    assert boxes.shape == (2, 3, 3)
    axes = [found.arrays[f"axes/{name}"] for name in problem.coordinates]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    np.testing.assert_allclose(grid.reshape(-1, 2), midpoints(problem, 3, 1))
    # the box at the lower end of the first coordinate, at the upper end of the second
    lower, upper = (problem.domain[name] for name in problem.coordinates)
    first = points[:, 0] < lower[0] + (lower[1] - lower[0]) / 3
    corner = first & (points[:, 1] > upper[1] - (upper[1] - upper[0]) / 3)
    np.testing.assert_allclose(boxes[:, 0, 2], total[:, corner].mean(1), rtol=1e-6)  # of float32
    expected = boxes.mean((1, 2)) / np.sqrt((boxes**2).mean((1, 2)))
    np.testing.assert_allclose(found.arrays["homogeneity/residual"], expected)


@pytest.mark.parametrize("problem_name", ["burgers", "cavity"])
def test_the_command_measures_at_the_collocation_points(tmp_path, problem_name):
    run, output = tmp_path / "run.h5", tmp_path / "samples.h5"
    run_settings, points, parameters = write_untrained_run(run, problem_name)
    options = ["--run", str(run), "--output", str(output), "--samples"]
    measured = json.dumps({"boxes": 2, "points_per_box": 3})
    assert main(["homogeneity", *options, "--settings", measured]) == 0
    _, residuals = observables_and_residuals(run_settings, parameters, points)
    total = np.sqrt(sum(values.astype(float) ** 2 for values in residuals.values()))
    middle = [np.mean(run_settings.equation.domain[n]) for n in run_settings.equation.coordinates]
    corner = (points[:, 0] < middle[0]) & (points[:, 1] > middle[1])
    boxes = storage.read(output, "samples").arrays["boxes/residual"]
    np.testing.assert_allclose(boxes[:, 0, 1], total[:, corner].mean(1), rtol=1e-6)  # of float32
