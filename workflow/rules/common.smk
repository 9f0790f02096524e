"""Settings, and definitions that all rules share."""

import sys
import time

from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

STARTED = time.time()

from pinn_phases.files.checkpoint_files import without_files
from pinn_phases.figures.base import requirement
from pinn_phases.model import SettingsError
from pinn_phases.settings.layers import CommandLineError, words_to_values
from pinn_phases.jobs.failures import failures
from pinn_phases.jobs.notes import notes
from pinn_phases.plugins import COMMANDS, FIGURES, METHODS, OPTIMISERS, PROBLEMS, names
from pinn_phases.settings.config import ScaleBesidePaper
from pinn_phases.settings.scales import ARCHIVE, REACHED, load_archives, load_paper, load_scales

# --config overrides every block of config.yaml, into which files of --configfile are merged first. If a
# workflow imports this one with its own `config:`, that has all settings, and --config is not used here.
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

# A scale `reached-NAME` has the problems for which every training has a checkpoint. A workflow that
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
config = {**config, "seeds": list(SETTINGS.seeds)}  # those of the archive, if one is chosen
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


wildcard_constraints:
    scale="|".join(SCALES),
    problem="|".join(names(PROBLEMS)),
    method="(?:{})(?:-(?:{}))?".format("|".join(names(METHODS)), "|".join(names(OPTIMISERS))),
    seed=r"\d+",
