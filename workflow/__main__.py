"""Run a module of this checkout: `python -E workflow pinn_phases train ...`, as the rules do.

Python puts the folder that it runs first on its path, so a job runs the code of the checkout of its
rule. No module in the working folder, in `PYTHONPATH` or installed can replace it. `PYTHONPATH` is
searched last.
"""

import os
import runpy
import sys
from pathlib import Path

CHECKOUT = Path(__file__).absolute().parents[1]


def main() -> None:
    """Remove the variables for Python from the environment, and run the module."""
    surroundings = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    sys.path += [str(CHECKOUT), *map(os.path.abspath, filter(None, surroundings))]
    # Also for the processes that this one starts. A notebook's backend may not be installed here.
    for variable in [name for name in os.environ if name.startswith(("PYTHON", "MPLBACKEND"))]:
        del os.environ[variable]
    del sys.argv[0]
    if not sys.argv:
        sys.exit("expected the name of a module, as in: python -E workflow pinn_phases --help")
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
