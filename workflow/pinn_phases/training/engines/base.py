"""What the training loop asks of an engine: the loss, and its gradient for each batch of points.

The loss of a batch is its own weighted mean of squared residuals plus the initial and boundary
conditions, which are the same for every batch (Section 3.1). The full-batch loss is the mean of the
batch losses, so the full gradient is the mean of the batch gradients.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torch import Tensor


class Loss(NamedTuple):
    """What one evaluation of the loss gives; no gradient passes through any of it.

    Attributes
    ----------
    pde
        Weighted mean squared residual of each batch, shape (batches,).
    conditions
        Mean square of each condition, without its weight.
    condition_weights
        Factors of the conditions in the loss.
    residual
        Shape (equations, points).
    weights
        The method's, after this iteration's update, shape (equations, points).
    common
        Gradient of the weighted conditions by the parameters, which is part of the gradient of
        every batch.
    """

    pde: Tensor
    conditions: Mapping[str, Tensor]
    condition_weights: Mapping[str, float]
    residual: Tensor
    weights: Tensor
    common: Sequence[Tensor]

    @property
    def total(self) -> Tensor:
        """Full-batch loss, a scalar: what the optimiser minimises."""
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
    def gradients(self, parameters: Sequence[Tensor], weights: Tensor) -> tuple[Loss, list[Tensor]]:
        """Update the weights of the points, then evaluate the loss and its gradient for each batch.

        Parameters
        ----------
        parameters
            As in `pinn_phases.network.network`.
        weights
            The method's, of the iteration before, shape (equations, points).

        Returns
        -------
        Loss, list of Tensor
            The gradients have the shapes of the parameters with a leading dimension (batches,);
            their mean over it is the gradient of `Loss.total`. The next call may overwrite them.
        """

    @abstractmethod
    def term_gradients(
        self, parameters: Sequence[Tensor], weights: Tensor
    ) -> tuple[list[Tensor], dict[str, list[Tensor]]]:
        """Return the gradients of the terms of the loss, one by one, for given weights.

        Returns
        -------
        list of Tensor, dict
            Gradient of each batch's weighted mean squared residual, with a leading dimension
            (batches,), which the next call may overwrite; and gradient of each condition, with its
            weight, by its name.
        """
