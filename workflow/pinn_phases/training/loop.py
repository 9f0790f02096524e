"""The training loop: full-batch steps, and gradient statistics of the recorded iterations."""

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
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.checkpointing.other_code import REFERENCE, newest_of_other_code
from pinn_phases.training.checkpointing.session import Session
from pinn_phases.training.checkpointing.stretches import Stretch, stretches_of
from pinn_phases.training.device import choose_device, describe, usable_threads
from pinn_phases.training.engines.fast.compilation import provide_cache
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.points import loss_points
from pinn_phases.training.recording.history import (
    MILESTONES_PER_DECADE,
    is_recorded,
    snapshot_iterations,
)
from pinn_phases.training.recording.measure import (
    history_row,
    not_finite,
    on_host,
    require_finite,
    snapshot,
)
from pinn_phases.training.recording.progress import Progress
from pinn_phases.training.setup import Training, prepare
from pinn_phases.training.state import State
from pinn_phases.training.threads import ThreadPool

log = logging.getLogger(__name__)


def train(
    settings: RunSettings,
    reference: Content,
    checkpoints: Checkpoints,
    *,
    provenance: Mapping[str, Any] = {},
    other_code: bool = False,
    threads: int,
    gpus: int,
    bar: bool,
    status: Path | None = None,
) -> Content:
    """Train a network, from the newest checkpoint if there is one.

    Parameters
    ----------
    reference
        Reference solution of the problem.
    provenance
        Code, versions and machine, to be stored in checkpoints and the result.
    other_code
        If there is no checkpoint of this code, continue the newest one of other code.
    threads
        Number of CPU threads, reduced to the number of available processors.
    gpus
        1: train on a GPU if there is one.
    bar
        Show a progress bar instead of lines.
    status
        Status file to rewrite with each log line; None: no file.

    Returns
    -------
    Content
        The run: history, snapshots, points of the loss, and attributes.

    Raises
    ------
    Stopped
        If the loss or the error is not finite, or on SIGINT or SIGTERM. The newest checkpoint is
        kept.
    """
    started = time.monotonic()
    provide_cache(checkpoints.newest.parent / "compiled")
    device = choose_device(gpus)
    pool = ThreadPool(usable_threads(threads) if device.type == "cpu" else 1)
    label = f"{settings.problem}/{settings.method}/seed{settings.seed}"
    end = settings.training.iterations
    execution = f"{describe(device, threads=pool.count)}, {_compilation(settings.training)}"
    log.info("%s: %d iterations at scale %s on %s", label, end, settings.scale, execution)
    training = prepare(settings, reference, device=device, threads=pool)

    newest = checkpoints.load()
    if newest is None and other_code:
        newest = newest_of_other_code(checkpoints, settings)
    checkpoints, past = resume(training, checkpoints, newest)

    start = training.state.iteration
    provenance = {REFERENCE: checkpoints.reference_digest, **provenance}
    session = Session(training, provenance, past, device, pool.count, started, start)
    session.log_changes()
    checkpoints = dataclasses.replace(checkpoints, make_attributes=session.attributes)
    stop_requested = stop_on_signals()
    with Progress(label, start, end, bar=bar, file=status) as progress:
        run(training, checkpoints, progress, stop_requested)
    log.info("%s: done in %.0f s", label, time.monotonic() - started)
    arrays = training.state.result_arrays() | loss_points(settings)
    return Content("run", arrays, session.attributes())


def _compilation(training: TrainingSettings) -> str:
    """Describe for the log whether code is compiled; name the engine unless it is the default."""
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
        The newest usable checkpoint.

    Returns
    -------
    tuple
        Checkpoints to save to, and the stretches of the iterations done so far.
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
    stop_requested: Callable[[], bool] = lambda: False,
) -> State:
    """Train up to the number of iterations in the settings.

    Returns
    -------
    State
        The final state. Its `result_arrays` include the last iteration even if that one is not on
        the schedule. The series of the checkpoint follow the schedule, so that a longer training
        continues as if this one had not ended.

    Raises
    ------
    Stopped
        If the loss or the error is not finite; or, after saving a checkpoint, if `stop_requested`
        returns True.
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
        stopping = stop_requested() and not last
        due = time.monotonic() - saved > settings.checkpoint_seconds
        saving = last or stopping or due
        if iteration in milestones and state.iteration:  # nothing to save before the first
            state.milestones.append(state.without_record())
        loss, gradients = step.evaluate()
        if recorded or saving:  # not always, since the check waits for the GPU
            require_finite(iteration, loss)
        if iteration in schedule or last:
            snapshots = state.snapshots if iteration in schedule else state.last_snapshot
            snapshots.append(snapshot(state, iteration))
        row = None
        if recorded or last:
            row = step.measure(partial(history_row, training, loss, gradients))
        step.update()
        if row is not None:
            numbers = on_host({**row, "srr_adam": step.srr()})
            if not np.isfinite(numbers["relative_l2"]):
                raise Stopped(not_finite("relative L2 error", iteration))
            rows = state.history if recorded else state.last_row
            rows.append({"iteration": iteration, **numbers})
            progress.report(iteration, numbers["loss"], numbers["relative_l2"])
        if saving:
            checkpoints.save(state)
            saved = time.monotonic()
        if stopping:
            message = f"stopped on request after iteration {iteration}"
            raise Stopped(f"{message}; the next call continues from there")
    return state
