"""docs/extending.md works: its files are added to a copy without them, its commands are run."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from pinn_phases.files import storage
from tests.processes import forking_python, snakemake

ROOT = Path(__file__).parents[1]
COPIED = (
    *("Snakefile", "config.yaml", "pyproject.toml"),
    *("workflow", "profiles", "envs", "tests", "benchmarks"),
)
PAGE = (ROOT / "docs/extending.md").read_text()
STEP = re.compile(r"^(?:(Add to )?`([^`\n]+)`:\n\n)?```(?!`)\w+\n(.*?)^```$", re.M | re.S)
STEPS = [match.groups() for match in STEP.finditer(PAGE)]  # additions to a file, files, commands
FILES = {name: text for addition, name, text in STEPS if name and not addition}
SETTINGS = [yaml.safe_load(text) for addition, _, text in STEPS if addition]
COMMANDS = [shlex.split(text) for _, name, text in STEPS if not name]
SECONDS = 300  # for one command; the longest takes about 15 on an idle machine
OVER_ALL_PROBLEMS = (  # tests of the repository that a new equation must pass
    *("tests/test_operators.py", "tests/network/test_network.py", "tests/settings/test_effects.py"),
    *("tests/training/test_effects.py", "tests/training/engines/test_plain.py"),
    *("tests/training/engines/test_batched_network.py", "tests/analysis/test_fields.py"),
)
EQUATION, METHOD, OPTIMISER = "korteweg_de_vries", "sa", "nadam"


def without_method(tree):
    """Remove the constants of the method from every block `methods`."""
    if not isinstance(tree, dict):
        return tree
    rest = {key: without_method(value) for key, value in tree.items() if key != METHOD}
    return {key: value for key, value in rest.items() if key != "methods" or value}


def run(folder, command):
    """Run a documented command with this Python, and return its output."""
    if command[0] == "snakemake":
        done = snakemake(folder, *command[1:])
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}"
        return done.stdout
    if command[0] == "pytest":  # few tests need no workers
        command = [*command, "-n", "0"]
    done = subprocess.run(
        [forking_python(), "-m", *command],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A repository without the extensions, after all steps of the page; and all output."""
    folder = tmp_path_factory.mktemp("extended")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / f"workflow/pinn_phases/methods/{METHOD}.py").unlink()
    config = without_method(yaml.safe_load((folder / "config.yaml").read_text()))
    said = []
    for addition, name, text in STEPS:
        if addition:
            assert name == "config.yaml"
            update_config(config, yaml.safe_load(text))
            (folder / name).write_text(yaml.safe_dump(config, sort_keys=False))
        elif name:
            assert not (folder / name).exists(), f"{name} exists already"
            (folder / name).write_text(text)
        else:
            said.append(run(folder, shlex.split(text)))
    return folder, said


def test_the_page_adds_an_equation_a_method_an_optimiser_and_figures():
    stems = {Path(name).stem for name in FILES if name.endswith(".py")}
    assert {EQUATION, METHOD, OPTIMISER, "figS5", "figS6"} <= stems
    assert [command[0] for command in COMMANDS] == ["pytest"] + ["snakemake"] * 7


def test_the_method_on_the_page_is_the_repository_s_own(config):
    name = f"workflow/pinn_phases/methods/{METHOD}.py"
    assert FILES[name] == (ROOT / name).read_text()
    (block,) = (block for block in SETTINGS if "methods" in block)
    assert block["methods"][METHOD] == config["methods"][METHOD]
    own = config["problems"]["helmholtz"]["methods"][METHOD]
    assert block["problems"]["helmholtz"]["methods"][METHOD] == own


def test_the_code_on_the_page_passes_ruff(extended):
    folder, _ = extended
    code = [name for name in FILES if name.endswith(".py")]
    run(folder, ["ruff", "check", *code])
    run(folder, ["ruff", "format", "--check", *code])


def test_the_equation_s_own_tests_pass(extended):
    _, said = extended
    assert re.search(r"\b4 passed", said[0]), said[0]


