"""What Snakemake runs again after an edit, at smoke scale in a copy of the repository."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.processes import snakemake
from tests.workflow.conftest import TARGET

LIBRARY = Path("workflow/pinn_phases")
BOTH = {"fig6": 1, "fig8": 1}  # jobs that draw them


def plan_of(folder):
    """Return the output of a dry run."""
    plan = snakemake(folder, "-n", *TARGET)
    assert plan.returncode == 0, plan.stdout
    return plan.stdout


def jobs(plan):
    """Rules that would run, with the number of jobs of each."""
    table = re.search(r"^Job stats:\njob +count\n[- ]+\n(.*?)^total", plan, re.M | re.S)
    if table is None:
        assert "Nothing to be done" in plan, plan
        return {}
    return {rule: int(count) for rule, count in (line.split() for line in table[1].splitlines())}


def planned(folder):
    """Rules that Snakemake would run, with the number of jobs of each."""
    return jobs(plan_of(folder))


@pytest.fixture
def edit(finished):
    """Replace text in a file of the copy; restore it after the test."""
    originals = {}

    def replace(name, old, new):
        path = finished / name
        originals.setdefault(path, path.read_text())
        assert old in path.read_text(), f"{name} has no {old!r}"
        path.write_text(path.read_text().replace(old, new, 1))

    yield replace
    for path, text in originals.items():
        path.write_text(text)


def test_figures_exist_as_pdf_and_png(finished):
    for figure in ("fig6", "fig8"):
        assert (finished / f"paper_figures/{figure}.pdf").read_bytes().startswith(b"%PDF")
        assert (finished / f"paper_figures/{figure}.png").read_bytes().startswith(b"\x89PNG")


def test_a_second_call_has_nothing_to_do(finished):
    assert planned(finished) == {}


def test_touching_files_reruns_nothing(finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    for path in copy.rglob("*"):
        if path.suffix in (".py", ".smk", ".yaml", ".h5") or path.name == "Snakefile":
            os.utime(path)
    assert planned(copy) == {}


def test_results_copied_without_snakemake_metadata_rerun_nothing(finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy, ignore=shutil.ignore_patterns(".snakemake"))
    assert planned(copy) == {}


def test_docstrings_and_resources_rerun_nothing(finished, edit):
    edit(LIBRARY / "methods/rba.py", '"""Return the weights."""', '"""Other words."""')
    edit(LIBRARY / "training/loop.py", '"""The training loop:', '"""Other words:')
    edit(LIBRARY / "network/streams.py", "import torch\n", "import torch  # a comment\n")
    edit("workflow/report/fig6.rst", "Training of", "Other words on")
    edit("workflow/report/workflow.rst", "How to read it", "Reading it....")
    edit("workflow/report/style.css", "20vw", "30vw")
    edit("config.yaml", "threads: 1, memory_mb: 1000", "threads: 2, memory_mb: 1234")
    edit("config.yaml", "continue_other_code: false", "continue_other_code: true")
    assert planned(finished) == {}


def test_editing_rba_reruns_its_runs_and_downstream_jobs(finished, edit):
    edit(LIBRARY / "methods/rba.py", "return weights", "return 2 * weights")
    plan = plan_of(finished)
    # the phases of RBA choose the snapshots of both methods
    assert jobs(plan) == {"train": 2, "phases": 2, "fields": 4, **BOTH}
    assert "Training allen_cahn with rba" in plan
    assert "Training allen_cahn with vanilla" not in plan


def test_changing_a_constant_of_rba_reruns_its_runs_and_downstream_jobs(finished, edit):
    edit("config.yaml", "rate: 1.0e-3 # eta*", "rate: 2.0e-3 # eta*")
    assert planned(finished) == {"train": 2, "phases": 2, "fields": 4, **BOTH}


@pytest.mark.parametrize(
    ("name", "old", "new", "reference"),
    [
        ("config.yaml", "viscosity: 0.0031", "viscosity: 0.0041", True),
        (LIBRARY / "problems/burgers.py", '+ u.value * d("x")', '+ 2 * u.value * d("x")', True),
        (
            "config.yaml",
            "Burgers overrides the general numbers\n          points: 200",
            "Burgers overrides the general numbers\n          points: 190",
            False,
        ),
    ],
    ids=["coefficient", "equation", "training"],
)
def test_changing_a_benchmark_reruns_it_and_no_other(finished, edit, name, old, new, reference):
    edit(name, old, new)
    again = {"train": 2, "phases": 2, "fields": 2, "fig8": 1}
    plan = plan_of(finished)
    assert jobs(plan) == again | ({"reference": 1} if reference else {})
    assert "allen_cahn" not in plan


def test_editing_the_training_loop_trains_everything(finished, edit):
    edit(LIBRARY / "training/stepper.py", "self._optimiser.step()", "0 or self._optimiser.step()")
    assert planned(finished)["train"] == 4


@pytest.mark.parametrize(
    ("name", "old", "new", "figures"),
    [
        (
            *("figures/fig6.py", "return training_dynamics"),
            *("print()\n    return training_dynamics", {"fig6": 1}),
        ),
        ("figures/drawing/style.py", '"magma"', '"cividis"', BOTH),
    ],
)
def test_editing_a_figure_draws_it_and_nothing_else(finished, edit, name, old, new, figures):
    edit(LIBRARY / name, old, new)
    assert planned(finished) == figures


def test_moving_a_figure_to_another_section_does_not_train(finished, edit):
    edit(LIBRARY / "figures/fig6.py", "Section.TOTAL_DIFFUSION", "Section.INFORMATION")
    assert planned(finished) == {"fig6": 1}


def test_changing_the_bins_of_the_phases_does_not_train(finished, edit):
    edit("config.yaml", "bins_per_decade: 20", "bins_per_decade: 30")
    assert planned(finished) == {"phases": 4, "fields": 4, **BOTH}


def test_continue_other_code_is_passed_to_the_training(finished):
    run = "results/smoke/runs/helmholtz/rba/seed7.h5"
    for value, option in (("true", 1), ("false", 0)):
        settings = (f"continue_other_code={value}", "seeds=[7]")
        plan = snakemake(finished, "-n", "-p", "--config", *settings, "--", run)
        assert f"--continue-other-code {option}" in plan.stdout


def test_another_scale_has_its_own_results(finished):
    plan = snakemake(finished, "-n", "--config", "scale=laptop", "--", "paper_figures/fig6.pdf")
    assert "results/laptop/runs/allen_cahn/rba/seed0.h5" in plan.stdout
    assert "train            2" in plan.stdout


def test_the_default_target_makes_all_figures_of_all_benchmarks(finished):
    plan = snakemake(finished, "-n", "--config", "scale=smoke").stdout
    others = ("figA13", "figA14", "figS1", "figS2", "figS3")
    for figure in [*(f"fig{n}" for n in range(1, 13) if n not in (6, 8)), *others]:
        assert f"Drawing {figure}\n" in plan, plan
    for problem in ("helmholtz", "cavity"):
        for method in ("rba", "vanilla"):
            assert f"Training {problem} with {method}, seed 0" in plan
    assert "Tables of the report, scale smoke\n" in plan
    assert "Agreement with the authors' curves, scale smoke\n" in plan


@pytest.mark.parametrize(
    ("benchmark", "figures"),
    [
        ("helmholtz", {"fig7"}),
        ("cavity", {"fig9"}),
        ("allen_cahn", {"fig11", "fig12", "figA14", "figS1"}),
        ("burgers", set()),
    ],
)
def test_a_benchmark_target_makes_its_figures(finished, benchmark, figures):
    plan = snakemake(finished, "-n", "--config", "scale=smoke", "--", benchmark).stdout
    assert set(re.findall(r"Drawing (\w+)", plan)) == figures  # Figures 6 and 8 exist


def test_one_setting_trains_several_seeds(finished):
    plan = snakemake(finished, "-n", "--config", "scale=smoke", "seeds=[0,1,2]", "--", "burgers")
    assert len(re.findall(r"Training burgers with \w+, seed [12]", plan.stdout)) == 4
    assert "seed 0" not in plan.stdout and "Drawing fig8" in plan.stdout


def test_a_run_can_be_a_target(finished):
    run = snakemake(finished, "-n", "results/paper/runs/allen_cahn/vanilla/seed7.h5")
    assert run.returncode == 0
    assert "seed 7, scale paper" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--config", "scale=huge"), "--config: setting scale = 'huge': expected one of smoke"),
        (("--config", "seeds=[]"), "--config: setting seeds = []: "),
        (("--config", "iterations=5"), "--config: setting iterations = 5: unknown key"),
    ],
)
def test_bad_settings_stop_before_any_job_with_one_line(finished, arguments, message):
    done = snakemake(finished, "-n", *arguments, "--", "paper_figures/fig6.pdf")
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    lines = [line for line in done.stdout.splitlines() if "setting" in line]
    assert [line for line in lines if message in line], done.stdout


def test_an_unknown_figure_is_refused(finished):
    done = snakemake(finished, "-n", "paper_figures/fig99.pdf")
    assert done.returncode != 0
    assert "fig99" in done.stdout and "Traceback" not in done.stdout


def test_a_damaged_run_stops_the_figure_and_is_named(finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    run = copy / "results/smoke/runs/allen_cahn/rba/seed0.h5"
    run.write_bytes(run.read_bytes()[: run.stat().st_size // 2])
    done = snakemake(copy, "--cores", "1", "--force", *TARGET[:-1])
    assert done.returncode != 0
    assert f"{run.relative_to(copy)}: damaged" in done.stdout
