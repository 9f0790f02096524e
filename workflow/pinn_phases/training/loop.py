"""The one training loop: full-batch Adam, with the gradient statistics of every recorded step."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pinn_phases.network.fields import Place
from pinn_phases.network.network import Network, flattened
from pinn_phases.problems.base import Points, Problem
from pinn_phases.stopping import Stopped
from pinn_phases.storage import Content
from pinn_phases.training.checkpoints import Checkpoints
from pinn_phases.training.error import TestError
from pinn_phases.training.history import (
    MILESTONES_PER_DECADE,
    Row,
    is_recorded,
    recorded,
    snapshot_iterations,
)
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.objective import Loss, Objective
from pinn_phases.training.points import collocation_points
from pinn_phases.training.progress import Progress
from pinn_phases.training.settings import RunSettings
from pinn_phases.training.state import State
from pinn_phases.training.statistics import between_terms, gradient_statistics
from pinn_phases.training.stretches import Stretch, stretches_of
from pinn_phases.training.workers import Workers

log = logging.getLogger(__name__)


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
    problem, method = settings.make_problem(), settings.make_method()
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


def resume(
    training: Training, checkpoints: Checkpoints, newest: Content | None
) -> tuple[Checkpoints, list[Stretch]]:
    """Go on from a checkpoint, if there is one.

    Parameters
    ----------
    newest
        The newest checkpoint that can be used.

    Returns
    -------
    tuple
        Where to save, and who made the iterations up to here.
    """
    if newest is None:
        return checkpoints, []
    iterations = training.settings.training.iterations
    checkpoints, content = checkpoints.for_iterations(newest, iterations)
    if content is None:
        return checkpoints, []
    done = int(content.arrays["state/iteration"])
    training.state = training.state.restored(content.arrays, last=done == iterations)
    log.info("goes on after iteration %d, saves as %s", done, checkpoints.newest)
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
        The final state. Its history and snapshots end with the last iteration, even where the
        schedule would leave that one out; the checkpoint keeps to the schedule, so that a longer
        training goes on from it as if it had never stopped.

    Raises
    ------
    Stopped
        If the loss or the error is not finite, or if `stop_asked` says so; a checkpoint is kept.
    """
    settings, state = training.settings.training, training.state
    schedule = snapshot_iterations(settings.iterations, settings.record.snapshots_per_decade)
    milestones = snapshot_iterations(settings.iterations, MILESTONES_PER_DECADE)
    step = Iteration(training.objective, state, settings.optimiser)
    saved = time.monotonic()
    while state.iteration < settings.iterations:
        iteration = state.iteration + 1
        last = iteration == settings.iterations
        recorded = is_recorded(iteration, settings.record)
        stopping = stop_asked() and not last
        due = time.monotonic() - saved > settings.checkpoint_seconds
        saving = last or stopping or due
        if iteration in milestones:
            state.milestones.append(state.moment())
        loss, gradients = step.evaluate()
        if recorded or saving:  # not always: asking means to wait for a GPU
            _require_finite(iteration, training.objective, loss)
        if iteration in schedule or last:
            snapshots = state.snapshots if iteration in schedule else state.last_snapshot
            snapshots.append(_snapshot(state, iteration))
        row = _measured(training, loss, gradients) if recorded or last else None
        step.update()
        if row is not None:
            numbers = _on_host({**row, "srr_adam": step.srr_adam()})
            if not np.isfinite(numbers["relative_l2"]):
                raise Stopped(_not_finite("relative L2 error", iteration))
            rows = state.history if recorded else state.last_row
            rows.append({"iteration": iteration, **numbers})
            progress.tell(iteration, numbers["loss"], numbers["relative_l2"])
        if saving:
            checkpoints.save(state)
            saved = time.monotonic()
        if stopping:
            raise Stopped(
                f"stopped on request after iteration {iteration}; the next call goes on from there"
            )
    return state


def _measured(training: Training, loss: Loss, gradients: list[Tensor]) -> dict[str, Tensor]:
    """Return what is recorded of the state before the step, still on its device."""
    record, state = training.settings.training.record, training.state
    layers: list[tuple[Tensor, ...]] = list(zip(gradients[::2], gradients[1::2], strict=True))
    common = loss.common
    if record.gradient_parameters == "weights":
        layers, common = [layer[:1] for layer in layers], common[::2]
    statistics = gradient_statistics(layers, training.objective.workers)
    of_conditions, of_residual, cosine = between_terms(statistics.gradient, common)
    magnitude = loss.residual.abs()
    return {
        "loss": training.objective.value(loss),
        "loss_pde": loss.pde.mean(),
        **{f"loss_{name}": term for name, term in loss.conditions.items()},
        "relative_l2": training.error(state.parameters),
        "residual_rms": magnitude.square().mean().sqrt(),
        "residual_max": magnitude.max(),
        "snr": statistics.snr,
        "srr_batch": statistics.srr_batch,
        "gradient_mean": statistics.mean,
        "gradient_std": statistics.std,
        "gradient_conditions": of_conditions,
        "snr_residual": of_residual / statistics.std,
        "cosine": cosine,
        "weights_mean": loss.weights.mean(),
        "weights_max": loss.weights.max(),
        "layers/snr": statistics.layer_snr,
        "layers/gradient_mean": statistics.layer_mean,
        "layers/gradient_std": statistics.layer_std,
        "layers/weight_norm": torch.stack([w.double().norm() for w in state.parameters[::2]]),
    }


def _on_host(row: Mapping[str, Tensor]) -> dict[str, Any]:
    """Numbers and arrays, by a single copy from the device."""
    values = [value.detach().double() for value in row.values()]
    copied = torch.cat([value.flatten() for value in values]).cpu()
    parts = copied.split([value.numel() for value in values])
    return {
        name: recorded(name, part.view_as(value).numpy())[()]
        for name, value, part in zip(row, values, parts, strict=True)
    }


def _snapshot(state: State, iteration: int) -> Row:
    return {
        "iteration": iteration,
        "parameters": flattened(state.parameters),
        "weights": state.weights.cpu().numpy().copy(),
    }


def _require_finite(iteration: int, objective: Objective, loss: Loss) -> None:
    if bool(torch.isfinite(objective.value(loss))):
        return
    terms = {"pde": loss.pde.mean(), **loss.conditions}
    shown = ", ".join(f"{name} {float(term):.3g}" for name, term in terms.items())
    raise Stopped(_not_finite("loss", iteration, f" ({shown})"))


def _not_finite(quantity: str, iteration: int, terms: str = "") -> str:
    return (
        f"the {quantity} is not finite at iteration {iteration}{terms}; "
        "the last checkpoint is kept, no result is written"
    )
