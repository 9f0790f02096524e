"""Adam, the paper's optimiser."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from pinn_phases.optimisers.base import Moments, StepDecay, Tensor, TorchOptimiser


class Adam(StepDecay):
    """Adam (Eqs. 10 and 11) on the full batch, in torch's implementation."""

    title: ClassVar[str] = "Adam"
    capturable: ClassVar[bool] = True

    beta1: float = Field(ge=0, lt=1)
    beta2: float = Field(ge=0, lt=1)
    epsilon: float = Field(gt=0)

    def make(self, parameters: Sequence[Tensor]) -> TorchOptimiser:
        """Return Adam before its first step."""
        import torch

        device = parameters[0].device
        on_gpu, rate = device.type == "cuda", self.learning_rate
        # A CUDA graph would store a Python number as a constant, so the rate must be a tensor.
        adam = torch.optim.Adam(
            parameters,
            lr=torch.tensor(rate, device=device) if on_gpu else rate,
            betas=(self.beta1, self.beta2),
            eps=self.epsilon,
            fused=True,
            capturable=on_gpu,
        )
        for parameter in parameters:
            adam.state[parameter] = {
                "step": torch.tensor(0.0, device=device),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        return adam

    def moments(self, optimiser: TorchOptimiser) -> Moments:
        """Return Adam's two moving averages."""
        states = list(optimiser.state.values())
        step = states[0]["step"]
        steps = step if step.is_cuda else int(step)
        first, second = ([state[name] for state in states] for name in ("exp_avg", "exp_avg_sq"))
        return Moments(first, second, steps, self.beta1, self.beta2, self.epsilon)

    def state(self, optimiser: TorchOptimiser) -> Mapping[str, Tensor]:
        """Return the moments of all parameters as two vectors, `first` and `second`."""
        import torch

        moments = self.moments(optimiser)
        named = {"first": moments.first, "second": moments.second}
        return {name: torch.cat([m.flatten() for m in each]) for name, each in named.items()}

    def restore(
        self, optimiser: TorchOptimiser, state: Mapping[str, Tensor], iteration: int
    ) -> None:
        """Load moments and step count into a new Adam."""
        parameters = optimiser.param_groups[0]["params"]
        sizes = [parameter.numel() for parameter in parameters]
        first, second = (state[name].split(sizes) for name in ("first", "second"))
        for parameter, average, square in zip(parameters, first, second, strict=True):
            own = optimiser.state[parameter]
            own["step"].fill_(iteration)
            own["exp_avg"].copy_(average.view_as(parameter))
            own["exp_avg_sq"].copy_(square.view_as(parameter))
