"""SOAP, Adam in the eigenbasis of Shampoo's preconditioner."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from pinn_phases.optimisers.base import Moments, StepDecay, Tensor, TorchOptimiser


class Soap(StepDecay):
    """SOAP on the full batch, in the implementation of the package pytorch-optimizer.

    Weight matrices have a preconditioner on each side; biases have none. The first step only
    initialises the preconditioners and changes no parameter, as in the authors' code.

    References
    ----------
    Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson, Kakade, SOAP: improving and
    stabilizing Shampoo using Adam, ICLR 2025.
    Wang, Bhartari, Li, Perdikaris, Gradient alignment in physics-informed neural networks: a
    second-order optimization perspective, NeurIPS 2025.
    """

    title: ClassVar[str] = "SOAP"

    beta1: float = Field(ge=0, lt=1)
    beta2: float = Field(ge=0, lt=1)  # also the decay rate of the preconditioners
    epsilon: float = Field(gt=0)
    precondition_every: int = Field(ge=1)  # steps between updates of the eigenbases

    def make(self, parameters: Sequence[Tensor]) -> TorchOptimiser:
        """Return SOAP before its first step."""
        from pytorch_optimizer import SOAP

        return SOAP(
            parameters,
            lr=self.learning_rate,
            betas=(self.beta1, self.beta2),
            eps=self.epsilon,
            precondition_frequency=self.precondition_every,
            weight_decay=0.0,
        )

    def moments(self, optimiser: TorchOptimiser) -> Moments | None:
        """Return the moments, the second in the eigenbasis; None after the first step."""
        steps = optimiser.param_groups[0]["step"] - 1  # the first step only initialises
        if not steps:
            return None
        states = optimiser.state.values()
        first, second = ([state[name] for state in states] for name in ("exp_avg", "exp_avg_sq"))
        return Moments(first, second, steps, self.beta1, self.beta2, self.epsilon)
