"""Input features of the network."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings


def input_features(
    problem: Problem, network: NetworkSettings, point: Float[Tensor, " coordinates"]
) -> Float[Tensor, " features"]:
    """Return the input features of one point.

    The features are the coordinates. With `fourier_modes` K > 0, each periodic coordinate x of
    period P adds cos(2 pi k x / P) and sin(2 pi k x / P), k = 1..K.
    """
    features = [point]
    for column, name in enumerate(problem.coordinates):
        if name in problem.periodic and network.fourier_modes:
            lower, upper = problem.domain[name]
            modes = torch.arange(
                1, network.fourier_modes + 1, dtype=point.dtype, device=point.device
            )
            phase = 2 * math.pi / (upper - lower) * modes * point[column]
            features += [torch.cos(phase), torch.sin(phase)]
    return torch.cat(features)
