"""A figure has the same bytes in any environment and working folder.

With `python -m`, Python's own variables and modules in the working folder take effect before our
code runs; the command of the rules, `python -E workflow`, excludes them.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont

from pinn_phases.__main__ import main
from tests.processes import forking_python
from tests.surroundings import OF_PYTHON, RC, VARIABLES, shadow

SETTINGS = json.dumps({"smoothing": 10, "phases_of": "rba"})
AS_RULES_DO = ("-X", "utf8", "-E", "workflow", "pinn_phases")
BY_HAND = ("-m", "pinn_phases")
COMPUTED = ("nothing", "variables")


@pytest.fixture(scope="module")
def files(tmp_path_factory, repository):
    """A run of the archive and its phases."""
    run = repository / "archive/laptop/runs/allen_cahn/rba/seed0.h5"
    settings = json.loads((repository / "archive/laptop/settings.json").read_text())["phases"]
    phases = tmp_path_factory.mktemp("phases") / "phases.h5"
    options = ["--settings", json.dumps(settings), "--run", str(run), "--output", str(phases)]
    assert main(["phases", *options]) == 0
    return run, phases


def other_arial(folder):
    """Save a font that claims to be Arial in a new folder."""
    font = TTFont(Path(matplotlib.get_data_path(), "fonts/ttf/cmr10.ttf"))
    for record in font["name"].names:
        record.string = "Arial"
    folder.mkdir()
    font.save(folder / "arial.ttf")


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory):
    """Arguments of Python, working folder and variables of each case."""
    folder = {
        name: tmp_path_factory.mktemp(name) for name in ("clean", "settings", "home", "bytes")
    }
    (folder["settings"] / "matplotlibrc").write_text(RC)
    shadow(folder["settings"], "numpy", "h5py", "matplotlib", "pinn_phases", "storage", "random")
    (folder["home"] / ".config/matplotlib").mkdir(parents=True)
    (folder["home"] / ".config/matplotlib/matplotlibrc").write_text(RC)
    other_arial(folder["home"] / ".fonts")
    (folder["bytes"] / "matplotlibrc").write_bytes(b"\xff\xfe\x00")
    home = {"HOME": str(folder["home"])}
    path = {"PYTHONPATH": str(folder["settings"])}
    by_name = {"MATPLOTLIBRC": str(folder["settings"])}
    return {
        "nothing": (AS_RULES_DO, folder["clean"], {}),
        "variables": (AS_RULES_DO, folder["clean"], VARIABLES | OF_PYTHON | path),
        "settings in the folder, none for settings": (
            *(AS_RULES_DO, folder["settings"]),
            {"MPLCONFIGDIR": os.devnull},
        ),
        "settings and fonts in the home": (AS_RULES_DO, folder["home"], home),
        "settings that are no text": (AS_RULES_DO, folder["bytes"], {"HOME": "/nowhere"}),
        "settings by name": (BY_HAND, folder["bytes"], VARIABLES | by_name),
    }


@pytest.fixture(scope="module")
def digests(surroundings, files, tmp_path_factory, repository):
    """Digests of PDF and PNG, by case and figure."""
    output = tmp_path_factory.mktemp("output")
    processes, results = [], {}
    for case, (arguments, folder, variables) in surroundings.items():
        arguments = [str(repository / a) if a == "workflow" else a for a in arguments]
        # A figure from files in all cases; a computed one where numbers might change.
        for figure, inputs in {"fig2": files, "fig4": ()}.items():
            if figure == "fig4" and case not in COMPUTED:
                continue
            pdf, png = (output / f"{case} {figure}.{kind}" for kind in ("pdf", "png"))
            # Where the environment does not matter, a fork that has imported the libraries.
            python = forking_python() if case == "nothing" else sys.executable
            command = [python, *arguments, "figure", figure, "--settings", SETTINGS]
            command += ["--inputs", *map(str, inputs), "--pdf", str(pdf), "--png", str(png)]
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=os.environ | variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            processes.append((process, case, figure, (pdf, png)))
    for process, case, figure, paths in processes:
        message, _ = process.communicate(timeout=120)
        assert process.returncode == 0, f"{case}: {message}"
        results[case, figure] = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return results


@pytest.mark.parametrize("figure", ["fig2", "fig4"])
def test_surroundings_change_no_byte(figure, digests):
    found = {case: digest for (case, name), digest in digests.items() if name == figure}
    assert len(found) > 1 and found == dict.fromkeys(found, digests["nothing", figure])
