"""Setup of a training before its first iteration."""

from dataclasses import dataclass

import numpy as np
import torch

from pinn_phases.files.storage import Content
from pinn_phases.network.network import Network
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.base import Engine
from pinn_phases.training.engines.factory import make_engine
from pinn_phases.training.points import collocation_points
from pinn_phases.training.recording.error import RelativeL2Error
from pinn_phases.training.state import State
from pinn_phases.training.threads import ThreadPool


@dataclass
class Training:
    """A training: its settings, its loss, its error measure, and its state."""

    settings: RunSettings
    engine: Engine
    error: RelativeL2Error
    state: State
    threads: ThreadPool


def prepare(
    settings: RunSettings,
    reference: Content,
    *,
    device: torch.device,
    threads: ThreadPool,
) -> Training:
    """Draw points and initial parameters, and set up loss and error.

    Points and parameters are drawn from two generators, both with the seed of the training.
    """
    problem, method = settings.equation, settings.method_constants
    training = settings.training
    points = collocation_points(problem, training.points, np.random.default_rng(settings.seed))
    generator = torch.Generator().manual_seed(settings.seed)
    network = Network.of(problem, training.network)
    parameters = [p.to(device) for p in network.initial_parameters(generator)]
    engine = make_engine(
        *(problem, method, training, points),
        compiled=training.compiled,
        device=device,
        threads=threads,
    )
    error = RelativeL2Error(
        problem,
        training.network,
        {name: reference.arrays[f"axes/{name}"] for name in problem.coordinates},
        reference.arrays[f"fields/{problem.observable}"],
        stride=training.record.error_stride,
        device=device,
        compiled=engine.compiled,
        threads=threads,
    )
    state = State.start(
        parameters,
        training.optimiser,
        len(problem.equations),
        training.points,
        method.weight_at_start,
    )
    return Training(settings, engine, error, state, threads)
