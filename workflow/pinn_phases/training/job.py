"""One training job: from settings to what its result file holds."""

import dataclasses
import logging
import resource
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch

from pinn_phases.notes import NOTE
from pinn_phases.stopping import stop_on_signals
from pinn_phases.storage import Content, data_digest
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.compilation import compiled_if_possible, provide_cache
from pinn_phases.training.device import choose_device, describe, name_of, usable_threads
from pinn_phases.training.loop import Training, prepare, resume, run
from pinn_phases.training.other_code import REFERENCE, newest_of_other_code
from pinn_phases.training.points import loss_points
from pinn_phases.training.progress import Progress
from pinn_phases.training.settings import RunSettings
from pinn_phases.training.stretches import MAKER, STRETCHES, Stretch, changes, extended
from pinn_phases.training.workers import Workers

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
) -> Content:
    """Train, from the newest checkpoint if there is one.

    Parameters
    ----------
    reference
        Reference solution of the problem.
    made_by
        Provenance, for checkpoints and the result.
    other_code
        If there is no checkpoint, go on from the newest of the same training by other code.
    threads
        CPU threads, of which no more are used than this process may run on.
    gpus
        1: train on a GPU if there is one.
    bar
        Show a progress bar instead of lines.

    Returns
    -------
    Content
        The result.

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
    against = data_digest(reference)
    newest = checkpoints.load()
    if newest is None and other_code:
        newest = newest_of_other_code(checkpoints, settings, against)
    checkpoints, past = resume(training, checkpoints, newest)
    start = training.state.iteration
    _tell_changes(past, _stretch(training, device, made_by, start))

    def about() -> dict[str, Any]:
        execution = _execution(training, where, workers.count, time.monotonic() - began, start)
        return {
            "execution": execution,
            STRETCHES: extended(past, _stretch(training, device, made_by, start)),
            "settings": settings.model_dump(mode="json"),
            REFERENCE: against,
            **made_by,
        }

    checkpoints = dataclasses.replace(checkpoints, about=about)
    stop_asked = stop_on_signals()
    with Progress(label, start, end, bar=bar) as progress:
        run(training, checkpoints, progress, stop_asked)
    log.info("%s: done in %.0f s", label, time.monotonic() - began)
    return Content("run", training.state.records() | loss_points(settings), about())


def _stretch(
    training: Training, device: torch.device, made_by: Mapping[str, Any], start: int
) -> Stretch:
    """Return who has trained since the start, and on what."""
    return {
        "first": start + 1,
        "last": training.state.iteration,
        "device": f"{name_of(device)}, {'compiled' if training.compiled else 'not compiled'}",
        **{key: made_by.get(key) for key in MAKER},
    }


def _tell_changes(past: Sequence[Stretch], now: Stretch) -> None:
    """Say what makes the result another one than that of an undisturbed training."""
    changed = changes(past[-1], now) if past else []
    if changed:
        words = "; ".join(changed)
        log.warning(
            "%sup to iteration %d by another maker, so that it rounds differently from there on "
            "than an undisturbed run: %s; the result lists all stretches",
            *(NOTE, past[-1]["last"], words),
        )


def _execution(
    training: Training, where: str, threads: int, seconds: float, start: int
) -> dict[str, Any]:
    """Return what a training has taken since it began after an iteration, and on what."""
    return {
        "device": f"{where}, {'compiled' if training.compiled else 'not compiled'}",
        "threads": threads,
        "wall_seconds": seconds,
        "resumed_after": start,  # what came before took its time elsewhere
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
