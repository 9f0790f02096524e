"""The loss without weights, the paper's baseline."""

from typing import ClassVar

from pinn_phases.methods.base import ResidualAttention, Tensor


class Vanilla(ResidualAttention):
    """All points have equal weight (Eq. 1); the RBA weights are only computed as a diagnostic."""

    title: ClassVar[str] = "Vanilla"

    def multiplier(self, weights: Tensor) -> Tensor:
        """Return 1: the loss does not use the weights."""
        return 1.0
