"""Derivatives propagated forward through the network together with its value.

For a field u = N(x), the streams are u itself and D u for operators D
(`pinn_phases.operators`) of up to third order: partial derivatives such as u_x, and sums of them
such as u_t - nu u_xx. A layer applies its linear map to every stream (the bias to the value only),
and for y = tanh(z)

    y_i   = y' z_i
    y_ij  = y' z_ij + y'' z_i z_j
    y_ijk = y' z_ijk + y'' (z_ij z_k + z_ik z_j + z_jk z_i) + y''' z_i z_j z_k

with y' = 1 - y^2, y'' = -2 y y', y''' = y' (6 y^2 - 2). For an operator D with several terms,
these formulas add up, so that D z is a single stream. The lower derivatives in the products, such
as z_i, are streams of their own. A layer is then one matrix product over all streams and a few
elementwise operations, whereas nested differentiation differentiates graphs of derivatives. This
is Taylor-mode automatic differentiation, with the directions of an operator collapsed into one.

References
----------
Griewank and Walther, Evaluating Derivatives, SIAM 2008, Chapter 13 (Taylor-mode propagation).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import jacfwd, vmap

from pinn_phases.operators import Jet, Operator, Operators, Term, Terms, d

Function = Callable[[Float[Tensor, " coordinates"]], Float[Tensor, " values"]]  # of one point
Streams = Float[Tensor, "*batches streams points values"]

MAX_ORDER = 3  # of a derivative; the chain rule of each order is a formula of its own


@dataclass(frozen=True)
class Stream:
    """An operator, and the products of other streams in its chain rule.

    Stream 0 is the value. `pairs` (i, j, a) are the terms a z_i z_j that are multiplied by y'',
    `triples` (i, j, k, a) the terms a z_i z_j z_k that are multiplied by y'''.
    """

    operator: Operator
    pairs: tuple[tuple[int, int, float], ...]
    triples: tuple[tuple[int, int, int, float], ...]


@dataclass(frozen=True)
class Layout:
    """Streams that follow the value: partial derivatives by their order, then operators."""

    coordinates: tuple[str, ...]
    streams: tuple[Stream, ...]
    numbers: Mapping[Terms, int]  # terms of a requested operator -> number of its stream

    @classmethod
    def of(cls, coordinates: tuple[str, ...], requested: Operators) -> "Layout":
        """Build the layout of the requested operators and the derivatives in their chain rules.

        Raises
        ------
        ValueError
            If an operator is of higher than third order.
        """
        terms = [term for operator in requested for term, _ in operator.terms]
        for term in terms:
            if len(term) > MAX_ORDER:
                raise ValueError(
                    f"expected derivatives of up to order {MAX_ORDER}, received d{term}; write the "
                    "equation as a system of lower order, or train with engine: plain"
                )
        parts = {part for term in terms for split in _splits(term) for part in split}
        partials = [d(*term) for term in sorted(parts, key=lambda term: (len(term), term))]
        operators = list(dict.fromkeys([*partials, *requested]))
        number = {operator.terms[0][0]: 1 + i for i, operator in enumerate(partials)}
        return cls(
            coordinates,
            tuple(Stream(o, _pairs(o, number), _triples(o, number)) for o in operators),
            {operator.terms: 1 + operators.index(operator) for operator in requested},
        )

    def jet(self, streams: Float[Tensor, "*batches streams points"]) -> Jet:
        """Return the value and the requested derivatives of one field from its streams."""
        derivatives = {terms: streams[..., number, :] for terms, number in self.numbers.items()}
        return Jet(streams[..., 0, :], derivatives)


def _splits(term: Term) -> list[tuple[Term, Term]]:
    """Return all ways to split a second or third derivative into two of lower order."""
    splits = [(term[i : i + 1], term[:i] + term[i + 1 :]) for i in range(len(term))]
    return {1: [], 2: splits[:1], 3: splits}[len(term)]


def _pairs(operator: Operator, number: Mapping[Term, int]) -> tuple[tuple[int, int, float], ...]:
    """Return the pairs of `Stream`: splits of all terms, with coefficients of equal ones added."""
    found: dict[tuple[int, int], float] = {}
    for term, coefficient in operator.terms:
        for one, other in _splits(term):
            pair = number[one], number[other]
            found[pair] = found.get(pair, 0.0) + coefficient
    return tuple((i, j, a) for (i, j), a in found.items())


def _triples(
    operator: Operator, number: Mapping[Term, int]
) -> tuple[tuple[int, int, int, float], ...]:
    """Return the triples of `Stream`: the three first derivatives of each third-order term."""
    return tuple(
        (number[term[:1]], number[term[1:2]], number[term[2:]], coefficient)
        for term, coefficient in operator.terms
        if len(term) == 3
    )


def function_streams(
    function: Function, points: Float[Tensor, "points coordinates"], layout: Layout
) -> Float[Tensor, "streams points values"]:
    """Streams of any smooth function at `points`, by nested differentiation.

    This is slow; it is used once per training, for the input features and the ansatz.
    """
    column = {name: i for i, name in enumerate(layout.coordinates)}
    terms = [term for stream in layout.streams for term, _ in stream.operator.terms]
    highest = max(map(len, terms), default=0)
    derivatives = [vmap(function)(points)]  # by order k: (points, values, coordinates^k)
    for _ in range(highest):
        function = jacfwd(function)
        derivatives.append(vmap(function)(points))
    streams = derivatives[:1]
    for stream in layout.streams:
        parts = []
        for term, a in stream.operator.terms:
            along: tuple[EllipsisType | int, ...] = (..., *(column[name] for name in term))
            parts.append(a * derivatives[len(term)][along])
        streams.append(torch.stack(parts).sum(0))
    return torch.stack(streams)


def streams_after_tanh(activations: Sequence[Tensor], layout: Layout) -> list[Tensor]:
    """Streams of y = tanh(z) from y itself and the derivatives of z.

    Parameters
    ----------
    activations
        y, then the derivative streams of z in the order of the layout; all of the same shape.
    """
    y = activations[0]
    y_prime = 1 - y * y
    streams = [y]
    for z_d, stream in zip(activations[1:], layout.streams, strict=True):
        y_d = y_prime * z_d
        if stream.pairs:
            products = sum(a * activations[i] * activations[j] for i, j, a in stream.pairs)
            y_d = y_d + -2 * y * y_prime * products
        if stream.triples:
            products = sum(
                a * activations[i] * activations[j] * activations[k]
                for i, j, k, a in stream.triples
            )
            y_d = y_d + y_prime * (6 * y * y - 2) * products
        streams.append(y_d)
    return streams


def network_streams(
    inputs: Float[Tensor, "*batches streams points features"],
    parameters: Sequence[Tensor],
    layout: Layout,
) -> Float[Tensor, "*batches streams points outputs"]:
    """Pass streams of the input features through the network.

    Parameters
    ----------
    parameters
        (W1, b1, ..., WL, bL), as in `pinn_phases.network.network`.
    """
    h = inputs
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    for depth, (weight, bias) in enumerate(layers):
        z = h @ weight.T  # one product for all streams
        value, *derivatives = z.unbind(-3)
        value = value + bias
        if depth < len(layers) - 1:
            h = torch.stack(streams_after_tanh([torch.tanh(value), *derivatives], layout), -3)
        else:
            h = torch.stack([value, *derivatives], -3)
    return h


def product_streams(a: Streams, b: Streams, layout: Layout) -> Streams:
    """Streams of the product of two functions, from their streams."""
    a_streams, b_streams = a.unbind(-3), b.unbind(-3)
    streams = [a_streams[0] * b_streams[0]]
    for number, stream in enumerate(layout.streams, start=1):
        ab = a_streams[number] * b_streams[0] + a_streams[0] * b_streams[number]
        for i, j, coefficient in stream.pairs:
            ab = ab + coefficient * (a_streams[i] * b_streams[j] + a_streams[j] * b_streams[i])
        streams.append(ab)
    return torch.stack(streams, -3)
