"""Adam on a loss of two parameters with very different curvatures (Section 2.3, Fig. 4).

| paper              | here          |
|--------------------|---------------|
| theta_1, theta_2   | columns of parameters |
| C, Eq. 11          | corrections   |
| m-hat              | first_moment  |
| v-hat              | second_moment |

The loss is a sum of one function per parameter, so a slice through the minimum along one parameter
is that parameter's function::

    L = k1 w^2 (sqrt(1 + (theta_1 / w)^2) - 1) + k2 (theta_2 + 10)^2 / 2

Both are parabolas near the minimum, with curvatures k1 and k2. Beyond w the first one becomes a
straight wall (the pseudo-Huber function). Adam starts at the same distance from the minimum along
both axes, so that the axes differ only in the shape of the loss.

Adam and sharpness: C does not depend on the sharpness of the loss, because multiplying the gradient
by any factor gives the same C, except for epsilon. The steps add up to the path, so the mean of C
over a converged run is (start - minimum) / (learning rate x steps) for any sharpness. Two other
averages are more informative:

- the mean of |C|, the pace of Adam. It is larger for theta_1, as the caption says, because its
  gradient is nearly constant until close to the minimum, so that first and second moment agree
  along the path (Eq. 12). For a parabola it would not be larger, however sharp.
- the factor |C| / |m-hat| by which Adam multiplies the gradient, averaged over the run with the
  norm of the gradient as weight. It is smaller for theta_1, by about the ratio of the gradients.
  Gradient descent with the learning rate multiplied by c_j for parameter j is plain gradient
  descent in theta_j / sqrt(c_j). On these axes curvatures are multiplied by c_j and become
  comparable: this is the scaling of the landscape.

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
START = (10.0, 0.0)  # at a distance of 10 from the minimum along each axis
CURVATURES = (10.0, 0.1)  # k1, k2; a ratio of 100 can still be drawn
WALL = 3.0  # w; most of the path along theta_1 is on the wall, but the minimum is a parabola

LEARNING_RATE = 0.1  # the minimum is a hundred steps of full size from the start
STEPS = 240  # both parameters have converged by step 200
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # the defaults of Adam, also used in training


@dataclass(frozen=True)
class Descent:
    """Steps of Adam; arrays of shape (steps, parameters).

    Attributes
    ----------
    parameters
        Values before the first step and after each; shape (steps + 1, parameters).
    first_moment, second_moment
        Bias-corrected moving averages of the gradient and of its square.
    corrections
        C of Eq. 11.
    """

    parameters: Real
    first_moment: Real
    second_moment: Real
    corrections: Real

    @property
    def pace(self) -> Real:
        """Running mean of |C| over the steps, at most about 1; shape (steps, parameters)."""
        count = np.arange(1, len(self.corrections) + 1)[:, None]
        mean: Real = np.abs(self.corrections).cumsum(0) / count
        return mean

    @property
    def factor(self) -> Real:
        """Mean of |C| / |first moment| with weight |first moment|; shape (parameters,)."""
        corrections, gradients = (np.abs(x).sum(0) for x in (self.corrections, self.first_moment))
        ratio: Real = corrections / gradients
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
        Signed distances from the minimum, shape (..., 2).

    Returns
    -------
    ndarray, shape (..., 2)
        Losses of theta_1 and theta_2; their sum is the loss.
    """
    x, y = np.moveaxis(np.asarray(offset, dtype=np.float64), -1, 0)
    sharp = CURVATURES[0] * WALL**2 * (np.hypot(1, x / WALL) - 1)
    return np.stack([sharp, CURVATURES[1] * y**2 / 2], -1)


def loss(parameters: ArrayLike) -> Real:
    """Loss, shape (...), at parameters of shape (..., 2)."""
    total: Real = slices(np.asarray(parameters) - MINIMUM).sum(-1)
    return total


def loss_gradient(parameters: Real) -> Real:
    """Gradient of the loss, with the shape of `parameters`, (..., 2)."""
    x, y = np.moveaxis(parameters - MINIMUM, -1, 0)
    return np.stack([CURVATURES[0] * x / np.hypot(1, x / WALL), CURVATURES[1] * y], -1)


def descend() -> Descent:
    """Run Adam on the loss from `START`."""
    return adam(loss_gradient, START, learning_rate=LEARNING_RATE, steps=STEPS)


def stretch(run: Descent) -> float:
    """Factor by which to stretch theta_1 relative to theta_2 to make Adam plain gradient descent.

    It is sqrt(c_2 / c_1), with the factors c of the run. Stretching divides the curvature along
    theta_1 by its square.
    """
    sharp, flat = run.factor
    return float(np.sqrt(flat / sharp))
