"""The streams equal nested automatic differentiation, values and parameter gradients."""

from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import nested_autograd
from pinn_phases.model import FieldAt, Place, feature_count
from pinn_phases.network import initial_parameters, layer_sizes
from pinn_phases.problems.allen_cahn import AllenCahn
from pinn_phases.problems.base import Derivatives, Operator
from pinn_phases.streams import Layout, function_streams, product_streams
from pinn_phases.training.settings import NetworkSettings

EXACT = Place(torch.device("cpu"), torch.float64)
RELATIVE = 1e-10  # of the largest value; float64 over a few layers rounds at about 1e-14
PROBLEM = AllenCahn(diffusion=1e-4, reaction=5.0)


@dataclass(frozen=True)
class Case:
    """A network with random weights, random points, and what is asked of it there."""

    network: NetworkSettings
    derivatives: Derivatives
    parameters: list[torch.Tensor]
    points: torch.Tensor


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case; coefficients of the operator of any sign, mixed derivatives included."""
    network = NetworkSettings(
        hidden_layers=draw(st.integers(1, 4)),
        width=draw(st.integers(1, 12)),
        fourier_modes=draw(st.integers(0, 3)),
        ansatz=draw(st.sampled_from(PROBLEM.ansatzes)),
    )
    coefficient = st.floats(-2, 2).filter(lambda a: abs(a) > 1e-3)
    pairs = st.sampled_from([("t", "t"), ("t", "x"), ("x", "t"), ("x", "x")])
    operator = Operator(
        first=draw(st.dictionaries(st.sampled_from("tx"), coefficient, max_size=2)),
        second=draw(st.dictionaries(pairs, coefficient, min_size=1, max_size=3)),
    )
    first = tuple(draw(st.sets(st.sampled_from("tx"))))
    derivatives = Derivatives(first, draw(st.sampled_from([operator, None])))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    sizes = layer_sizes(
        feature_count(PROBLEM, network), network.hidden_layers, network.width, len(PROBLEM.fields)
    )
    scale = draw(st.floats(0.3, 3.0))
    parameters = [scale * p.double() for p in initial_parameters(sizes, generator)]
    points = torch.rand(draw(st.integers(1, 7)), 2, generator=generator, dtype=torch.float64)
    return Case(network, derivatives, parameters, 2 * points - 1)


def loss_and_gradient(jet, parameters):
    """A scalar that involves every part of the jet, and its gradient."""
    parts = [jet.value, *jet.first.values(), *([] if jet.operator is None else [jet.operator])]
    total = torch.stack([(part + 0.3).square().sum() for part in parts]).sum()
    return total, torch.autograd.grad(total, parameters, materialize_grads=True)


def close(actual, expected):
    """Whether two tensors agree to `RELATIVE` of the largest expected value."""
    scale = expected.abs().max().clamp(min=1.0)
    return bool((actual - expected).abs().max() <= RELATIVE * scale)


@given(cases())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_streams_equal_nested_autograd(case):
    parameters = [p.requires_grad_() for p in case.parameters]
    field = FieldAt(PROBLEM, case.network, case.points.numpy(), case.derivatives, place=EXACT)
    ours = field(parameters)["u"]
    theirs = nested_autograd.fields(
        PROBLEM, case.network, case.points, parameters, case.derivatives
    )["u"]
    assert close(ours.value, theirs.value)
    for name in case.derivatives.first:
        assert close(ours.first[name], theirs.first[name])
    if case.derivatives.operator is not None:
        assert close(ours.operator, theirs.operator)
    wanted = {name: ours.first[name] for name in case.derivatives.first}
    ours = type(ours)(ours.value, dict(sorted(wanted.items())), ours.operator)
    theirs = type(theirs)(theirs.value, dict(sorted(theirs.first.items())), theirs.operator)
    gradients = (loss_and_gradient(jet, parameters)[1] for jet in (ours, theirs))
    for actual, expected in zip(*gradients, strict=True):
        assert close(actual, expected)


def test_mixed_derivative_of_a_product():
    operator = Operator(first={"t": 2.0}, second={("t", "x"): 3.0, ("x", "x"): -1.0})
    layout = Layout.of(("t", "x"), Derivatives(("t",), operator))
    points = torch.rand(9, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def a(point):
        return torch.sin(point[:1] * point[1:])

    def b(point):
        return torch.exp(point[1:] - 2 * point[:1])

    product = product_streams(
        function_streams(a, points, layout), function_streams(b, points, layout), layout
    )
    expected = function_streams(lambda point: a(point) * b(point), points, layout)
    torch.testing.assert_close(product, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batches", [2, 5])
def test_batches_are_consecutive_chunks(batches):
    network = NetworkSettings(hidden_layers=2, width=5, fourier_modes=0, ansatz="initial")
    parameters = [p.double() for p in initial_parameters((2, 5, 5, 1), torch.Generator())]
    points = torch.rand(20, 2, dtype=torch.float64).numpy()
    whole = FieldAt(PROBLEM, network, points, PROBLEM.derivatives, place=EXACT)(parameters)["u"]
    chunks = FieldAt(PROBLEM, network, points, PROBLEM.derivatives, place=EXACT, batches=batches)(
        [p.expand(batches, *p.shape) for p in parameters]
    )["u"]
    torch.testing.assert_close(chunks.operator.flatten(), whole.operator, rtol=1e-12, atol=1e-12)
