"""Where the code of this workflow is, and how jobs call it."""

import os
import shlex
import sys
from pathlib import Path

from snakemake.settings.types import DeploymentMethod

CHECKOUT = Path(workflow.current_basedir).parents[1]
LIBRARY = CHECKOUT / "workflow"

# The code beside this file is what is used, here and in jobs: not what is installed, nor what
# another workflow in this process has imported, nor what lies in `PYTHONPATH` or, of the same name
# as a package, in the working folder.
named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
AROUND = {workflow.workdir_init, *(os.path.abspath(path) for path in named if path)}
sys.path.sort(key=lambda path: os.path.abspath(path) in AROUND)  # these go last
sys.path.insert(0, str(LIBRARY))
LOADED = [name for name in sys.modules if name.partition(".")[0] == "pinn_phases"]
if LOADED and not (LIBRARY / "pinn_phases").samefile(sys.modules["pinn_phases"].__path__[0]):
    for name in LOADED:
        del sys.modules[name]

# Files of this checkout. In its own folder by their relative paths: Snakemake compares the paths of
# inputs, and a copy of the folder has nothing to rerun.
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
    """Words of a command. As a parameter it is none that Snakemake compares: it may move."""

    def __init__(self, *words):
        self.words = words

    def __str__(self):
        return shlex.join(self.words)


# A job runs in the Python that runs Snakemake; under `--sdm conda` in that of its environment.
# Neither variables for Python nor the locale make a difference to it.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
PYTHON = Command("python" if CONDA else sys.executable, "-X", "utf8", "-E", str(LIBRARY))
