"""Base class of training methods: the weight of each collocation point in the loss."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from pydantic import Field

from pinn_phases.strict_model import StrictModel

TINY = 2.0**-126  # smallest normal number in float32; smaller residuals count as 0
Tensor = Any  # a torch tensor; settings import this module, and importing torch would be slow


class Method(StrictModel, ABC):
    """Rule for the weights of the collocation points; the model's fields are its constants.

    Weights and residuals are dimensionless arrays of shape (equations, points). Each iteration
    first updates the weights from the residuals, without gradient, and then multiplies the
    residuals by them inside the square (Eq. 27).
    """

    title: ClassVar[str]

    @property
    def weight_at_start(self) -> float:
        """Weight of every point before the first iteration."""
        return 0.0

    @abstractmethod
    def update(self, weights: Tensor, residual: Tensor) -> Tensor:
        """Return new weights from those of the previous iteration and the current residuals."""

    @abstractmethod
    def multiplier(self, weights: Tensor) -> Tensor:
        """Return the factor that multiplies the residuals inside the square of the loss."""


class ResidualAttention(Method):
    """Weights that follow the residuals (Eq. 28); subclasses decide if the loss uses them.

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
        """Return gamma lambda + eta* |R| / max |R| (Eq. 28), with the maximum of each equation.

        Weights never exceed rate / (1 - decay). Where every residual is 0, they only decay.
        """
        magnitude = residual.abs()
        relative = magnitude / magnitude.amax(-1, keepdim=True).clamp(min=TINY)
        return self.decay * weights + self.rate * relative
