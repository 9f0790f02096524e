"""What one iteration does to the state of a training."""

import gc
import weakref

import pytest
import torch

from pinn_phases.training.engines.fast.cuda_graph import no_garbage_collection
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.state import State
from tests.training.conftest import make_settings
from tests.training.engines.cases import EXACT, small_case


def make_iteration(method="rba", engine="fast", **options):
    """An iteration of a small training, in float64."""
    case = small_case(method)
    device = (EXACT | options)["device"]
    parameters = [p.to(device) for p in case.parameters]
    weight = case.settings.method_constants.weight_at_start
    optimiser = case.settings.training.optimiser
    state = State.start(parameters, optimiser, *case.weights.shape, weight)
    return Iteration(case.engine(engine, **options), state)


def tensors(iteration):
    """Run an iteration; return all tensors that iterations read or write."""
    _, gradients = iteration.evaluate()
    iteration.update()
    state = iteration.state
    moments = state.stepper.moments()
    return [state.weights, *state.parameters, *moments.first, *moments.second, *gradients]


@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
def test_tensors_are_updated_in_place(method):
    """CUDA graphs refer to memory addresses, not to tensors."""
    iteration = make_iteration(method)
    first = tensors(iteration)
    addresses = [t.data_ptr() for t in first]
    values = [t.clone() for t in first]
    again = tensors(iteration)
    assert [t.data_ptr() for t in again] == addresses
    assert not any(torch.equal(a, b) for a, b in zip(again, values, strict=True))


def test_an_iteration_is_freed_without_the_garbage_collector():
    """A CUDA graph in a reference cycle could be freed during the capture of another one."""
    gc.disable()
    try:
        iteration = make_iteration()
        tensors(iteration)
        freed = weakref.ref(iteration)
        del iteration
        assert freed() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("enabled", [True, False])
def test_no_garbage_is_collected_during_a_capture(enabled):
    class Cycle:
        def __init__(self):
            self.itself = self

    before = weakref.ref(Cycle())
    (gc.enable if enabled else gc.disable)()
    try:
        with no_garbage_collection():
            during = weakref.ref(Cycle())
            assert before() is None
            assert not gc.isenabled()
            assert during() is not None
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


@pytest.mark.parametrize("engine", ["fast", "plain"])
def test_the_state_gets_the_updated_weights(engine):
    iteration = make_iteration(engine=engine)
    before = iteration.state.weights.clone()
    loss, _ = iteration.evaluate()
    expected = iteration.engine.method.update(before, loss.residual)
    torch.testing.assert_close(iteration.state.weights, expected, rtol=0, atol=0)


@pytest.mark.parametrize("engine", ["fast", "plain"])
def test_adam_matches_its_formulas(engine):
    """Eqs. 9 to 11, across a change of the learning rate."""
    iteration = make_iteration(engine=engine)
    state, adam = iteration.state, iteration.state.stepper.settings
    parameter, first, second = state.parameters[0].clone(), 0.0, 0.0
    for step in range(1, 28):
        _, gradients = iteration.evaluate()
        gradient = gradients[0].mean(0)
        first = adam.beta1 * first + (1 - adam.beta1) * gradient
        second = adam.beta2 * second + (1 - adam.beta2) * gradient**2
        mean, square = first / (1 - adam.beta1**step), second / (1 - adam.beta2**step)
        parameter -= adam.learning_rate_at(step) * mean / (square.sqrt() + adam.epsilon)
        iteration.update()
    assert state.iteration == 27
    torch.testing.assert_close(state.parameters[0], parameter, rtol=1e-9, atol=1e-12)


def test_learning_rate_falls_in_steps():
    optimiser = make_settings().training.optimiser
    rates = [optimiser.learning_rate_at(i) for i in (1, 25, 26, 50, 51)]
    assert rates == [1e-3, 1e-3, 5e-4, 5e-4, 2.5e-4]
