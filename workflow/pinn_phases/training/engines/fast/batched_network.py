"""Forward and backward pass of the network for all batches of points, tile by tile.

A tile is a group of batches that fits into the cache of a core. It passes through all layers before
the next tile starts, so that activations stay in the cache and are not written to memory after
every operation. Each tile is computed by one thread; tiles share only the parameters.

A hidden layer computes h = tanh(z) for all streams (the value and its derivatives). The saved
activations are the value of h and the derivatives of z; the backward pass recomputes the rest.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import vjp

from pinn_phases.network.network import Network
from pinn_phases.network.streams import Layout, streams_after_tanh
from pinn_phases.training.engines.base import BatchGradient
from pinn_phases.training.threads import ThreadPool

TILE_BYTES = 2**20  # limit for the streams of one layer: a typical second-level cache of a core
SAVED_BYTES = 2**28  # limit for saved activations; other tiles repeat their forward pass

SavedActivations = Sequence[Sequence[Float[Tensor, "batches points width"]]]  # [layer][stream]


class BatchedNetwork:
    """Computes the streams of the network for batches of points, and gradients for each batch.

    Parameters
    ----------
    inputs
        Streams of the input features.
    saved_bytes
        Limit for saved activations on a CPU.
    """

    def __init__(
        self,
        inputs: Float[Tensor, "batches streams points features"],
        network: Network,
        layout: Layout,
        *,
        threads: ThreadPool,
        compiled: bool,
        saved_bytes: int = SAVED_BYTES,
    ) -> None:
        self.inputs, self.threads = inputs, threads
        batches, streams, points = inputs.shape[:-1]
        sizes = network.sizes
        width = max(sizes[1:-1])
        batch_bytes = streams * points * width * inputs.itemsize
        on_cpu = inputs.device.type == "cpu"
        size = tile_size(batches, batch_bytes) if on_cpu else batches
        self.tiles = [slice(first, first + size) for first in range(0, batches, size)]
        self._saved_shape = (len(sizes) - 2, streams, size, points, width)
        tile_bytes = size * batch_bytes * (len(sizes) - 2)
        saved = min(len(self.tiles), saved_bytes // tile_bytes) if on_cpu else len(self.tiles)
        self._saved = [_by_layer(tile) for tile in inputs.new_empty(saved, *self._saved_shape)]
        self._spare = threading.local()  # per thread: saved activations of the other tiles
        self._outputs = inputs.new_empty(batches, streams, points, sizes[-1])
        self._gradients = [inputs.new_empty(batches, *shape) for shape in network.shapes]
        self._forward, self._backward = _passes(layout)
        if compiled:
            # Compiled code with a Python wrapper holds the global interpreter lock, on which more
            # than two threads would wait. The C++ wrapper releases it, but compiles more slowly.
            compiler = partial(
                torch.compile,
                dynamic=False,
                fullgraph=threads.count == 1,  # torch counts the graphs of all threads
                options={"cpp_wrapper": threads.count > 2},
            )
            self._forward, self._backward = compiler(self._forward), compiler(self._backward)
            self._compile_passes([inputs.new_zeros(shape) for shape in network.shapes])

    def forward(
        self, parameters: Sequence[Tensor]
    ) -> Float[Tensor, "batches streams points outputs"]:
        """Return the streams of the outputs; the next call overwrites them."""

        def forward_tile(number: int) -> None:
            tile, saved = self.tiles[number], self._saved_tile(number)
            self._forward(self.inputs[tile], parameters, saved, self._outputs[tile])

        self.threads.for_each(forward_tile, range(len(self.tiles)))
        return self._outputs

    def backward(
        self,
        parameters: Sequence[Tensor],
        cotangent: Float[Tensor, "batches streams points outputs"],
        common: Sequence[Tensor],
    ) -> list[BatchGradient]:
        """Return the gradient of a loss for each batch; the next call overwrites it.

        Call `forward` with the same parameters first.

        Parameters
        ----------
        cotangent
            Gradient of the loss with respect to the streams of the outputs.
        common
            Gradient with respect to the parameters that is added to that of each batch.
        """

        def backward_tile(number: int) -> None:
            tile = self.tiles[number]
            inputs, gradients = self.inputs[tile], [each[tile] for each in self._gradients]
            saved = self._saved_tile(number)
            if number >= len(self._saved):
                self._forward(inputs, parameters, saved, self._outputs[tile])
            self._backward(inputs, parameters, saved, cotangent[tile], common, gradients)

        self.threads.for_each(backward_tile, range(len(self.tiles)))
        return self._gradients

    def mean(self) -> list[Tensor]:
        """Return the mean over batches of the gradients that `backward` returned."""
        return [gradient.mean(0) for gradient in self._gradients]

    def _compile_passes(self, parameters: Sequence[Tensor]) -> None:
        """Call both passes once, because torch cannot compile in two threads at a time."""
        tile, saved = self.tiles[0], self._saved_tile(0)
        inputs, outputs = self.inputs[tile], self._outputs[tile]
        self._forward(inputs, parameters, saved, outputs)
        common = [torch.zeros_like(parameter) for parameter in parameters]
        gradients = [each[tile] for each in self._gradients]
        self._backward(inputs, parameters, saved, outputs, common, gradients)

    def _saved_tile(self, number: int) -> SavedActivations:
        """Return the buffer for the saved activations of a tile: its own, or the thread's."""
        if number < len(self._saved):
            return self._saved[number]
        if not hasattr(self._spare, "saved"):
            self._spare.saved = _by_layer(self.inputs.new_empty(self._saved_shape))
        saved: SavedActivations = self._spare.saved
        return saved


