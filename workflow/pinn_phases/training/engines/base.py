"""Interface of the engines, which compute the loss and its gradient for each batch of points.

The loss of a batch is the weighted mean square of its residuals, plus the initial and boundary
conditions, which are the same for every batch (Section 3.1). The full-batch loss is the mean of the
batch losses, so the full-batch gradient is the mean of the batch gradients.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

Weights = Float[Tensor, "equations points"]
BatchGradient = Float[Tensor, "batches ..."]  # batches, then the shape of a parameter


class Loss(NamedTuple):
    """Result of one evaluation of the loss; no tensor in it requires a gradient.

    Attributes
    ----------
    pde
        Weighted mean square of the residuals of each batch.
    conditions
        Mean square of each condition, without its weight.
    condition_weights
        Factors of the conditions in the loss.
    residual
        Residuals at all points.
    weights
        Weights of the points, after the update in this iteration.
    common
        Gradient of the weighted sum of the conditions with respect to the parameters, which is the
        same in the gradient of every batch.
    """

    pde: Float[Tensor, " batches"]
    conditions: Mapping[str, Float[Tensor, ""]]
    condition_weights: Mapping[str, float]
    residual: Float[Tensor, "equations points"]
    weights: Weights
    common: Sequence[Tensor]

    @property
    def total(self) -> Float[Tensor, ""]:
        """Full-batch loss, which the optimiser minimises."""
        weighted = (self.condition_weights[name] * term for name, term in self.conditions.items())
        return self.pde.mean() + sum(weighted)


class Engine(ABC):
    """Computes loss and gradients for one problem, method and set of points.

    Attributes
    ----------
    compiled
        Whether the engine runs compiled code.
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
        """Update the weights of the points, then compute the loss and its gradient for each batch.

        Parameters
        ----------
        parameters
            (W1, b1, ..., WL, bL), as in `pinn_phases.network.network`.
        weights
            Weights of the points after the previous iteration.
        update
            If False, the weights are not updated.

        Returns
        -------
        tuple
            Loss, and for each parameter the gradients of all batches; their mean is the gradient of
            `Loss.total`. The next call may overwrite the gradients.
        """

    def mean(self, gradients: Sequence[BatchGradient]) -> list[Tensor]:
        """Return the mean over batches of the gradients that `gradients` returned last."""
        return [gradient.mean(0) for gradient in gradients]

    @abstractmethod
    def term_gradients(
        self, parameters: Sequence[Tensor], weights: Weights
    ) -> tuple[list[BatchGradient], dict[str, list[Tensor]]]:
        """Return the gradients of the separate terms of the loss, for given weights.

        Returns
        -------
        tuple
            Gradient of the weighted mean square of each batch's residuals, which the next call may
            overwrite; and the gradient of each condition times its weight, by name.
        """

    @abstractmethod
    def condition_gradients(self, parameters: Sequence[Tensor]) -> dict[str, list[Tensor]]:
        """Return the gradient of each condition times its weight, by name."""
