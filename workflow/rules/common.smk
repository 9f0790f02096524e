"""Settings, and what the other rules share."""

import os
import sys
from pathlib import Path

# The code beside this Snakefile and the Python that runs it are what jobs use as well (under
# `--sdm conda`, the environment's own Python comes first).
LIBRARY = str(Path(workflow.basedir) / "workflow")
sys.path.insert(0, LIBRARY)
for variable, first in (("PYTHONPATH", LIBRARY), ("PATH", str(Path(sys.executable).parent))):
    others = [os.environ[variable]] if os.environ.get(variable) else []
    os.environ[variable] = os.pathsep.join([first, *others])

from pinn_phases.commands import fields as fields_command
from pinn_phases.commands import figure as figure_command
from pinn_phases.commands import homogeneity as homogeneity_command
from pinn_phases.commands import information as information_command
from pinn_phases.commands import phases as phases_command
from pinn_phases.commands import reference as reference_command
from pinn_phases.commands import train as train_command
from pinn_phases.commands import validate as validate_command
from pinn_phases.figures.base import requirement
from pinn_phases.frozen import SettingsError
from pinn_phases.plugins import FIGURES, METHODS, PROBLEMS, names
from pinn_phases.settings import load_scales, words_to_numbers

try:
    SCALES = load_scales(words_to_numbers(config))
except SettingsError as error:
    sys.exit(f"config.yaml: {error}")

SETTINGS = SCALES[config["scale"]]
FIGURE_NAMES = [
    figure
    for figure in names(FIGURES)
    if set(requirement(figure).problems) <= set(SETTINGS.problems)
]


# Timings against other engines.
PEERS = ("deepxde", "jax", "pina")
ENGINES = ("ours", "ours_statistics", "products", "nested", *PEERS)
# Nested differentiation to third order needs about 0.4 MB a point, and there are five such engines.
BENCHMARK_POINTS = {"cavity": 5000}
# Editing how something is timed times it again; editing the report does not.
BENCHMARKS = Path(workflow.basedir) / "benchmarks"
TIMING_CODE = sorted(map(str, [*BENCHMARKS.glob("*.py"), *BENCHMARKS.glob("engines/*.py")]))
TIMING_REPORT_CODE = sorted(map(str, BENCHMARKS.glob("report/*.py")))


wildcard_constraints:
    scale="|".join(SCALES),
    problem="|".join(names(PROBLEMS)),
    method="|".join(names(METHODS)),
    seed=r"\d+",
    figure="|".join(FIGURE_NAMES),


def execution(wildcards):
    """What a training job asks of the machine."""
    return SCALES[wildcards.scale].problems[wildcards.problem].execution


def reference_settings(wildcards):
    """Resolved settings of a reference solution, as JSON."""
    return SCALES[wildcards.scale].reference(wildcards.problem).model_dump_json()


def reference_code(wildcards):
    """Digest of the code behind it."""
    return reference_command.code(wildcards.problem)


def run_settings(wildcards):
    """Resolved settings of a run, as JSON."""
    settings = SCALES[wildcards.scale]
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_dump_json()


def run_code(wildcards):
    """Digest of the code behind it."""
    return train_command.code(wildcards.problem, wildcards.method)


def run_threads(wildcards):
    """CPU threads of a training."""
    return execution(wildcards).threads


def run_memory(wildcards):
    """Memory of a training, MB."""
    return execution(wildcards).memory_mb


def run_time(wildcards, attempt):
    """Time limit of a training, minutes: it resumes, so later attempts get more."""
    return execution(wildcards).runtime_minutes * attempt


def run_gpus(wildcards):
    """GPUs of a training."""
    return execution(wildcards).gpus


def phase_settings(wildcards):
    """Constants of the search for phases, as JSON."""
    return SCALES[wildcards.scale].phases.model_dump_json()


def phase_code(wildcards):
    """Digest of the code behind the phases."""
    return phases_command.code()


def fields_code(wildcards):
    """Digest of the code behind the fields."""
    return fields_command.code(wildcards.problem)


def information_settings(wildcards):
    """How the information of the layers is measured, as JSON."""
    return SCALES[wildcards.scale].information.model_dump_json()


def information_code(wildcards):
    """Digest of the code behind the information."""
    return information_command.code(wildcards.problem)


def homogeneity_settings(wildcards):
    """How the spread of the residuals is measured, as JSON."""
    return SCALES[wildcards.scale].homogeneity.model_dump_json()


def homogeneity_code(wildcards):
    """Digest of the code behind the homogeneity."""
    return homogeneity_command.code(wildcards.problem)


def choosing_phases(wildcards):
    """Phases that choose the snapshots of a problem and seed: those of one method for all."""
    method = SCALES[wildcards.scale].figures.phases_of
    return f"results/{wildcards.scale}/phases/{wildcards.problem}/{method}/seed{wildcards.seed}.h5"


def figure_inputs(wildcards):
    """Files that a figure is made from, at the chosen scale."""
    return [
        f"results/{SETTINGS.scale}/{kind}/{problem}/{method}/seed{seed}.h5"
        for kind, problem, method, seed in requirement(wildcards.figure).files(SETTINGS)
    ]


def figure_settings(wildcards):
    """Numbers of the figures, as JSON."""
    return SETTINGS.figures.model_dump_json()


def figure_code(wildcards):
    """Digest of the code behind a figure."""
    return figure_command.code(wildcards.figure)


def benchmark_targets(problem):
    """What belongs to one benchmark: the figures that show it alone."""
    return [
        f"paper_figures/{figure}.pdf"
        for figure in FIGURE_NAMES
        if requirement(figure).problems == (problem,)
    ]


def benchmark_settings(wildcards):
    """Resolved settings of the training that is timed, as JSON."""
    problem = wildcards.get("problem", "allen_cahn")
    return SCALES["paper"].run(problem, "vanilla", 0).model_dump_json()


def benchmark_points(wildcards):
    """Option for its number of points, where it is not the paper's."""
    points = BENCHMARK_POINTS.get(wildcards.problem)
    return f"--points {points}" if points else ""


def benchmarked_code(wildcards):
    """Digest of the code that is timed."""
    return train_command.code(wildcards.get("problem", "allen_cahn"), "vanilla")
