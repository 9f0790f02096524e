"""The fully connected tanh network: sizes, initial parameters, hidden activations.

Parameters are a sequence (W1, b1, ..., WL, bL). W has the shape (outputs, inputs), b (outputs,).
Each layer computes tanh(h W^T + b), the last one without the tanh.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings


@dataclass(frozen=True)
class Network:
    """Layer sizes of a network; parameters are stored elsewhere and passed to its methods.

    Attributes
    ----------
    sizes
        Widths of the input, of each hidden layer and of the output.
    """

    sizes: tuple[int, ...]

    @classmethod
    def of(cls, problem: Problem, settings: NetworkSettings) -> "Network":
        """Return the network of a problem, from its input features to its fields."""
        return cls(settings.sizes(problem))

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the parameters, in order."""
        pairs = itertools.pairwise(self.sizes)
        return [shape for inputs, outputs in pairs for shape in ((outputs, inputs), (outputs,))]

    @property
    def parameter_count(self) -> int:
        """Number of parameters."""
        return sum(map(math.prod, self.shapes))

    def split(self, flat: Float[Tensor, "*batches parameters"]) -> list[Tensor]:
        """Split the last axis into the parameters; return views with their shapes."""
        parts = flat.split([math.prod(shape) for shape in self.shapes], -1)
        return [part.unflatten(-1, shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def initial_parameters(self, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Draw the initial parameters (float32, CPU).

        Weights are Xavier normal, with variance 2 / (inputs + outputs). Biases are uniform in
        [-b, b] with b = 1 / sqrt(inputs), PyTorch's default for a linear layer.

        References
        ----------
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
        networks, AISTATS 2010, Eq. 12 (there the uniform variant).
        """
        parameters = []
        for inputs, outputs in itertools.pairwise(self.sizes):
            weight = torch.empty(outputs, inputs)
            weight.normal_(0.0, math.sqrt(2.0 / (inputs + outputs)), generator=generator)
            bound = 1.0 / math.sqrt(inputs)
            bias = torch.empty(outputs).uniform_(-bound, bound, generator=generator)
            parameters += [weight, bias]
        return tuple(parameters)

    def unflattened(
        self,
        values: Float32[NDArray[np.float32], " parameters"],
        dtype: torch.dtype = torch.float32,
    ) -> list[Tensor]:
        """Convert stored parameters, a flat array, to tensors on the CPU."""
        return self.split(torch.tensor(values, dtype=dtype))

    @staticmethod
    def hidden_activations(
        features: Float[Tensor, "points features"], parameters: Sequence[Tensor]
    ) -> Iterator[Float[Tensor, "points width"]]:
        """Yield the activations of each hidden layer in turn."""
        h = features
        for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = torch.addmm(bias, h, weight.T).tanh_()
            yield h


def flattened(tensors: Sequence[Tensor]) -> Float32[NDArray[np.float32], " values"]:
    """Concatenate the values of all tensors to a flat array."""
    return torch.cat([t.detach().flatten() for t in tensors]).cpu().numpy()


def unflattened(values: Float[NDArray[Any], " values"], like: Sequence[Tensor]) -> list[Tensor]:
    """Undo `flattened`; the tensors have the shapes, dtype and device of `like`."""
    flat = torch.from_numpy(values).to(like[0])
    parts = flat.split([t.numel() for t in like])
    return [part.view_as(t).clone() for part, t in zip(parts, like, strict=True)]
