"""Any subset of problems, methods and scales is planned; requests for others are refused."""

import copy
import re

import pytest
import yaml

from tests.processes import snakemake
from tests.workflow.conftest import REPOSITORY

CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
SMOKE = ("--config", "scale=smoke")


def with_problems(*chosen):
    """Settings that name only these problems."""
    config = copy.deepcopy(CONFIG)
    for block in (config, *config["scales"].values()):
        if "problems" in block:
            block["problems"] = {n: b for n, b in block["problems"].items() if n in chosen}
    return config


def with_methods(*chosen):
    """Settings that name only these methods."""
    config = copy.deepcopy(CONFIG)
    trees = (config, *config["scales"].values())
    problems = (block for tree in trees for block in tree.get("problems", {}).values())
    for block in (*trees, *problems):
        if "methods" in block:
            kept = {name: block["methods"][name] for name in chosen if name in block["methods"]}
            block["methods"] = kept
    config["compared_methods"] = list(chosen)
    config["figures"]["phases_of"] = chosen[0]
    return config


def with_scale(name):
    """Settings with only this scale."""
    return {**copy.deepcopy(CONFIG), "scale": name, "scales": {name: CONFIG["scales"][name]}}


ALL = {
    **{name: (with_problems(name), SMOKE) for name in CONFIG["problems"]},
    **{name: (with_methods(name), SMOKE) for name in CONFIG["methods"]},
    **{name: (with_scale(name), ()) for name in CONFIG["scales"]},
    "compared": (CONFIG, (*SMOKE, "compared_methods=[rba]")),
    "optimiser": (CONFIG, (*SMOKE, "optimiser=soap")),
    "optimisers": (CONFIG, (*SMOKE, "compared_methods=[rba,rba-soap,vanilla-lbfgs]")),
    "archive": (with_scale("smoke"), ("--config", "scale=archive-laptop")),
}
METHODS = {  # of cases that choose methods on the command line
    "compared": ["rba"],
    "optimiser": ["vanilla-soap", "rba-soap"],
    "optimisers": ["rba", "rba-soap", "vanilla-lbfgs"],
}
REFUSED = {
    "figure": (with_problems("burgers"), "paper_figures/fig6.pdf", "fig6 shows allen_cahn; "),
    "benchmark": (with_problems("burgers"), "cavity", "scale smoke does not have cavity, only"),
    "run": (
        with_problems("burgers"),
        "results/smoke/runs/helmholtz/rba/seed0.h5",
        "scale smoke does not have helmholtz, only burgers",
    ),
    "method": (
        with_methods("rba"),
        "results/smoke/runs/burgers/vanilla/seed0.h5",
        "scale smoke does not have vanilla, only rba",
    ),
    "reference": (
        with_problems("burgers"),
        "results/smoke/reference/cavity.h5",
        "scale smoke does not have cavity, only burgers",
    ),
    "optimisers": (
        CONFIG,
        "paper_figures/figS4.pdf",
        "figS4 compares optimisers; expected compared_methods with several, such as "
        "[rba, rba-soap], received [vanilla, rba]",
    ),
    "timings": (with_problems("burgers"), "benchmarks", "timings need allen_cahn with vanilla, "),
    "plain": (with_methods("rba"), "benchmarks", "timings need allen_cahn with vanilla, "),
    "compared": (
        {**CONFIG, "compared_methods": ["rba"]},
        "results/benchmarks/jobs.json",
        "timings need helmholtz with vanilla, which scale laptop does not have",
    ),
    "jobs": (
        with_scale("smoke"),
        "results/benchmarks/jobs.json",
        "timings need scale laptop; config.yaml has only smoke",
    ),
}


@pytest.fixture
def plan(tmp_path):
    """Do a dry run with these settings in a folder without results; return status and output."""

    def call(config, *arguments):
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
        done = snakemake(tmp_path, "-n", "--snakefile", str(REPOSITORY / "Snakefile"), *arguments)
        return done.returncode, done.stdout

    return call


@pytest.mark.parametrize("case", ALL)
def test_everything_is_planned(case, plan):
    config, arguments = ALL[case]
    status, text = plan(config, *arguments)
    assert status == 0, text
    trained = set(re.findall(r"Training (\w+) with ([\w-]+),", text))
    assert {problem for problem, _ in trained} <= set(config["problems"])
    if case != "archive":
        methods = METHODS.get(case, config["compared_methods"])
        assert trained == {(p, m) for p in config["problems"] for m in methods}


@pytest.mark.parametrize("case", REFUSED)
def test_a_missing_part_is_named_in_one_line(case, plan):
    config, target, message = REFUSED[case]
    status, text = plan(config, *SMOKE, "--", target)
    assert status == 1
    (line,) = [line for line in text.splitlines() if message in line]
    assert text.rstrip().endswith(line) and "Exception" not in text


def test_a_timing_needs_only_its_own_problem(plan):
    target = "results/benchmarks/burgers.json"
    status, text = plan(with_problems("burgers"), *SMOKE, "--", target)
    assert status == 0 and "Timing burgers with ours" in text, text
