"""Each optimiser: steps, moments, and bit-identical resumption."""

import shutil

import numpy as np
import pytest
import torch
from scipy.optimize import rosen, rosen_der

from pinn_phases.files import storage
from pinn_phases.optimisers.adam import Adam
from pinn_phases.optimisers.lbfgs import LBFGS
from pinn_phases.optimisers.soap import Soap
from pinn_phases.plugins import OPTIMISERS, names
from pinn_phases.settings.method_names import joined
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.iteration import Iteration
from pinn_phases.training.optimiser_state import from_arrays, to_arrays
from pinn_phases.training.state import State
from pinn_phases.training.stepper import Stepper
from tests.training.conftest import CHECKPOINT_EACH_ITERATION, make_settings
from tests.training.engines.cases import small_case
from tests.training.test_loop import assert_same_data, counted_updates, run

NUMBERS = {"learning_rate": 0.01, "decay": 0.5, "decay_every": 4, "beta1": 0.9, "beta2": 0.99}
SOAP = Soap(**NUMBERS, epsilon=1e-8, precondition_every=2)
ITERATIONS = 60
OTHERS = [joined("rba", name) for name in names(OPTIMISERS) if name != "adam"]


@pytest.fixture(scope="module", params=OTHERS)
def finished(request, reference, tmp_path_factory):
    """Settings, folder and result of an uninterrupted training."""
    folder, settings = tmp_path_factory.mktemp(request.param), make_settings(request.param)
    return settings, folder, run(settings, reference, folder)


def with_iterations(settings, iterations, **changes):
    """The same training with another number of iterations."""
    return make_settings(settings.method, iterations=iterations, **changes)


@pytest.mark.parametrize("stop", [1, 2, 3, 12, 35])
def test_a_stopped_training_resumes_bit_for_bit(finished, reference, tmp_path, stop):
    settings, _, expected = finished
    run(with_iterations(settings, stop), reference, tmp_path)
    assert_same_data(run(settings, reference, tmp_path), expected)


@pytest.mark.parametrize("iterations", [1, 2, 23])
def test_a_longer_training_is_truncated_bit_for_bit(
    finished, reference, tmp_path, iterations, monkeypatch
):
    settings, folder, _ = finished
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    shorter = with_iterations(settings, iterations)
    expected = run(shorter, reference, tmp_path / "from_start")
    with counted_updates(monkeypatch) as updates:
        assert_same_data(run(shorter, reference, tmp_path), expected)
    assert len(updates) == {1: 1, 2: 1, 23: 2}[iterations]


def test_a_checkpoint_after_each_iteration_does_not_change_the_data(finished, reference, tmp_path):
    settings, _, expected = finished
    often = with_iterations(settings, ITERATIONS, **CHECKPOINT_EACH_ITERATION)
    assert_same_data(run(often, reference, tmp_path), expected)


def test_each_optimiser_has_its_own_checkpoints(reference, tmp_path):
    run(make_settings("rba", iterations=20), reference, tmp_path)
    run(make_settings("rba-soap", iterations=20), reference, tmp_path)
    found = {path.name.rpartition("-")[0] for path in (tmp_path / "checkpoints").glob("*.h5")}
    assert found == {"allen_cahn-rba-seed3", "allen_cahn-rba-soap-seed3"}


def test_the_signal_to_rms_ratio_uses_the_moments_of_the_optimiser(finished):
    settings, _, result = finished
    ratio = result.arrays["history/srr_adam"]
    if settings.method == "rba-lbfgs":  # no moments
        assert np.isnan(ratio).all()
    else:
        assert np.isnan(ratio[0])  # the first step only initialises
        assert (ratio[1:] > 0).all()
        np.testing.assert_allclose(ratio[1], 1, rtol=1e-6)  # both moments are of a single gradient


def test_the_state_of_every_optimiser_survives_saving_and_loading(finished, tmp_path):
    settings, folder, _ = finished
    content = Checkpoints.for_output(folder / "run.h5", settings, "code").load()
    names = {name.split("/")[2] for name in content.arrays if name.startswith("state/optimiser/")}
    assert names == {"float32", "numbers", "structure"}
    milestones = content.arrays["state/milestones/optimiser/float32"]
    assert len(milestones) == len(content.arrays["state/milestones/iteration"])
    storage.write(tmp_path / "again.h5", content)
    assert_same_data(storage.read(tmp_path / "again.h5", "checkpoint"), content)


