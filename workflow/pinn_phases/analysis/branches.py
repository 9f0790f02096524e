"""One parameter and three samples: possible limits of gradient descent (Section 2.3, Fig. 5).

Each sample has a residual R_i(theta); the loss is the mean of their squares (Eq. 1). Samples 1 and
2 are the same in all three branches. Sample 3 differs, but has the same gradient at the start. So
the branches share the start t_1, at which all gradients have the same sign, and the first step:

- A: the root of sample 3 is halfway between the roots of samples 1 and 2, whose gradients cancel
  there. Sample 3 is fitted, the others are not.
- B: sample 3 saturates. Its residual no longer depends on theta, so its gradient vanishes although
  its residual does not.
- C: the root of sample 3 is far away, and its slope is smaller. The three gradients cancel, but
  have different magnitudes.

A linear residual a (theta - z) corresponds to a linear model. The residual
h (tanh((theta - theta_1) / w) - 2), with theta_1 the start, corresponds to a neuron that saturates
at half of the sample's target.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pinn_phases.arrays import Real

Residual = Callable[[float], tuple[float, float]]  # theta -> R, dR/dtheta

START = 0.0  # theta at t_1
FIRST_GRADIENT = -2.0  # of sample 3 at the start; between those of samples 1 and 2
ROOTS = (1.0, 3.0)  # of samples 1 and 2
SLOPE = np.sqrt(0.5)  # of their residuals; the gradient of R^2 then has slope 1
HALFWAY, FAR = 2.0, 8.0  # roots of sample 3 in A and C
TARGET = 2.0  # of sample 3 in B, in units of the value at which the neuron saturates
WIDTH = 0.25  # of its tanh, which is saturated long before samples 1 and 2 converge

LEARNING_RATE = 0.1  # small compared with 2 / curvature, so that theta does not oscillate
STEPS = 400  # until the slowest branch has converged to rounding errors


@dataclass(frozen=True)
class Branch:
    """A path of gradient descent.

    Attributes
    ----------
    theta
        Values before the first step and after each; shape (steps + 1,).
    residuals
        R_i at theta; shape (steps + 1, samples).
    gradients
        d(R_i^2)/dtheta at theta; shape (steps + 1, samples). Each step follows their mean.
    """

    theta: Real
    residuals: Real
    gradients: Real


def linear(root: float, slope: float) -> Residual:
    """R = slope (theta - root)."""
    return lambda theta: (slope * (theta - root), slope)


def linear_with_gradient(root: float, gradient: float) -> Residual:
    """R = a (theta - root), where a gives R^2 the given gradient at the start."""
    return linear(root, float(np.sqrt(gradient / (2 * (START - root)))))


def saturating_with_gradient(width: float, gradient: float) -> Residual:
    """R = h (tanh((theta - start) / width) - 2), where h gives R^2 this gradient at the start."""
    height = float(np.sqrt(-gradient * width / (2 * TARGET)))

    def residual(theta: float) -> tuple[float, float]:
        output = float(np.tanh((theta - START) / width))
        return height * (output - TARGET), height * (1 - output**2) / width

    return residual


def descend(samples: tuple[Residual, ...]) -> Branch:
    """Run gradient descent on the mean of the squared residuals, from the start."""
    theta, rows = START, []
    for _ in range(STEPS + 1):
        residuals, slopes = np.array([sample(theta) for sample in samples]).T
        gradients = 2 * residuals * slopes
        rows.append((theta, residuals, gradients))
        theta = float(theta - LEARNING_RATE * gradients.mean())
    thetas, residuals, gradients = zip(*rows, strict=True)
    return Branch(np.array(thetas), np.array(residuals), np.array(gradients))


def branches() -> dict[str, Branch]:
    """Return the three branches, by their names in the paper."""
    shared = tuple(linear(root, float(SLOPE)) for root in ROOTS)
    third = {
        "A": linear_with_gradient(HALFWAY, FIRST_GRADIENT),
        "B": saturating_with_gradient(WIDTH, FIRST_GRADIENT),
        "C": linear_with_gradient(FAR, FIRST_GRADIENT),
    }
    return {name: descend((*shared, sample)) for name, sample in third.items()}
