"""An optimiser with its state, over the parameters of a training."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pinn_phases.arrays import Arrays
from pinn_phases.optimisers.base import Moments, Optimiser
from pinn_phases.state_dicts import from_arrays, to_arrays
from pinn_phases.training.statistics import srr_moments

Evaluation = tuple[Float[Tensor, ""], Sequence[Tensor]]  # loss and its gradient


class Stepper:
    """Updates parameters in place.

    Parameters
    ----------
    iteration
        Number of steps done; `arrays` has the state after them.
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
        self._made = settings.make(self.parameters)
        if arrays is not None:
            settings.restore(self._made, from_arrays(arrays), iteration)

    def begin(self) -> None:
        """Count a step, and set its learning rate."""
        self.iteration += 1
        rate = self.settings.learning_rate_at(self.iteration)
        if rate is None:
            return
        for group in self._made.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def step(self, gradient: Sequence[Tensor]) -> None:
        """Update the parameters, after `begin`."""
        self._set_gradient(gradient)
        self._made.step()

    def search(
        self,
        loss: Float[Tensor, ""],
        gradient: Sequence[Tensor],
        evaluate: Callable[[], Evaluation],
    ) -> None:
        """Update the parameters by a line search, after `begin`.

        Parameters
        ----------
        loss, gradient
            At the parameters as they are.
        evaluate
            Evaluates both at the parameters as they are when it is called.
        """
        known: list[Evaluation] = [(loss, gradient)]

        def closure() -> Tensor:
            value, of_value = known.pop() if known else evaluate()
            self._set_gradient(of_value)
            return value

        self._made.step(closure)

    def moments(self) -> Moments | None:
        """Return the optimiser's moments after a step; None if it has none."""
        return self.settings.moments(self._made)

    def srr(self) -> Float64[Tensor, ""]:
        """Signal-to-rms ratio of the optimiser's moments (Eq. 13); NaN if it has none."""
        moments = self.moments()
        if moments is None:
            return self.parameters[0].new_full((), torch.nan, dtype=torch.float64)
        return srr_moments(moments)

    def arrays(self) -> Arrays:
        """Return the state for a checkpoint."""
        return to_arrays(self.settings.state(self._made))

    def _set_gradient(self, gradient: Sequence[Tensor]) -> None:
        for parameter, values in zip(self.parameters, gradient, strict=True):
            parameter.grad = values
