"""The training loop: full-batch steps, with gradient statistics of every recorded iteration."""

import dataclasses
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pinn_phases.files.storage import Content
from pinn_phases.jobs.stopping import Stopped, stop_on_signals
from pinn_phases.settings.training import RunSettings, TrainingSettings
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.device import choose_device, describe, usable_threads
from pinn_phases.training.engines.fast.compilation import provide_cache
from pinn_phases.training.history import MILESTONES_PER_DECADE, is_recorded, snapshot_iterations
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.maker import Maker
from pinn_phases.training.measure import measured, not_finite, on_host, require_finite, snapshot
from pinn_phases.training.other_code import REFERENCE, newest_of_other_code
from pinn_phases.training.points import loss_points
from pinn_phases.training.progress import Progress
from pinn_phases.training.setup import Training, prepare
from pinn_phases.training.state import State
from pinn_phases.training.stretches import Stretch, stretches_of
from pinn_phases.training.threads import ThreadPool

log = logging.getLogger(__name__)


def train(
    settings: RunSettings,
    reference: Content,
    checkpoints: Checkpoints,
    *,
    made_by: Mapping[str, Any] = {},
    other_code: bool = False,
    threads: int,
    gpus: int,
    bar: bool,
    status: Path | None = None,
) -> Content:
    """Train, from the newest checkpoint if there is one.

    Parameters
    ----------
    reference
        Reference solution of the problem.
    made_by
        Provenance, for checkpoints and the result.
    other_code
        If there is no checkpoint, continue the newest of the same training by other code.
    threads
        CPU threads; at most as many as there are processors are used.
    gpus
        1: train on a GPU if there is one.
    bar
        Show a progress bar instead of lines.
    status
        Status file, rewritten with each log line; None: no file.

    Returns
    -------
    Content
        The result.

    Raises
    ------
    Stopped
        If the loss is not finite, or on SIGINT and SIGTERM. The newest checkpoint stays.
    """
    began = time.monotonic()
    provide_cache(checkpoints.newest.parent / "compiled")
    device = choose_device(gpus)
    pool = ThreadPool(usable_threads(threads) if device.type == "cpu" else 1)
    label = f"{settings.problem}/{settings.method}/seed{settings.seed}"
    end, where = settings.training.iterations, describe(device, threads=pool.count)
    how = _how(settings.training)
    log.info("%s: %d iterations at scale %s on %s, %s", label, end, settings.scale, where, how)
    training = prepare(settings, reference, device=device, threads=pool)

    newest = checkpoints.load()
    if newest is None and other_code:
        newest = newest_of_other_code(checkpoints, settings)
    checkpoints, past = resume(training, checkpoints, newest)

    start, made_by = training.state.iteration, {REFERENCE: checkpoints.reference, **made_by}
    maker = Maker(training, made_by, past, device, pool.count, began, start)
    maker.tell_changes()
    checkpoints = dataclasses.replace(checkpoints, about=maker.attributes)
    stop_asked = stop_on_signals()
    with Progress(label, start, end, bar=bar, file=status) as progress:
        run(training, checkpoints, progress, stop_asked)
    log.info("%s: done in %.0f s", label, time.monotonic() - began)
    return Content("run", training.state.records() | loss_points(settings), maker.attributes())


def _how(training: TrainingSettings) -> str:
    """Say whether code is compiled, and name the engine unless it is the default."""
    if training.engine == "plain":
        return "plain engine, not compiled"
    return "compiling first" if training.compiled else "not compiled"


def resume(
    training: Training, checkpoints: Checkpoints, newest: Content | None
) -> tuple[Checkpoints, list[Stretch]]:
    """Continue from a checkpoint, if there is one.

    Parameters
    ----------
    newest
        The newest checkpoint that can be used.

    Returns
    -------
    tuple
        Where to save, and the stretches of the iterations so far.
    """
    if newest is None:
        return checkpoints, []
    iterations = training.settings.training.iterations
    checkpoints, content = checkpoints.for_iterations(newest, iterations)
    if content is None:
        return checkpoints, []
    done = int(content.arrays["state/iteration"])
    training.state = training.state.restored(content.arrays, last=done == iterations)
    log.info("continues after iteration %d, saves to %s", done, checkpoints.newest)
    return checkpoints, stretches_of(content.attributes, done)


def run(
    training: Training,
    checkpoints: Checkpoints,
    progress: Progress,
    stop_asked: Callable[[], bool] = lambda: False,
) -> State:
    """Train up to the number of iterations that the settings ask for.

    Returns
    -------
    State
        The final state. Its history and snapshots end with the last iteration, even if that one is
        not on the schedule; the series of the checkpoint follow the schedule, so that a longer
        training continues as if it had never stopped.

    Raises
    ------
    Stopped
        If the loss or the error is not finite, or if `stop_asked` returns True, after a checkpoint
        is saved.
    """
    settings, state = training.settings.training, training.state
    schedule = snapshot_iterations(settings.iterations, settings.record.snapshots_per_decade)
    milestones = snapshot_iterations(settings.iterations, MILESTONES_PER_DECADE)
    step = Iteration(training.engine, state)
    saved = time.monotonic()
    while state.iteration < settings.iterations:
        iteration = state.iteration + 1
        last = iteration == settings.iterations
        recorded = is_recorded(iteration, settings.record)
        stopping = stop_asked() and not last
        due = time.monotonic() - saved > settings.checkpoint_seconds
        saving = last or stopping or due
        if iteration in milestones and state.iteration:  # before, there is nothing to save
            state.milestones.append(state.without_record())
        loss, gradients = step.evaluate()
        if recorded or saving:  # not always: the check waits for the GPU
            require_finite(iteration, loss)
        if iteration in schedule or last:
            snapshots = state.snapshots if iteration in schedule else state.last_snapshot
            snapshots.append(snapshot(state, iteration))
        row = None
        if recorded or last:
            row = step.measure(partial(measured, training, loss, gradients))
        step.update()
        if row is not None:
            numbers = on_host({**row, "srr_adam": step.srr()})
            if not np.isfinite(numbers["relative_l2"]):
                raise Stopped(not_finite("relative L2 error", iteration))
            rows = state.history if recorded else state.last_row
            rows.append({"iteration": iteration, **numbers})
            progress.tell(iteration, numbers["loss"], numbers["relative_l2"])
        if saving:
            checkpoints.save(state)
            saved = time.monotonic()
        if stopping:
            said = f"stopped on request after iteration {iteration}"
            raise Stopped(f"{said}; the next call continues from there")
    return state
