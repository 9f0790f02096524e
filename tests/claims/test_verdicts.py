"""From findings to verdicts, and from files to findings."""

import dataclasses
import json

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.claims.base import RBA, VANILLA, Claim, Kind, compared, each
from pinn_phases.claims.judging.predicates import (
    Above,
    Anything,
    AtLeast,
    AtMost,
    Below,
    Between,
    WithinFactor,
)
from pinn_phases.claims.judging.quantities import (
    Measured,
    Outcome,
    Quantity,
    Untestable,
    graded,
    measured,
)
from pinn_phases.claims.judging.verdicts import Verdict, all_claims, judge, judge_all, load_runs
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.config import ScaleBesidePaper
from pinn_phases.settings.scales import load_paper, load_scales
from pinn_phases.settings.trees import differences
from pinn_phases.summary.claims import claims_page
from tests.claims.conftest import SNAPSHOTS, made_run

HOLDS, IN_PART, FAILS, UNTESTABLE = Outcome
BURGERS = each(("burgers",), RBA)


# Value that has an outcome, if 1 or more has to hold and 0 or more is the part.
VALUES = {HOLDS: 1.0, IN_PART: 0.5, FAILS: -1.0}
QUANTITY = Quantity("number", "words", AtLeast(1), in_part=AtLeast(0))


def stated(measure, cases=BURGERS, **changes):
    """Return a claim that is measured by a function."""
    words = {"name": "words", "statement": "Words.", "reason": "words", "where": ("3.1", "Fig. 8")}
    return Claim(
        **{**words, "quantities": (QUANTITY,), "cases": cases, "measure": measure} | changes
    )


def by_seed(outcomes):
    """Return a claim and runs whose seeds have these outcomes."""

    def of_seed(run):
        if outcomes[run.seed] is UNTESTABLE:
            raise Untestable("too short")
        return measured(VALUES[outcomes[run.seed]])

    return stated(of_seed), [made_run("burgers", seed=seed) for seed in range(len(outcomes))]


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


def test_an_identity_needs_no_more_than_one_run():
    claim, runs = by_seed([HOLDS, UNTESTABLE, UNTESTABLE])
    assert judge(dataclasses.replace(claim, kind=Kind.IDENTITY), runs).verdict is Verdict.REPRODUCED


def test_every_case_counts():
    claim = stated(
        lambda run: measured(VALUES[HOLDS if run.method == RBA else FAILS]),
        cases=each(("burgers", "cavity"), RBA, VANILLA),
    )
    runs = [made_run(p, m) for p in ("burgers", "cavity") for m in (RBA, VANILLA)]
    assert judge(claim, runs).verdict is Verdict.MIXED
    assert len(judge(claim, runs).cases) == 4


def test_compared_runs_are_of_one_seed_and_come_in_the_order_of_the_case():
    seen = []
    claim = stated(lambda *runs: seen.append(runs) or held(), compared(("cavity",)))
    runs = [made_run("cavity", m, seed) for m in (RBA, VANILLA) for seed in (3, 1)]
    judge(claim, runs)
    assert [[(r.method, r.seed) for r in pair] for pair in seen] == [
        [(VANILLA, 1), (RBA, 1)],
        [(VANILLA, 3), (RBA, 3)],
    ]


def test_a_run_that_is_missing_or_too_short_decides_nothing():
    claim = stated(held, compared(("cavity",)))
    (reason,) = judge(claim, [made_run("cavity", RBA)]).reasons
    assert reason == "no run of cavity with vanilla"
    short = [made_run("cavity", method, iterations=900) for method in (RBA, VANILLA)]
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
def test_another_experiment_does_not_decide_a_number(key, decides):
    patterns = ("equation", "training.conditions.*.weight")
    claim = stated(held, same_as_paper=patterns)
    judged = judge(claim, [made_run("burgers", differences={key: (100.0, 1000.0)})])
    assert (judged.verdict is Verdict.REPRODUCED) == decides
    assert judged.reasons == ([] if decides else [f"{key} is 100.0, in the paper 1000.0"])


def test_differences_are_those_that_change_what_is_computed():
    paper = {
        "scale": "paper",
        "seed": 0,
        "equation": {"a1": 6},
        "method_constants": {"rate": 1e-3},
        "training": {"points": 25600, "compiled": True, "record": {"every": 10}},
    }
    here = {
        "scale": "laptop",
        "seed": 2,
        "equation": {"a1": 4},
        "method_constants": {"rate": 1e-3},
        "training": {"points": 3200, "compiled": False, "record": {"every": 1}},
    }
    assert differences(paper, paper) == {}
    expected = {"equation.a1": (4, 6), "training.points": (3200, 25600)}
    assert differences(here, paper) == expected


# Files


SETTINGS = {
    **{"scale": "test", "problem": "cavity", "method": "rba", "seed": 4, "method_constants": {}},
    "equation": {"reynolds": 100.0},
    "training": {
        "iterations": 5000,
        "network": {"hidden_layers": 5, "width": 8, "fourier_modes": 0, "ansatz": "plain"},
    },
}
PAPER = {"cavity": {"rba": SETTINGS | {"equation": {"reynolds": 1000.0}}}}


