"""What the training loop asks of an engine: the loss, and its gradient for each batch of points.

The loss of a batch is its own weighted mean of squared residuals plus the initial and boundary
conditions, which are the same for every batch (Section 3.1). The full-batch loss is the mean of the
batch losses, so the full gradient is the mean of the batch gradients.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

Weights = Float[Tensor, "equations points"]
BatchGradient = Float[Tensor, "batches ..."]  # behind the batches, the shape of a parameter


class Loss(NamedTuple):
    """What one evaluation of the loss gives; no gradient passes through any of it.

    Attributes
    ----------
    pde
        Weighted mean squared residual of each batch.
    conditions
        Mean square of each condition, without its weight.
    condition_weights
        Factors of the conditions in the loss.
    weights
        The method's, after this iteration's update.
    common
        Gradient of the weighted conditions by the parameters, which is part of the gradient of
        every batch.
    """

    pde: Float[Tensor, " batches"]
    conditions: Mapping[str, Float[Tensor, ""]]
    condition_weights: Mapping[str, float]
    residual: Float[Tensor, "equations points"]
    weights: Weights
    common: Sequence[Tensor]

    @property
    def total(self) -> Float[Tensor, ""]:
        """Full-batch loss: what the optimiser minimises."""
        weighted = (self.condition_weights[name] * term for name, term in self.conditions.items())
        return self.pde.mean() + sum(weighted)


class Engine(ABC):
    """Loss and gradients of one problem, method and set of points.

    Attributes
    ----------
    compiled
        Whether it runs compiled code.
    capturable
        Whether a CUDA graph may capture `gradients`: every call runs the same kernels and returns
        the same tensors, with new values.
    """

    compiled: bool
    capturable: bool

    @abstractmethod
    def gradients(
        self, parameters: Sequence[Tensor], weights: Weights, *, update: bool = True
    ) -> tuple[Loss, list[BatchGradient]]:
        """Update the weights of the points, then evaluate the loss and its gradient for each batch.

        Parameters
        ----------
        parameters
            As in `pinn_phases.network.network`.
        weights
            The method's, of the iteration before.
        update
            False: keep the weights as they are.

        Returns
        -------
        tuple
            Loss, and for each parameter the gradients of the batches, whose mean is the gradient of
            `Loss.total`. The next call may overwrite the gradients.
        """

    def mean(self, gradients: Sequence[BatchGradient]) -> list[Tensor]:
        """Mean over the batches of what `gradients` returned last."""
        return [gradient.mean(0) for gradient in gradients]

    @abstractmethod
    def term_gradients(
        self, parameters: Sequence[Tensor], weights: Weights
    ) -> tuple[list[BatchGradient], dict[str, list[Tensor]]]:
        """Return the gradients of the terms of the loss, one by one, for given weights.

        Returns
        -------
        tuple
            Gradient of each batch's weighted mean squared residual, which the next call may
            overwrite; and gradient of each condition, with its weight, by its name.
        """

    @abstractmethod
    def condition_gradients(self, parameters: Sequence[Tensor]) -> dict[str, list[Tensor]]:
        """Return the gradient of each condition, with its weight, by its name."""
