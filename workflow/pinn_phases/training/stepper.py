"""Steps of an optimiser on the parameters of a training, and its state for checkpoints."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pinn_phases.arrays import Arrays
from pinn_phases.optimisers.base import Moments, Optimiser
from pinn_phases.training.optimiser_state import from_arrays, to_arrays
from pinn_phases.training.statistics import srr_moments

Evaluation = tuple[Float[Tensor, ""], Sequence[Tensor]]  # loss and its gradient


class Stepper:
    """Updates the parameters in place with a torch optimiser.

    Parameters
    ----------
    iteration
        Number of steps done before.
    arrays
        State of the optimiser after these steps, as returned by the method `arrays`.
    """

    def __init__(
        self,
        settings: Optimiser,
        parameters: Sequence[Tensor],
        *,
        iteration: int = 0,
        arrays: Arrays | None = None,
    ) -> None:
        self.settings, self.parameters, self.iteration = settings, list(parameters), iteration
        self._optimiser = settings.make(self.parameters)
        if arrays is not None:
            settings.restore(self._optimiser, from_arrays(arrays), iteration)

    def begin(self) -> None:
        """Begin a step: increment the iteration and set its learning rate."""
        self.iteration += 1
        rate = self.settings.learning_rate_at(self.iteration)
        if rate is None:
            return
        for group in self._optimiser.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def step(self, gradient: Sequence[Tensor]) -> None:
        """Update the parameters with a gradient; call `begin` first."""
        self._set_gradient(gradient)
        self._optimiser.step()

    def search(
        self,
        loss: Float[Tensor, ""],
        gradient: Sequence[Tensor],
        evaluate: Callable[[], Evaluation],
    ) -> None:
        """Update the parameters with a line search; call `begin` first.

        Parameters
        ----------
        loss, gradient
            Values at the current parameters, which the first evaluation uses.
        evaluate
            Computes both at the parameters of each further evaluation.
        """
        cached: list[Evaluation] = [(loss, gradient)]

        def closure() -> Tensor:
            new_loss, new_gradient = cached.pop() if cached else evaluate()
            self._set_gradient(new_gradient)
            return new_loss

        self._optimiser.step(closure)

    def moments(self) -> Moments | None:
        """Return the optimiser's moments after a step; None if it has none."""
        return self.settings.moments(self._optimiser)

    def srr(self) -> Float64[Tensor, ""]:
        """Return the signal-to-rms ratio of the moments (Eq. 13); NaN if there are none."""
        moments = self.moments()
        if moments is None:
            return self.parameters[0].new_full((), torch.nan, dtype=torch.float64)
        return srr_moments(moments)

    def arrays(self) -> Arrays:
        """Return the state of the optimiser for a checkpoint."""
        return to_arrays(self.settings.state(self._optimiser))

    def _set_gradient(self, gradient: Sequence[Tensor]) -> None:
        for parameter, values in zip(self.parameters, gradient, strict=True):
            parameter.grad = values
