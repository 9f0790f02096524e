"""Settings, and what the other rules share."""

import os
import sys
from functools import cache
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

# The code beside this Snakefile and the Python that runs it are what jobs use as well (under
# `--sdm conda`, the environment's own Python comes first).
LIBRARY = str(Path(workflow.basedir) / "workflow")
sys.path.insert(0, LIBRARY)
for variable, first in (("PYTHONPATH", LIBRARY), ("PATH", str(Path(sys.executable).parent))):
    others = [os.environ[variable]] if os.environ.get(variable) else []
    os.environ[variable] = os.pathsep.join([first, *others])

from pinn_phases.commands import archive as archive_command
from pinn_phases.commands import claims as claims_command
from pinn_phases.commands import fields as fields_command
from pinn_phases.commands import figure as figure_command
from pinn_phases.commands import homogeneity as homogeneity_command
from pinn_phases.commands import information as information_command
from pinn_phases.commands import phases as phases_command
from pinn_phases.commands import reference as reference_command
from pinn_phases.commands import seeds as seeds_command
from pinn_phases.commands import summary as summary_command
from pinn_phases.commands import train as train_command
from pinn_phases.commands import validate as validate_command
from pinn_phases.failures import failures
from pinn_phases.figures.base import requirement
from pinn_phases.figures.listing import labels, section
from pinn_phases.frozen import SettingsError
from pinn_phases.layers import CommandLineError, words_to_values
from pinn_phases.plugins import FIGURES, PROBLEMS, names
from pinn_phases.settings import (
    ARCHIVE,
    ScaleBesidePaper,
    load_archives,
    load_paper,
    load_scales,
)

# --config lies over every block of config.yaml, over which files of --configfile have been laid. Imported
# with a `config:` of its own, all settings are in that: the command line belongs to the importing workflow.
if workflow.modifier.skip_configfile:
    FROM_FILES, FROM_COMMAND_LINE = words_to_values(config), {}
else:
    FROM_FILES, FROM_COMMAND_LINE = {}, words_to_values(workflow.config_settings.config)
    own = [] if workflow.config_settings.replace_workflow_config else workflow.configfiles[-1:]
    for file in [*own, *workflow.overwrite_configfiles]:
        update_config(FROM_FILES, load_configfile(file))

try:
    ARCHIVES = load_archives(Path(workflow.basedir) / "archive")
    SCALES = load_scales(FROM_FILES, ARCHIVES, FROM_COMMAND_LINE)
    PAPER = load_paper(FROM_FILES)
except CommandLineError as error:
    sys.exit(f"--config: {error}")
except SettingsError as error:
    sys.exit(f"config.yaml: {error}")

SETTINGS = SCALES[config["scale"]]
config["seeds"] = list(SETTINGS.seeds)  # those of an archive, where one is chosen
TRAINED = "|".join(scale for scale in SCALES if scale not in ARCHIVES)
SCALE_BESIDE_PAPER = ScaleBesidePaper(scale=SETTINGS, paper=PAPER).model_dump_json()
RUNS = [
    f"{problem}/{method}/seed{seed}"
    for problem, block in SETTINGS.problems.items()
    for method in block.methods
    for seed in SETTINGS.seeds
]
COMPARED = sorted(
    {m for scale in SCALES.values() for block in scale.problems.values() for m in block.methods}
)
FIGURE_NAMES = [
    figure
    for figure in names(FIGURES)
    if set(requirement(figure).problems) <= set(SETTINGS.problems)
]

# On one machine `--cores` may ask for more than it has: no more trainings at once than there are
# processors for, since more push each other out of the caches and need memory for all.
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
if workflow.local_exec and "processors" not in workflow.global_resources:
    workflow.register_resource("processors", PROCESSORS)


# Timings against other engines.
PEERS = ("deepxde", "jax", "pina")
ENGINES = ("ours", "ours_statistics", "products", "nested")
# In place of the paper's, for memory: 0.1 MB a point in each engine that differentiates again and
# again, 0.4 MB to third order, beside the float64 that all are held against.
BENCHMARK_POINTS = {"cavity": 10000}
WITHOUT_PEERS = {"cavity"}  # whose third derivatives do not fit beside each other
# Editing how something is timed times it again; editing the report does not.
BENCHMARKS = Path(workflow.basedir) / "benchmarks"
TIMING_CODE = sorted(map(str, [*BENCHMARKS.glob("*.py"), *BENCHMARKS.glob("engines/*.py")]))
TIMING_REPORT_CODE = sorted(map(str, BENCHMARKS.glob("report/*.py")))


