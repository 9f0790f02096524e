"""Settings, and definitions shared by all rules."""

import sys
import time

from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

STARTED = time.time()

from pinn_phases.files.checkpoint_files import trainings_without_files
from pinn_phases.figures.base import requirement
from pinn_phases.strict_model import SettingsError
from pinn_phases.settings.layers import CommandLineError, parse_strings
from pinn_phases.jobs.failures import failures
from pinn_phases.jobs.notes import notes
from pinn_phases.plugins import COMMANDS, FIGURES, METHODS, OPTIMISERS, PROBLEMS, names
from pinn_phases.settings.config import ScaleAndPaper
from pinn_phases.settings.scales import ARCHIVE, REACHED, load_archives, load_paper, load_scales

# Files of --configfile are merged into config.yaml; --config overrides every block of the result.
# If another workflow imports this one with its own `config:`, that contains all settings, and
# --config is not used here.
if workflow.modifier.skip_configfile:
    FROM_FILES, FROM_COMMAND_LINE = parse_strings(config), {}
else:
    FROM_FILES, FROM_COMMAND_LINE = {}, parse_strings(workflow.config_settings.config)
    own = [] if workflow.config_settings.replace_workflow_config else workflow.configfiles[-1:]
    for file in [*own, *workflow.overwrite_configfiles]:
        update_config(FROM_FILES, load_configfile(file))

try:
    ARCHIVES = load_archives(CHECKOUT / "archive", config.get("scale"))
except SettingsError as error:
    sys.exit(str(error))  # names the file
try:
    SCALES = load_scales(FROM_FILES, ARCHIVES, FROM_COMMAND_LINE)
    PAPER = load_paper(FROM_FILES)
except CommandLineError as error:
    sys.exit(f"--config: {error}")
except SettingsError as error:
    sys.exit(f"config.yaml: {error}")

# A workflow that imports this one can set a prefix, and so keep the results elsewhere.
RESULTS = Path(workflow.modifier.path_modifier.prefix or "", "results")
SETTINGS = SCALES[config["scale"]]
BASE_SCALE = SETTINGS.scale.removeprefix(REACHED)
# At a scale `reached-NAME`, a problem is left out if any of its trainings has no checkpoint.
IS_REACHED = BASE_SCALE != SETTINGS.scale
MISSING = trainings_without_files(SETTINGS, RESULTS, BASE_SCALE) if IS_REACHED else {}
if MISSING:
    available = {name: block for name, block in SETTINGS.problems.items() if name not in MISSING}
    if not available:
        missing = "; ".join(f"{name} with {', '.join(runs)}" for name, runs in MISSING.items())
        sys.exit(
            f"scale {SETTINGS.scale}: no checkpoint in {RESULTS}/{BASE_SCALE}/runs of {missing}"
        )
    SETTINGS = SCALES[SETTINGS.scale] = SETTINGS.model_copy(update={"problems": available})
config = {**config, "seeds": list(SETTINGS.seeds)}  # an archive has its own seeds
TRAINED = [name for name in SCALES if not name.startswith(REACHED) and name not in ARCHIVES]
UNFINISHED = [f"{REACHED}{scale}" for scale in TRAINED]
SCALE_AND_PAPER = ScaleAndPaper(scale=SETTINGS, paper=PAPER).model_dump_json()
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
