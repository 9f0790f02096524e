"""The search for the laptop scale scores what a training shows."""

import os
import signal

import numpy as np
import optuna
import pytest
import torch
from optuna.trial import FixedTrial, TrialState

from benchmarks import search_laptop
from benchmarks.laptop_spaces import BUDGET, FIRST, SPACES, relative_time
from benchmarks.search_laptop import escape, objective, search, settings_of, shortfalls, table
from pinn_phases.jobs.stopping import Stopped
from tests.phase_rates import settings as phase_settings
from tests.training.conftest import random_reference

AT = np.unique(np.geomspace(1, 16000, 2000).round())


def history(*, after=5.0, before=0.3, rise=4000, error=0.05, swing=0.0):
    """Fitting up to iteration 100, diffusion at the SNR `before`, total diffusion at `after`."""
    noise = np.random.default_rng(0).normal(size=AT.size)
    level = np.where(AT < 100, 1e6 * (AT / 100) ** -3.3 * before, before)
    level = np.where(AT >= rise, after * 10 ** (swing * noise), level * 10 ** (0.1 * noise))
    return {"iteration": AT, "snr": level, "relative_l2": np.full(AT.size, error)}


def test_a_training_that_meets_all_goals_has_no_shortfall():
    lacks, shown = shortfalls(history(), phase_settings())
    assert sum(lacks.values()) == 0
    assert shown["total diffusion"] == pytest.approx(4000, rel=0.1)
    assert shown["SNR"] == pytest.approx(5, rel=0.1)


@pytest.mark.parametrize(
    ("changes", "goal", "decades"),
    [
        ({"error": 0.5}, "error", np.log10(5)),
        ({"before": 5.0}, "found", 1.5),
        ({"after": 0.5, "before": 0.01}, "level", np.log10(2)),
        ({"after": 300.0, "before": 5.0}, "diffusion", np.log10(5)),
        ({"swing": 1.5, "after": 1e4}, "spread", 1.0),
    ],
)
def test_each_missed_goal_counts(changes, goal, decades):
    lacks, _ = shortfalls(history(**changes), phase_settings())
    assert lacks[goal] == pytest.approx(decades, abs=0.5 if goal in ("found", "spread") else 0.1)


@pytest.mark.parametrize("problem", SPACES)
def test_proposals_are_valid_settings(problem):
    for given in FIRST[problem]:
        block = settings_of(problem, SPACES[problem](FixedTrial(given))).problems[problem]
        training, network = block.training, block.training.network
        assert training.points == given["points"]
        assert training.conditions["initial"].weight == given.get("initial", 0.0)
        relative = relative_time(network.hidden_layers, network.width)
        assert training.iterations * training.points * relative == pytest.approx(BUDGET, rel=1e-3)


def test_an_iteration_of_the_laptop_network_is_the_unit_of_time():
    assert relative_time(4, 64) == 1


def test_compilation_of_trials_can_be_turned_off():
    given = FIRST["allen_cahn"][0]
    changes = SPACES["allen_cahn"](FixedTrial(given))
    for compiled in (True, False):
        settings = settings_of("allen_cahn", changes, compiled=compiled)
        assert settings.run("allen_cahn", "rba", 0).training.compiled is compiled


def test_a_training_escapes_when_its_error_first_falls_below_that_of_the_false_solution():
    swinging = history() | {"relative_l2": np.where(AT < 3000, 0.6, 0.1)}
    swinging["relative_l2"][AT == 5] = 0.9
    assert escape(swinging) == AT[AT >= 3000][0]
    assert np.isnan(escape(history(error=0.5)))


def test_the_table_has_all_finished_trials():
    study = optuna.create_study()
    study.add_trial(optuna.trial.create_trial(value=0.5, user_attrs={"shown": {"error": 0.25}}))
    study.add_trial(optuna.trial.create_trial(state=TrialState.PRUNED))
    study.add_trial(optuna.trial.create_trial(state=TrialState.WAITING))
    rows = [line.split("|")[1:-1] for line in table(study).splitlines()[2:]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["0", "0.50", "0.25"],
        ["1", "pruned", ""],
    ]


TINY = {
    "equation": {"reaction": 3.0, "diffusion": 1e-3},
    "training": {
        "iterations": 120,
        "points": 100,
        "batches": 10,
        "compiled": False,
        "network": {"hidden_layers": 2, "width": 8, "fourier_modes": 0, "ansatz": "plain"},
    },
}


@pytest.mark.parametrize(("near", "trained"), [(0.0, False), (10.0, True)])
def test_vanilla_is_trained_if_rba_comes_close_to_its_goals(near, trained, monkeypatch):
    monkeypatch.setitem(SPACES, "allen_cahn", lambda trial: TINY)
    equation = settings_of("allen_cahn", TINY).problems["allen_cahn"].equation
    monkeypatch.setattr(search_laptop, "solve", lambda _: random_reference(equation))
    monkeypatch.setattr(search_laptop, "NEAR", near)
    trial = optuna.create_study().ask()
    score = objective(trial, "allen_cahn", torch.device("cpu"), lambda: False)
    shown = trial.user_attrs["shown"]
    assert score > 0 and shown["error"] > 0
    assert ("error of vanilla" in shown) is trained


def test_sigterm_ends_a_search_and_keeps_its_queued_trials(monkeypatch):
    def interrupted(trial, problem, device, stop_asked):
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop_asked()
        raise Stopped("stopped on request")

    monkeypatch.setattr(search_laptop, "objective", interrupted)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    study = optuna.create_study()
    try:
        search(study, "allen_cahn", 3, torch.device("cpu"))
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.FAIL] + [TrialState.WAITING] * (len(FIRST["allen_cahn"]) - 1)
