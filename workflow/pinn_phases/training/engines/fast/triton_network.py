"""Forward and backward pass of the network on a GPU: Triton kernels, one layer at a time.

They do what `batched_network` does in one tile, with fewer passes through the GPU's memory and with
the matrix products on tensor cores.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from pinn_phases.network.network import Network
from pinn_phases.network.streams import Layout
from pinn_phases.training.engines.base import BatchGradient

Polynomial = tuple[tuple[float, tuple[int, ...]], ...]  # coefficients, factors


class Blocks(NamedTuple):
    """What one program of a kernel computes at most, and how."""

    rows: int
    columns: int
    step: int  # terms of the inner products at a time
    warps: int
    stages: int  # of loads in flight
    precision: str  # of Triton's products: float32 as three TF32 products, or six of bfloat16

    def options(self, rows: int, columns: int, terms: int) -> dict[str, Any]:
        """Return the options of a launch for matrices of this size."""
        return {
            "ROWS": min(self.rows, _padded(rows)),
            "COLUMNS": min(self.columns, _padded(columns)),
            "STEP": min(self.step, _padded(terms)),
            "PRECISION": self.precision,
            "num_warps": self.warps,
            "num_stages": self.stages,
        }


# The fastest of those tried on an H200. Forward and backward blocks depend on the number of streams
# (the keys are upper limits), since a program holds all streams of its points in registers.
FORWARD = {
    1: Blocks(64, 64, 32, 4, 3, "bf16x6"),
    3: Blocks(16, 128, 16, 4, 4, "tf32x3"),
    4: Blocks(16, 128, 32, 4, 3, "tf32x3"),
    8: Blocks(16, 64, 16, 2, 3, "bf16x6"),
}
BACKWARD = {
    4: Blocks(16, 64, 32, 2, 3, "tf32x3"),
    8: Blocks(16, 64, 16, 4, 4, "tf32x3"),
}
GRADIENTS = Blocks(64, 128, 32, 4, 3, "bf16x6")


def _blocks(table: Mapping[int, Blocks], streams: int) -> Blocks:
    """Return the blocks for a number of streams; beyond the table, those for most."""
    return next((table[most] for most in table if streams <= most), table[max(table)])


def usable(tensor: Tensor) -> bool:
    """Whether the kernels work with such tensors: float32, on an NVIDIA GPU that has TF32."""
    return (
        tensor.is_cuda
        and tensor.dtype == torch.float32
        and torch.version.cuda is not None
        and torch.cuda.get_device_capability(tensor.device) >= (8, 0)
        and _has_triton()
    )


@cache
def _has_triton() -> bool:
    """Whether Triton is installed, in a version that has the kernels' functions."""
    if find_spec("triton") is None:
        return False
    return tuple(map(int, version("triton").split(".")[:2])) >= (3, 6)


def network_streams(
    inputs: Float[Tensor, "batches streams points features"],
    parameters: Sequence[Tensor],
    layout: Layout,
) -> Float[Tensor, "batches streams points outputs"]:
    """Streams of the outputs, as `pinn_phases.network.streams.network_streams`; no gradients."""
    *hidden, outputs = (len(bias) for bias in parameters[1::2])
    spare = [inputs.new_empty(*inputs.shape[:-1], hidden[0]) for _ in range(2)]
    targets = [spare[number % 2] for number in range(len(hidden))]
    targets.append(inputs.new_empty(*inputs.shape[:-1], outputs))
    _forward(inputs, parameters, layout, targets)
    return targets[-1]


class TritonNetwork:
    """Streams of the network for batches of points, and their gradient for each batch.

    Parameters
    ----------
    inputs
        Streams of the features, for which the kernels are `usable`.
    """

    def __init__(
        self,
        inputs: Float[Tensor, "batches streams points features"],
        network: Network,
        layout: Layout,
    ) -> None:
        self.inputs, self.network, self.layout = inputs, network, layout
        batches, *streams_and_points, _ = inputs.shape
        shape = batches, *streams_and_points
        *hidden, outputs = network.sizes[1:]
        self._saved = [inputs.new_empty(*shape, width) for width in hidden]
        self._outputs = inputs.new_empty(*shape, outputs)
        self._cotangents = [inputs.new_empty(*shape, hidden[0]) for _ in range(2)]
        self._streams = inputs.new_empty(*shape, hidden[0])  # of tanh, in a backward pass
        self._gradients = inputs.new_empty(batches, network.parameter_count)
        zeros = [inputs.new_zeros(parameter) for parameter in network.shapes]
        self.backward(zeros, self.forward(zeros), zeros)  # compiles the kernels

    def forward(
        self, parameters: Sequence[Tensor]
    ) -> Float[Tensor, "batches streams points outputs"]:
        """Streams of the outputs, which the next call overwrites."""
        _forward(self.inputs, parameters, self.layout, [*self._saved, self._outputs])
        return self._outputs

    def backward(
        self,
        parameters: Sequence[Tensor],
        cotangent: Float[Tensor, "batches streams points outputs"],
        common: Sequence[Tensor],
    ) -> list[BatchGradient]:
        """Gradient by the parameters for each batch, as from `BatchedNetwork.backward`."""
        gradients = self.network.split(self._gradients)
        cotangent = cotangent.contiguous()
        for layer in reversed(range(len(self._saved) + 1)):
            own, shared = (each[2 * layer : 2 * layer + 2] for each in (gradients, common))
            if layer == 0:
                _layer_gradients(cotangent, self.inputs, own, shared)
                break
            target, saved = self._cotangents[layer % 2], self._saved[layer - 1]
            weight = parameters[2 * layer]
            _backward(cotangent, weight, saved, target, self._streams, self.layout)
            _layer_gradients(cotangent, self._streams, own, shared)
            cotangent = target
        return gradients

    def mean(self) -> list[Tensor]:
        """Mean over the batches of the gradients that `backward` returned."""
        return self.network.split(self._gradients.mean(0))