def tile_size(batches: int, batch_bytes: int) -> int:
    """Return the batches per tile: the largest divisor of `batches` within `TILE_BYTES`, or 1."""
    limit = max(1, TILE_BYTES // batch_bytes)
    return max(size for size in range(1, batches + 1) if batches % size == 0 and size <= limit)


def _by_layer(saved: Tensor) -> SavedActivations:
    return [list(layer) for layer in saved]


def _passes(layout: Layout) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return the forward and backward pass of one tile; both write to the tensors given."""

    def forward(
        inputs: Tensor, parameters: Sequence[Tensor], saved: SavedActivations, outputs: Tensor
    ) -> None:
        h = inputs
        for layer, weight, bias in zip(saved, parameters[:-2:2], parameters[1:-2:2], strict=True):
            value, *derivatives = _product(h, weight.T).unbind(1)
            streams = [torch.tanh(value + bias), *derivatives]
            for target, stream in zip(layer, streams, strict=True):
                target.copy_(stream)
            h = torch.stack(streams_after_tanh(streams, layout), 1)
        value, *derivatives = _product(h, parameters[-2].T).unbind(1)
        outputs.copy_(torch.stack([value + parameters[-1], *derivatives], 1))

    def backward(
        inputs: Tensor,
        parameters: Sequence[Tensor],
        saved: SavedActivations,
        cotangent: Tensor,  # of the streams of z, initially of the last layer
        common: Sequence[Tensor],
        gradients: Sequence[Tensor],
    ) -> None:
        gradients[-1].copy_(common[-1] + cotangent[:, 0].sum(1))
        for layer in reversed(range(1, len(saved) + 1)):
            activations = saved[layer - 1]  # of the previous layer: h, and the derivatives of z
            streams, pullback = vjp(lambda *a: streams_after_tanh(a, layout), *activations)[:2]
            h_cotangent = _product(cotangent, parameters[2 * layer])  # of all streams of h
            value_cotangent, *derivative_cotangents = pullback(list(h_cotangent.unbind(1)))
            h = torch.stack(streams, 1)
            gradients[2 * layer].copy_(_outer(cotangent, h, common[2 * layer]))
            value_cotangent = (1 - activations[0] * activations[0]) * value_cotangent
            gradients[2 * layer - 1].copy_(common[2 * layer - 1] + value_cotangent.sum(1))
            cotangent = torch.stack([value_cotangent, *derivative_cotangents], 1)
        gradients[0].copy_(_outer(cotangent, inputs, common[0]))

    return forward, backward


def _product(
    h: Float[Tensor, "batches streams points width"], matrix: Float[Tensor, "width outputs"]
) -> Float[Tensor, "batches streams points outputs"]:
    """Multiply all rows of h by the same matrix."""
    return (h.flatten(0, 2) @ matrix).view(*h.shape[:3], -1)


def _outer(
    cotangent: Float[Tensor, "batches streams points outputs"],
    h: Float[Tensor, "batches streams points width"],
    common: Float[Tensor, "outputs width"],
) -> Float[Tensor, "batches outputs width"]:
    """Return the gradient of a weight per batch: cotangent^T h (streams, points) plus `common`."""
    rows = cotangent.flatten(1, 2).transpose(1, 2), h.flatten(1, 2)
    return torch.baddbmm(common.expand(len(h), -1, -1), *rows)
