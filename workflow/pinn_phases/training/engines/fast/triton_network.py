"""Forward and backward pass of the network on a GPU, with one Triton kernel per layer and step.

The result is that of `batched_network` with a single tile, but the kernels access GPU memory less
often and compute matrix products on tensor cores.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
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

Polynomial = tuple[tuple[float, tuple[int, ...]], ...]  # terms: coefficient, factors


class Blocks(NamedTuple):
    """Largest block that one program of a kernel computes, and its launch options."""

    rows: int
    columns: int
    step: int  # terms of the inner products that are added at a time
    warps: int
    stages: int  # software pipelining: number of loads in flight
    precision: str  # Triton's float32 products: as three TF32 products, or six of bfloat16

    def options(self, rows: int, columns: int, terms: int) -> dict[str, Any]:
        """Return the launch options for matrices of this size."""
        return {
            "ROWS": min(self.rows, _padded(rows)),
            "COLUMNS": min(self.columns, _padded(columns)),
            "STEP": min(self.step, _padded(terms)),
            "PRECISION": self.precision,
            "num_warps": self.warps,
            "num_stages": self.stages,
        }


# Fastest of the blocks tried on an H200. Forward and backward blocks depend on the number of
# streams (keys are upper limits), since a program holds all streams of its points in registers.
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
    """Return the blocks for a number of streams; the last ones if it exceeds all limits."""
    return next((table[limit] for limit in table if streams <= limit), table[max(table)])


def kernels_usable(tensor: Tensor) -> bool:
    """Return whether the kernels accept such tensors: float32, on an NVIDIA GPU with TF32."""
    return (
        tensor.is_cuda
        and tensor.dtype == torch.float32
        and torch.version.cuda is not None
        and torch.cuda.get_device_capability(tensor.device) >= (8, 0)
        and _has_triton()
    )


@cache
def _has_triton() -> bool:
    """Return whether Triton is installed in a version with all functions that the kernels call."""
    if find_spec("triton") is None:
        return False
    return tuple(map(int, version("triton").split(".")[:2])) >= (3, 6)


def network_streams(
    inputs: Float[Tensor, "batches streams points features"],
    parameters: Sequence[Tensor],
    layout: Layout,
) -> Float[Tensor, "batches streams points outputs"]:
    """Compute `pinn_phases.network.streams.network_streams` with the kernels, without gradients."""
    *hidden, outputs = (len(bias) for bias in parameters[1::2])
    buffers = [inputs.new_empty(*inputs.shape[:-1], hidden[0]) for _ in range(2)]
    targets = [buffers[number % 2] for number in range(len(hidden))]
    targets.append(inputs.new_empty(*inputs.shape[:-1], outputs))
    _forward(inputs, parameters, layout, targets)
    return targets[-1]


class TritonNetwork:
    """Computes the streams of the network for batches of points, and gradients for each batch.

    Parameters
    ----------
    inputs
        Streams of the input features, of a type for which `kernels_usable` is true.
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
        self._streams = inputs.new_empty(*shape, hidden[0])  # of tanh, for the backward pass
        self._gradients = inputs.new_empty(batches, network.parameter_count)
        zeros = [inputs.new_zeros(parameter) for parameter in network.shapes]
        self.backward(zeros, self.forward(zeros), zeros)  # compiles the kernels

    def forward(
        self, parameters: Sequence[Tensor]
    ) -> Float[Tensor, "batches streams points outputs"]:
        """Return the streams of the outputs; the next call overwrites them."""
        _forward(self.inputs, parameters, self.layout, [*self._saved, self._outputs])
        return self._outputs

    def backward(
        self,
        parameters: Sequence[Tensor],
        cotangent: Float[Tensor, "batches streams points outputs"],
        common: Sequence[Tensor],
    ) -> list[BatchGradient]:
        """Return the gradient of a loss for each batch, as `BatchedNetwork.backward` does."""
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
        """Return the mean over batches of the gradients that `backward` returned."""
        return self.network.split(self._gradients.mean(0))


def _forward(
    inputs: Float[Tensor, "batches streams points features"],
    parameters: Sequence[Tensor],
    layout: Layout,
    targets: Sequence[Float[Tensor, "batches streams points width"]],
) -> None:
    """Write the saved activations of all hidden layers and the outputs to the targets."""
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
    """Write the cotangents of z of the previous layer to `target`, its tanh to `streams`."""
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
    """Write the gradients of the weight and bias of a layer."""
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
    """Return the module with the kernels; importing it requires Triton."""
    from pinn_phases.training.engines.fast import triton_kernels as kernels

    return kernels


def _grid(*axes: tuple[int, str], **options: Any) -> tuple[int, ...]:
    """Return the number of programs along each axis, from its length and its block size."""
    return tuple(math.ceil(length / options[block]) for length, block in axes)


def _sizes(streams: Tensor, width: int, outputs: int) -> dict[str, Any]:
    """Return the compile-time constants that depend on shapes."""
    return {
        "STREAMS": streams.shape[1],
        "POINTS": streams.shape[2],
        "INPUTS": width,
        "OUTPUTS": outputs,
    }


def _chain(layout: Layout) -> tuple[tuple[Polynomial, Polynomial], ...]:
    """Return the factors of y'' and y''' in each stream of tanh: `CHAIN` of the kernels."""
    factors = [
        (
            tuple((a, (i, j)) for i, j, a in stream.pairs),
            tuple((a, (i, j, k)) for i, j, k, a in stream.triples),
        )
        for stream in layout.streams
    ]
    return ((), ()), *factors  # stream 0, the value, has none


def _padded(size: int) -> int:
    """Return the next power of two, at least 16, the least size on tensor cores."""
    return max(16, 1 << (size - 1).bit_length())