def test_the_repository_s_tests_include_the_equation_and_pass(extended):
    folder, _ = extended
    said = run(folder, ["pytest", "-k", EQUATION, *OVER_ALL_PROBLEMS])
    assert int(re.search(r"(\d+) passed", said)[1]) > len(OVER_ALL_PROBLEMS), said


def test_timings_are_those_of_the_paper_s_problems(extended):
    folder, _ = extended
    planned = run(folder, ["snakemake", "-n", "--", "benchmarks"])
    assert planned.count("Timing allen_cahn with") == 1 and f"Timing {EQUATION}" not in planned


def test_dry_runs_plan_only_new_jobs(extended):
    _, said = extended
    trained = set(re.findall(r"Training (\w+) with (\w+)", said[1]))
    assert trained == {(EQUATION, "vanilla"), (EQUATION, "rba")}
    assert "Drawing figS5" in said[1]
    others = {(p, m) for p in ("allen_cahn", "helmholtz") for m in ("vanilla", "rba", METHOD)}
    assert set(re.findall(r"Training (\w+) with (\w+)", said[3])) == others


def test_a_third_method_starts_only_its_own_training(extended):
    _, said = extended
    assert re.findall(r"Training (\w+) with (\w+), seed 0", said[4]) == [(EQUATION, METHOD)]
    assert "Training" not in said[6] and "Drawing figS6" in said[6]


def test_a_fourth_optimiser_starts_only_its_own_training_and_its_state_is_saved(extended):
    folder, said = extended
    trained = re.findall(r"Training (\w+) with ([\w-]+), seed 0", said[5])
    assert trained == [(EQUATION, f"rba-{OPTIMISER}")]
    runs = folder / f"results/smoke/runs/{EQUATION}"
    by_adam, run = (storage.read(runs / f"{m}/seed0.h5", "run") for m in ("rba", "rba-nadam"))
    losses = [one.arrays["history/loss"] for one in (by_adam, run)]
    assert losses[0][0] == losses[1][0] and losses[0][-1] != losses[1][-1]
    (checkpoint,) = runs.glob(f"rba-{OPTIMISER}/checkpoints/{EQUATION}-*.h5")
    assert "state/optimiser/float32" in storage.read(checkpoint).arrays


def test_the_plain_engine_trains_the_equation(extended):
    folder, said = extended
    assert re.findall(r"Training (\w+) with (\w+), seed 0", said[7]) == [(EQUATION, "rba")]
    run = storage.read(folder / f"results/smoke/runs/{EQUATION}/rba/seed0.h5", "run")
    assert run.attributes["settings"]["training"]["engine"] == "plain"


def test_the_reference_is_accurate_at_every_time(extended):
    folder, _ = extended
    content = storage.read(folder / f"results/smoke/reference/{EQUATION}.h5", "reference")
    assert 0 < content.attributes["error_estimate"]["relative_l2"] < 1e-5
    u = content.arrays["fields/u"][:, :-1]  # x = 1 is x = -1
    # Conserved by the equation: the integrals of u and u^2, here 0 and 1.
    assert abs(u.mean(1)).max() < 1e-12
    assert abs((u**2).mean(1) - 0.5).max() < 1e-5


def test_runs_and_figures_are_written(extended):
    folder, _ = extended
    for method in ("vanilla", "rba", METHOD):
        run = storage.read(folder / f"results/smoke/runs/{EQUATION}/{method}/seed0.h5", "run")
        assert run.arrays["history/iteration"][-1] == 40
        weights = run.arrays["history/weights_mean"]
        assert weights[-1] > weights[0]
        assert (weights[0] > 1) == (method == METHOD)  # it starts at 1, the others at 0
    for figure in ("figS5", "figS6"):
        assert (folder / f"paper_figures/{figure}.pdf").read_bytes().startswith(b"%PDF")
        assert (folder / f"paper_figures/{figure}.png").read_bytes().startswith(b"\x89PNG")
