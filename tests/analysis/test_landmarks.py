"""Landmarks of a training are found where the curves change most steeply."""

import numpy as np
import pytest

from pinn_phases.analysis.phases.landmarks import landmarks, of_history

AT = np.arange(1, 10_001)


def step(place, width=0.02):
    """A curve that rises from 0 to 1 at an iteration, with a width in decades."""
    return 1 / (1 + np.exp(-(np.log10(AT / place)) / width))


def test_each_landmark_is_at_the_steepest_change_of_its_curve():
    history = {
        "iteration": AT,
        "relative_l2": 10 ** -step(1000),
        "residual_rms": 10 ** -step(500),
        "layers/weight_norm": 3 + np.stack([step(3000), step(3000)], axis=-1),
    }
    found = of_history(history, first=10.0)
    assert found["relative_l2"] == pytest.approx(1000, rel=0.1)
    assert found["residual_rms"] == pytest.approx(500, rel=0.1)
    assert found["weight_norm"] == pytest.approx(3000, rel=0.1)


def test_earlier_changes_are_ignored_and_missing_ones_are_none():
    curves = {"relative_l2": 10 ** -(5 * step(20) + step(1000)), "weight_norm": 2 - step(100)}
    found = landmarks(AT, curves, first=100.0)
    assert found["relative_l2"] == pytest.approx(1000, rel=0.1)
    assert found == {"relative_l2": found["relative_l2"], "weight_norm": None}
