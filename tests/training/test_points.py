"""The collocation points of a training."""

import numpy as np

from pinn_phases.training.points import collocation_points
from tests.training.conftest import make_settings


def test_latin_hypercube_has_one_point_in_each_slice():
    problem = make_settings().equation
    points = collocation_points(problem, 64, np.random.default_rng(5))
    for column, name in enumerate(problem.coordinates):
        lower, upper = problem.domain[name]
        slices = np.floor((points[:, column] - lower) / (upper - lower) * 64)
        assert sorted(slices) == list(range(64))
