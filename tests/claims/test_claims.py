"""Every claim is judged on synthetic runs for which it holds, and for which it fails."""

from importlib import import_module

import numpy as np
import pytest

from pinn_phases import claims
from pinn_phases.claims.judging.verdicts import all_claims, judge
from pinn_phases.plugins import names
from tests.claims.conftest import (
    FAILS,
    HOLDS,
    IN_PART,
    TOTAL,
    UNTESTABLE,
    by_layer,
    claim,
    falling_at,
    runs_of,
    steps,
    synthetic_run,
)
from tests.claims.made.convergence import below_at, ending_at
from tests.claims.made.saturation import PER_WEIGHT, growing_at

SUBJECTS = names(claims.__name__)
CASES = [
    case for subject in SUBJECTS for case in import_module(f"tests.claims.made.{subject}").CASES
]  # claim, expected outcome, and the parts of each run of the claim's first case


@pytest.mark.parametrize(
    ("name", "outcome", "parts"),
    [(name, outcome, parts) for name, outcome, *parts in CASES],
    ids=[f"{name}-{outcome}" for name, outcome, *_ in CASES],
)
def test_a_claim_has_the_outcome_that_its_data_imply(name, outcome, parts):
    judged = judge(claim(name), runs_of(claim(name).cases[0], *parts))
    finding = judged.cases[0].findings[0]  # seed 0 is the only one
    assert finding.outcome is outcome, finding
    assert (finding.note != "") or outcome is not UNTESTABLE
    values = [getattr(value, "value", value) for value in finding.values.values()]
    assert all(value is None or np.isfinite(value) for value in values)


@pytest.mark.parametrize("name", [claim.name for claim in all_claims()])
def test_every_claim_is_tested_where_it_holds_and_where_it_fails(name):
    tried = {outcome for tested, outcome, *_ in CASES if tested == name}
    assert {HOLDS, FAILS} <= tried
    in_part = any(quantity.in_part is not None for quantity in claim(name).quantities)
    assert in_part == (IN_PART in tried)


def test_every_claim_is_complete():
    names = [claim.name for claim in all_claims()]
    assert len(names) == len(set(names))
    for one in all_claims():
        words = [one.name, *one.where, one.statement, one.reason]
        words += [word for q in one.quantities for word in (q.name, q.measured)]
        assert all(words) and one.where and one.quantities and one.cases
        assert len({q.name for q in one.quantities}) == len(one.quantities)
        assert one.statement.endswith(".")


def values(name, *parts):
    """Values of a claim for synthetic runs of its first case, in the order of its quantities."""
    judged = judge(claim(name), runs_of(claim(name).cases[0], *parts))
    (finding,) = judged.cases[0].findings.values()
    return [getattr(value, "value", value) for value in finding.values.values()]


def test_values_are_those_of_the_curves():
    both = {"relative_l2": below_at(10_000)}, {"relative_l2": below_at(1000)}
    assert values("ten_times_faster", *both) == pytest.approx([10])
    assert values("cavity_six_percent", {"relative_l2": ending_at(0.05)}) == pytest.approx([0.05])
    snr = values("snr_falls_and_jumps", {"snr": steps(9, 0.01, 1)})
    assert snr == pytest.approx([9, 0.01, 2])
    (fall,) = values("steepest_fall", {"relative_l2": falling_at(2 * TOTAL)})
    assert fall == pytest.approx(2, rel=0.15)  # within a bin of the trend, a twentieth of a decade
    curves = {"layers_weight_norm": growing_at(TOTAL), "relative_l2": falling_at(3 * TOTAL)}
    assert values("norm_rises", curves) == pytest.approx([1, 3], rel=0.15)


@pytest.mark.parametrize(("method", "relative"), [("rba", 1), ("vanilla", 0.01)])
def test_the_first_noise_is_also_compared_relative_to_the_weights_that_are_applied(
    method, relative
):
    growing = {"gradient_std": steps(0.01, 1, 1), "weights_mean": steps(0.05, 0.5, 0.5)}
    judged = judge(claim("noise_starts_low"), [synthetic_run(method=method, **growing)])
    found = {case.case[0][1]: case.findings[0] for case in judged.cases}[method]
    assert list(found.values.values()) == pytest.approx([0.01, relative])


def test_norms_of_layers_are_compared_per_weight():
    """Layers with equal weights count as equal, although the first has a quarter as many."""
    equal = {"norm": by_layer(3.0 * PER_WEIGHT)}
    assert values("middle_layers_have_the_largest_norm", equal) == pytest.approx([1, 1])
