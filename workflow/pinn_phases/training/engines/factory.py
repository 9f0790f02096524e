"""Creation of the engine that the settings of a training select."""

from functools import partial

import torch

from pinn_phases.methods.base import Method
from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.training import TrainingSettings
from pinn_phases.training.engines.base import Engine
from pinn_phases.training.engines.fast.compilation import compiled_if_possible
from pinn_phases.training.engines.fast.engine import FastEngine
from pinn_phases.training.engines.plain import PlainEngine
from pinn_phases.training.threads import ThreadPool


def make_engine(
    problem: Problem,
    method: Method,
    settings: TrainingSettings,
    points: Points,
    *,
    compiled: bool,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
    threads: ThreadPool,
) -> Engine:
    """Create the engine of a training.

    Parameters
    ----------
    points
        Collocation points. Their number is a multiple of the number of batches; batches are
        consecutive chunks of the points.
    compiled
        Whether to compile the fast engine, if that works. The plain engine is never compiled.
    """
    if settings.engine == "plain":
        return PlainEngine(problem, method, settings, points, device=device, dtype=dtype)
    make = partial(FastEngine, problem, method, settings, points)
    tensors = {"device": device, "dtype": dtype}
    return compiled_if_possible(partial(make, **tensors, threads=threads), compiled)
