"""Derivatives of a network's solution in the obvious way: by differentiating again and again.

Written as PINN codes usually are, for any problem; tests hold the streams against it, and the
benchmark times it.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pinn_phases.model import input_features
from pinn_phases.problems.base import Derivatives, Jet, Problem
from pinn_phases.training.settings import NetworkSettings


def fields(
    problem: Problem,
    network: NetworkSettings,
    points: Tensor,
    parameters: Sequence[Tensor],
    derivatives: Derivatives,
) -> Mapping[str, Jet]:
    """Jets of the fields at `points` (n, coordinates), with a graph back to the parameters."""
    points = points.clone().requires_grad_()
    h = torch.vmap(lambda point: input_features(problem, network, point))(points)
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    for weight, bias in layers[:-1]:
        h = torch.tanh(torch.nn.functional.linear(h, weight, bias))
    outputs = torch.nn.functional.linear(h, *layers[-1])
    offset, factor = torch.vmap(lambda point: problem.ansatz(network.ansatz, point))(points)
    return {
        name: _jet(offset + factor * outputs[:, column], points, problem.coordinates, derivatives)
        for column, name in enumerate(problem.fields)
    }


def _jet(
    value: Tensor, points: Tensor, coordinates: tuple[str, ...], derivatives: Derivatives
) -> Jet:
    column = {name: i for i, name in enumerate(coordinates)}

    def gradient(of: Tensor) -> Tensor:
        return torch.autograd.grad(of.sum(), points, create_graph=True)[0]

    operator = derivatives.operator
    if not derivatives.first and operator is None:
        return Jet(value, {})
    first = gradient(value)  # (n, coordinates)
    wanted = {name: first[:, column[name]] for name in derivatives.first}
    if operator is None:
        return Jet(value, wanted)
    terms = [b * first[:, column[i]] for i, b in operator.first.items()]
    second = {i: gradient(first[:, column[i]]) for i in {i for i, _ in operator.second}}
    terms += [a * second[i][:, column[j]] for (i, j), a in operator.second.items()]
    return Jet(value, wanted, torch.stack(terms).sum(0))
