"""An untrained run, for tests of measurements."""

import numpy as np
import torch

from pinn_phases.files.storage import Content, write
from pinn_phases.network.network import Network, flattened
from pinn_phases.training.points import collocation_points
from tests.training.conftest import make_settings

POINTS = 50


def untrained_run(problem_name):
    """Settings of a run, its points, and the parameters of two untrained snapshots."""
    settings = make_settings(problem=problem_name)
    problem = settings.equation
    generator = torch.Generator().manual_seed(0)
    network = Network.of(problem, settings.training.network)
    snapshots = [network.initial_parameters(generator) for _ in range(2)]
    points = collocation_points(problem, POINTS, np.random.default_rng(0))
    return settings, points, snapshots


def write_untrained_run(path, problem_name):
    """Write an untrained run; return settings, points and parameters (snapshots, parameters)."""
    settings, points, snapshots = untrained_run(problem_name)
    parameters = np.stack([flattened(snapshot) for snapshot in snapshots])
    arrays = {
        "snapshots/iteration": np.array([1, 10]),
        "snapshots/parameters": parameters,
        "points/collocation": points,
    }
    write(path, Content("run", arrays, {"settings": settings.model_dump(mode="json")}))
    return settings, points, parameters
