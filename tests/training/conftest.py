"""Settings of a training small enough for tests: three hundred iterations take a second."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.reference.allen_cahn import AllenCahnReference
from pinn_phases.settings.method_names import split_name
from pinn_phases.settings.training import RunSettings

TRAINING = {
    "iterations": 60,
    "points": 40,
    "batches": 5,
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
        "error_stride": 16,
        "snapshots_per_decade": 5,
        "gradient_parameters": "all",
    },
    "compiled": False,
    "checkpoint_seconds": 1e9,  # only at the end, since a checkpoint takes longer than an iteration
}
CHECKPOINT_EACH_ITERATION = {"checkpoint_seconds": 1e-9}

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
# Of every problem; those of the paper in place of coefficients that hide a term.
EQUATIONS = {name: block["equation"] for name, block in CONFIG["problems"].items()} | {
    "allen_cahn": {"diffusion": 1e-4, "reaction": 5.0},
    "helmholtz": {"a1": 2, "a2": 3, "k": 1.5},
    "burgers": {"viscosity": 0.01},
    "cavity": {"reynolds": 50.0, "lid_width": 0.125},
}


OPTIMISERS = {  # constants of the optimisers other than Adam
    "soap": TRAINING["optimiser"] | {"precondition_every": 3},
    "lbfgs": {"history": 7, "evaluations": 5},
}
CONSTANTS = {"sa": {"start": 0.5, "rate": 0.01}}  # of methods that have other constants than RBA


def make_settings(method="rba", problem="allen_cahn", **changes):
    """Settings of a small training; `changes` replace entries of its `training` block."""
    conditions = plugin_class(PROBLEMS, problem, Problem).conditions
    weights = dict(zip(conditions, (1.0, 0.5), strict=False))
    terms = {name: {"points": 8, "weight": weight} for name, weight in weights.items()}
    name, optimiser = split_name(method)
    own = {"optimiser": OPTIMISERS[optimiser]} if optimiser in OPTIMISERS else {}
    return RunSettings(
        scale="test",
        problem=problem,
        method=method,
        seed=3,
        equation=EQUATIONS[problem],
        method_constants=CONSTANTS.get(name, {"decay": 0.99, "rate": 0.01}),
        training={"conditions": terms} | TRAINING | own | changes,
    )


def random_reference(problem, points=12):
    """A reference of random numbers on a coarse grid, for tests that need no solution."""
    arrays = {f"axes/{n}": np.linspace(*problem.domain[n], points) for n in problem.coordinates}
    exact = np.random.default_rng(0).normal(size=(points, points))
    return Content("reference", arrays | {f"fields/{problem.observable}": exact}, {})


@pytest.fixture(scope="session")
def reference():
    """Reference solution of Allen-Cahn, as a training reads it."""
    solver = AllenCahnReference(grid={"t": 201, "x": 512}, largest_error=1e-5, modes=512, steps=200)
    return Content("reference", solver.solve(make_settings().equation).arrays, {})


needs_compiler = pytest.mark.skipif(
    shutil.which(os.environ.get("CXX", "g++")) is None, reason="torch.compile needs a C++ compiler"
)


@pytest.fixture
def fresh_compiler():
    """Clear torch's compile cache, which limits how often a function is recompiled."""
    torch._dynamo.reset()
