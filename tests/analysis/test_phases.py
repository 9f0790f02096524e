"""Phases are found where the authors drew them in their curves, and in synthetic curves.

Limits on rates are those of `python -m tests.phase_rates`, plus two binomial standard deviations
because fewer curves are used here.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from pinn_phases.analysis.phases.search import MIN_RECORDS, Boundary, Phases, find_phases
from pinn_phases.files.published import read_curves, read_training
from tests.analysis.made_curves import WITHOUT_A_RISE, Generator, SyntheticCurve, training
from tests.phase_rates import HELD_OUT, PLACED, false_positives, hits
from tests.phase_rates import settings as constants

Array = NDArray[np.float64]

SETTINGS = constants().model_dump()
TRAININGS = Path(__file__).parents[2] / "published" / "trainings.csv"
PUBLISHED = [
    ("allen_cahn", "rba"),
    ("allen_cahn", "vanilla"),
    ("helmholtz", "vanilla"),
    ("cavity", "rba"),
]
CURVES = 100  # of each kind


def find(at: ArrayLike, snr: ArrayLike, **changes: float) -> Phases:
    return find_phases(at, snr, **{**SETTINGS, **changes})


def published_curve(problem: str, method: str) -> tuple[Array, Array]:
    """Return iterations and SNR of the authors' curve."""
    curves = read_curves(TRAININGS.parent, problem, method)
    return curves["gradients/iteration"], curves["gradients/snr"]


def ratio(found: Boundary | None, true: float) -> float:
    """Return the distance of a boundary from the true one as a factor of at least 1."""
    assert found is not None
    return float(np.exp(abs(np.log(found.iteration / true))))


@pytest.mark.parametrize(("problem", "method"), PUBLISHED)
def test_diffusion_starts_where_the_authors_drew_it(problem: str, method: str) -> None:
    found = find(*published_curve(problem, method)).diffusion
    assert ratio(found, read_training(TRAININGS, problem, method)["diffusion"]) < PLACED


@pytest.mark.parametrize(("problem", "method"), PUBLISHED[:-1])
def test_total_diffusion_starts_where_the_authors_drew_it(problem: str, method: str) -> None:
    phases = find(*published_curve(problem, method))
    drawn = read_training(TRAININGS, problem, method)["total_diffusion"]
    assert ratio(phases.total_diffusion, drawn) < PLACED
    # All three curves fall by orders of magnitude between 130,000 and 200,000.
    assert ratio(phases.late_decrease, 160_000) < 1.3


def test_the_rise_in_the_cavity_is_a_candidate_where_the_authors_drew_it() -> None:
    """The rise is too small: random walks have a similar one too often."""
    phases = find(*published_curve("cavity", "rba"))
    drawn = read_training(TRAININGS, "cavity", "rba")["total_diffusion"]
    assert phases.total_diffusion is None
    nearest = min(phases.candidates, key=lambda one: abs(np.log(one.iteration / drawn)))
    assert nearest.iteration == pytest.approx(drawn, rel=0.2)
    assert "a random walk does the same in up to 35% of cases" in nearest.reason
    less_strict = find(*published_curve("cavity", "rba"), min_confidence=0.6)
    assert ratio(less_strict.total_diffusion, drawn) < PLACED


@pytest.mark.parametrize("make", WITHOUT_A_RISE.values(), ids=WITHOUT_A_RISE.keys())
def test_curves_without_a_rise_have_no_total_diffusion(
    make: Callable[[Generator], SyntheticCurve],
) -> None:
    assert false_positives(make, CURVES, HELD_OUT) <= 0.02 + 2 * np.sqrt(0.02 * 0.98 / CURVES)


def test_phases_of_synthetic_trainings_are_found_at_the_right_place() -> None:
    shares = hits(CURVES, HELD_OUT)
    assert shares["diffusion found"] >= 0.94
    assert shares["diffusion within a factor of two, if found"] >= 0.94
    assert shares["total diffusion found"] >= 0.91
    assert shares["total diffusion within a factor of two, if found"] >= 0.97


