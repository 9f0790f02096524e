"""Search space of the search for the laptop scale, and its first trials."""

import math
from typing import Any

import optuna

# Iterations times points, for 4 x 64: eight minutes on one core, with two trials at a time.
BUDGET = 6e7
STEP = 0.9  # factor by which the learning rate falls; the paper's
Tree = dict[str, Any]


def allen_cahn(trial: optuna.Trial) -> Tree:
    """Propose a milder equation, with one or two soft conditions.

    The ansatz "initial" leaves only the boundary; "plain", the paper's, has both. Whether RBA
    leaves the false solution and vanilla does not depends on the equation and on the weight of the
    conditions relative to the residual, so these have wide ranges.
    """
    layers, width = map(
        int, trial.suggest_categorical("network", ["4x64", "6x64", "4x48"]).split("x")
    )
    points = trial.suggest_categorical("points", [2000, 4000, 6000, 8000])
    iterations = round(BUDGET / points / relative_time(layers, width))
    # Share of the learning rate that is left at the end; above 0.9 no step is reached.
    final = trial.suggest_float("final_rate", 0.03, 0.99, log=True)
    ansatz = trial.suggest_categorical("ansatz", ["plain", "initial"])
    soft = ansatz == "plain"
    decay = trial.suggest_categorical("decay", [0.99, 0.999, 0.9999])
    largest = trial.suggest_float("largest", 0.1, 10.0, log=True)  # weight of a point
    return {
        "equation": {
            "reaction": trial.suggest_float("reaction", 3.0, 5.0, step=0.25),
            "diffusion": trial.suggest_categorical("diffusion", [1e-4, 3e-4, 1e-3]),
        },
        "methods": {"rba": {"decay": decay, "rate": largest * (1 - decay)}},
        "optimisers": {
            "adam": {
                "learning_rate": trial.suggest_float("learning_rate", 1e-3, 1e-2, log=True),
                "decay": STEP,
                "decay_every": max(1, round(iterations * math.log(STEP) / math.log(final))),
            }
        },
        "training": {
            "iterations": iterations,
            "points": points,
            "batches": points // 250,  # about the paper's 256 points per batch
            "network": {
                "hidden_layers": layers,
                "width": width,
                "fourier_modes": trial.suggest_categorical("fourier_modes", [0, 5, 10]),
                "ansatz": ansatz,
            },
            "conditions": {
                "initial": {
                    "weight": trial.suggest_float("initial", 0.1, 100.0, log=True) if soft else 0.0
                },
                "boundary": {"weight": trial.suggest_float("boundary", 1e-3, 10.0, log=True)},
            },
        },
    }


def relative_time(layers: int, width: int) -> float:
    """Time of an iteration relative to that of 4 x 64: matrix products are half of it."""
    return ((layers - 1) * width**2 / (3 * 64**2) + layers * width / (4 * 64)) / 2


SPACES = {"allen_cahn": allen_cahn}  # problem -> function that proposes its settings
PLAIN: Tree = {
    "network": "4x64",
    "points": 4000,
    "final_rate": 0.2,
    "learning_rate": 3e-3,
    "ansatz": "plain",
    "decay": 0.999,
    "largest": 1.0,
    "fourier_modes": 0,
    "diffusion": 3e-4,
    "boundary": 1.0,
}
BUILT_IN: Tree = PLAIN | {
    "points": 6000,
    "final_rate": 0.5,
    "learning_rate": 1e-3,
    "ansatz": "initial",
    "fourier_modes": 10,
}
FIRST: dict[str, list[Tree]] = {  # trials that come first
    "allen_cahn": [
        # A learning rate that falls slowly, so that Adam's oscillation rarely stops.
        BUILT_IN
        | {"points": 4000, "final_rate": 0.73, "reaction": 4.0, "boundary": 1.0, "largest": 7.0},
        # Ten times the weights and a hundred times the boundary condition give the same training
        # with RBA; for vanilla only the condition changes, and it stays in the false solution.
        BUILT_IN | {"reaction": 4.25, "boundary": 1.0, "largest": 10.0},
        *(BUILT_IN | {"reaction": a, "boundary": 0.01} for a in (4.25, 4.5, 4.75)),
        *(BUILT_IN | {"reaction": a, "boundary": 0.003} for a in (4.25, 4.5, 4.75)),
        *(PLAIN | {"reaction": 4.0, "initial": w} for w in (10.0, 30.0)),
    ],
}
