"""The GPU kernels, run by Triton's interpreter on the CPU; compared with autograd.

Triton is installed with torch for CUDA; without it, `pip install triton==3.9.0` enables these
tests. On a GPU, tests/training/test_gpu.py tests the kernels.
"""

import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pinn_phases.network.streams import network_streams
from pinn_phases.plugins import PROBLEMS, names
from pinn_phases.training.engines.fast import triton_network
from pinn_phases.training.engines.fast.triton_network import TritonNetwork, kernels_usable
from tests.training.engines.test_batched_network import NETWORK, expected, make_case


@pytest.fixture
def interpreted(monkeypatch):
    """Run the kernels in Triton's NumPy interpreter, with blocks smaller than the arrays."""
    pytest.importorskip("triton", reason="triton is not installed")
    if os.environ.get("TRITON_INTERPRET") != "1":  # set by tests/conftest.py
        pytest.skip("with a GPU, Triton compiles its kernels")
    from triton.language import tensor
    from triton.runtime.interpreter import TensorHandle

    def tanh(x):  # the interpreter has no libdevice
        return tensor(TensorHandle(np.tanh(x.handle.data), x.handle.dtype), x.type)

    kernels = triton_network.triton_kernels()
    monkeypatch.setattr(kernels, "libdevice", SimpleNamespace(tanh=tanh))
    small = triton_network.Blocks(16, 16, 16, warps=4, stages=1, precision="ieee")
    for name, blocks in (("FORWARD", {8: small}), ("BACKWARD", {8: small}), ("GRADIENTS", small)):
        monkeypatch.setattr(triton_network, name, blocks)


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("problem", names(PROBLEMS))
def test_outputs_and_gradients_match_automatic_differentiation(problem):
    case = make_case(problem)
    layout, inputs, parameters, cotangent, common = case
    network = TritonNetwork(inputs, NETWORK, layout)
    outputs = network.forward(parameters)
    gradients = network.backward(parameters, cotangent, common)
    # float64 through three layers and three derivatives, with sums in another order
    close = {"rtol": 1e-10, "atol": 1e-10}
    torch.testing.assert_close([outputs, *gradients], expected(case), **close)
    means = [gradient.mean(0) for gradient in gradients]
    torch.testing.assert_close(network.mean(), means)


@pytest.mark.usefixtures("interpreted")
def test_outputs_without_gradients():
    layout, inputs, parameters, *_ = make_case("cavity")
    outputs = triton_network.network_streams(inputs, parameters, layout)
    wanted = network_streams(inputs, parameters, layout)
    torch.testing.assert_close(outputs, wanted, rtol=1e-12, atol=1e-12)


def test_each_pass_has_one_kernel_per_layer_whose_blocks_cover_everything(monkeypatch):
    launches = []

    class Kernel:
        def __init__(self, name):
            self.name = name

        def __getitem__(self, grid):
            def launch(*tensors, **options):
                launches.append((self.name, grid, options))

            return launch

    names_of = ("forward_layer", "backward_layer", "layer_gradients")
    kernels = SimpleNamespace(**{name: Kernel(name) for name in names_of})
    monkeypatch.setattr(triton_network, "triton_kernels", lambda: kernels)
    layout, inputs, parameters, cotangent, common = make_case("allen_cahn")
    network = TritonNetwork(inputs, NETWORK, layout)
    launches.clear()  # drop the launches that compiled the kernels
    network.forward(parameters)
    network.backward(parameters, cotangent, common)
    layers = len(NETWORK.sizes) - 1
    found = [name for name, *_ in launches]
    counts = {"forward_layer": layers, "backward_layer": layers - 1, "layer_gradients": layers}
    assert {name: found.count(name) for name in names_of} == counts
    points = inputs.shape[0] * inputs.shape[2]
    for name, grid, options in launches:
        rows, columns = grid[-2] * options["ROWS"], grid[-1] * options["COLUMNS"]
        if name == "layer_gradients":
            assert grid[0] == len(inputs)
            assert rows >= options["OUTPUTS"] and columns >= options["INPUTS"]
        else:
            width = options["OUTPUTS" if name == "forward_layer" else "INPUTS"]
            assert rows >= points and columns >= width


def test_the_kernels_are_not_used_on_a_cpu():
    assert not kernels_usable(torch.zeros(1))