wildcard_constraints:
    scale="|".join(SCALES),
    problem="|".join(names(PROBLEMS)),
    method="|".join(COMPARED),
    seed=r"\d+",


@cache  # the same for all seeds: to follow the imports each time would be most of the planning
def digest(command, *plugins):
    """Digest of the code behind a command."""
    return command.code(*plugins)


def execution(wildcards):
    """What a training job asks of the machine."""
    return SCALES[wildcards.scale].problems[wildcards.problem].execution


def reference_settings(wildcards):
    """Resolved settings of a reference solution, as JSON."""
    return SCALES[wildcards.scale].reference(wildcards.problem).model_dump_json()


def reference_code(wildcards):
    """Digest of the code behind it."""
    return digest(reference_command, wildcards.problem)


def run_settings(wildcards):
    """Resolved settings of a run, as JSON."""
    settings = SCALES[wildcards.scale]
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_dump_json()


def run_code(wildcards):
    """Digest of the code behind it."""
    return digest(train_command, wildcards.problem, wildcards.method)


def run_threads(wildcards):
    """CPU threads of a training."""
    return execution(wildcards).threads


def run_processors(wildcards, threads):
    """Processors that a training keeps busy: one, where a GPU has the work."""
    return 1 if run_gpus(wildcards) else min(threads, PROCESSORS)


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
    return digest(phases_command)


def fields_code(wildcards):
    """Digest of the code behind the fields."""
    return digest(fields_command, wildcards.problem)


def information_settings(wildcards):
    """How the information of the layers is measured, as JSON."""
    return SCALES[wildcards.scale].information.model_dump_json()


def information_code(wildcards):
    """Digest of the code behind the information."""
    return digest(information_command, wildcards.problem)


def homogeneity_settings(wildcards):
    """How the spread of the residuals is measured, as JSON."""
    return SCALES[wildcards.scale].homogeneity.model_dump_json()


def homogeneity_code(wildcards):
    """Digest of the code behind the homogeneity."""
    return digest(homogeneity_command, wildcards.problem)


def choosing_phases(wildcards):
    """Phases that choose the snapshots of a problem and seed: those of one method for all."""
    method = SCALES[wildcards.scale].figures.phases_of
    return f"results/{wildcards.scale}/phases/{wildcards.problem}/{method}/seed{wildcards.seed}.h5"


def figure_inputs(figure):
    """Files that a figure is made from, at the chosen scale."""
    return [
        f"results/{SETTINGS.scale}/{kind}/{problem}/{method}/seed{seed}.h5"
        for kind, problem, method, seed in requirement(figure).files(SETTINGS)
    ]


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
    return PAPER.run(problem, "vanilla", 0).model_dump_json()


def benchmark_peers(wildcards):
    """Engines of others that this problem is timed with."""
    return [] if wildcards.problem in WITHOUT_PEERS else PEERS


def benchmark_engines(wildcards):
    """All that this problem is timed with."""
    return [*ENGINES, *benchmark_peers(wildcards)]


def benchmark_environments(wildcards):
    """Where those are installed."""
    return expand(
        "results/benchmarks/environments/{peer}/installed.txt", peer=benchmark_peers(wildcards)
    )


def benchmark_pythons(wildcards):
    """Option for the interpreter of each."""
    return [
        f"{peer}=results/benchmarks/environments/{peer}/bin/python"
        for peer in benchmark_peers(wildcards)
    ]


def benchmark_points(wildcards):
    """Option for its number of points, where it is not the paper's."""
    points = BENCHMARK_POINTS.get(wildcards.problem)
    return f"--points {points}" if points else ""


def benchmarked_code(wildcards):
    """Digest of the code that is timed."""
    return digest(train_command, wildcards.get("problem", "allen_cahn"), "vanilla")
