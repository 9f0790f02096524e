"""All batches of points through the network, and the gradient of each of them back.

Batches go in tiles: as many at a time as stay in a processor's cache on their way through all
layers, where one layer of all points would go to memory and back for every operation. Tiles share
nothing but the parameters, so that each is the work of one thread.

A hidden layer turns z into h = tanh(z), for all streams. Of both, only the value of h and the
derivatives in z are kept for the way back: the rest follows from them.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.func import vjp

from pinn_phases.network.network import Network
from pinn_phases.network.streams import Layout, streams_after_tanh
from pinn_phases.training.workers import Workers

TILE_BYTES = 2**20  # of the streams of one layer: the second-level cache of a core, today
KEPT_BYTES = 2**28  # of all that is kept for the way back; other tiles go forward once more

Kept = Sequence[Sequence[Tensor]]  # by hidden layer and stream, each (batches of a tile, n, width)


class BatchedNetwork:
    """Streams of the network for batches of points, and their gradient for each batch.

    Parameters
    ----------
    inputs
        Streams of the features, shape (batches, streams, points of a batch, features).
    """

    def __init__(
        self,
        inputs: Tensor,
        network: Network,
        layout: Layout,
        *,
        workers: Workers,
        compiled: bool,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.inputs, self.workers = inputs, workers
        batches, streams, points = inputs.shape[:-1]
        sizes = network.sizes
        width = max(sizes[1:-1])
        bytes_of_batch = streams * points * width * inputs.itemsize
        on_cpu = inputs.device.type == "cpu"
        size = tile_size(batches, bytes_of_batch) if on_cpu else batches
        self.tiles = [slice(first, first + size) for first in range(0, batches, size)]
        self._kept_shape = (len(sizes) - 2, streams, size, points, width)
        bytes_of_tile = size * bytes_of_batch * (len(sizes) - 2)
        kept = min(len(self.tiles), kept_bytes // bytes_of_tile) if on_cpu else len(self.tiles)
        self._kept = [_by_layer(tile) for tile in inputs.new_empty(kept, *self._kept_shape)]
        self._spare = threading.local()  # what a thread keeps of a tile beyond those
        self._outputs = inputs.new_empty(batches, streams, points, sizes[-1])
        self._gradients = [inputs.new_empty(batches, *shape) for shape in network.shapes]
        self._forward, self._backward = _passes(layout)
        if compiled:
            # Called from Python, compiled code holds the interpreter's lock: two threads hardly
            # meet there, many would wait. The C++ wrapper lets it go, but takes longer to compile.
            compile = partial(
                torch.compile,
                dynamic=False,
                fullgraph=workers.count == 1,  # torch counts graphs, but not by threads
                options={"cpp_wrapper": workers.count > 2},
            )
            self._forward, self._backward = compile(self._forward), compile(self._backward)
            self._compile([inputs.new_zeros(shape) for shape in network.shapes])

    def forward(self, parameters: Sequence[Tensor]) -> Tensor:
        """Streams of the outputs, shape (batches, streams, points of a batch, outputs).

        The next call writes them anew.
        """

        def go(number: int) -> None:
            tile = self.tiles[number]
            self._forward(self.inputs[tile], parameters, self._room(number), self._outputs[tile])

        self.workers.each(go, range(len(self.tiles)))
        return self._outputs

    def backward(
        self, parameters: Sequence[Tensor], slope: Tensor, common: Sequence[Tensor]
    ) -> list[Tensor]:
        """Gradients of the parameters for each batch, after a call of `forward` with the same.

        Parameters
        ----------
        slope
            Gradient of a function of the outputs, of their shape.
        common
            Gradients of the parameters that are added to those of each batch.

        Returns
        -------
        list of Tensor
            Each with a leading dimension (batches,). The next call writes them anew.
        """

        def go_back(number: int) -> None:
            tile = self.tiles[number]
            inputs, gradients = self.inputs[tile], [each[tile] for each in self._gradients]
            kept = self._room(number)
            if number >= len(self._kept):
                self._forward(inputs, parameters, kept, self._outputs[tile])
            self._backward(inputs, parameters, kept, slope[tile], common, gradients)

        self.workers.each(go_back, range(len(self.tiles)))
        return self._gradients

    def _compile(self, parameters: Sequence[Tensor]) -> None:
        """Call both ways as later, since torch does not compile in two threads at once."""
        tile, kept = self.tiles[0], self._room(0)
        inputs, outputs = self.inputs[tile], self._outputs[tile]
        self._forward(inputs, parameters, kept, outputs)
        common = [torch.zeros_like(parameter) for parameter in parameters]
        gradients = [each[tile] for each in self._gradients]
        self._backward(inputs, parameters, kept, outputs, common, gradients)

    def _room(self, number: int) -> Kept:
        """Where a tile leaves what it needs on the way back: its own, or else this thread's."""
        if number < len(self._kept):
            return self._kept[number]
        if not hasattr(self._spare, "kept"):
            self._spare.kept = _by_layer(self.inputs.new_empty(self._kept_shape))
        kept: Kept = self._spare.kept
        return kept