def plain(**changes: float) -> tuple[Array, Array]:
    """Return a curve with a fall, a plateau, a rise to a second plateau, and a late decrease.

    Both plateaus have dips.
    """
    shape = {"elbow": 1000.0, "rise": 20_000.0, "late": 200_000.0, "noise": 0.05} | changes
    at = np.concatenate([np.arange(1, 5000), np.arange(5000, 500_000, 10)]).astype(float)
    x = np.log10(at)
    y = np.interp(x, [0, np.log10(shape["elbow"])], [5.0, -1.0])
    rng = np.random.default_rng(0)
    high = (at >= shape["rise"]) & (at < shape["late"])
    dips = (at > shape["elbow"]) & (rng.random(at.size) < 0.2)
    y = np.where(high, 0.5, y) - 1.5 * dips + shape["noise"] * rng.normal(size=at.size)
    return at, 10**y


@pytest.mark.parametrize("step", [10, 100])
def test_thinned_records_leave_boundaries_within_their_intervals(step: int) -> None:
    at, snr = plain()
    whole, thinned = find(at, snr), find(at[at % step == 0], snr[at % step == 0])
    for name in ("diffusion", "total_diffusion", "late_decrease"):
        of_all, of_some = getattr(whole, name), getattr(thinned, name)
        assert of_all.lower <= of_some.iteration <= of_all.upper, name


@pytest.mark.parametrize(("problem", "method"), PUBLISHED[:-1])
@pytest.mark.parametrize("step", [100, 500])
def test_thinned_records_of_the_authors_leave_total_diffusion_within_its_interval(
    problem: str, method: str, step: int
) -> None:
    at, snr = published_curve(problem, method)
    whole = find(at, snr).total_diffusion
    thinned = find(at[at % step == 0], snr[at % step == 0]).total_diffusion
    assert whole is not None and thinned is not None
    assert whole.lower <= thinned.iteration <= whole.upper


def test_diffusion_starts_at_the_first_record_if_the_fall_was_not_recorded() -> None:
    at, snr = plain(elbow=150)
    found = find(at[at % 100 == 0], snr[at % 100 == 0]).diffusion
    assert found is not None
    assert found.iteration == found.lower == 100 and found.upper >= 150


@pytest.mark.parametrize("factor", [1e-4, 10.0, 1e4])
def test_phases_do_not_depend_on_the_level(factor: float) -> None:
    at, snr = plain()
    whole, moved = asdict(find(at, snr)), asdict(find(at, factor * snr))
    for name in ("total_diffusion", "late_decrease"):
        assert moved[name] == pytest.approx(whole[name])
    assert moved["diffusion"]["iteration"] == whole["diffusion"]["iteration"]


@pytest.mark.parametrize(("problem", "method"), PUBLISHED)
def test_a_longer_record_keeps_confident_boundaries(problem: str, method: str) -> None:
    at, snr = published_curve(problem, method)
    certain: dict[str, float] = {}
    for last in 10 ** np.arange(2.0, np.log10(at[-1]), 0.05):
        recorded = at <= last
        phases = find(at[recorded], snr[recorded])
        for name in ("diffusion", "total_diffusion"):
            boundary = getattr(phases, name)
            if name in certain:
                assert ratio(boundary, certain[name]) < 1.5, (name, last)
            if boundary is not None and boundary.confidence >= 0.9:
                certain[name] = boundary.iteration


def test_a_later_and_larger_rise_replaces_the_first() -> None:
    at, snr = plain(late=1e9)
    first = find(at[at < 60_000], snr[at < 60_000]).total_diffusion
    higher = snr * np.where(at > 80_000, 1000.0, 1.0)
    second = find(at, higher)
    assert ratio(first, 20_000) < 1.1 and ratio(second.total_diffusion, 80_000) < 1.1
    assert ["another rise has more evidence"] == [one.reason for one in second.candidates]


def test_a_late_decrease_ends_total_diffusion_without_removing_it() -> None:
    at, snr = plain()
    lasting = find(*plain(late=1e9))
    phases = find(at, snr)
    assert lasting.late_decrease is None
    assert ratio(phases.late_decrease, 200_000) < 1.1
    assert phases.total_diffusion is not None and lasting.total_diffusion is not None
    assert phases.total_diffusion.iteration == lasting.total_diffusion.iteration


