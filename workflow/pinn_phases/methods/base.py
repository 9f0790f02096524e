"""Base class of training methods: the weight of each collocation point in the loss."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from pydantic import Field

from pinn_phases.model import StrictModel

Tensor = Any  # a torch tensor; this module is read with the settings, before torch is needed


class Method(StrictModel, ABC):
    """Weights of the collocation points; the model's fields are the constants of the method.

    Weights and residuals are arrays of shape (equations, points), dimensionless. In each iteration
    the weights are first updated from the residuals, without gradient, and then multiply the
    residuals inside the square (Eq. 27).
    """

    title: ClassVar[str]

    @property
    def weight_at_start(self) -> float:
        """Weight of every point before the first iteration."""
        return 0.0

    @abstractmethod
    def update(self, weights: Tensor, residual: Tensor) -> Tensor:
        """Weights of this iteration from those of the last one and this iteration's residuals."""

    @abstractmethod
    def multiplier(self, weights: Tensor) -> Tensor:
        """Return the factor of the residuals in the loss."""


class ResidualAttention(Method):
    """Weights that follow the residuals (Eq. 28); subclasses decide whether the loss uses them.

    | paper  | here    |
    |--------|---------|
    | lambda | weights |
    | gamma  | decay   |
    | eta*   | rate    |

    References
    ----------
    Anagnostopoulos, Toscano, Stergiopoulos, Karniadakis, Residual-based attention in
    physics-informed neural networks, Comput. Methods Appl. Mech. Eng. 421 (2024) 116805.
    """

    decay: float = Field(ge=0, lt=1)
    rate: float = Field(gt=0)

    def update(self, weights: Tensor, residual: Tensor) -> Tensor:
        """Weights gamma lambda + eta* |R| / max |R| (Eq. 28), the maximum taken per equation.

        The largest weight is at most rate / (1 - decay).
        """
        magnitude = residual.abs()
        relative = magnitude / magnitude.amax(-1, keepdim=True)
        return self.decay * weights + self.rate * relative
