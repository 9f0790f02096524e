"""Run a module of this checkout: `python -E workflow pinn_phases train ...`, as the rules do.

When Python runs a folder, that folder comes first in `sys.path`. So each job runs the code of the
checkout that its rule belongs to, and not a module in the working folder, in `PYTHONPATH`, or an
installed one. `PYTHONPATH` is searched last.
"""

import os
import runpy
import sys
from pathlib import Path

CHECKOUT = Path(__file__).absolute().parents[1]


def main() -> None:
    """Remove Python's variables from the environment, and run the module."""
    python_path = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    sys.path += [str(CHECKOUT), *map(os.path.abspath, filter(None, python_path))]
    # For this process and its children. MPLBACKEND may name a notebook's backend, which may not be
    # installed here.
    for variable in [name for name in os.environ if name.startswith(("PYTHON", "MPLBACKEND"))]:
        del os.environ[variable]
    del sys.argv[0]
    if not sys.argv:
        sys.exit(
            "expected the name of a module, for example: python -E workflow pinn_phases --help"
        )
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
