"""Selection of the snapshots shown in figures."""

import numpy as np
import pytest

from pinn_phases.analysis.snapshots import chosen_snapshots

AVAILABLE = np.unique(np.round(10 ** np.arange(0, 4.01, 0.05))).astype(int)


def chosen(*starts):
    """Iterations of the chosen snapshots."""
    starts = ({"iteration": s} if s else None for s in starts)
    return AVAILABLE[chosen_snapshots(AVAILABLE, *starts)]


def test_a_lies_in_diffusion_b_in_total_diffusion_and_c_is_the_last():
    a, b, c = chosen(100.0, 1000.0)
    assert a == pytest.approx(np.sqrt(100 * 1000), rel=0.06)  # half the spacing: 0.025 decades
    assert b == pytest.approx(np.sqrt(1000 * 10000), rel=0.06)
    assert c == 10000


def test_b_lies_before_the_late_decrease():
    _, b, c = chosen(100.0, 1000.0, 4000.0)
    assert b == pytest.approx(2000, rel=0.06) and c == 10000


@pytest.mark.parametrize("starts", [(100.0, 5000.0), (9000.0, None), (1.0, 2.0, 3.0)])
def test_if_only_three_snapshots_exist_all_are_chosen(starts):
    """An archive keeps three, chosen by the phases that were found when it was made."""
    kept = np.array([980, 9800, 10000])
    boundaries = ({"iteration": s} if s else None for s in starts)
    assert chosen_snapshots(kept, *boundaries) == [0, 1, 2]


def test_without_total_diffusion_the_three_divide_the_time_after_fitting():
    assert_thirds(from_iteration=300.0, shown=chosen(300.0, None))


def test_without_any_phase_the_three_divide_the_last_two_decades():
    assert_thirds(from_iteration=100.0, shown=chosen(None, None))


def assert_thirds(from_iteration, shown):
    """Assert that the last is the end, and the others divide the log time before into thirds."""
    assert shown[-1] == 10000
    expected = np.log10(10000 / from_iteration) / 3
    gaps = np.diff(np.log10([from_iteration, *shown]))
    np.testing.assert_allclose(gaps, expected, atol=0.05)  # two halves of the spacing


def test_a_training_with_one_snapshot_shows_it_three_times():
    assert chosen_snapshots(np.array([1]), None, None) == [0, 0, 0]
