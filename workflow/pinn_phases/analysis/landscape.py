"""Adam on a loss of two parameters, of which one is much sharper (Section 2.2, Fig. 4).

| paper              | here          |
|--------------------|---------------|
| theta_1, theta_2   | columns of parameters |
| C, Eq. 11          | corrections   |
| m-hat              | first_moment  |
| v-hat              | second_moment |

The loss is the sum of one function of each parameter, so a slice through the minimum is that
function itself::

    L = k1 w^2 (sqrt(1 + (theta_1 / w)^2) - 1) + k2 (theta_2 + 10)^2 / 2

Both are parabolas near the minimum, of curvature k1 and k2; farther away than w the first one
becomes a straight wall (the pseudo-Huber function). The run starts at the same distance from the
minimum along both axes, so that only the shape of the loss tells them apart.

What Adam does with sharpness. C does not know it: times any factor, a gradient gives the same C,
but for epsilon. The steps sum to the way travelled, so the mean of C over a run that has converged
is (start - minimum) / (learning rate x steps), for any sharpness. Two averages say more:

- the mean of |C|, Adam's pace. Theta_1's is larger, as the caption says, because its gradient keeps
  its size until the minimum is near: along the way first and second moment agree (Eq. 12). It
  would not be larger for a parabola, however sharp.
- the factor |C| / |m-hat| with which Adam multiplies the gradient, averaged over the run with the
  gradient's size as weight. Theta_1's is smaller, by about the ratio of the gradients. Gradient
  descent whose learning rate is multiplied with c_j for parameter j is plain gradient descent in
  theta_j / sqrt(c_j). On these axes curvatures are multiplied with c_j, and become comparable: this
  is the scaling of the landscape.

References
----------
Kingma, Ba, Adam: a method for stochastic optimization, arXiv:1412.6980, Algorithm 1.
Hartley, Zisserman, Multiple View Geometry in Computer Vision, 2003, Appendix 6: pseudo-Huber.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pinn_phases.arrays import Real

MINIMUM = (0.0, -10.0)  # caption of Fig. 4
START = (10.0, 0.0)  # 10 away from the minimum along each axis: only the shape differs
CURVATURES = (10.0, 0.1)  # k1, k2: a hundred to one is far from comparable, and can be drawn
WALL = 3.0  # w: the larger part of theta_1's way, and none of its minimum, is wall

LEARNING_RATE = 0.1  # a hundred steps of full size from the start to the minimum
STEPS = 240  # both parameters have arrived by step 200
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # Adam's usual ones, also those of the trainings


@dataclass(frozen=True)
class Descent:
    """A run of Adam; arrays of the shape (steps, parameters), the first with a row for the start.

    Attributes
    ----------
    parameters
        Before the first step and after each; shape (steps + 1, parameters).
    first_moment, second_moment
        Moving averages of the gradient and of its square, corrected for their bias.
    corrections
        C of Eq. 11, of each step.
    """

    parameters: Real
    first_moment: Real
    second_moment: Real
    corrections: Real

    @property
    def pace(self) -> Real:
        """Mean of |C| over the steps so far, at most about 1; shape (steps, parameters)."""
        count = np.arange(1, len(self.corrections) + 1)[:, None]
        mean: Real = np.abs(self.corrections).cumsum(0) / count
        return mean

    @property
    def factor(self) -> Real:
        """Mean of |C| / |first moment| with weight |first moment|, shape (parameters,)."""
        steps, gradients = (np.abs(x).sum(0) for x in (self.corrections, self.first_moment))
        ratio: Real = steps / gradients
        return ratio


def adam(
    gradient: Callable[[Real], Real],
    start: ArrayLike,
    *,
    learning_rate: float,
    steps: int,
    beta1: float = BETA1,
    beta2: float = BETA2,
    epsilon: float = EPSILON,
) -> Descent:
    """Run Adam (Eqs. 10 and 11) from `start`, shape (parameters,)."""
    at = np.array(start, dtype=np.float64)
    m, v = np.zeros_like(at), np.zeros_like(at)
    parameters, moments = [at], []
    for step in range(1, steps + 1):
        slope = gradient(at)
        m = beta1 * m + (1 - beta1) * slope
        v = beta2 * v + (1 - beta2) * slope**2
        first, second = m / (1 - beta1**step), v / (1 - beta2**step)
        correction = first / (np.sqrt(second) + epsilon)
        at = at - learning_rate * correction
        parameters.append(at)
        moments.append((first, second, correction))
    return Descent(np.array(parameters), *np.array(moments).swapaxes(0, 1))


def slices(offset: ArrayLike) -> Real:
    """Loss along each axis through the minimum.

    Parameters
    ----------
    offset
        Distances from the minimum, with the sign of the direction; shape (..., 2).

    Returns
    -------
    ndarray, shape (..., 2)
        Of theta_1 and of theta_2; their sum is the loss.
    """
    x, y = np.moveaxis(np.asarray(offset, dtype=np.float64), -1, 0)
    sharp = CURVATURES[0] * WALL**2 * (np.hypot(1, x / WALL) - 1)
    return np.stack([sharp, CURVATURES[1] * y**2 / 2], -1)


def loss(parameters: ArrayLike) -> Real:
    """Loss at parameters of shape (..., 2); shape (...)."""
    total: Real = slices(np.asarray(parameters) - MINIMUM).sum(-1)
    return total


def loss_gradient(parameters: Real) -> Real:
    """Gradient of the loss; the shape of `parameters`, (..., 2)."""
    x, y = np.moveaxis(parameters - MINIMUM, -1, 0)
    return np.stack([CURVATURES[0] * x / np.hypot(1, x / WALL), CURVATURES[1] * y], -1)


def descend() -> Descent:
    """Run Adam on the loss from its start."""
    return adam(loss_gradient, START, learning_rate=LEARNING_RATE, steps=STEPS)


def stretch(run: Descent) -> float:
    """Factor of theta_1's axis in units of theta_2's, so that Adam is plain descent on the plane.

    By sqrt(c_2 / c_1), from the factors c of the run; curvatures along theta_1 are divided by its
    square.
    """
    sharp, flat = run.factor
    return float(np.sqrt(flat / sharp))