def tile_size(batches: int, bytes_of_batch: int) -> int:
    """Batches of a tile: all tiles are equal, and within `TILE_BYTES` if a single batch is."""
    most = max(1, TILE_BYTES // bytes_of_batch)
    return max(size for size in range(1, batches + 1) if batches % size == 0 and size <= most)


def _by_layer(kept: Tensor) -> Kept:
    return [list(layer) for layer in kept]


def _passes(layout: Layout) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return the ways of one tile there and back; results go to given places."""

    def forward(inputs: Tensor, parameters: Sequence[Tensor], kept: Kept, outputs: Tensor) -> None:
        h = inputs
        for known, weight, bias in zip(kept, parameters[:-2:2], parameters[1:-2:2], strict=True):
            value, *derivatives = _product(h, weight.T).unbind(1)
            streams = [torch.tanh(value + bias), *derivatives]
            for place, stream in zip(known, streams, strict=True):
                place.copy_(stream)
            h = torch.stack(streams_after_tanh(streams, layout), 1)
        value, *derivatives = _product(h, parameters[-2].T).unbind(1)
        outputs.copy_(torch.stack([value + parameters[-1], *derivatives], 1))

    def backward(
        inputs: Tensor,
        parameters: Sequence[Tensor],
        kept: Kept,
        slope: Tensor,  # of the streams of z, from the last layer to the first
        common: Sequence[Tensor],
        gradients: Sequence[Tensor],
    ) -> None:
        gradients[-1].copy_(common[-1] + slope[:, 0].sum(1))
        for layer in reversed(range(1, len(kept) + 1)):
            known = kept[layer - 1]  # of the layer before
            streams, pull_back = vjp(lambda *k: streams_after_tanh(k, layout), *known)[:2]
            slope_y, *slopes = pull_back(list(_product(slope, parameters[2 * layer]).unbind(1)))
            h = torch.stack(streams, 1)
            gradients[2 * layer].copy_(_outer(slope, h, common[2 * layer]))
            slope_value = (1 - known[0] * known[0]) * slope_y
            gradients[2 * layer - 1].copy_(common[2 * layer - 1] + slope_value.sum(1))
            slope = torch.stack([slope_value, *slopes], 1)
        gradients[0].copy_(_outer(slope, inputs, common[0]))

    return forward, backward


def _product(h: Tensor, matrix: Tensor) -> Tensor:
    """Multiply all rows of h (batches, streams, n, w) with one matrix (w, v)."""
    return (h.flatten(0, 2) @ matrix).view(*h.shape[:3], -1)


def _outer(slope: Tensor, h: Tensor, common: Tensor) -> Tensor:
    """Gradient of a weight for each batch: slope^T h over streams and points, and `common`."""
    rows = slope.flatten(1, 2).transpose(1, 2), h.flatten(1, 2)
    return torch.baddbmm(common.expand(len(h), -1, -1), *rows)
