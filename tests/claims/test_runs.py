"""The files of a training are combined into a run, on which claims are judged."""

import dataclasses
import json

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.claims.base import RBA, each
from pinn_phases.claims.judging.quantities import (
    Untestable,
    measured,
)
from pinn_phases.claims.judging.verdicts import Verdict, all_claims, judge, judge_all, load_runs
from pinn_phases.files import storage
from pinn_phases.files.storage import Content, StorageError
from pinn_phases.settings.config import ScaleAndPaper
from pinn_phases.settings.scales import load_paper, load_scales
from pinn_phases.summary.claims import claims_page
from tests.claims.conftest import SNAPSHOTS, make_claim, synthetic_run

SETTINGS = {
    **{"scale": "test", "problem": "cavity", "method": "rba", "seed": 4, "method_constants": {}},
    "equation": {"reynolds": 100.0},
    "training": {
        "iterations": 5000,
        "network": {"hidden_layers": 5, "width": 8, "fourier_modes": 0, "ansatz": "plain"},
    },
}
PAPER = {"cavity": {"rba": SETTINGS | {"equation": {"reynolds": 1000.0}}}}


def contents(method="rba"):
    """One file of each kind, all of the same training."""
    run = synthetic_run("cavity", seed=4)
    attributes = {"settings": SETTINGS | {"method": method}}
    layers, coarse = (
        {f"information/{k}": v for k, v in arrays.items() if k != "iterations"}
        for arrays in (run.layers, run.coarse)
    )
    history = {f"history/{k}": v for k, v in run.history.items()}
    terms = {f"terms/{k}": v for k, v in run.terms.items() if k != "iteration"}
    spread, samples = (
        {
            "iterations": SNAPSHOTS,
            "homogeneity/residual": arrays["homogeneity"],
            "boxes/residual": arrays["boxes"],
        }
        for arrays in (run.spread, run.samples)
    )
    return {
        "run": Content("run", history | {"snapshots/weights": np.ones((3, 1, 5))}, attributes),
        "phases": Content("phases", {}, attributes | dict(run.phases)),
        "information": Content(
            "information", layers | {"iterations": SNAPSHOTS}, attributes | {"points": 4096}
        ),
        "coarse": Content(
            "coarse", coarse | {"iterations": SNAPSHOTS}, attributes | {"points": 4096}
        ),
        "homogeneity": Content("homogeneity", spread, attributes),
        "samples": Content("samples", samples, attributes),
        "terms": Content("terms", terms | {"iterations": SNAPSHOTS}, attributes),
    }


def written(folder, method="rba"):
    """Write the files of one training; return their paths."""
    found = {kind: folder / f"{kind}.h5" for kind in contents()}
    for kind, content in contents(method).items():
        storage.write(found[kind], content)
    return found


@pytest.fixture
def paths(tmp_path):
    """Files of a training with RBA and Adam."""
    return written(tmp_path)


def test_files_of_a_training_are_read_as_a_run(paths):
    (run,) = load_runs(paths.values(), PAPER)
    expected = synthetic_run("cavity", seed=4)
    assert (run.problem, run.method, run.seed, run.iterations) == ("cavity", "rba", 4, 5000)
    assert run.log2_points == 12 and run.phases == expected.phases
    assert run.differences == {"equation.reynolds": (100.0, 1000.0)}
    assert list(run.layer_weights) == [16, 64, 64, 64, 64]
    for part in ("history", "layers", "coarse", "spread", "samples", "terms"):
        found, wanted = getattr(run, part), getattr(expected, part)
        assert found.keys() == wanted.keys()
        for name, values in wanted.items():
            np.testing.assert_array_equal(found[name], values)


def test_an_unfinished_training_is_judged_up_to_its_last_iteration(paths):
    content = storage.read(paths["run"])
    attributes = content.attributes | {"reached": 4321}
    storage.write(paths["run"], dataclasses.replace(content, attributes=attributes))
    (run,) = load_runs(paths.values(), PAPER)
    assert run.iterations == 4321
    assert run.differences["training.iterations"] == (4321, 5000)
    reached = "rba to iteration 4,321 of 5,000"
    claim = make_claim(lambda run: measured(1.0, note="a note"), each(("cavity",), RBA))
    assert judge(claim, [run]).cases[0].findings[4].note == f"a note; {reached}"
    longer = dataclasses.replace(claim, min_iterations=4322)
    (reason,) = judge(longer, [run]).reasons
    assert reason == f"4,321 iterations, expected at least 4,322; {reached}"
    assert claims_page([judge(claim, [run])], [run], "reached-paper").text[-1] == (
        "Unfinished trainings: Lid-driven cavity, RBA, seed 4 to iteration 4,321 of 5,000. Their "
        "remaining iterations may change a verdict."
    )
    finished = [dataclasses.replace(run, unfinished="")]
    assert "nfinished" not in "".join(claims_page([], finished, "paper").text)


def test_all_claims_can_be_judged_on_one_training(paths):
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
    """Return a function that runs the command and returns its exit status and files by format."""
    forms = ("json", "markdown", "html")
    outputs = {form: tmp_path / "output" / f"claims.{form}" for form in forms}
    options = [word for form, path in outputs.items() for word in (f"--{form}", str(path))]

    def call(inputs, paper=config, **overrides):
        scale = load_scales(config, {}, overrides)["smoke"]
        settings = ScaleAndPaper(scale=scale, paper=load_paper(paper))
        given = ["claims", "--settings", settings.model_dump_json(), *options, "--inputs"]
        return main([*given, *map(str, inputs)]), outputs

    return call


def test_the_command_writes_the_verdicts_in_three_formats(paths, command):
    status, outputs = command(paths.values())
    assert status == 0
    tree = json.loads(outputs["json"].read_text())
    assert tree["scale"] == "smoke" and len(tree["claims"]) == len(list(all_claims()))
    six_percent = next(one for one in tree["claims"] if one["name"] == "cavity_six_percent")
    assert six_percent["reasons"] == ["equation.reynolds is 100.0, in the paper 1000.0"]
    for form in ("markdown", "html"):
        assert "equation.reynolds is 100.0, in the paper 1000.0" in outputs[form].read_text()


def test_runs_with_another_optimiser_are_judged(tmp_path, command):
    status, outputs = command(written(tmp_path, "rba-soap").values(), optimiser="soap")
    assert status == 0
    assert "equation.reynolds" in outputs["markdown"].read_text()  # differs from the paper's


def test_a_problem_that_the_paper_lacks_is_not_compared_with_it(paths, command, config):
    others = {name: block for name, block in config["problems"].items() if name != "cavity"}
    status, outputs = command(paths.values(), paper=config | {"problems": others})
    assert status == 0
    assert "equation.reynolds" not in outputs["markdown"].read_text()


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
def test_a_phase_lasts_only_as_long_as_it_is_known(starts, diffusion, total_diffusion):
    run = synthetic_run("cavity", seed=4)
    run = dataclasses.replace(run, phases={**run.phases, **starts})
    assert run.in_diffusion == pytest.approx(diffusion)
    if total_diffusion is None:
        with pytest.raises(Untestable, match="total diffusion not found"):
            _ = run.in_total_diffusion
    else:
        assert run.in_total_diffusion == total_diffusion
