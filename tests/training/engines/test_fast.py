"""The fast engine, compared with the plain one, and compiled with uncompiled."""

import pytest
import torch
from torch._dynamo.utils import counters

from pinn_phases.training.engines.fast import batched_network
from tests.training.conftest import make_settings, needs_compiler
from tests.training.engines.cases import small_case

CASES = pytest.mark.parametrize(
    "case",
    [
        {},
        {"fourier_modes": 3, "ansatz": "initial"},
        {"problem": "helmholtz"},
        {"problem": "burgers"},
        {"problem": "cavity"},
    ],
    ids=["plain", "embedded", "helmholtz", "burgers", "cavity"],
)
METHODS = pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])


def assert_close(found, expected):
    """Compare batch by batch, with a tolerance of 1e-10 relative to the largest entry of each.

    This allows for float64 rounding through two layers and three derivatives.
    """
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        scale = theirs.abs().flatten(1).amax(1).clamp(min=1)
        assert ((ours - theirs).abs().flatten(1).amax(1) <= 1e-10 * scale).all()


@METHODS
@CASES
def test_loss_and_gradients_equal_those_of_the_plain_engine(method, case):
    case = small_case(method, **case)
    engines = case.engine("fast"), case.engine("plain")
    found, expected = (each.gradients(case.parameters, case.weights) for each in engines)
    assert_close(found[1], expected[1])
    ours, theirs = found[0], expected[0]
    assert_close([g[None] for g in ours.common], [g[None] for g in theirs.common])
    assert_close([ours.residual], [theirs.residual])
    for name in ("weights", "pde", "conditions", "total"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-12, atol=0)


@METHODS
@CASES
def test_gradients_of_terms_equal_those_of_the_plain_engine(method, case):
    case = small_case(method, **case)
    engines = case.engine("fast"), case.engine("plain")
    found, expected = (each.term_gradients(case.parameters, case.weights) for each in engines)
    assert_close(found[0], expected[0])
    assert found[1].keys() == expected[1].keys()
    for name, gradient in expected[1].items():
        assert_close([g[None] for g in found[1][name]], [g[None] for g in gradient])


def test_a_condition_with_zero_weight_is_left_out():
    conditions = {
        name: {"points": 8, "weight": weight}
        for name, weight in (("initial", 1.0), ("boundary", 0.0))
    }
    training = make_settings(conditions=conditions).training
    assert list(training.weighted_conditions) == ["initial"]


@needs_compiler
@pytest.mark.parametrize(
    ("method", "problem", "threads", "tile_bytes"),
    [
        ("vanilla", "allen_cahn", 2, 1),
        ("rba", "allen_cahn", 2, 1),
        ("sa", "allen_cahn", 2, 1),
        ("rba", "allen_cahn", 1, batched_network.TILE_BYTES),
        ("rba", "cavity", 2, batched_network.TILE_BYTES),
    ],
)
@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_code_gives_the_same_results(method, problem, threads, tile_bytes, monkeypatch):
    """All code is compiled before the first iteration, since threads must not compile at once."""
    monkeypatch.setattr(batched_network, "TILE_BYTES", tile_bytes)
    case = small_case(method, problem)
    compiled, plain = case.engine(compiled=True, threads=threads), case.engine()
    assert [compiled.compiled, plain.compiled] == [True, False]
    graphs, weights = counters["stats"]["unique_graphs"], case.weights
    for _ in range(3):
        found, expected = (e.gradients(case.parameters, weights) for e in (compiled, plain))
        torch.testing.assert_close(found[0].residual, expected[0].residual, rtol=1e-10, atol=1e-12)
        assert_close(found[1], expected[1])
        weights = found[0].weights
    assert counters["stats"]["unique_graphs"] == graphs
