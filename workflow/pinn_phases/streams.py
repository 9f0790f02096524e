"""Derivatives carried forward through the network, next to its value.

For a field u = N(x), the streams are u itself, first derivatives u_i, and D u for one operator
D = sum b_i d_i + sum a_ij d_i d_j with constant coefficients. They pass a layer together: the
linear map acts on each stream alike (the bias on the value alone), and for y = tanh(z)

    y_i = y' z_i,        D y = y' D z + y'' sum a_ij z_i z_j,        y' = 1 - y^2, y'' = -2 y y'.

So every layer is one matrix product over all streams and a few elementwise operations, where
nested differentiation would build a graph of the derivative of a graph. This is Taylor-mode
automatic differentiation with the second-order directions collapsed into one.

Streams of n points with w values each are an array of shape (..., streams, n, w).

References
----------
Griewank and Walther, Evaluating Derivatives, SIAM 2008, Chapter 13 (Taylor-mode propagation).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import hessian, jacfwd, vmap

from pinn_phases.problems.base import Derivatives, Jet, Operator

Function = Callable[[Tensor], Tensor]  # a point (coordinates,) to values (w,)


@dataclass(frozen=True)
class Layout:
    """Order of the streams: the value, first derivatives, and the operator last if there is one."""

    coordinates: tuple[str, ...]
    first: tuple[str, ...]
    operator: Operator | None

    @classmethod
    def of(cls, coordinates: tuple[str, ...], derivatives: Derivatives) -> "Layout":
        """Carry what `derivatives` asks for and what its operator's second derivatives need."""
        operator = derivatives.operator
        pairs = operator.second if operator else {}
        needed = {*derivatives.first, *(name for pair in pairs for name in pair)}
        return cls(coordinates, tuple(c for c in coordinates if c in needed), operator)

    @property
    def streams(self) -> int:
        """Number of streams."""
        return 1 + len(self.first) + (self.operator is not None)

    @property
    def pairs(self) -> tuple[tuple[int, int, float], ...]:
        """Streams i, j and coefficient a_ij of each second-order term."""
        if self.operator is None:
            return ()
        index = {name: 1 + i for i, name in enumerate(self.first)}
        return tuple((index[i], index[j], a) for (i, j), a in self.operator.second.items())

    def jet(self, streams: Tensor) -> Jet:
        """Name the streams of one field, of shape (..., streams, n)."""
        first = {name: streams[..., 1 + i, :] for i, name in enumerate(self.first)}
        operator = streams[..., -1, :] if self.operator is not None else None
        return Jet(streams[..., 0, :], first, operator)


def function_streams(function: Function, points: Tensor, layout: Layout) -> Tensor:
    """Streams of any smooth function at `points`, by nested differentiation.

    For what is computed once a run: input features and the parts of an ansatz.

    Parameters
    ----------
    points
        Shape (n, coordinates).

    Returns
    -------
    Tensor
        Shape (streams, n, w).
    """
    column = {name: i for i, name in enumerate(layout.coordinates)}
    streams = [vmap(function)(points)]
    if layout.first or layout.operator:
        gradient = vmap(jacfwd(function))(points)  # (n, w, coordinates)
        streams += [gradient[..., column[name]] for name in layout.first]
    if layout.operator:
        curvature = vmap(hessian(function))(points)  # (n, w, coordinates, coordinates)
        first = [b * gradient[..., column[i]] for i, b in layout.operator.first.items()]
        second = [
            a * curvature[..., column[i], column[j]] for (i, j), a in layout.operator.second.items()
        ]
        streams.append(torch.stack(first + second).sum(0))
    return torch.stack(streams)


def tanh_streams(z: Tensor, layout: Layout) -> Tensor:
    """Pass streams of shape (..., streams, n, w) through tanh."""
    z_of = z.unbind(-3)
    y = torch.tanh(z_of[0])
    slope = 1 - y * y
    streams = [y] + [slope * z_i for z_i in z_of[1 : 1 + len(layout.first)]]
    if layout.operator is not None:
        curvature = -2 * y * slope
        quadratic = sum(a * z_of[i] * z_of[j] for i, j, a in layout.pairs)
        streams.append(slope * z_of[-1] + curvature * quadratic)
    return torch.stack(streams, -3)


def network_streams(inputs: Tensor, parameters: Sequence[Tensor], layout: Layout) -> Tensor:
    """Pass streams of the input features through the network.

    Parameters
    ----------
    inputs
        Shape (streams, n, features), or (batches, streams, n, features).
    parameters
        As in `pinn_phases.network`; for batched inputs each with a leading dimension (batches,),
        so that gradients come out for each batch on its own.

    Returns
    -------
    Tensor
        Shape (..., streams, n, outputs).
    """
    h = inputs
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    for depth, (weight, bias) in enumerate(layers):
        flat = h.flatten(-3, -2)  # (..., streams * n, w): one product for all streams
        z = torch.matmul(flat, weight.transpose(-1, -2)).unflatten(-2, h.shape[-3:-1])
        value = z[..., :1, :, :] + bias[..., None, None, :]
        z = torch.cat([value, z[..., 1:, :, :]], -3)
        h = tanh_streams(z, layout) if depth < len(layers) - 1 else z
    return h


def product_streams(a: Tensor, b: Tensor, layout: Layout) -> Tensor:
    """Streams of the product of two functions given by their streams, (..., streams, n, w)."""
    a_of, b_of = a.unbind(-3), b.unbind(-3)
    streams = [a_of[0] * b_of[0]]
    streams += [a_of[i] * b_of[0] + a_of[0] * b_of[i] for i in range(1, layout.streams)]
    for i, j, coefficient in layout.pairs:
        streams[-1] = streams[-1] + coefficient * (a_of[i] * b_of[j] + a_of[j] * b_of[i])
    return torch.stack(streams, -3)
