"""Derivatives of a network's solution in the obvious way: by differentiating again and again.

Written as PINN codes usually are, for any problem; tests hold the streams against it, and the
benchmark times it.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from pinn_phases.network.features import input_features
from pinn_phases.operators import Fields, Jet, Operators, Term
from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings


def fields(
    problem: Problem,
    network: NetworkSettings,
    points: Tensor,
    parameters: Sequence[Tensor],
    operators: Operators,
) -> Fields:
    """Fields at `points` (n, coordinates), with a graph back to the parameters."""
    points = points.clone().requires_grad_()
    h = torch.vmap(lambda point: input_features(problem, network, point))(points)
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    for weight, bias in layers[:-1]:
        h = torch.tanh(torch.nn.functional.linear(h, weight, bias))
    outputs = torch.nn.functional.linear(h, *layers[-1])
    offset, factor = torch.vmap(lambda point: problem.ansatz(network.ansatz, point))(points)
    return {
        name: _jet(offset + factor * outputs[:, column], points, problem.coordinates, operators)
        for column, name in enumerate(problem.fields)
    }


def _jet(value: Tensor, points: Tensor, coordinates: tuple[str, ...], operators: Operators) -> Jet:
    column = {name: i for i, name in enumerate(coordinates)}

    @cache  # u_x is part of u_xx and of u_xy
    def derivative(term: Term) -> Tensor:
        if not term:
            return value
        lower = derivative(term[:-1])
        gradient = torch.autograd.grad(lower.sum(), points, create_graph=True)[0]
        return gradient[:, column[term[-1]]]

    derivatives = {
        operator.terms: torch.stack([a * derivative(term) for term, a in operator.terms]).sum(0)
        for operator in operators
    }
    return Jet(value, derivatives)
