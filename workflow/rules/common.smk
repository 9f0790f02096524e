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

from pinn_phases.frozen import SettingsError
from pinn_phases.plugins import FIGURES, METHODS, PROBLEMS, names
from pinn_phases.settings import load_scales

try:
    SCALES = load_scales(config)
except SettingsError as error:
    sys.exit(f"config.yaml: {error}")

SETTINGS = SCALES[config["scale"]]


wildcard_constraints:
    scale="|".join(SCALES),
    problem="|".join(names(PROBLEMS)),
    method="|".join(names(METHODS)),
    seed=r"\d+",
    figure="|".join(names(FIGURES)),


def execution(wildcards):
    """What a training job asks of the machine."""
    return SCALES[wildcards.scale].problems[wildcards.problem].execution
