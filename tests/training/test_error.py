"""The error on the test grid: its points, and when it is undefined."""

import numpy as np
import pytest
import torch

from pinn_phases.jobs.stopping import Stopped
from pinn_phases.strict_model import SettingsError
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.recording.error import RelativeL2Error
from pinn_phases.training.threads import ThreadPool
from tests.training.conftest import CHECKPOINT_EACH_ITERATION, EQUATIONS, make_settings
from tests.training.test_loop import run


def errors(problem, points, stride, exact=None):
    """Set up the error on a grid with `points` points along each axis."""
    settings = make_settings(problem=problem)
    problem = settings.equation
    axes = {name: np.linspace(*problem.domain[name], points) for name in problem.coordinates}
    shape = (points,) * len(axes)
    return RelativeL2Error(
        problem,
        settings.training.network,
        axes,
        np.ones(shape) if exact is None else exact(*np.meshgrid(*axes.values(), indexing="ij")),
        stride=stride,
        device=torch.device("cpu"),
        threads=ThreadPool(1),
    )


@pytest.mark.parametrize("problem", EQUATIONS)
def test_a_stride_that_leaves_no_inner_points_is_rejected(problem):
    errors(problem, 32, 6)
    for points, stride in ((32, 7), (32, 1000), (2, 1)):
        message = (
            rf"training.record.error_stride = {stride}: expected at most .* {points} x {points}"
        )
        with pytest.raises(SettingsError, match=message):
            errors(problem, points, stride)


def test_points_at_which_the_reference_vanishes_are_rejected():
    def wave(x, y):
        return np.sin(4 * np.pi * x) * np.sin(4 * np.pi * y)

    errors("helmholtz", 201, 10, wave)
    with pytest.raises(SettingsError, match="error_stride = 25: .* does not vanish"):
        errors("helmholtz", 201, 25, wave)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_reference_that_is_zero_or_not_finite_is_rejected(value):
    with pytest.raises(SettingsError, match="is finite and does not vanish"):
        errors("cavity", 33, 1, lambda x, y: np.full(x.shape, value))


def test_a_training_stops_at_an_error_that_is_not_finite(reference, tmp_path, monkeypatch):
    # Every iteration up to the tenth is recorded.
    settings = make_settings(**CHECKPOINT_EACH_ITERATION)
    problem_class = type(settings.equation)
    calls, observables = 0, problem_class.observables

    def failing(self, fields):
        nonlocal calls
        calls += 1
        factor = float("inf") if calls > 1 + 4 else 1.0  # the first call only finds the operators
        return {name: factor * values for name, values in observables(self, fields).items()}

    monkeypatch.setattr(problem_class, "observables", failing)
    with pytest.raises(Stopped, match="relative L2 error is not finite at iteration 5; "):
        run(settings, reference, tmp_path)
    kept = Checkpoints.for_output(tmp_path / "run.h5", settings, "code").load()
    assert kept.arrays["state/iteration"] == 4