@pytest.mark.parametrize(
    ("snr_after", "reason"),
    [
        (
            lambda at: np.where((at > 20_000) & (at < 29_000), 100.0, 1.0),
            "fell back after 0.15 dec",
        ),
        (lambda at: np.where(at > 350_000, 100.0, 1.0), "the record ends 0.15 decades later"),
        (lambda at: np.maximum(at / 20_000, 1.0) ** 2, "too slow, its ceiling still climbs"),
    ],
    ids=["back at once", "too late to tell", "drift"],
)
def test_candidates_have_a_reason_for_their_rejection(
    snr_after: Callable[[Array], Array], reason: str
) -> None:
    at, snr = plain(rise=1e9)
    phases = find(at, snr * snr_after(at))
    assert phases.total_diffusion is None
    assert any(reason in one.reason for one in phases.candidates)


def test_a_curve_may_start_in_diffusion() -> None:
    at, snr = plain(elbow=1.0)
    phases = find(at, snr)
    assert phases.diffusion is not None
    assert phases.diffusion.iteration == phases.diffusion.lower == phases.diffusion.upper == 1
    assert ratio(phases.total_diffusion, 20_000) < 1.1


def test_a_curve_may_stay_in_fitting() -> None:
    at = np.arange(1.0, 2000)
    snr = 10 ** (3 + 0.1 * np.random.default_rng(1).normal(size=at.size))
    assert find(at, snr) == Phases(None, None, None, ())


def test_confidence_of_diffusion_falls_where_snr_is_above_order_one() -> None:
    at, snr = plain()
    low, high = find(at, snr).diffusion, find(at, 1e4 * snr).diffusion
    assert low is not None and high is not None
    assert (low.confidence, high.confidence) == (1.0, 0.0)


def test_the_same_curve_gives_the_same_phases() -> None:
    at, snr = plain()
    assert find(at, snr) == find(at.tolist(), snr.tolist())


def test_invalid_records_are_left_out() -> None:
    at, snr = plain()
    snr[[10, 500, 9000]] = [np.inf, np.nan, 0.0]
    valid = np.isfinite(snr) & (snr > 0)
    assert find(at, snr) == find(at[valid], snr[valid])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(MIN_RECORDS, 200), st.floats(0.0, 1.5))
def test_any_curve_has_an_answer(seed: int, n: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    at = np.cumsum(np.ceil(10 ** rng.uniform(0, spread + 0.1, n)))
    require_boundaries_at_records(
        at, find(at, 10 ** (np.cumsum(rng.normal(0, 0.3, n)) * rng.integers(2)))
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 3.0), st.floats(0.01, 3.0), st.integers(1, 50))
def test_any_constants_give_an_answer(seed: int, window: float, duration: float, bins: int) -> None:
    made = training(np.random.default_rng(seed))
    constants = {"window": window, "min_duration": duration, "bins_per_decade": bins}
    require_boundaries_at_records(made.at, find(made.at, made.snr, **constants))


def require_boundaries_at_records(at: Array, phases: Phases) -> None:
    """Require that boundaries are iterations of the record, with ordered limits."""
    for boundary in (phases.diffusion, phases.total_diffusion, phases.late_decrease):
        if boundary is not None:
            assert {boundary.lower, boundary.iteration, boundary.upper} <= set(at)
            assert boundary.lower <= boundary.iteration <= boundary.upper
            assert 0 <= boundary.confidence <= 1


GOOD = np.arange(1.0, 51.0)


@pytest.mark.parametrize(
    ("at", "snr", "message"),
    [
        (GOOD, GOOD[1:], "shape"),
        (GOOD[None], GOOD[None], "shape"),
        (GOOD[::-1], GOOD, "increasing"),
        (np.minimum(GOOD, 20), GOOD, "increasing"),
        (np.where(GOOD == 3, np.nan, GOOD), GOOD, "increasing"),
        (GOOD - 2, GOOD, "iterations >= 0"),
        (GOOD, GOOD - 2, "SNR >= 0"),
        (GOOD[: MIN_RECORDS - 1], GOOD[: MIN_RECORDS - 1], "records"),
        (GOOD, np.where(GOOD < 40, np.nan, GOOD), "records"),
    ],
)
def test_invalid_curves_are_refused(at: Array, snr: Array, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find(at, snr)