def test_any_state_dict_survives_a_round_trip():
    tree = {
        "state": {0: {"a": torch.arange(6.0).reshape(2, 3), "b": [torch.ones(2), []], "c": 3}},
        "param_groups": [{"lr": 0.1, "betas": (0.9, 0.99), "on": True, "maximize": None, "n": "x"}],
        "of_ints": torch.tensor([2**40, 1]),
    }
    again = from_arrays(to_arrays(tree))
    assert str(again) == str(tree)
    assert again["of_ints"].dtype == torch.int64
    assert isinstance(again["param_groups"][0]["betas"], tuple)


def test_the_memory_layout_survives_a_round_trip():
    """The rounding of matrix products depends on it."""
    tensor = torch.arange(6.0).reshape(2, 3).T
    again = from_arrays(to_arrays({"state": [tensor]}))["state"][0]
    assert torch.equal(again, tensor) and again.stride() == tensor.stride() == (1, 3)


def test_other_objects_are_rejected():
    with pytest.raises(TypeError, match="expected tensors, numbers, text, lists and dicts"):
        to_arrays({"state": object()})


def quadratic(parameters):
    """Return loss and gradient of an ill-conditioned quadratic function of two matrices."""
    scale = torch.logspace(0, 2, 6, dtype=torch.float64).reshape(2, 3)
    loss = sum((scale * p.square()).sum() / 2 for p in parameters)
    return loss, [scale * p for p in parameters]


def start():
    """Return two matrices of ones."""
    return [torch.ones(2, 3, dtype=torch.float64) for _ in range(2)]


def test_soap_with_constant_bases_is_adam_in_them():
    """A constant gradient keeps the eigenbases constant: SOAP is Adam in rotated coordinates."""
    gradient = torch.tensor([[3.0, 1.0, 2.0], [1.0, 2.0, 0.5]], dtype=torch.float64)
    soap = SOAP.model_copy(update={"precondition_every": 10**9})
    stepper = Stepper(soap, [torch.zeros(2, 3, dtype=torch.float64)])
    left, _, right = torch.linalg.svd(gradient, full_matrices=True)
    adam = Stepper(Adam(**NUMBERS, epsilon=1e-8), [torch.zeros(2, 3, dtype=torch.float64)])
    for number in range(4):
        stepper.begin()
        stepper.step([gradient])
        if number:
            adam.begin()
            adam.step([left.T @ gradient @ right.T])
    expected = left @ adam.parameters[0] @ right
    # SOAP counts the step that only initialises, but all four steps have the first learning rate.
    torch.testing.assert_close(stepper.parameters[0], expected, rtol=1e-4, atol=1e-9)


def test_lbfgs_minimises_a_quadratic_function():
    """The minimum is at zero."""
    stepper = Stepper(LBFGS(history=20, evaluations=25), start())
    for _ in range(40):
        stepper.begin()
        stepper.search(*quadratic(stepper.parameters), lambda: quadratic(stepper.parameters))
    assert stepper.iteration == 40
    assert max(float(p.abs().max()) for p in stepper.parameters) < 1e-7


def test_lbfgs_minimises_the_rosenbrock_function():
    (point,) = parameters = [torch.tensor([-1.2, 1.0], dtype=torch.float64)]
    stepper = Stepper(LBFGS(history=10, evaluations=25), parameters)

    def evaluate():
        at = point.numpy()
        return torch.tensor(rosen(at)), [torch.from_numpy(rosen_der(at))]

    for _ in range(60):
        stepper.begin()
        stepper.search(*evaluate(), evaluate)
    np.testing.assert_allclose(point.numpy(), [1, 1], atol=1e-6)


@pytest.mark.parametrize("engine", ["fast", "plain"])
@pytest.mark.parametrize("method", ["vanilla", "rba", "sa"])
def test_a_line_search_keeps_the_weights_and_lowers_the_loss(method, engine):
    case = small_case(method)
    weight = case.settings.method_constants.weight_at_start
    optimiser = LBFGS(history=5, evaluations=25)
    parameters = [p.clone() for p in case.parameters]
    state = State.start(parameters, optimiser, *case.weights.shape, weight)
    iteration = Iteration(case.engine(engine), state)
    for _ in range(4):
        loss, _ = iteration.evaluate()
        before, weights = float(loss.total), state.weights.clone()
        iteration.update()
        assert torch.equal(state.weights, weights)
        after, _ = iteration.engine.gradients(parameters, weights, update=False)
        assert float(after.total) < before
        assert torch.equal(after.weights, weights)


def test_the_learning_rate_of_soap_falls_like_that_of_adam():
    rates = [SOAP.learning_rate_at(i) for i in (1, 4, 5, 8, 9)]
    assert rates == [0.01, 0.01, 0.005, 0.005, 0.0025]
    assert LBFGS(history=1, evaluations=2).learning_rate_at(5) is None
