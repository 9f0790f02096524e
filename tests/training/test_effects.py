"""Each changed setting of a training changes its data or is rejected."""

from typing import Any

import numpy as np
import pytest
import torch

from pinn_phases.settings.checks import require_effect
from pinn_phases.settings.training import RunSettings
from pinn_phases.settings.trees import leaves
from pinn_phases.strict_model import SettingsError, validated
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.loop import run
from pinn_phases.training.recording.progress import Progress
from pinn_phases.training.setup import prepare
from pinn_phases.training.threads import ThreadPool
from tests.settings.conftest import changed
from tests.training.conftest import EQUATIONS, TRAINING, make_settings, random_reference

SMALL: dict[str, Any] = {
    "iterations": 4,
    "points": 8,
    "batches": 2,
    "network": TRAINING["network"] | {"width": 3},
    "optimiser": TRAINING["optimiser"] | {"decay_every": 2},
    "record": TRAINING["record"] | {"dense_until": 1, "every": 3, "error_stride": 1},
}
NOT_CHANGED = {"scale", "problem", "training.compiled", "training.checkpoint_seconds"}
OTHER = {
    "method": "vanilla",
    "training.engine": "plain",
    "training.points": 12,  # a multiple of the batches
    "training.batches": 4,
    "training.network.ansatz": "initial",
    "training.optimiser.epsilon": 1e-3,
    "training.record.every": 2,
    "training.record.snapshots_per_decade": 1,
    "training.record.gradient_parameters": "weights",
}


def trained(settings: RunSettings, checkpoints: Checkpoints) -> dict[str, np.ndarray]:
    """Return history and snapshots of a training, with a reference of random numbers."""
    training = prepare(
        settings,
        random_reference(settings.equation),
        device=torch.device("cpu"),
        threads=ThreadPool(1),
    )
    with Progress("test", 0, settings.training.iterations, bar=False) as progress:
        return run(training, checkpoints, progress).result_arrays()


def identical(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Return whether the data of two trainings are bit-identical."""
    return one.keys() == other.keys() and all(np.array_equal(one[n], other[n]) for n in one)


@pytest.mark.parametrize("problem", EQUATIONS)
def test_every_setting_of_a_training_has_an_effect_or_is_rejected(problem, tmp_path):
    before = make_settings(problem=problem, **SMALL)
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", before, "code")
    baseline = trained(before, checkpoints)
    assert identical(baseline, trained(before, checkpoints))
    tree = before.model_dump(mode="json")
    rejected, without_effect = set(), set()
    for key, value in leaves(tree):
        if key in NOT_CHANGED:
            continue
        other = OTHER[key] if key in OTHER else value + 1 if type(value) is int else 0.9 * value
        after = validated(RunSettings, changed(tree, key, other))
        try:
            require_effect(after.equation, after.training, ("training",))
        except SettingsError:
            rejected.add(key)
            continue
        if identical(baseline, trained(after, checkpoints)):
            without_effect.add(key)
    assert without_effect == set()
    features = set() if before.equation.periodic else {"training.network.fourier_modes"}
    # No ansatz suits: the problem has none, or it would satisfy a condition that has a weight.
    assert rejected == features | {"training.network.ansatz"}


def test_an_ansatz_has_an_effect_where_it_is_accepted(tmp_path):
    conditions = {
        "initial": {"points": 8, "weight": 0.0},
        "boundary": {"points": 8, "weight": 1.0},
    }
    before = make_settings(**SMALL, conditions=conditions)
    checkpoints = Checkpoints.for_output(tmp_path / "run.h5", before, "code")
    tree = changed(before.model_dump(mode="json"), "training.network.ansatz", "initial")
    after = validated(RunSettings, tree)
    require_effect(after.equation, after.training, ("training",))
    assert not identical(trained(before, checkpoints), trained(after, checkpoints))
