"""Base classes of optimisers: settings that make an optimiser of torch."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from pinn_phases.model import StrictModel

# Of torch; this module is read with the settings, before torch is needed.
Tensor = Any
TorchOptimiser = Any


class Moments(NamedTuple):
    """Moving averages of an optimiser, over all parameters.

    Attributes
    ----------
    first, second
        Averages of the gradient and of its square after `steps` updates, without bias correction.
        The second may be in another basis, if that is orthonormal.
    steps
        A tensor, where its value changes between replays of a CUDA graph.
    beta1, beta2
        Their decay rates.
    epsilon
        What the optimiser adds to the root of the second.
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
        Whether a step evaluates the loss again, at other parameters. Such a step gets a closure.
    capturable
        Whether a CUDA graph may capture a step.
    """

    title: ClassVar[str]
    line_search: ClassVar[bool] = False
    capturable: ClassVar[bool] = False

    # Iterations of a training with this optimiser; None: those of every training.
    iterations: int | None = Field(default=None, ge=1, exclude_if=lambda value: value is None)

    @abstractmethod
    def make(self, parameters: Sequence[Tensor]) -> TorchOptimiser:
        """Return a `torch.optim.Optimizer` that updates these parameters in place."""

    def learning_rate_at(self, iteration: int) -> float | None:
        """Learning rate of an iteration, counted from 1; None: the optimiser keeps its own."""
        return None

    def moments(self, made: TorchOptimiser) -> Moments | None:
        """Return the moments after a step, for SRR_C; None if there are none."""
        return None

    def state(self, made: TorchOptimiser) -> Mapping[str, Any]:
        """Return the state for a checkpoint, for `state_dicts.to_arrays`.

        After any step it has tensors of the same shapes, and as many numbers.
        """
        state: Mapping[str, Any] = made.state_dict()
        return state

    def restore(self, made: TorchOptimiser, state: Mapping[str, Any], iteration: int) -> None:
        """Give a newly made optimiser the state after an iteration."""
        made.load_state_dict(state)


class FallingRate(Optimiser, ABC):
    """An optimiser whose learning rate falls by a factor, in steps."""

    learning_rate: float = Field(gt=0)
    decay: float = Field(gt=0, le=1)  # factor of the learning rate ...
    decay_every: int = Field(ge=1)  # ... every so many iterations

    def learning_rate_at(self, iteration: int) -> float:
        """Learning rate of an iteration, counted from 1."""
        return self.learning_rate * self.decay ** ((iteration - 1) // self.decay_every)
