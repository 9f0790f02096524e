"""Self-adaptive weights (SA-PINN), trained with the network: it descends the loss, they ascend."""

from typing import ClassVar

from pydantic import Field

from pinn_phases.methods.base import Method, Tensor


class SelfAdaptive(Method):
    """Weights that ascend the loss, to which each point contributes (lambda R)^2.

    | source | here                                        |
    |--------|---------------------------------------------|
    | lambda | weights, multipliers inside the square      |
    | m      | lambda^2, the mask that multiplies R^2      |
    | rho    | rate; the source leaves it to each problem  |

    The source ascends and descends simultaneously. Here, as with every method, the weights ascend
    first, and then the network descends the loss with the new weights. The source may also weight
    the points of conditions; here conditions have the fixed weights of the settings.

    References
    ----------
    McClenny and Braga-Neto, Self-adaptive physics-informed neural networks, J. Comput. Phys. 474
    (2023) 111722.
    """

    title: ClassVar[str] = "SA"

    start: float = Field(gt=0)
    rate: float = Field(gt=0)

    @property
    def weight_at_start(self) -> float:
        """Initial weight of every point; with 1 the loss starts as the unweighted one."""
        return self.start

    def update(self, weights: Tensor, residual: Tensor) -> Tensor:
        """Weights lambda + rho d/dlambda (lambda R)^2, one step of gradient ascent.

        The loss is a mean over points, but the step uses the gradient of the sum, so that the rate
        does not depend on their number. Weights only grow, faster where the residual is larger.
        """
        return weights + self.rate * 2 * weights * residual.square()

    def multiplier(self, weights: Tensor) -> Tensor:
        """Return the weights."""
        return weights
