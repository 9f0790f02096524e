"""Path of the code of this workflow, and how jobs call it."""

import os
import shlex
import sys
from pathlib import Path

from snakemake.settings.types import DeploymentMethod

CHECKOUT = Path(workflow.current_basedir).parents[1]
LIBRARY = CHECKOUT / "workflow"

# The workflow and its jobs use the code of this checkout. They do not use an installed version, one
# that another workflow in this process has imported, or modules in `PYTHONPATH` or the working folder.
named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
AROUND = {workflow.workdir_init, *(os.path.abspath(path) for path in named if path)}
sys.path.sort(key=lambda path: os.path.abspath(path) in AROUND)  # these go last
sys.path.insert(0, str(LIBRARY))
LOADED = [name for name in sys.modules if name.partition(".")[0] == "pinn_phases"]
if LOADED and not (LIBRARY / "pinn_phases").samefile(sys.modules["pinn_phases"].__path__[0]):
    for name in LOADED:
        del sys.modules[name]

# Prefix of the files of this checkout. Paths are relative in its own folder, because Snakemake
# compares the paths of inputs, and a copy of the folder must not rerun anything.
AT_HOME = workflow.modifier.is_main_snakefile() and os.path.samefile(CHECKOUT, os.curdir)
HOME = "" if AT_HOME else f"{CHECKOUT}/"


def own_files(*patterns):
    """Files of this checkout, sorted."""
    return sorted(
        f"{HOME}{path.relative_to(CHECKOUT)}"
        for pattern in patterns
        for path in CHECKOUT.glob(pattern)
    )


class Command:
    """Words of a command. Snakemake does not compare it as a parameter, so paths may change."""

    def __init__(self, *words):
        self.words = words

    def __str__(self):
        return shlex.join(self.words)


# Jobs run in the Python that runs Snakemake or, with `--sdm conda`, in that of their environment.
# They do not depend on environment variables for Python or on the locale.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
PYTHON = Command("python" if CONDA else sys.executable, "-X", "utf8", "-E", str(LIBRARY))
