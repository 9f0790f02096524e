"""Settings, and what the other rules share."""

import sys
import time
from functools import cache

from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

STARTED = time.time()

from pinn_phases.files.checkpoint_files import (
    checkpoint_files,
    finished_run,
    stored_files,
    without_files,
)
from pinn_phases.commands import agreement as agreement_command
from pinn_phases.commands import archive as archive_command
from pinn_phases.commands import claims as claims_command
from pinn_phases.commands import fields as fields_command
from pinn_phases.commands import figure as figure_command
from pinn_phases.commands import homogeneity as homogeneity_command
from pinn_phases.commands import information as information_command
from pinn_phases.commands import phases as phases_command
from pinn_phases.commands import published as published_command
from pinn_phases.commands import reached as reached_command
from pinn_phases.commands import reference as reference_command
from pinn_phases.commands import seeds as seeds_command
from pinn_phases.commands import summary as summary_command
from pinn_phases.commands import terms as terms_command
from pinn_phases.commands import train as train_command
from pinn_phases.commands import validate as validate_command
from pinn_phases.jobs.failures import failures
from pinn_phases.figures.base import requirement
from pinn_phases.figures.drawing.listing import file_name, labels, section
from pinn_phases.model import SettingsError
from pinn_phases.settings.layers import CommandLineError, words_to_values
from pinn_phases.jobs.notes import notes
from pinn_phases.plugins import FIGURES, METHODS, PROBLEMS, names
from pinn_phases.settings.scales import (
    ARCHIVE,
    REACHED,
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
    ARCHIVES = load_archives(CHECKOUT / "archive")
    SCALES = load_scales(FROM_FILES, ARCHIVES, FROM_COMMAND_LINE)
    PAPER = load_paper(FROM_FILES)
except CommandLineError as error:
    sys.exit(f"--config: {error}")
except SettingsError as error:
    sys.exit(f"config.yaml: {error}")

# Of a scale `reached-NAME`, problems are left of which each training has a checkpoint. A workflow that
# imports this one may put results elsewhere.
RESULTS = Path(workflow.modifier.path_modifier.prefix or "", "results")
SETTINGS = SCALES[config["scale"]]
ORIGIN = SETTINGS.scale.removeprefix(REACHED)
LACKING = {} if ORIGIN == SETTINGS.scale else without_files(SETTINGS, RESULTS, ORIGIN)
if LACKING:
    left = {name: of for name, of in SETTINGS.problems.items() if name not in LACKING}
    if not left:
        words = "; ".join(f"{name} with {', '.join(of)}" for name, of in LACKING.items())
        sys.exit(f"scale {SETTINGS.scale}: below {RESULTS}/{ORIGIN}/runs no checkpoint of {words}")
    SETTINGS = SCALES[SETTINGS.scale] = SETTINGS.model_copy(update={"problems": left})
config = {**config, "seeds": list(SETTINGS.seeds)}  # those of an archive, where one is chosen
TRAINED = [name for name in SCALES if not name.startswith(REACHED) and name not in ARCHIVES]
UNFINISHED = [f"{REACHED}{scale}" for scale in TRAINED]
SCALE_BESIDE_PAPER = ScaleBesidePaper(scale=SETTINGS, paper=PAPER).model_dump_json()
RUNS = [
    f"{problem}/{method}/seed{seed}"
    for problem, block in SETTINGS.problems.items()
    for method in block.methods
    for seed in SETTINGS.seeds
]
FIGURE_NAMES = [figure for figure in names(FIGURES) if requirement(figure).is_met_by(SETTINGS)]

# On one machine `--cores` may ask for more than it has: no more trainings at once than there are
# processors for, since more push each other out of the caches and need memory for all.
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
if workflow.local_exec and "processors" not in workflow.global_resources:
    workflow.register_resource("processors", PROCESSORS)


wildcard_constraints:
    scale="|".join(SCALES),
    problem="|".join(names(PROBLEMS)),
    method="|".join(names(METHODS)),
    seed=r"\d+",


def only(settings, *wanted):
    """Say which problems a scale has, and which runs of the wanted ones are missing."""
    absent = [name for name in wanted if name not in settings.problems]
    lacking = [f"{name} with {', '.join(LACKING[name])}" for name in absent if name in LACKING]
    why = f"no checkpoint of {'; '.join(lacking)}" if lacking else f"no run of {', '.join(absent)}"
    return f"only {', '.join(settings.problems)}: {why}"


@cache  # the same for all seeds: to follow the imports each time would be most of the planning
def digest(command, *plugins):
    """Digest of the code behind a command."""
    return command.code(*plugins)


def without(words):
    """Input of what these settings cannot make: ends with one line, once somebody asks for it."""

    def refuse(wildcards):
        sys.exit(words)

    return refuse


def scale_with(wildcards):
    """Settings of a scale that has the problem, and the method if there is one."""
    settings = SCALES[wildcards.scale]
    if wildcards.problem not in settings.problems:
        there = only(settings, wildcards.problem)
        sys.exit(f"scale {settings.scale} does not have {wildcards.problem}, {there}")
    methods = settings.problems[wildcards.problem].methods
    if wildcards.get("method", next(iter(methods))) not in methods:
        there = ", ".join(methods)
        sys.exit(f"scale {settings.scale} does not have {wildcards.method}, only {there}")
    return settings


def execution(wildcards):
    """What a training job asks of the machine."""
    return scale_with(wildcards).problems[wildcards.problem].execution


def reference_settings(wildcards):
    """Resolved settings of a reference solution, as JSON."""
    return scale_with(wildcards).reference(wildcards.problem).model_dump_json()


def reference_solver(wildcards):
    """How a reference solution is solved."""
    return scale_with(wildcards).reference(wildcards.problem).solver


def reference_memory(wildcards):
    """Memory of a reference solution, MB: it goes with the solver's resolution."""
    return reference_solver(wildcards).memory_mb


def reference_time(wildcards, attempt):
    """Time limit of a reference solution, minutes."""
    return reference_solver(wildcards).runtime_minutes * attempt


def reference_code(wildcards):
    """Digest of the code behind it."""
    return digest(reference_command, wildcards.problem)


def run_settings(wildcards):
    """Resolved settings of a run, as JSON."""
    settings = scale_with(wildcards)
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_dump_json()


def run_code(wildcards):
    """Digest of the code behind it."""
    return digest(train_command, wildcards.problem, wildcards.method)


def reached_checkpoints(wildcards):
    """Checkpoints of a training, the best first, if there is anything of it."""
    scale = wildcards.scale.removeprefix(REACHED)
    training = wildcards.problem, wildcards.method, int(wildcards.seed)
    if not stored_files(RESULTS, scale, *training):
        where = RESULTS / scale / "runs"
        sys.exit("below {}: no checkpoint of {} with {}, seed {}".format(where, *training))
    found = checkpoint_files(RESULTS, scale, *training)
    return [f"results/{path.relative_to(RESULTS)}" for path in found]


def reached_run(wildcards):
    """Run of a training that has finished, if it has. As an input, Snakemake would make it."""
    scale = wildcards.scale.removeprefix(REACHED)
    training = wildcards.problem, wildcards.method, int(wildcards.seed)
    return [str(path) for path in finished_run(RESULTS, scale, *training)]


def reached_statements(wildcards):
    """What is stated of them, where somebody has written it beside them."""
    folder = RESULTS / wildcards.scale.removeprefix(REACHED) / "runs"
    pattern = "{problem}/{method}/checkpoints/{problem}-{method}-seed{seed}-*.json"
    found = sorted(folder.glob(pattern.format(**wildcards)))
    return [f"results/{path.relative_to(RESULTS)}" for path in found]


def reached_settings(wildcards):
    """Resolved settings of the training, as JSON: those of the scale that trains."""
    settings = scale_with(wildcards)
    run = settings.run(wildcards.problem, wildcards.method, int(wildcards.seed))
    return run.model_copy(update={"scale": settings.scale.removeprefix(REACHED)}).model_dump_json()


def reached_code(wildcards):
    """Digest of the code that takes a run from a checkpoint."""
    return digest(reached_command, wildcards.problem)


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


def terms_code(wildcards):
    """Digest of the code behind the terms."""
    return digest(terms_command, wildcards.problem, wildcards.method)


def choosing_phases(wildcards):
    """Phases that choose the snapshots of a problem and seed: those of one method for all."""
    method = SCALES[wildcards.scale].figures.phases_of
    return f"results/{wildcards.scale}/phases/{wildcards.problem}/{method}/seed{wildcards.seed}.h5"


def figure_inputs(figure):
    """Files that a figure is made from, at the chosen scale."""
    needed, folder = requirement(figure), f"results/{SETTINGS.scale}"
    if figure not in FIGURE_NAMES:
        shown = [" with ".join(pair) for pair in needed.published] or needed.problems
        there = f"scale {SETTINGS.scale} has {only(SETTINGS, *needed.problems)}"
        return without(f"{figure} shows {', '.join(shown)}; {there}")
    published = needed.pairs(SETTINGS) if needed.published else []
    return [
        *(f"{folder}/{kind}/{p}/{m}/seed{seed}.h5" for kind, p, m, seed in needed.files(SETTINGS)),
        *(f"{folder}/published/{problem}/{method}.h5" for problem, method in published),
    ]


def published_settings(wildcards):
    """Constants of the search for phases, and the paper's run of a published curve, as JSON."""
    paper = PAPER.run(wildcards.problem, wildcards.method, 0).model_dump_json()
    return f'{{"phases": {phase_settings(wildcards)}, "paper": {paper}}}'


def figure_labels(figure):
    """What stands in a figure's row of the report."""
    return labels(figure, SETTINGS) if figure in FIGURE_NAMES else {}


NAMED_FIGURES = {
    figure: f"results/{SETTINGS.scale}/figures/{file_name(figure, SETTINGS)}.pdf"
    for figure in FIGURE_NAMES
}


def benchmark_targets(problem):
    """What belongs to one benchmark: the figures that show it alone."""
    if problem not in SETTINGS.problems:
        there = only(SETTINGS, problem)
        return without(f"scale {SETTINGS.scale} does not have {problem}, {there}")
    return [
        f"paper_figures/{figure}.pdf"
        for figure in FIGURE_NAMES
        if requirement(figure).problems == (problem,)
    ]


def archive_inputs():
    """Files that are kept, if an archive can be where it is found again."""
    folder = CHECKOUT / "archive"
    if not os.access(folder if folder.exists() else CHECKOUT, os.W_OK):
        return without(
            f"{folder}: expected a folder that can be written, as archives are kept there"
        )
    return expand(
        f"results/{SETTINGS.scale}/{{kind}}/{{run}}.h5",
        kind=["runs", "phases", "information", "homogeneity", "terms"],
        run=RUNS,
    )
