"""What a training minimises and measures, before its first iteration."""

from dataclasses import dataclass

import numpy as np
import torch

from pinn_phases.files.storage import Content
from pinn_phases.network.fields import Place
from pinn_phases.network.network import Network
from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.error import TestError
from pinn_phases.training.objective import Objective
from pinn_phases.training.points import collocation_points
from pinn_phases.training.state import State
from pinn_phases.training.workers import Workers


@dataclass
class Training:
    """One training: what it minimises, what it measures, and where it is."""

    settings: RunSettings
    problem: Problem
    points: Points  # collocation points, shape (n, coordinates)
    objective: Objective
    error: TestError
    state: State
    compiled: bool  # which rounds differently from code that is not


def prepare(
    settings: RunSettings,
    reference: Content,
    *,
    compiled: bool,
    device: torch.device,
    workers: Workers,
) -> Training:
    """Draw points and initial parameters and set up loss and error, before the first iteration.

    Points and parameters come from generators of their own, both seeded with the run's seed.
    """
    problem, method = settings.equation, settings.method_constants
    chosen = settings.training
    points = collocation_points(problem, chosen.points, np.random.default_rng(settings.seed))
    generator = torch.Generator().manual_seed(settings.seed)
    network = Network.of(problem, chosen.network)
    parameters = [p.to(device) for p in network.initial_parameters(generator)]
    place = Place(device)
    objective = Objective(
        problem, method, chosen, points, compiled=compiled, place=place, workers=workers
    )
    error = TestError(
        problem,
        chosen.network,
        {name: reference.arrays[f"axes/{name}"] for name in problem.coordinates},
        reference.arrays[f"fields/{problem.observable}"],
        stride=chosen.record.error_stride,
        place=place,
        workers=workers,
    )
    equations, weight = len(problem.equations), method.weight_at_start
    state = State.start(parameters, equations, chosen.points, weight)
    return Training(settings, problem, points, objective, error, state, compiled)
