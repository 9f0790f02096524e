"""One iteration of a training; it updates the tensors of the state in place."""

from collections.abc import Callable

from jaxtyping import Float64
from torch import Tensor

from pinn_phases.training.engines.base import BatchGradient, Engine, Loss
from pinn_phases.training.engines.fast.cuda_graph import CudaGraph, Result
from pinn_phases.training.state import State
from pinn_phases.training.stepper import Evaluation


class Iteration:
    """Evaluate the gradients, then update the parameters; measurements can run in between.

    Neither part waits for the GPU or copies data from it, unless the optimiser's step does. On a
    GPU, both parts and the measurements run as CUDA graphs, if engine and optimiser can be
    captured.

    Parameters
    ----------
    state
        State of the training; its tensors are updated in place.
    """

    def __init__(self, engine: Engine, state: State) -> None:
        self.engine, self.state = engine, state
        captured = engine.capturable and state.weights.is_cuda
        self._evaluate = CudaGraph[tuple[Loss, list[BatchGradient]]]() if captured else call
        self._measure = CudaGraph[dict[str, Tensor]]() if captured else call
        captured = captured and state.stepper.settings.capturable
        self._update = CudaGraph[None]() if captured else call
        self._srr = CudaGraph[Float64[Tensor, ""]]() if captured else call

    def evaluate(self) -> tuple[Loss, list[BatchGradient]]:
        """Update the weights; return the loss and its gradient for each batch."""
        return self._evaluate(self._loss_and_gradients)

    def measure(self, function: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
        """Call a function of the state and the result of `evaluate`; the same one in every call."""
        return self._measure(function)

    def update(self) -> None:
        """Do one step of the optimiser, with the loss and the gradients from `evaluate`."""
        self.state.stepper.begin()
        self._update(self._step)

    def srr(self) -> Float64[Tensor, ""]:
        """Return the signal-to-rms ratio of the optimiser's moments (Eq. 13), after `update`."""
        return self._srr(self.state.stepper.srr)

    def _loss_and_gradients(self) -> tuple[Loss, list[BatchGradient]]:
        self._loss, self._gradients = self.engine.gradients(
            self.state.parameters, self.state.weights
        )
        self.state.weights.copy_(self._loss.weights)
        return self._loss, self._gradients

    def _step(self) -> None:
        stepper, gradient = self.state.stepper, self.engine.mean(self._gradients)
        if stepper.settings.line_search:
            stepper.search(self._loss.total, gradient, self._evaluate_again)
        else:
            stepper.step(gradient)

    def _evaluate_again(self) -> Evaluation:
        """Return loss and gradient at the current parameters, without updating the weights."""
        state = self.state
        loss, gradients = self.engine.gradients(state.parameters, state.weights, update=False)
        return loss.total, self.engine.mean(gradients)


def call(function: Callable[[], Result]) -> Result:
    """Call a function directly, in place of a CUDA graph."""
    return function()
