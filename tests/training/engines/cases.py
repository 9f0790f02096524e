"""A small training for tests of the engines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pinn_phases.network.network import Network
from pinn_phases.problems.base import Points
from pinn_phases.settings.training import RunSettings
from pinn_phases.training.engines.base import Engine
from pinn_phases.training.engines.factory import make_engine
from pinn_phases.training.points import collocation_points
from pinn_phases.training.threads import ThreadPool
from tests.training.conftest import make_settings

EXACT = {"device": torch.device("cpu"), "dtype": torch.float64}


@dataclass(frozen=True)
class Case:
    """A training before its first iteration: points, parameters, and weights of the points."""

    settings: RunSettings
    points: Points
    parameters: list[torch.Tensor]
    weights: torch.Tensor

    def engine(
        self, name: str = "fast", *, compiled: bool = False, threads: int = 2, **options: Any
    ) -> Engine:
        """Create an engine; the default is float64 on the CPU, `options` override it."""
        training = self.settings.training.model_copy(update={"engine": name})
        options = EXACT | options
        return make_engine(
            self.settings.equation,
            self.settings.method_constants,
            training,
            self.points,
            compiled=compiled,
            threads=ThreadPool(threads if options["device"].type == "cpu" else 1),
            **options,
        )


def small_case(method="rba", problem="allen_cahn", **network):
    """Return a small training; `network` replaces entries of its network settings."""
    settings = make_settings(method, problem)
    changed = settings.training.network.model_copy(update=network)
    settings = make_settings(method, problem, network=changed)
    problem, training = settings.equation, settings.training
    points = collocation_points(problem, training.points, np.random.default_rng(0))
    generator = torch.Generator().manual_seed(1)
    initial = Network.of(problem, training.network).initial_parameters(generator)
    parameters = [p.double() for p in initial]
    weights = torch.rand(
        len(problem.equations), training.points, generator=generator, dtype=torch.float64
    )
    return Case(settings, points, parameters, weights)
