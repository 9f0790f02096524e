"""Forward and backward pass of the network for all batches of points, tile by tile.

A tile is as many batches as fit into a core's cache. It passes through all layers before the next
tile starts, so that activations stay in the cache instead of going to memory after every operation.
Tiles share only the parameters; one thread computes a tile.

A hidden layer computes h = tanh(z) for all streams. The saved activations are the value of h and
the derivatives of z, from which the backward pass recomputes everything else.
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

TILE_BYTES = 2**20  # of the streams of one layer: a typical second-level cache of a core
SAVED_BYTES = 2**28  # of saved activations; the forward pass of further tiles is repeated

SavedActivations = Sequence[Sequence[Float[Tensor, "batches points width"]]]  # of layers, streams


class BatchedNetwork:
    """Streams of the network for batches of points, and their gradient for each batch.

    Parameters
    ----------
    inputs
        Streams of the features.
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
        bytes_of_batch = streams * points * width * inputs.itemsize
        on_cpu = inputs.device.type == "cpu"
        size = tile_size(batches, bytes_of_batch) if on_cpu else batches
        self.tiles = [slice(first, first + size) for first in range(0, batches, size)]
        self._saved_shape = (len(sizes) - 2, streams, size, points, width)
        bytes_of_tile = size * bytes_of_batch * (len(sizes) - 2)
        saved = min(len(self.tiles), saved_bytes // bytes_of_tile) if on_cpu else len(self.tiles)
        self._saved = [_by_layer(tile) for tile in inputs.new_empty(saved, *self._saved_shape)]
        self._spare = threading.local()  # memory of each thread for those of the other tiles
        self._outputs = inputs.new_empty(batches, streams, points, sizes[-1])
        self._gradients = [inputs.new_empty(batches, *shape) for shape in network.shapes]
        self._forward, self._backward = _passes(layout)
        if compiled:
            # Called from Python, compiled code holds the interpreter lock, for which more than two
            # threads would wait. The C++ wrapper releases it, but takes longer to compile.
            compiler = partial(
                torch.compile,
                dynamic=False,
                fullgraph=threads.count == 1,  # torch counts graphs, but not by threads
                options={"cpp_wrapper": threads.count > 2},
            )
            self._forward, self._backward = compiler(self._forward), compiler(self._backward)
            self._compile_passes([inputs.new_zeros(shape) for shape in network.shapes])

    def forward(
        self, parameters: Sequence[Tensor]
    ) -> Float[Tensor, "batches streams points outputs"]:
        """Streams of the outputs, which the next call overwrites."""

        def forward_tile(number: int) -> None:
            tile, saved = self.tiles[number], self._saved_of(number)
            self._forward(self.inputs[tile], parameters, saved, self._outputs[tile])

        self.threads.for_each(forward_tile, range(len(self.tiles)))
        return self._outputs

    def backward(
        self,
        parameters: Sequence[Tensor],
        cotangent: Float[Tensor, "batches streams points outputs"],
        common: Sequence[Tensor],
    ) -> list[BatchGradient]:
        """Gradient by the parameters for each batch, after `forward` with the same parameters.

        The next call overwrites it.

        Parameters
        ----------
        cotangent
            Gradient of a function by the streams of the outputs.
        common
            Gradient by the parameters that is added to that of each batch.
        """

        def backward_tile(number: int) -> None:
            tile = self.tiles[number]
            inputs, gradients = self.inputs[tile], [each[tile] for each in self._gradients]
            saved = self._saved_of(number)
            if number >= len(self._saved):
                self._forward(inputs, parameters, saved, self._outputs[tile])
            self._backward(inputs, parameters, saved, cotangent[tile], common, gradients)

        self.threads.for_each(backward_tile, range(len(self.tiles)))
        return self._gradients

    def mean(self) -> list[Tensor]:
        """Mean over the batches of the gradients that `backward` returned."""
        return [gradient.mean(0) for gradient in self._gradients]

    def _compile_passes(self, parameters: Sequence[Tensor]) -> None:
        """Call both passes once: torch does not compile in two threads at the same time."""
        tile, saved = self.tiles[0], self._saved_of(0)
        inputs, outputs = self.inputs[tile], self._outputs[tile]
        self._forward(inputs, parameters, saved, outputs)
        common = [torch.zeros_like(parameter) for parameter in parameters]
        gradients = [each[tile] for each in self._gradients]
        self._backward(inputs, parameters, saved, outputs, common, gradients)

    def _saved_of(self, number: int) -> SavedActivations:
        """Return the memory for a tile's saved activations: its own, or this thread's."""
        if number < len(self._saved):
            return self._saved[number]
        if not hasattr(self._spare, "saved"):
            self._spare.saved = _by_layer(self.inputs.new_empty(self._saved_shape))
        saved: SavedActivations = self._spare.saved
        return saved


def tile_size(batches: int, bytes_of_batch: int) -> int:
    """Batches of a tile: all tiles are equal, and within `TILE_BYTES` if a single batch is."""
    most = max(1, TILE_BYTES // bytes_of_batch)
    return max(size for size in range(1, batches + 1) if batches % size == 0 and size <= most)


def _by_layer(saved: Tensor) -> SavedActivations:
    return [list(layer) for layer in saved]


def _passes(layout: Layout) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return forward and backward pass of one tile; both write into given tensors."""

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
        cotangent: Tensor,  # of the streams of z, from the last layer to the first
        common: Sequence[Tensor],
        gradients: Sequence[Tensor],
    ) -> None:
        gradients[-1].copy_(common[-1] + cotangent[:, 0].sum(1))
        for layer in reversed(range(1, len(saved) + 1)):
            activations = saved[layer - 1]  # of the layer before: h, and the derivatives of z
            streams, pullback = vjp(lambda *a: streams_after_tanh(a, layout), *activations)[:2]
            of_streams = _product(cotangent, parameters[2 * layer])  # cotangent of those of h
            of_h, *of_derivatives = pullback(list(of_streams.unbind(1)))
            h = torch.stack(streams, 1)
            gradients[2 * layer].copy_(_outer(cotangent, h, common[2 * layer]))
            of_value = (1 - activations[0] * activations[0]) * of_h
            gradients[2 * layer - 1].copy_(common[2 * layer - 1] + of_value.sum(1))
            cotangent = torch.stack([of_value, *of_derivatives], 1)
        gradients[0].copy_(_outer(cotangent, inputs, common[0]))

    return forward, backward


def _product(
    h: Float[Tensor, "batches streams points width"], matrix: Float[Tensor, "width outputs"]
) -> Float[Tensor, "batches streams points outputs"]:
    """Multiply all rows of h with one matrix."""
    return (h.flatten(0, 2) @ matrix).view(*h.shape[:3], -1)


def _outer(
    cotangent: Float[Tensor, "batches streams points outputs"],
    h: Float[Tensor, "batches streams points width"],
    common: Float[Tensor, "outputs width"],
) -> Float[Tensor, "batches outputs width"]:
    """Gradient by a weight for each batch: cotangent^T h over streams and points, and `common`."""
    rows = cotangent.flatten(1, 2).transpose(1, 2), h.flatten(1, 2)
    return torch.baddbmm(common.expand(len(h), -1, -1), *rows)
