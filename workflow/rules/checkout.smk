"""Path of this checkout, and the command with which jobs run its code."""

import os
import shlex
import sys
from pathlib import Path

from snakemake.settings.types import DeploymentMethod

CHECKOUT = Path(workflow.current_basedir).parents[1]
LIBRARY = CHECKOUT / "workflow"

# The workflow and its jobs use the code of this checkout: not an installed version, not one that
# another workflow in this process has imported, and no modules in `PYTHONPATH` or the working folder.
python_path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
SEARCHED_LAST = {workflow.workdir_init, *(os.path.abspath(path) for path in python_path if path)}
sys.path.sort(key=lambda path: os.path.abspath(path) in SEARCHED_LAST)
sys.path.insert(0, str(LIBRARY))
IMPORTED = [name for name in sys.modules if name.partition(".")[0] == "pinn_phases"]
if IMPORTED and not (LIBRARY / "pinn_phases").samefile(sys.modules["pinn_phases"].__path__[0]):
    for name in IMPORTED:
        del sys.modules[name]

# Prefix of the paths of files in this checkout. If it is the working folder, paths are relative,
# because Snakemake compares the paths of inputs, and a copy of the folder must not rerun anything.
IN_CHECKOUT = workflow.modifier.is_main_snakefile() and os.path.samefile(CHECKOUT, os.curdir)
PREFIX = "" if IN_CHECKOUT else f"{CHECKOUT}/"


def own_files(*patterns):
    """Files of this checkout that match one of the patterns, sorted."""
    return sorted(
        f"{PREFIX}{path.relative_to(CHECKOUT)}"
        for pattern in patterns
        for path in CHECKOUT.glob(pattern)
    )


class Command:
    """Words of a command. Snakemake ignores changes of such a parameter, so paths may change."""

    def __init__(self, *words):
        self.words = words

    def __str__(self):
        return shlex.join(self.words)


# Jobs run in the Python of Snakemake or, with `--sdm conda`, in that of their conda environment.
# They do not depend on Python's environment variables or on the locale.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
PYTHON = Command("python" if CONDA else sys.executable, "-X", "utf8", "-E", str(LIBRARY))
