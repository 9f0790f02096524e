"""Settings without effect, or that would fail only after training, are rejected with a reason."""

import itertools

import pytest

from pinn_phases.settings.analysis import MIN_RECORDS
from pinn_phases.settings.checks import fewest_iterations
from pinn_phases.settings.scales import load_scales
from pinn_phases.settings.training import RecordSettings
from pinn_phases.training.recording.history import is_recorded
from tests.settings.conftest import CONDITIONS, PROBLEM, changed, refusal

NOT_PERIODIC = {"helmholtz": "Helmholtz", "burgers": "Burgers", "cavity": "Lid-driven cavity"}


@pytest.mark.parametrize("problem", NOT_PERIODIC)
@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_fourier_modes_need_a_periodic_coordinate(bare, problem, where):
    key = f"{where}problems.{problem}.training.network.fourier_modes"
    assert str(refusal(changed(bare, key, 5))) == (
        f"setting {key} = 5: expected 0, since no coordinate of {NOT_PERIODIC[problem]} is periodic"
    )


def test_fourier_modes_for_all_problems_are_refused_if_one_is_not_periodic(bare):
    key = "training.network.fourier_modes"
    assert str(refusal(changed(bare, key, 5))).startswith(f"setting {key} = 5: expected 0, since")
    assert load_scales(changed(bare, f"{PROBLEM}.{key}", 5))


def test_a_condition_satisfied_by_the_ansatz_has_no_weight(bare):
    with_ansatz = changed(bare, f"{PROBLEM}.training.network.ansatz", "initial")
    assert str(refusal(with_ansatz)) == (
        f"setting {CONDITIONS}.initial.weight = 1.0: "
        "expected 0, since the ansatz 'initial' satisfies this condition"
    )
    loaded = load_scales(changed(with_ansatz, f"{CONDITIONS}.initial.weight", 0.0))
    conditions = loaded["paper"].problems["allen_cahn"].training.conditions
    assert conditions["boundary"].weight == 1.0  # not satisfied by the ansatz


SCHEDULES = [*itertools.product((0, 1, 5, 18, 19, 20, 100), (1, 2, 7, 10))]


@pytest.mark.parametrize(("dense_until", "every"), SCHEDULES)
def test_fewest_iterations_for_a_number_of_records(dense_until, every):
    record = RecordSettings(
        dense_until=dense_until,
        every=every,
        error_stride=1,
        snapshots_per_decade=1,
        gradient_parameters="all",
    )

    def rows(iterations):
        before_last = sum(is_recorded(i, record) for i in range(1, iterations))
        return before_last + 1  # the last one is always recorded

    for records in (2, 19, 20, 21, 50):
        fewest = fewest_iterations(record, records)
        assert rows(fewest) >= records > rows(fewest - 1)


@pytest.mark.parametrize("iterations", [1, MIN_RECORDS - 1])
@pytest.mark.parametrize("where", ["", "scales.laptop."])
def test_too_few_iterations_for_phases_are_refused(bare, where, iterations):
    key = f"{where}training.iterations"
    assert str(refusal(changed(bare, key, iterations))) == (
        f"setting {key} = {iterations}: expected at least {MIN_RECORDS}, since the search "
        f"for phases needs {MIN_RECORDS} recorded iterations "
        "(record.dense_until = 100, record.every = 10)"
    )
    assert load_scales(changed(bare, key, MIN_RECORDS))


def test_too_few_records_for_phases_are_refused(bare):
    sparse = changed(bare, f"{PROBLEM}.training.record", {"dense_until": 0, "every": 100000})
    assert "expected at least 1900001, since the search for phases" in str(refusal(sparse))


def test_the_moving_average_of_figures_is_no_longer_than_a_training(bare):
    bare = changed(bare, f"{PROBLEM}.training.iterations", 30)
    assert load_scales(changed(bare, "figures.smoothing", 30))
    message = str(refusal(changed(bare, "figures.smoothing", 31)))
    assert message.startswith(f"setting {PROBLEM}.training.iterations = 30: expected at least 31, ")
    assert "figures.smoothing = 31" in message