def contents():
    """One file of each kind, of one training."""
    run = made_run("cavity", seed=4)
    attributes = {"settings": SETTINGS}
    layers, coarse = (
        {f"information/{k}": v for k, v in of.items() if k != "iterations"}
        for of in (run.layers, run.coarse)
    )
    history = {f"history/{k}": v for k, v in run.history.items()}
    terms = {f"terms/{k}": v for k, v in run.terms.items() if k != "iteration"}
    spread = {
        "homogeneity/residual": run.spread["homogeneity"],
        "boxes/residual": run.spread["boxes"],
    }
    return {
        "run": Content("run", history | {"snapshots/weights": np.ones((3, 1, 5))}, attributes),
        "phases": Content("phases", {}, attributes | dict(run.phases)),
        "information": Content(
            "information", layers | {"iterations": SNAPSHOTS}, attributes | {"points": 4096}
        ),
        "coarse": Content(
            "coarse", coarse | {"iterations": SNAPSHOTS}, attributes | {"points": 4096}
        ),
        "homogeneity": Content("homogeneity", spread | {"iterations": SNAPSHOTS}, attributes),
        "terms": Content("terms", terms | {"iterations": SNAPSHOTS}, attributes),
    }


@pytest.fixture
def paths(tmp_path):
    """Return the files of one training."""
    found = {kind: tmp_path / f"{kind}.h5" for kind in contents()}
    for kind, content in contents().items():
        storage.write(found[kind], content)
    return found


def test_files_of_a_training_become_a_run(paths):
    (run,) = load_runs(paths.values(), PAPER)
    expected = made_run("cavity", seed=4)
    assert (run.problem, run.method, run.seed, run.iterations) == ("cavity", "rba", 4, 5000)
    assert run.log2_points == 12 and run.phases == expected.phases
    assert run.differences == {"equation.reynolds": (100.0, 1000.0)}
    assert list(run.layer_weights) == [16, 64, 64, 64, 64]
    for part in ("history", "layers", "coarse", "terms"):
        found, wanted = getattr(run, part), getattr(expected, part)
        assert found.keys() == wanted.keys()
        for name, values in wanted.items():
            np.testing.assert_array_equal(found[name], values)
    np.testing.assert_array_equal(run.spread["homogeneity"], expected.spread["homogeneity"])


def test_an_unfinished_training_is_judged_as_far_as_it_has_come(paths):
    content = storage.read(paths["run"])
    attributes = content.attributes | {"reached": 4321}
    storage.write(paths["run"], dataclasses.replace(content, attributes=attributes))
    (run,) = load_runs(paths.values(), PAPER)
    assert run.iterations == 4321
    assert run.differences["training.iterations"] == (4321, 5000)
    reached = "rba to iteration 4,321 of 5,000"
    claim = stated(lambda run: measured(1.0, note="a note"), each(("cavity",), RBA))
    assert judge(claim, [run]).cases[0].findings[4].note == f"a note; {reached}"
    longer = dataclasses.replace(claim, min_iterations=4322)
    (reason,) = judge(longer, [run]).reasons
    assert reason == f"4,321 iterations, expected at least 4,322; {reached}"
    text = claims_page([judge(claim, [run])], [run], "reached-paper").text[-1]
    assert text.endswith("Lid-driven cavity, RBA, seed 4 to iteration 4,321 of 5,000.")
    finished = [dataclasses.replace(run, unfinished="")]
    assert "nfinished" not in "".join(claims_page([], finished, "paper").text)


def test_all_claims_can_be_judged_by_one_training(paths):
    judged = judge_all(all_claims(), load_runs(paths.values(), PAPER))
    assert len(judged) == len(list(all_claims()))
    assert {j.verdict for j in judged} >= {Verdict.REPRODUCED, Verdict.NOT_TESTABLE}


def test_a_missing_kind_is_named(paths):
    del paths["homogeneity"]
    with pytest.raises(StorageError, match="cavity, rba, seed 4: expected a homogeneity file"):
        load_runs(paths.values(), PAPER)


def test_a_file_of_another_kind_is_named(paths, tmp_path):
    other = tmp_path / "reference.h5"
    storage.write(other, Content("reference", {}, {}))
    with pytest.raises(StorageError, match=r"reference.h5: expected one of run, .* a reference"):
        load_runs([*paths.values(), other], PAPER)


@pytest.fixture
def command(tmp_path, config):
    """Call the command; give its exit status and the files that it writes, by their form."""
    settings = ScaleBesidePaper(scale=load_scales(config)["smoke"], paper=load_paper(config))
    forms = ("json", "markdown", "html")
    outputs = {form: tmp_path / "output" / f"claims.{form}" for form in forms}
    options = [word for form, path in outputs.items() for word in (f"--{form}", str(path))]

    def call(inputs):
        given = ["claims", "--settings", settings.model_dump_json(), *options, "--inputs"]
        return main([*given, *map(str, inputs)]), outputs

    return call


