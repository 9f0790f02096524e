"""Base classes of optimisers: settings from which a torch optimiser is built."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from pinn_phases.strict_model import StrictModel

# Torch types; settings import this module, and importing torch would be slow.
Tensor = Any
TorchOptimiser = Any


class Moments(NamedTuple):
    """Moving averages that an optimiser keeps, over all parameters.

    Attributes
    ----------
    first, second
        Averages of the gradient and of its square, without bias correction. The second may be in
        another orthonormal basis.
    steps
        Number of updates of the averages; a tensor if it changes between replays of a CUDA graph.
    beta1, beta2
        Decay rates of the two averages.
    epsilon
        Constant that the optimiser adds to the root of the second average.
    """

    first: Sequence[Tensor]
    second: Sequence[Tensor]
    steps: int | Tensor
    beta1: float
    beta2: float
    epsilon: float


class Optimiser(StrictModel, ABC):
    """Settings of an optimiser; the model's fields are its constants.

    Attributes
    ----------
    title
        Name in figures and tables.
    line_search
        Whether a step evaluates the loss at further parameters. If so, it gets a closure.
    capturable
        Whether a CUDA graph may capture a step.
    """

    title: ClassVar[str]
    line_search: ClassVar[bool] = False
    capturable: ClassVar[bool] = False

    # Iterations of a training with this optimiser; None: as set for all trainings.
    iterations: int | None = Field(default=None, ge=1, exclude_if=lambda value: value is None)

    @abstractmethod
    def make(self, parameters: Sequence[Tensor]) -> TorchOptimiser:
        """Return a `torch.optim.Optimizer` that updates these parameters in place."""

    def learning_rate_at(self, iteration: int) -> float | None:
        """Return the learning rate of an iteration (from 1); None keeps the optimiser's own."""
        return None

    def moments(self, optimiser: TorchOptimiser) -> Moments | None:
        """Return the moments after a step, for SRR_C; None if the optimiser has none."""
        return None

    def state(self, optimiser: TorchOptimiser) -> Mapping[str, Any]:
        """Return the state to store in a checkpoint, in a form that `to_arrays` takes.

        `to_arrays` is in `training/optimiser_state.py`. Shapes of the tensors, and the number of
        Python numbers, must be the same after every step.
        """
        state: Mapping[str, Any] = optimiser.state_dict()
        return state

    def restore(self, optimiser: TorchOptimiser, state: Mapping[str, Any], iteration: int) -> None:
        """Load the state after an iteration into a new optimiser."""
        optimiser.load_state_dict(state)


class StepDecay(Optimiser, ABC):
    """An optimiser with a learning rate that falls stepwise, by a constant factor."""

    learning_rate: float = Field(gt=0)
    decay: float = Field(gt=0, le=1)  # the learning rate is multiplied by this factor ...
    decay_every: int = Field(ge=1)  # ... each time after this many iterations

    def learning_rate_at(self, iteration: int) -> float:
        """Return the learning rate of an iteration (from 1)."""
        return self.learning_rate * self.decay ** ((iteration - 1) // self.decay_every)
