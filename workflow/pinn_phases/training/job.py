"""One training job: from settings to what its result file holds."""

import logging
import resource
import time
from functools import partial
from typing import Any

from numpy.typing import NDArray

from pinn_phases.stopping import stop_on_signals
from pinn_phases.storage import Content
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.compilation import compiled_if_possible, provide_cache
from pinn_phases.training.device import choose_device, describe, usable_threads
from pinn_phases.training.loop import Training, prepare, resume, run
from pinn_phases.training.progress import Progress
from pinn_phases.training.settings import RunSettings
from pinn_phases.training.workers import Workers

log = logging.getLogger(__name__)


def train(
    settings: RunSettings,
    reference: Content,
    checkpoints: Checkpoints,
    *,
    threads: int,
    gpus: int,
    bar: bool,
) -> Content:
    """Train, from the newest checkpoint if there is one.

    Parameters
    ----------
    reference
        Reference solution of the problem.
    threads
        CPU threads, of which no more are used than this process may run on.
    gpus
        1: train on a GPU if there is one.
    bar
        Show a progress bar instead of lines.

    Returns
    -------
    Content
        The result, without its provenance.

    Raises
    ------
    Stopped
        If the loss is not finite, or on SIGINT and SIGTERM; a checkpoint is kept.
    """
    began = time.monotonic()
    provide_cache(checkpoints.newest.parent / "compiled")
    device = choose_device(gpus)
    workers = Workers(usable_threads(threads) if device.type == "cpu" else 1)
    where = describe(device, threads=workers.count)
    label = f"{settings.problem}/{settings.method}/seed{settings.seed}"
    end = settings.training.iterations
    wanted = settings.training.compiled
    first = ", compiling first" if wanted else ", not compiled"
    log.info("%s: %d iterations at scale %s on %s%s", label, end, settings.scale, where, first)
    training = compiled_if_possible(
        partial(prepare, settings, reference, device=device, workers=workers), wanted
    )
    checkpoints = resume(training, checkpoints)
    start = training.state.iteration
    stop_asked = stop_on_signals()
    with Progress(label, start, end, bar=bar) as progress:
        run(training, checkpoints, progress, stop_asked)
    seconds = time.monotonic() - began
    log.info("%s: done in %.0f s", label, seconds)
    execution = {
        "device": f"{where}, {'compiled' if training.compiled else 'not compiled'}",
        "threads": workers.count,
        "wall_seconds": seconds,
        "resumed_after": start,  # iteration; what came before took its time elsewhere
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return Content("run", _arrays(training), {"execution": execution})


def _arrays(training: Training) -> dict[str, NDArray[Any]]:
    """History, snapshots, and the points of the loss."""
    points: dict[str, NDArray[Any]] = {"points/collocation": training.points}
    for name, term in training.objective.conditions.items():
        for i, values in enumerate(term.condition.points):
            points[f"points/{name}_{i}"] = values
    return training.state.records() | points
