"""Agreement of curves, on synthetic curves with known agreement."""

import numpy as np
import pytest

from pinn_phases.analysis.agreement import Curve, Values, compare, half_decades
from pinn_phases.analysis.seeds import Bound, Observation, Ratio


def curve(every, last, below_half, below_tenth, snr=1.0):
    """Return a curve whose error steps down twice, and whose SNR is `snr / iteration`."""
    at = np.arange(every, last + 1, every)
    error = np.where(at >= below_tenth, 0.05, np.where(at >= below_half, 0.4, 1.0))
    return Curve(at, error, at, snr / at)


def known(*values):
    return tuple(Observation(value) for value in values)


def test_levels_are_compared_at_the_iterations_that_all_recorded():
    theirs, ours = curve(100, 3000, 500, 1500), curve(10, 2000, 250, 600)
    found = compare(theirs, [ours])
    assert found.last == 2000
    # They did not record 250; the first common iteration is 300.
    assert found.reached == {
        0.5: Values(Observation(500), known(300)),
        0.1: Values(Observation(1500), known(600)),
    }
    assert found.final_error == Values(Observation(0.05), known(0.05))


def test_a_dip_that_only_one_recorded_does_not_count():
    theirs, ours = curve(100, 3000, 500, 1500), curve(10, 3000, 500, 1500)
    ours.error[ours.error_at == 150] = 0.01
    assert compare(theirs, [ours]).reached[0.1] == Values(Observation(1500), known(1500))


def test_values_after_the_last_common_iteration_are_unknown():
    theirs, ours = curve(100, 3000, 500, 1500), curve(10, 1000, 250, 600)
    found = compare(theirs, [ours])
    assert found.last == 1000
    late = Observation(1000, censored=True)
    assert found.reached[0.1] == Values(late, known(600))
    assert found.final_error == Values(Observation(0.4), known(0.05))  # of 901 to 1000
    values = found.reached[0.1]
    assert values.over_theirs(values.ours[0]) == Ratio(0.6, Bound.AT_MOST)


def test_all_seeds_are_cut_at_the_shortest_run():
    theirs = curve(100, 3000, 500, 1500)
    found = compare(theirs, [curve(10, last, 500, 1500) for last in (2000, 3000)])
    assert found.last == 2000
    assert list(found.snr)[-1] == (1000, 2000)


def test_half_decades_cover_all_iterations_without_overlap():
    assert half_decades(2000) == [(1, 3), (4, 9), (10, 31), (32, 99), (100, 316), (317, 999)] + [
        (1000, 2000)
    ]
    assert half_decades(1) == [(1, 1)]
    assert half_decades(3) == [(1, 3)]
    assert half_decades(4) == [(1, 3), (4, 4)]
    spans = half_decades(123_456)
    assert [first for first, _ in spans[1:]] == [last + 1 for _, last in spans[:-1]]
    assert [first for first, _ in spans[::2]] == [10**k for k in range(6)]
    for first, last in spans[:-1]:
        assert last + 1 == pytest.approx(first * np.sqrt(10), abs=3)


def test_snr_is_the_median_of_the_records_in_each_half_decade():
    at = np.array([1, 2, 3, 4, 20])
    theirs = Curve(at, np.ones(5), at, np.array([1.0, 8.0, 2.0, 5.0, 7.0]))
    infinite = np.array([np.inf, np.nan, 6.0, 10.0, 14.0])
    found = compare(theirs, [Curve(at, np.ones(5), at, infinite)])
    assert found.snr == {
        (1, 3): Values(Observation(2.0), known(6.0)),
        (4, 9): Values(Observation(5.0), known(10.0)),
        (10, 20): Values(Observation(7.0), known(14.0)),
    }
    assert [v.over_theirs(v.ours[0]).value for v in found.snr.values()] == [3, 2, 2]


def test_a_half_decade_without_records_is_unknown():
    theirs, ours = curve(10, 100, 50, 70), curve(1, 100, 50, 70)
    values = compare(theirs, [ours]).snr[1, 3]
    assert values == Values(None, known(0.5))
    assert values.over_theirs(values.ours[0]) == Ratio(None, Bound.UNKNOWN)


def test_curves_with_no_common_record_have_no_errors_to_compare():
    found = compare(curve(100, 300, 200, 300), [curve(1, 40, 10, 20)])
    nothing = Values(None, (None,))
    assert (found.last, found.final_error) == (None, nothing)
    assert list(found.reached.values()) == [nothing, nothing]
    assert nothing.median is None


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (known(3, 1, 2), Observation(2)),
        ((*known(3, 1), None), Observation(3)),  # an unknown value counts as the largest
        ((None, None, *known(3)), None),
        ((*known(3), Observation(9, True), Observation(9, True)), Observation(9, True)),
        ((None,), None),
    ],
)
def test_the_median_includes_levels_that_are_not_reached(ours, expected):
    assert Values(None, ours).median == expected


def test_an_error_that_is_not_finite_is_unknown():
    theirs, ours = curve(10, 1000, 250, 600), curve(10, 1000, 250, 600)
    ours.error[-20:] = np.nan
    assert compare(theirs, [ours]).final_error == Values(Observation(0.05), (None,))
