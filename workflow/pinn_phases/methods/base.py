"""What a training method decides: how each collocation point weighs in the loss."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from array_api_compat import array_namespace
from pydantic import Field

from pinn_phases.frozen import Frozen

Array = Any  # a NumPy array or a torch tensor


class Method(Frozen, ABC):
    """Weights of the collocation points; the fields of the model are the method's constants.

    Weights and residuals are arrays of shape (equations, points), dimensionless; weights are zero
    before the first iteration. In each iteration they are first updated from the residuals,
    without gradient, and then multiply the residuals inside the square (Eq. 27).
    """

    title: ClassVar[str]

    @abstractmethod
    def update(self, weights: Array, residual: Array) -> Array:
        """Weights of this iteration from those of the last one and this iteration's residuals."""

    @abstractmethod
    def multiplier(self, weights: Array) -> Array:
        """What the residuals are multiplied with in the loss."""


class ResidualAttention(Method):
    """Weights that follow the residuals, as Eq. 28 says; whether they are used is left open.

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

    def update(self, weights: Array, residual: Array) -> Array:
        """Weights gamma lambda + eta* |R| / max |R| (Eq. 28), the maximum taken per equation.

        The largest weight is at most rate / (1 - decay).
        """
        xp = array_namespace(residual)
        magnitude = xp.abs(residual)
        relative = magnitude / xp.max(magnitude, axis=-1, keepdims=True)
        return self.decay * weights + self.rate * relative
