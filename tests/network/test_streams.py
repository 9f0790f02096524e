"""Values and parameter gradients of streams, compared with nested autograd."""

from dataclasses import dataclass
from functools import reduce
from operator import add

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn_phases.network.fields import FieldAt
from pinn_phases.network.network import Network
from pinn_phases.network.streams import Layout, function_streams, product_streams
from pinn_phases.operators import Operators, d
from pinn_phases.problems.allen_cahn import AllenCahn
from pinn_phases.problems.cavity import Cavity
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.training.engines import plain

EXACT = {"device": torch.device("cpu"), "dtype": torch.float64}
RELATIVE = 1e-10  # tolerance, of the largest value; float64 rounds at 1e-14 over a few layers
PROBLEM = AllenCahn(diffusion=1e-4, reaction=5.0)


@dataclass(frozen=True)
class Case:
    """A network with random weights, random points, and the requested operators."""

    network: NetworkSettings
    operators: Operators
    parameters: list[torch.Tensor]
    points: torch.Tensor


def operator_of(terms):
    """Return the operator with these coefficients and partial derivatives."""
    return reduce(add, (coefficient * d(*term) for coefficient, term in terms))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case: operators of up to third order, coefficients of any sign, mixed derivatives."""
    network = NetworkSettings(
        hidden_layers=draw(st.integers(1, 4)),
        width=draw(st.integers(1, 12)),
        fourier_modes=draw(st.integers(0, 3)),
        ansatz=draw(st.sampled_from(PROBLEM.ansatzes)),
    )
    coefficient = st.floats(-2, 2).filter(lambda a: abs(a) > 1e-3)
    terms = st.lists(st.sampled_from("tx"), min_size=1, max_size=3).map(tuple)
    sums = st.lists(st.tuples(coefficient, terms), min_size=1, max_size=4)
    operators = draw(st.lists(sums.map(operator_of), max_size=3).map(tuple))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    scale = draw(st.floats(0.3, 2.0))
    initial = Network.of(PROBLEM, network).initial_parameters(generator)
    parameters = [scale * p.double() for p in initial]
    points = torch.rand(draw(st.integers(1, 7)), 2, generator=generator, dtype=torch.float64)
    return Case(network, operators, parameters, 2 * points - 1)


def loss_and_gradient(jets, parameters):
    """Return a scalar that depends on every part of the jets, and its gradient."""
    parts = [part for jet in jets for part in (jet.value, *jet.derivatives.values())]
    total = torch.stack([(part + 0.3).square().sum() for part in parts]).sum()
    return total, torch.autograd.grad(total, parameters, materialize_grads=True)


def close(actual, expected):
    """Return whether two tensors agree to `RELATIVE` times the largest expected value."""
    scale = expected.abs().max().clamp(min=1.0)
    return bool((actual - expected).abs().max() <= RELATIVE * scale)


def assert_equal_to_nested_autograd(problem, case):
    """Compare jets, and the gradient of a scalar function of them."""
    parameters = [p.requires_grad_() for p in case.parameters]
    field = FieldAt(problem, case.network, case.points.numpy(), case.operators, **EXACT)
    actual = field(parameters)
    nested = plain.fields(problem, case.network, case.points, parameters, case.operators)
    assert list(actual) == list(nested) == list(problem.fields)
    for name in problem.fields:
        assert close(actual[name].value, nested[name].value)
        for operator in case.operators:
            assert close(operator(actual[name]), operator(nested[name]))
    gradients = (loss_and_gradient(jets.values(), parameters)[1] for jets in (actual, nested))
    for found, expected in zip(*gradients, strict=True):
        assert close(found, expected)


@given(cases())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_streams_equal_nested_autograd(case):
    assert_equal_to_nested_autograd(PROBLEM, case)


def test_third_derivatives_of_the_cavity_equal_nested_autograd():
    cavity = Cavity(reynolds=1000.0, lid_width=0.125)
    network = NetworkSettings(hidden_layers=3, width=10, fourier_modes=0, ansatz="plain")
    generator = torch.Generator().manual_seed(0)
    parameters = [p.double() for p in Network((2, 10, 10, 10, 2)).initial_parameters(generator)]
    points = torch.rand(50, 2, generator=generator, dtype=torch.float64)
    case = Case(network, cavity.residual_operators, parameters, points)
    assert_equal_to_nested_autograd(cavity, case)


def test_streams_are_shared_between_derivatives():
    cavity = Cavity(reynolds=1000.0, lid_width=0.125)
    layout = Layout.of(cavity.coordinates, cavity.residual_operators)
    assert len(layout.streams) == 7  # psi_x ... psi_yy, two of third order; not the value
    mixed = d("x", "y")
    assert layout.numbers[mixed.terms] == 1 + [s.operator for s in layout.streams].index(mixed)


def test_derivatives_of_a_product():
    second = 2.0 * d("t") + 3.0 * d("t", "x") - d("x", "x")
    third = 0.5 * d("t", "x", "x") - 1.5 * d("x", "x", "x") + d("t")
    layout = Layout.of(("t", "x"), (d("t"), second, third))
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
    parameters = [p.double() for p in Network((2, 5, 5, 1)).initial_parameters(torch.Generator())]
    points = torch.rand(20, 2, dtype=torch.float64).numpy()
    (linear,) = operators = PROBLEM.residual_operators
    whole = FieldAt(PROBLEM, network, points, operators, **EXACT)
    chunks = FieldAt(PROBLEM, network, points, operators, **EXACT, batches=batches)
    expected, found = (linear(field(parameters)["u"]) for field in (whole, chunks))
    torch.testing.assert_close(found.flatten(), expected, rtol=1e-12, atol=1e-12)


def test_derivatives_of_higher_than_third_order_are_refused():
    with pytest.raises(
        ValueError, match=r"up to order 3, received d\('x', 'x', 'x', 'y'\); .*plain"
    ):
        Layout.of(("x", "y"), (d("x", "x", "y", "x"),))
