"""Derivatives of a network's solution in the obvious way: by differentiating again and again.

Written as PINN codes usually are, for any problem; tests hold the streams against it, and the
benchmark times it.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import torch
from torch import Tensor

from pinn_phases.model import input_features
from pinn_phases.problems.base import Derivatives, Jet, Problem, Term
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

    @cache  # u_x is part of u_xx and of u_xy
    def derivative(term: Term) -> Tensor:
        if not term:
            return value
        lower = derivative(term[:-1])
        gradient = torch.autograd.grad(lower.sum(), points, create_graph=True)[0]
        return gradient[:, column[term[-1]]]

    named = {
        name: torch.stack([a * derivative(term) for term, a in operator.items()]).sum(0)
        for name, operator in derivatives.items()
    }
    return Jet(value, named)
