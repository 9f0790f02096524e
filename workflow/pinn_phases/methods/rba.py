"""Residual-based attention (RBA), the paper's method of weighting points."""

from typing import ClassVar

from pinn_phases.methods.base import ResidualAttention, Tensor


class Rba(ResidualAttention):
    """Residuals are multiplied by a moving average of their relative magnitude (Eq. 27).

    `ResidualAttention.update` computes the average (Eq. 28); vanilla shares it, as a diagnostic.
    """

    title: ClassVar[str] = "RBA"

    def multiplier(self, weights: Tensor) -> Tensor:
        """Return the weights."""
        return weights
