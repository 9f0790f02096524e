"""Quantities recorded in an iteration: a row of the history, and a snapshot."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from pinn_phases.jobs.stopping import Stopped
from pinn_phases.network.network import flattened
from pinn_phases.training.engines.base import BatchGradient, Loss
from pinn_phases.training.recording.history import Row, in_column_dtype
from pinn_phases.training.setup import Training
from pinn_phases.training.state import State
from pinn_phases.training.statistics import (
    alignment_score,
    flat,
    gradient_statistics,
    term_norms_and_cosine,
)


def history_row(
    training: Training, loss: Loss, gradients: list[BatchGradient]
) -> dict[str, Tensor]:
    """Return the quantities of a row of the history before the step, as tensors on the device."""
    record, state = training.settings.training.record, training.state
    layers: list[tuple[Tensor, ...]] = list(zip(gradients[::2], gradients[1::2], strict=True))
    step = 1
    if record.gradient_parameters == "weights":  # without the biases
        layers, step = [layer[:1] for layer in layers], 2
    statistics = gradient_statistics(layers, training.threads)
    common = flat(loss.common[::step])
    norm_of_conditions, norm_of_residual, cosine = term_norms_and_cosine(
        statistics.gradient, common
    )
    conditions = [common]
    if len(loss.conditions) > 1:
        condition_gradients = training.engine.condition_gradients(state.parameters).values()
        conditions = [flat(gradient[::step]) for gradient in condition_gradients]
    magnitude = loss.residual.abs()
    return {
        "loss": loss.total,
        "loss_pde": loss.pde.mean(),
        **{f"loss_{name}": term for name, term in loss.conditions.items()},
        "relative_l2": training.error(state.parameters),
        "residual_rms": magnitude.square().mean().sqrt(),
        "residual_max": magnitude.max(),
        "snr": statistics.snr,
        "srr_batch": statistics.srr_batch,
        "gradient_mean": statistics.mean,
        "gradient_std": statistics.std,
        "gradient_conditions": norm_of_conditions,
        "snr_residual": norm_of_residual / statistics.std,
        "cosine": cosine,
        "alignment": alignment_score([statistics.gradient - common, *conditions]),
        "weights_mean": loss.weights.mean(),
        "weights_max": loss.weights.max(),
        "layers/snr": statistics.layer_snr,
        "layers/gradient_mean": statistics.layer_mean,
        "layers/gradient_std": statistics.layer_std,
        "layers/weight_norm": torch.stack([w.double().norm() for w in state.parameters[::2]]),
    }


def on_host(row: Mapping[str, Tensor]) -> dict[str, Any]:
    """Copy all quantities of a row from the device in one transfer; return NumPy values."""
    values = [value.detach().double() for value in row.values()]
    copied = torch.cat([value.flatten() for value in values]).cpu()
    parts = copied.split([value.numel() for value in values])
    return {
        name: in_column_dtype(name, part.view_as(value).numpy())[()]
        for name, value, part in zip(row, values, parts, strict=True)
    }


def snapshot(state: State, iteration: int) -> Row:
    """Return a snapshot: copies of the parameters and of the weights of the points."""
    return {
        "iteration": iteration,
        "parameters": flattened(state.parameters),
        "weights": state.weights.cpu().numpy().copy(),
    }


def require_finite(iteration: int, loss: Loss) -> None:
    """Check that the loss is finite; the host waits for the GPU here.

    Raises
    ------
    Stopped
        If the loss is infinite or NaN; the message lists all terms.
    """
    if bool(torch.isfinite(loss.total)):
        return
    terms = {"pde": loss.pde.mean(), **loss.conditions}
    shown = ", ".join(f"{name} {float(term):.3g}" for name, term in terms.items())
    raise Stopped(not_finite("loss", iteration, f" ({shown})"))


def not_finite(quantity: str, iteration: int, terms: str = "") -> str:
    """Return the message of an error about a quantity that is not finite."""
    return (
        f"the {quantity} is not finite at iteration {iteration}{terms}; "
        "the last checkpoint is kept, no result is written"
    )
