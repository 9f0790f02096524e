"""One iteration of full-batch Adam, which updates tensors in place."""

from collections.abc import Callable

import torch
from jaxtyping import Float64
from torch import Tensor

from pinn_phases.settings.training import OptimiserSettings
from pinn_phases.training.engines.base import BatchGradient, Engine, Loss
from pinn_phases.training.engines.fast.cuda_graph import CudaGraph, Result
from pinn_phases.training.state import State
from pinn_phases.training.statistics import srr_adam


class Iteration:
    """What every iteration does to a state, in two parts, between which it can be measured.

    No part waits for a GPU or copies anything from it. On a GPU each part and what is measured are
    CUDA graphs, if the engine can be captured.

    Parameters
    ----------
    state
        Its tensors are updated in place.
    """

    def __init__(self, engine: Engine, state: State, settings: OptimiserSettings) -> None:
        self.engine, self.state, self.settings = engine, state, settings
        self.adam = _adam(state, settings)
        self.captured = engine.capturable and state.weights.is_cuda
        self._evaluate = CudaGraph[tuple[Loss, list[BatchGradient]]]() if self.captured else call
        self._measure = CudaGraph[dict[str, Tensor]]() if self.captured else call
        self._update = CudaGraph[None]() if self.captured else call
        self._srr_adam = CudaGraph[Float64[Tensor, ""]]() if self.captured else call

    def evaluate(self) -> tuple[Loss, list[BatchGradient]]:
        """Loss and its gradient for each batch, as `Engine.gradients`; updates the weights."""
        return self._evaluate(self._loss_and_gradients)

    def measure(self, function: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
        """Call a function, the same in every call, of the state and of what `evaluate` returned."""
        return self._measure(function)

    def update(self) -> None:
        """Step of Adam with the mean of the batch gradients that `evaluate` found."""
        self.state.iteration += 1
        rate = learning_rate(self.state.iteration, self.settings)
        for group in self.adam.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate
        self._update(self._step)

    def srr_adam(self) -> Float64[Tensor, ""]:
        """Signal-to-rms ratio of Adam's moments (Eq. 13), after `update`."""
        state, settings = self.state, self.settings
        step = self.adam.state[state.parameters[0]]["step"] if self.captured else state.iteration
        return self._srr_adam(
            lambda: srr_adam(
                state.first,
                state.second,
                step,
                beta1=settings.beta1,
                beta2=settings.beta2,
                epsilon=settings.epsilon,
            )
        )

    def _loss_and_gradients(self) -> tuple[Loss, list[BatchGradient]]:
        loss, self._gradients = self.engine.gradients(self.state.parameters, self.state.weights)
        self.state.weights.copy_(loss.weights)
        return loss, self._gradients

    def _step(self) -> None:
        means = self.engine.mean(self._gradients)
        for parameter, mean in zip(self.state.parameters, means, strict=True):
            parameter.grad = mean
        self.adam.step()


def call(function: Callable[[], Result]) -> Result:
    """Call a function, where no CUDA graph stands in for it."""
    return function()


def learning_rate(iteration: int, settings: OptimiserSettings) -> float:
    """Learning rate of an iteration, counted from 1: it falls by a factor, in steps."""
    return settings.learning_rate * settings.decay ** ((iteration - 1) // settings.decay_every)


def _adam(state: State, settings: OptimiserSettings) -> torch.optim.Adam:
    """Return Adam over the state's own parameters and moments, which it updates in place."""
    device, on_gpu = state.weights.device, state.weights.is_cuda
    rate = settings.learning_rate
    adam = torch.optim.Adam(
        state.parameters,
        lr=torch.tensor(rate, device=device) if on_gpu else rate,  # a graph would keep a number
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        fused=True,
        capturable=on_gpu,
    )
    for parameter, first, second in zip(state.parameters, state.first, state.second, strict=True):
        step = torch.tensor(float(state.iteration), device=device)
        adam.state[parameter] = {"step": step, "exp_avg": first, "exp_avg_sq": second}
    return adam