def _forward(
    inputs: Float[Tensor, "batches streams points features"],
    parameters: Sequence[Tensor],
    layout: Layout,
    targets: Sequence[Float[Tensor, "batches streams points width"]],
) -> None:
    """Write the saved activations of all hidden layers, then the outputs, into the targets."""
    points = inputs.shape[0] * inputs.shape[2]
    source = inputs
    for layer, target in enumerate(targets):
        width, outputs = source.shape[-1], target.shape[-1]
        options = _blocks(FORWARD, inputs.shape[1]).options(points, outputs, width)
        triton_kernels().forward_layer[_grid((points, "ROWS"), (outputs, "COLUMNS"), **options)](
            *(source, *parameters[2 * layer : 2 * layer + 2], target, points),
            **_sizes(inputs, width, outputs),
            CHAIN=_chain(layout),
            FIRST=layer == 0,
            LAST=layer == len(targets) - 1,
            **options,
        )
        source = target


def _backward(
    cotangent: Float[Tensor, "batches streams points outputs"],
    weight: Float[Tensor, "outputs width"],
    saved: Float[Tensor, "batches streams points width"],
    target: Float[Tensor, "batches streams points width"],
    streams: Float[Tensor, "batches streams points width"],
    layout: Layout,
) -> None:
    """Write cotangents of z of the layer before into the target, and streams of its tanh."""
    points = saved.shape[0] * saved.shape[2]
    outputs, width = weight.shape
    options = _blocks(BACKWARD, saved.shape[1]).options(points, width, outputs)
    triton_kernels().backward_layer[_grid((points, "ROWS"), (width, "COLUMNS"), **options)](
        *(cotangent, weight, saved, target, streams, points),
        **_sizes(saved, width, outputs),
        CHAIN=_chain(layout),
        **options,
    )


def _layer_gradients(
    cotangent: Float[Tensor, "batches streams points outputs"],
    inputs: Float[Tensor, "batches streams points width"],
    gradients: Sequence[BatchGradient],
    common: Sequence[Tensor],
) -> None:
    """Write the gradients by a layer's weight and bias."""
    batches, streams, points, width = inputs.shape
    outputs = cotangent.shape[-1]
    options = GRADIENTS.options(outputs, width, streams * points)
    grid = batches, *_grid((outputs, "ROWS"), (width, "COLUMNS"), **options)
    triton_kernels().layer_gradients[grid](
        *(cotangent, inputs, *gradients, *common, gradients[0].stride(0)),
        **_sizes(inputs, width, outputs),
        **options,
    )


@cache
def triton_kernels() -> ModuleType:
    """Return the module of the kernels, which needs Triton."""
    return import_module("pinn_phases.training.engines.fast.triton_kernels")


def _grid(*axes: tuple[int, str], **options: Any) -> tuple[int, ...]:
    """Return the number of programs along axes, of which a program does a block."""
    return tuple(math.ceil(length / options[block]) for length, block in axes)


def _sizes(streams: Tensor, width: int, outputs: int) -> dict[str, Any]:
    """Return the constants of a launch that depend on shapes."""
    return {
        "STREAMS": streams.shape[1],
        "POINTS": streams.shape[2],
        "INPUTS": width,
        "OUTPUTS": outputs,
    }


def _chain(layout: Layout) -> tuple[tuple[Polynomial, Polynomial], ...]:
    """Return what y'' and y''' multiply in the streams of tanh, for `CHAIN` of the kernels."""
    of_streams = [
        (
            tuple((a, (i, j)) for i, j, a in stream.pairs),
            tuple((a, (i, j, k)) for i, j, k, a in stream.triples),
        )
        for stream in layout.streams
    ]
    return ((), ()), *of_streams


def _padded(size: int) -> int:
    """Return the next power of two, at least the smallest size of a product on tensor cores."""
    return max(16, 1 << (size - 1).bit_length())
