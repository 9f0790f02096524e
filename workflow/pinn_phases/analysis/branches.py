"""One parameter and three samples: where gradient descent may end (Section 2.3, Fig. 5).

Each sample has a residual R_i(theta); the loss is the mean of their squares (Eq. 1). Samples 1 and
2 are the same in all three branches, sample 3 is not. Its gradient at the start is, though, so that
the branches share the start t_1, where all gradients agree, and the first step. Then they part:

- A: sample 3 is met halfway between samples 1 and 2. These two cancel out, and stay unmet.
- B: sample 3 saturates. Its residual no longer changes with theta, so its gradient vanishes, while
  the residual itself does not.
- C: sample 3 is met far away, and is less steep. The three gradients cancel out and differ in size.

Straight residuals a (theta - z) belong to a linear model; h (tanh((theta - theta_1) / w) - 2), with
theta_1 the start, belongs to a neuron that saturates at half of what the sample asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pinn_phases.arrays import Real

Residual = Callable[[float], tuple[float, float]]  # of theta: R and dR/dtheta

START = 0.0  # theta at t_1
FIRST_GRADIENT = -2.0  # of sample 3 at the start; between those of samples 1 and 2
ROOTS = (1.0, 3.0)  # where samples 1 and 2 are met
SLOPE = np.sqrt(0.5)  # of their residuals: the gradient of the square then has the slope 1
HALFWAY, FAR = 2.0, 8.0  # where sample 3 is met in A, and in C
ASKED = 2.0  # of sample 3 in B, in units of what its neuron can give
WIDTH = 0.25  # of its saturation: over long before samples 1 and 2 settle

LEARNING_RATE = 0.1  # small against 2 / curvature, so that theta does not swing
STEPS = 400  # the slowest branch has come to rest, up to rounding


@dataclass(frozen=True)
class Branch:
    """A path of gradient descent.

    Attributes
    ----------
    theta
        Before the first step and after each; shape (steps + 1,).
    residuals
        R_i at theta; shape (steps + 1, samples).
    gradients
        d(R_i^2)/dtheta at theta; shape (steps + 1, samples). Their mean drives the descent.
    """

    theta: Real
    residuals: Real
    gradients: Real


def straight(root: float, slope: float) -> Residual:
    """R = slope (theta - root)."""
    return lambda theta: (slope * (theta - root), slope)


def straight_from(root: float, gradient: float) -> Residual:
    """R = a (theta - root), with a such that R^2 has the given gradient at the start."""
    return straight(root, float(np.sqrt(gradient / (2 * (START - root)))))


def saturating_from(width: float, gradient: float) -> Residual:
    """R = h (tanh((theta - start) / width) - 2), with h such that R^2 has the given gradient."""
    height = float(np.sqrt(-gradient * width / (2 * ASKED)))

    def residual(theta: float) -> tuple[float, float]:
        output = float(np.tanh((theta - START) / width))
        return height * (output - ASKED), height * (1 - output**2) / width

    return residual


def descend(samples: tuple[Residual, ...]) -> Branch:
    """Gradient descent on the mean of the squared residuals, from the start."""
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
    shared = tuple(straight(root, float(SLOPE)) for root in ROOTS)
    third = {
        "A": straight_from(HALFWAY, FIRST_GRADIENT),
        "B": saturating_from(WIDTH, FIRST_GRADIENT),
        "C": straight_from(FAR, FIRST_GRADIENT),
    }
    return {name: descend((*shared, sample)) for name, sample in third.items()}
