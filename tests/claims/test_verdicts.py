"""Verdicts combine the findings of all cases and seeds."""

import dataclasses

import pytest

from pinn_phases.claims.base import RBA, VANILLA, Kind, compared, each
from pinn_phases.claims.judging.quantities import (
    Untestable,
    measured,
)
from pinn_phases.claims.judging.verdicts import Verdict, judge
from tests.claims.conftest import FAILS, HOLDS, IN_PART, UNTESTABLE, make_claim, synthetic_run

# Measured value that gives each outcome with `make_claim`.
VALUES = {HOLDS: 1.0, IN_PART: 0.5, FAILS: -1.0}


def by_seed(outcomes):
    """Return a claim and runs whose seeds have these outcomes."""

    def of_seed(run):
        if outcomes[run.seed] is UNTESTABLE:
            raise Untestable("too short")
        return measured(VALUES[outcomes[run.seed]])

    return make_claim(of_seed), [
        synthetic_run("burgers", seed=seed) for seed in range(len(outcomes))
    ]


def held(*runs):
    """Measure a value with which the claim holds."""
    return measured(VALUES[HOLDS])


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([HOLDS, HOLDS], Verdict.REPRODUCED),
        ([HOLDS, HOLDS, UNTESTABLE], Verdict.REPRODUCED),
        ([HOLDS, UNTESTABLE], Verdict.TOO_FEW),
        ([FAILS, FAILS, UNTESTABLE], Verdict.NOT_REPRODUCED),
        ([FAILS, UNTESTABLE, UNTESTABLE], Verdict.TOO_FEW),
        ([HOLDS] * 2 + [UNTESTABLE] * 10, Verdict.TOO_FEW),
        ([HOLDS, HOLDS, HOLDS, FAILS], Verdict.MOSTLY),
        ([HOLDS, IN_PART], Verdict.MOSTLY),
        ([HOLDS, FAILS], Verdict.MIXED),
        ([HOLDS, HOLDS, FAILS], Verdict.MIXED),
        ([IN_PART, IN_PART], Verdict.MIXED),
        ([FAILS, IN_PART], Verdict.MOSTLY_NOT),
        ([FAILS, FAILS, FAILS, HOLDS], Verdict.MOSTLY_NOT),
        ([UNTESTABLE, UNTESTABLE], Verdict.NOT_TESTABLE),
    ],
)
def test_verdicts_follow_from_the_outcomes_of_all_seeds(outcomes, verdict):
    judged = judge(*by_seed(outcomes))
    assert judged.verdict is verdict
    assert [f.outcome for f in judged.cases[0].findings.values()] == outcomes
    assert judged.reasons == (["too short"] if UNTESTABLE in outcomes else [])


def test_an_identity_needs_only_one_run():
    claim, runs = by_seed([HOLDS, UNTESTABLE, UNTESTABLE])
    assert judge(dataclasses.replace(claim, kind=Kind.IDENTITY), runs).verdict is Verdict.REPRODUCED


def test_every_case_counts():
    claim = make_claim(
        lambda run: measured(VALUES[HOLDS if run.method == RBA else FAILS]),
        cases=each(("burgers", "cavity"), RBA, VANILLA),
    )
    runs = [synthetic_run(p, m) for p in ("burgers", "cavity") for m in (RBA, VANILLA)]
    assert judge(claim, runs).verdict is Verdict.MIXED
    assert len(judge(claim, runs).cases) == 4


def test_compared_runs_are_of_one_seed_and_come_in_the_order_of_the_case():
    seen = []
    claim = make_claim(lambda *runs: seen.append(runs) or held(), compared(("cavity",)))
    runs = [synthetic_run("cavity", m, seed) for m in (RBA, VANILLA) for seed in (3, 1)]
    judge(claim, runs)
    assert [[(r.method, r.seed) for r in pair] for pair in seen] == [
        [(VANILLA, 1), (RBA, 1)],
        [(VANILLA, 3), (RBA, 3)],
    ]


def test_a_run_that_is_missing_or_too_short_decides_nothing():
    claim = make_claim(held, compared(("cavity",)))
    (reason,) = judge(claim, [synthetic_run("cavity", RBA)]).reasons
    assert reason == "no run of cavity with vanilla"
    short = [synthetic_run("cavity", method, iterations=900) for method in (RBA, VANILLA)]
    (reason,) = judge(claim, short).reasons
    assert reason == "900 iterations, expected at least 1,000"
    anyway = dataclasses.replace(claim, min_iterations=1)
    assert judge(anyway, short).verdict is Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("key", "decides"),
    [
        ("equation.reynolds", False),
        ("training.conditions.lid.weight", False),
        ("training.conditions.lid.points", True),
        ("training.network.width", True),
    ],
)
def test_a_number_is_not_judged_on_another_experiment(key, decides):
    patterns = ("equation", "training.conditions.*.weight")
    claim = make_claim(held, same_as_paper=patterns)
    judged = judge(claim, [synthetic_run("burgers", differences={key: (100.0, 1000.0)})])
    assert (judged.verdict is Verdict.REPRODUCED) == decides
    assert judged.reasons == ([] if decides else [f"{key} is 100.0, in the paper 1000.0"])