def test_the_command_writes_the_verdicts_in_three_forms(paths, command):
    status, outputs = command(paths.values())
    assert status == 0
    tree = json.loads(outputs["json"].read_text())
    assert tree["scale"] == "smoke" and len(tree["claims"]) == len(list(all_claims()))
    six_percent = next(one for one in tree["claims"] if one["name"] == "cavity_six_percent")
    assert six_percent["reasons"] == ["equation.reynolds is 100.0, in the paper 1000.0"]
    for form in ("markdown", "html"):
        assert "equation.reynolds is 100.0, in the paper 1000.0" in outputs[form].read_text()


def test_the_command_names_a_missing_file(paths, command, caplog):
    status, outputs = command([paths["run"]])
    assert status == 1
    assert "cavity, rba, seed 4: expected a phases file, received none" in caplog.text
    assert not outputs["json"].parent.exists()


@pytest.mark.parametrize(
    ("starts", "diffusion", "total_diffusion"),
    [
        ({}, (100.0, 2_000.0), (2_000.0, 20_000.0)),
        ({"late_decrease": {"iteration": 4e3}}, (100.0, 2_000.0), (2_000.0, 4_000.0)),
        ({"total_diffusion": None}, (100.0, 100 * 10**0.5), None),
    ],
    ids=["to the end", "to the late decrease", "not found"],
)
def test_a_phase_is_not_taken_for_longer_than_it_is_known(starts, diffusion, total_diffusion):
    run = made_run("cavity", seed=4)
    run = dataclasses.replace(run, phases={**run.phases, **starts})
    assert run.in_diffusion == pytest.approx(diffusion)
    if total_diffusion is None:
        with pytest.raises(Untestable, match="total diffusion not found"):
            _ = run.in_total_diffusion
    else:
        assert run.in_total_diffusion == total_diffusion


# Numbers and predicates


@pytest.mark.parametrize(
    ("predicate", "words", "holds", "fails"),
    [
        (AtLeast(0.95), "at least 0.95", [0.95, 2], [0.9]),
        (AtMost(1e-6), "at most 1e-06", [1e-6, -1], [1e-5]),
        (Above(1), "above 1", [1.1], [1, 0.5]),
        (Below(-0.9), "below -0.9", [-1], [-0.9, 0]),
        (Between(250, 1000), "between 250 and 1,000", [250, 1000], [249, 1001]),
        (WithinFactor(2, of=500), "between 250 and 1,000", [250, 1000], [249, 1001]),
        (Anything(), "anything", [-1e9, 1e9], []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_predicate_judges_and_prints_itself(predicate, words, holds, fails):
    assert str(predicate) == words
    assert all(predicate.holds(value) for value in holds)
    assert not any(predicate.holds(value) for value in fails)


@pytest.mark.parametrize(
    ("predicate", "bound", "value", "holds"),
    [
        (Above(1), Bound.AT_LEAST, 1.5, True),
        (Above(1), Bound.AT_LEAST, 0.5, None),
        (Above(1), Bound.AT_MOST, 0.5, False),
        (Above(1), Bound.AT_MOST, 1.5, None),
        (Below(1), Bound.AT_LEAST, 1.0, False),
        (Below(1), Bound.AT_MOST, 0.5, True),
        (WithinFactor(2, of=10), Bound.AT_LEAST, 8.0, None),
        (WithinFactor(2, of=10), Bound.AT_LEAST, 30.0, False),
        (WithinFactor(2, of=10), Bound.AT_MOST, 3.0, False),
        (Above(1), Bound.EXACT, 1.5, True),
    ],
)
def test_a_bound_decides_only_what_every_number_beyond_it_would(predicate, bound, value, holds):
    ask = {
        Bound.AT_LEAST: predicate.holds_above,
        Bound.AT_MOST: predicate.holds_below,
        Bound.EXACT: predicate.holds,
    }
    assert ask[bound](value) is holds


TWO = (Quantity("a", "words", Above(1), in_part=Above(0)), Quantity("b", "words", Below(1)))


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ((2.0, 0.5), HOLDS),
        ((0.5, 0.5), IN_PART),
        ((2.0, 2.0), FAILS),
        ((-1.0, 0.5), FAILS),
        ((None, 0.5), FAILS),
        ((Ratio(2.0, Bound.AT_LEAST), 0.5), HOLDS),
        ((Ratio(0.5, Bound.AT_MOST), Ratio(0.5, Bound.AT_MOST)), None),
        ((Ratio(0.5, Bound.AT_LEAST), 0.5), None),
        ((np.nan, 0.5), None),
        ((Ratio(None, Bound.UNKNOWN), 0.5), None),
    ],
)
def test_every_quantity_has_to_hold(values, outcome):
    if outcome is None:
        with pytest.raises(Untestable):
            graded(TWO, Measured(values))
    else:
        found = graded(TWO, Measured(values, "a note"))
        assert (found.outcome, found.note) == (outcome, "a note")
        assert found.values == dict(zip("ab", values, strict=True))


def test_as_many_values_as_quantities_are_asked_for():
    with pytest.raises(ValueError, match="zip"):
        graded(TWO, measured(1.0))
