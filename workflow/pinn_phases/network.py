"""The fully connected tanh network and its initial weights.

Parameters are a flat tuple (W1, b1, ..., WL, bL): W of shape (outputs, inputs), b of shape
(outputs,). Each layer computes tanh(h W^T + b), the last one without the tanh.
"""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor


def layer_sizes(inputs: int, hidden_layers: int, width: int, outputs: int) -> tuple[int, ...]:
    """Sizes of the input, of every hidden layer and of the output."""
    return (inputs, *[width] * hidden_layers, outputs)


def shapes(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Shapes of the parameters, in their order."""
    pairs = itertools.pairwise(sizes)
    return [shape for inputs, outputs in pairs for shape in ((outputs, inputs), (outputs,))]


def initial_parameters(sizes: Sequence[int], generator: torch.Generator) -> tuple[Tensor, ...]:
    """Draw the initial parameters (float32, CPU).

    Weights are Xavier normal, of variance 2 / (inputs + outputs); biases uniform within
    1 / sqrt(inputs) of zero, PyTorch's default for a linear layer.

    References
    ----------
    Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks,
    AISTATS 2010, Eq. 12 (there the uniform variant).
    """
    parameters = []
    for inputs, outputs in itertools.pairwise(sizes):
        weight = torch.empty(outputs, inputs)
        weight.normal_(0.0, math.sqrt(2.0 / (inputs + outputs)), generator=generator)
        bound = 1.0 / math.sqrt(inputs)
        parameters += [weight, torch.empty(outputs).uniform_(-bound, bound, generator=generator)]
    return tuple(parameters)
