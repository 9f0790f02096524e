"""A training small enough for tests: one second a hundred iterations."""

import pytest

from pinn_phases.reference.allen_cahn import AllenCahnReference
from pinn_phases.storage import Content
from pinn_phases.training.settings import RunSettings

TRAINING = {
    "iterations": 60,
    "points": 40,
    "batches": 5,
    "conditions": {
        "initial": {"points": 16, "weight": 1.0},
        "boundary": {"points": 8, "weight": 0.5},
    },
    "network": {
        "hidden_layers": 2,
        "width": 8,
        "fourier_modes": 0,
        "ansatz": "plain",
    },
    "optimiser": {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "decay": 0.5,
        "decay_every": 25,
    },
    "record": {
        "dense_until": 10,
        "every": 7,
        "error_every": 14,
        "error_stride": 16,
        "snapshots_per_decade": 5,
        "gradient_parameters": "all",
    },
    "compiled": False,
    "checkpoint_seconds": 1e-9,  # after every iteration
}


def make_settings(method="rba", **changes):
    """Settings of a small training; `changes` replace entries of its `training` block."""
    return RunSettings(
        scale="test",
        problem="allen_cahn",
        method=method,
        seed=3,
        equation={"diffusion": 1e-4, "reaction": 5.0},
        method_constants={"decay": 0.99, "rate": 0.01},
        training=TRAINING | changes,
    )


@pytest.fixture(scope="session")
def reference():
    """Reference solution as a training reads it."""
    solver = AllenCahnReference(grid={"t": 201, "x": 512}, modes=512, steps=200)
    solution = solver.solve(make_settings().make_problem())
    arrays = {f"axes/{k}": v for k, v in solution.axes.items()}
    return Content("reference", arrays | {f"fields/{k}": v for k, v in solution.fields.items()}, {})
