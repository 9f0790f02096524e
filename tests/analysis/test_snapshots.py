"""Which snapshots a figure shows."""

import numpy as np
import pytest

from pinn_phases.analysis.snapshots import chosen_snapshots

AVAILABLE = np.unique(np.round(10 ** np.arange(0, 4.01, 0.05))).astype(int)


def chosen(diffusion, total_diffusion):
    """Iterations of the chosen snapshots."""
    starts = ({"iteration": s} if s else None for s in (diffusion, total_diffusion))
    return AVAILABLE[chosen_snapshots(AVAILABLE, *starts)]


def test_a_lies_in_diffusion_b_in_total_diffusion_and_c_is_the_last():
    a, b, c = chosen(100.0, 1000.0)
    assert a == pytest.approx(np.sqrt(100 * 1000), rel=0.06)  # half the spacing: 0.025 decades
    assert b == pytest.approx(np.sqrt(1000 * 10000), rel=0.06)
    assert c == 10000


@pytest.mark.parametrize("diffusion", [100.0, None])
def test_without_total_diffusion_the_three_divide_what_is_left(diffusion):
    a, b, c = chosen(diffusion, None)
    start = diffusion or 1.0
    assert start < a < b < c == 10000
    assert np.log(b / a) == pytest.approx(np.log(c / b), abs=0.12)


def test_a_training_with_one_snapshot_shows_it_three_times():
    assert chosen_snapshots(np.array([1]), None, None) == [0, 0, 0]
