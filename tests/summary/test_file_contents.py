"""The output of `pinn_phases info` for a file."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.training.checkpointing.parts import write_part
from tests.summary.test_summary import MADE, reference

SETTINGS = {"scale": "test", "problem": "burgers", "method": "rba", "seed": 3}
RUN = Content(
    "run",
    {
        "history/iteration": np.array([1, 10, 20, 30]),
        "history/relative_l2": np.array([0.9, 0.45, 0.05, 0.2]),
    },
    {
        "settings": {**SETTINGS, "equation": {"viscosity": 0.5}},
        "execution": {
            **{"device": "CPU, 1 thread", "threads": 1, "resumed_after": 10},
            **{"wall_seconds": 3723.4, "peak_memory_mb": 1234.5},
        },
        **MADE,
    },
)
PHASES = Content(
    "phases",
    {},
    {
        "settings": SETTINGS,
        "diffusion": {"iteration": 120.0, "lower": 84.0, "upper": 1190.0, "confidence": 0.987},
        "total_diffusion": None,
        **MADE,
    },
)


@pytest.fixture
def info(tmp_path, capsys):
    """Write files below a folder of results, and return the output for the first."""

    def call(**files):
        paths = [tmp_path / kind / "burgers" / "seed3.h5" for kind in files]
        for path, content in zip(paths, files.values(), strict=True):
            storage.write(path, content)
        assert main(["info", str(paths[0])]) == 0
        return [line.strip() for line in capsys.readouterr().out.splitlines()]

    return call


def test_a_run_shows_errors_cost_settings_and_provenance(info):
    lines = info(runs=RUN)
    assert lines[0].endswith("seed3.h5: complete, checksum correct")
    assert lines[1] == "run: Burgers with RBA, seed 3, scale test"
    assert lines[2] == (
        "trained: 1:02:03 (h:min:s) on CPU, 1 thread, peak memory 1,234 MB, "
        "resumed after iteration 10 (time and memory since then)"
    )
    lowest = "0.2 at the end (iteration 30), 0.05 at its lowest (iteration 20)"
    assert f"relative L2 error: {lowest}" in lines
    assert "error below 50%: first at iteration 10" in lines
    assert "error below 10%: first at iteration 20" in lines
    assert "error below 1%: not reached" in lines
    assert "equation.viscosity = 0.5" in lines
    assert {"commit abc123", "code c0de", "Python 3.11.7, torch 2.13.0, numpy 2.4.6"} <= set(lines)
    error = "history/relative_l2 (4,): relative L2 error on the thinned test grid (Eq. 7)"
    assert error in lines and "phases: no phases file found" in lines


def test_a_run_shows_the_provenance_of_each_stretch(info):
    second = {"first": 11, "last": 30, "device": "CPU", **MADE}
    unknown = dict.fromkeys(MADE) | {"versions": {}}
    first = {"first": 1, "last": 10, "device": None, **unknown}
    lines = info(runs=replace(RUN, attributes=RUN.attributes | {"stretches": [first, second]}))
    expected = "commit not known, code not known, an unknown device, Python not known"
    assert f"part: iterations 1 to 10: {expected}" in lines
    expected = "commit abc123, code c0de, CPU, Python 3.11.7, torch 2.13.0, numpy 2.4.6"
    assert f"part: iterations 11 to 30: {expected}" in lines


def test_phases_are_shown_for_their_file_and_for_its_run(info):
    expected = {
        "diffusion: from iteration 120 (84 to 1,190), confidence 0.99",
        "total diffusion: not found",
    }
    assert expected <= set(info(phases=PHASES))
    assert expected <= set(info(runs=RUN, phases=PHASES))


def test_an_unfinished_run_shows_its_progress_and_unknown_values(info):
    execution = dict.fromkeys(RUN.attributes["execution"])
    unknown = {"code": None, "git_commit": None, "python": None, "versions": {}, "system": None}
    settings = {**SETTINGS, "training": {"iterations": 300000}}
    attributes = {"settings": settings, "reached": 96811, "execution": execution, **MADE, **unknown}
    lines = info(runs=Content("run", RUN.arrays, attributes))
    assert lines[2] == "unfinished: to iteration 96,811 of 300,000"
    assert lines[3] == "trained: time not known on an unknown device, memory not known"
    assert {"commit not known", "code not known", "Python not known"} <= set(lines)


def test_a_reference_shows_its_error_and_uncommitted_changes(info):
    lines = info(reference=reference(git_dirty=True))
    assert "reference: Lid-driven cavity" in lines
    assert any(line.startswith("error estimate: relative l2 1.2e-07") for line in lines)
    assert "commit abc123, with uncommitted changes" in lines


def test_an_unknown_commit_is_shown(info):
    for commit, changes in ((None, None), ("unknown", False)):  # current and older versions
        lines = info(reference=reference(git_commit=commit, git_dirty=changes))
        assert "commit not known" in lines
    lines = info(reference=reference(git_dirty=None))
    assert "commit abc123, perhaps with uncommitted changes (not known)" in lines


def test_a_checkpoint_shows_its_contents(info):
    lines = info(checkpoints=Content("checkpoint", {"state/iteration": np.array(5)}, {}))
    assert "checkpoint: no settings" in lines
    assert "state/iteration (): state from which training continues" in lines


def test_a_checkpoint_shows_the_record_in_its_parts(tmp_path, capsys):
    half = {name: values[:2] for name, values in RUN.arrays.items()}
    rest = {name: values[2:] for name, values in RUN.arrays.items()}
    part = write_part(tmp_path / "burgers.part0001.h5", half)
    path = tmp_path / "burgers.h5"
    storage.write(path, Content("checkpoint", rest, {"parts": [part]}))
    assert main(["info", str(path)]) == 0
    output = capsys.readouterr().out
    assert "error below 50%: first at iteration 10" in output
    assert "history/relative_l2 (4,)" in output


def test_a_foreign_file_is_refused(tmp_path, caplog):
    (tmp_path / "a.h5").write_text("text")
    assert main(["info", str(tmp_path / "a.h5")]) == 1
    assert "expected a file of pinn-phases" in caplog.text


def test_a_closed_pipe_is_no_error(tmp_path, repository):
    path = tmp_path / "run.h5"
    many = {f"fields/u{number}": np.array(1.0) for number in range(2000)}  # more than a pipe holds
    storage.write(path, Content("reference", many, {}))
    environment = {**os.environ, "PYTHONPATH": str(repository / "workflow")}
    command = [sys.executable, "-m", "pinn_phases", "info", str(path)]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipe) as process:
        assert "complete" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
