"""The batched network, compared with automatic differentiation of `network_streams`."""

import pytest
import torch

from pinn_phases.network.network import Network
from pinn_phases.network.streams import Layout, network_streams
from pinn_phases.plugins import PROBLEMS, names, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.training.engines.fast import batched_network
from pinn_phases.training.engines.fast.batched_network import BatchedNetwork, tile_size
from pinn_phases.training.threads import ThreadPool
from tests.training.conftest import EQUATIONS, needs_compiler

BATCHES, POINTS, NETWORK = 6, 5, Network((2, 7, 7, 7, 2))


def make_case(problem, network=NETWORK, *, batches=BATCHES, points=POINTS):
    """Return layout, inputs, parameters, output cotangent and common gradients, in float64."""
    instance = plugin_class(PROBLEMS, problem, Problem)(**EQUATIONS[problem])
    layout = Layout.of(instance.coordinates, instance.residual_operators)
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    streams = 1 + len(layout.streams)
    inputs = draw(batches, streams, points, network.sizes[0])
    parameters = [p.double() for p in network.initial_parameters(generator)]
    cotangent = draw(batches, streams, points, network.sizes[-1])
    return layout, inputs, parameters, cotangent, [draw(*p.shape) for p in parameters]


def forward_and_backward(problem, *, threads=1, compiled=False, **options):
    """Return outputs and gradients of a second call, which overwrites those of the first."""
    layout, inputs, parameters, cotangent, common = make_case(problem)
    network = BatchedNetwork(
        inputs, NETWORK, layout, threads=ThreadPool(threads), compiled=compiled, **options
    )
    for _ in range(2):
        outputs = network.forward(parameters)
        gradients = network.backward(parameters, cotangent, common)
    return [outputs, *gradients]


def expected(case):
    """Return outputs and gradients by automatic differentiation, one batch at a time."""
    layout, inputs, parameters, cotangent, common = case
    leaves = [p.requires_grad_() for p in parameters]
    outputs = [network_streams(batch, leaves, layout) for batch in inputs]
    gradients = [torch.autograd.grad(o, leaves, s) for o, s in zip(outputs, cotangent, strict=True)]
    stacked = [torch.stack(each) for each in zip(*gradients, strict=True)]
    return [
        torch.stack(outputs).detach(),
        *(own + shared for own, shared in zip(stacked, common, strict=True)),
    ]


@pytest.fixture
def small_tiles(monkeypatch):
    """Limit each tile to one batch."""
    monkeypatch.setattr(batched_network, "TILE_BYTES", 1)


@pytest.mark.parametrize("saved_bytes", [0, 10**4, 10**9], ids=["none", "some", "all"])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("problem", names(PROBLEMS))
@pytest.mark.usefixtures("small_tiles")
def test_outputs_and_gradients_match_automatic_differentiation(problem, threads, saved_bytes):
    actual = forward_and_backward(problem, threads=threads, saved_bytes=saved_bytes)
    # float64 through three layers and three derivatives, with sums in another order
    torch.testing.assert_close(actual, expected(make_case(problem)), rtol=1e-10, atol=1e-10)


def test_tiles_with_several_batches():
    actual = forward_and_backward("burgers")
    torch.testing.assert_close(actual, expected(make_case("burgers")), rtol=1e-10, atol=1e-10)


@needs_compiler
@pytest.mark.usefixtures("small_tiles", "fresh_compiler")
def test_compiled_with_the_cpp_wrapper():
    """It is used with more than two threads; `test_fast.py` covers fewer."""
    actual = forward_and_backward("allen_cahn", threads=3, compiled=True)
    torch.testing.assert_close(actual, expected(make_case("allen_cahn")), rtol=1e-10, atol=1e-10)


@pytest.mark.usefixtures("small_tiles")
def test_results_do_not_depend_on_threads_or_saved_activations():
    alone = forward_and_backward("cavity")
    for options in ({"threads": 2}, {"threads": 3, "saved_bytes": 0}):
        shared = forward_and_backward("cavity", **options)
        assert all(torch.equal(a, b) for a, b in zip(alone, shared, strict=True))


@pytest.mark.parametrize(
    ("batches", "bytes_of_batch", "size"),
    [(100, 3 * 256 * 128 * 4, 2), (100, 3 * 64 * 128 * 4, 10), (7, 1, 7), (100, 2**30, 1)],
)
def test_a_tile_fits_the_cache_if_a_batch_does(batches, bytes_of_batch, size):
    assert tile_size(batches, bytes_of_batch) == size
