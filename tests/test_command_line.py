"""The command line: help, and one-line errors with a nonzero exit status."""

import ctypes
import json
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.storage import Content
from pinn_phases.plugins import COMMANDS, names
from pinn_phases.settings.scales import load_scales


@pytest.fixture
def settings(config) -> dict[str, str]:
    """Valid settings of each command, as JSON."""
    smoke = load_scales(config)["smoke"]
    reference = smoke.reference("allen_cahn")
    # As small as possible: these tests are about the file, not the solution.
    changes = {"grid": {"t": 3, "x": 8}, "modes": 64, "steps": 20, "largest_error": 1.0}
    small = reference.solver.model_copy(update=changes)
    return {
        "reference": reference.model_copy(update={"solver": small}).model_dump_json(),
        "train": smoke.run("allen_cahn", "rba", 0).model_dump_json(),
        "phases": smoke.phases.model_dump_json(),
        "figure": smoke.figures.model_dump_json(),
    }


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    """Unusable files of each kind, and valid run and phases files with little content."""
    paths = {
        name: tmp_path / f"{name}.h5"
        for name in ("foreign", "truncated", "missing", "run", "phases")
    }
    with h5py.File(paths["foreign"], "w") as file:
        file["history/snr"] = np.ones(9)
    for kind in ("run", "phases"):
        storage.write(paths[kind], Content(kind, {"history/snr": np.ones(9)}, {"settings": {}}))
    data = paths["run"].read_bytes()
    paths["truncated"].write_bytes(data[: len(data) // 2])
    return paths


def one_line(done: subprocess.CompletedProcess[str], status: int, *parts: object) -> None:
    """Check that a call failed with this status and a one-line error with these parts."""
    assert done.returncode == status, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    for part in parts:
        assert str(part) in lines[0]
    assert done.stdout == ""


# Help


@pytest.mark.parametrize("arguments", [[], *([name] for name in names(COMMANDS))])
def test_help_says_what_a_command_does(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: ")
    results = ("--output", "--pdf", "--settings-page", "--json", "FILE", "FOLDER")
    assert any(option in shown for option in results) or not arguments
    assert arguments or all(name in shown for name in names(COMMANDS))


def test_help_from_a_shell(python):
    done = python("-m", "pinn_phases", "--help")
    assert done.returncode == 0 and not done.stderr


@pytest.mark.parametrize("arguments", [[], ["paint"], ["phases"], ["figure", "fig0"]])
def test_wrong_usage_is_explained(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "error: " in capsys.readouterr().err


# Unusable files


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        ("foreign", "expected a run file of pinn-phases"),
        ("truncated", "damaged"),
        ("missing", "No such file"),
        ("phases", "expected a run file, found a phases file"),
    ],
)
def test_a_bad_run_is_named(python, tmp_path, settings, files, bad, found):
    output = tmp_path / "output" / "phases.h5"
    done = python(
        *("-m", "pinn_phases", "phases", "--settings", settings["phases"]),
        *("--run", files[bad], "--output", output),
    )
    one_line(done, 1, files[bad], found)
    assert not output.parent.exists()


def test_a_bad_reference_is_named(python, tmp_path, settings, files):
    output = tmp_path / "output" / "run.h5"
    done = python(
        *("-m", "pinn_phases", "train", "--settings", settings["train"]),
        *("--reference", files["foreign"], "--output", output),
    )
    one_line(done, 1, files["foreign"])
    assert not output.parent.exists()


@pytest.mark.parametrize("option", ["run", "phases", "reference"])
def test_a_bad_file_for_fields_is_named(python, tmp_path, files, option):
    inputs = {"run": files["run"], "phases": files["phases"], "reference": files["run"]}
    inputs[option] = files["truncated"]
    given = [word for name, path in inputs.items() for word in (f"--{name}", path)]
    output = tmp_path / "output" / "fields.h5"
    done = python("-m", "pinn_phases", "fields", *given, "--output", output)
    one_line(done, 1, files["truncated"])
    assert not output.parent.exists()


def test_a_bad_file_for_a_figure_is_named(python, tmp_path, settings, files):
    pdf, png = tmp_path / "a.pdf", tmp_path / "a.png"
    done = python(
        *("-m", "pinn_phases", "figure", "fig6", "--settings", settings["figure"]),
        *("--inputs", files["run"], files["foreign"], "--pdf", pdf, "--png", png),
    )
    one_line(done, 1, files["foreign"])
    assert not pdf.exists() and not png.exists()


# Invalid settings


def test_a_file_of_a_kind_that_no_figure_uses_is_named(python, tmp_path, settings):
    reference = tmp_path / "reference.h5"
    storage.write(reference, Content("reference", {}, {}))
    done = python(
        *("-m", "pinn_phases", "figure", "fig6", "--settings", settings["figure"]),
        *("--inputs", reference, "--pdf", tmp_path / "a.pdf", "--png", tmp_path / "a.png"),
    )
    one_line(done, 1, reference, "found a reference file")


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ("{", ["--settings", "expected JSON"]),
        ({"window": -1.0}, ["--settings.window = -1.0", "greater than 0"]),
        ({"width": 1}, ["--settings.width", "unknown key"]),
    ],
)
def test_bad_settings_are_named(python, tmp_path, settings, files, change, parts):
    text = change if isinstance(change, str) else with_change(settings["phases"], change)
    done = python(
        *("-m", "pinn_phases", "phases", "--settings", text),
        *("--run", files["run"], "--output", tmp_path / "phases.h5"),
    )
    one_line(done, 2, *parts)


def with_change(text: str, change: dict[str, Any]) -> str:
    """Return JSON with some values replaced."""
    return json.dumps(json.loads(text) | change)


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"problem": "navier_stokes"}, ["--settings.problem", "expected one of allen_cahn"]),
        ({"equation": {"diffusion": 1e-4}}, ["equation.reaction", "missing"]),
        (
            {"solver": {"grid": {"t": 3, "x": 8}, "largest_error": 1, "modes": -2, "steps": 4}},
            ["modes = -2"],
        ),
    ],
)
def test_bad_settings_of_a_reference_are_named(python, tmp_path, settings, change, parts):
    output = tmp_path / "output" / "reference.h5"
    text = with_change(settings["reference"], change)
    done = python("-m", "pinn_phases", "reference", "--settings", text, "--output", output)
    one_line(done, 2, *parts)
    assert not output.parent.exists()


@pytest.mark.parametrize(
    ("change", "options", "parts"),
    [
        ({"method": "sgd"}, [], ["--settings.method", "expected one of rba, sa, vanilla"]),
        ({}, ["--threads", "0"], ["--threads = 0", "at least 1"]),
    ],
)
def test_bad_settings_of_a_training_are_named(
    python, tmp_path, settings, files, change, options, parts
):
    done = python(
        *("-m", "pinn_phases", "train", "--settings", with_change(settings["train"], change)),
        *("--reference", files["run"], "--output", tmp_path / "run.h5", *options),
    )
    one_line(done, 2, *parts)


# Paths that cannot be written, without the use of permissions, which do not stop root


def test_a_result_is_written_and_logged(python, tmp_path, settings):
    output, log = tmp_path / "output" / "reference.h5", tmp_path / "logs" / "reference.log"
    done = python(
        *("-m", "pinn_phases", "reference", "--settings", settings["reference"]),
        *("--output", output, "--log", log),
    )
    assert done.returncode == 0, done.stderr
    assert storage.read(output, "reference").arrays["fields/u"].shape == (3, 8)
    assert log.read_text() == done.stderr
    assert len(done.stderr.splitlines()) == 1 and "error estimate" in done.stderr


def test_an_output_below_a_file_is_named(python, tmp_path, settings):
    (tmp_path / "file").write_text("not a folder")
    output = tmp_path / "file" / "below" / "reference.h5"
    done = python(
        *("-m", "pinn_phases", "reference", "--settings", settings["reference"]),
        *("--output", output),
    )
    one_line(done, 1, output)
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_log_below_a_file_is_named(python, tmp_path, settings):
    (tmp_path / "file").write_text("not a folder")
    done = python(
        *("-m", "pinn_phases", "reference", "--settings", settings["reference"]),
        *("--output", tmp_path / "reference.h5", "--log", tmp_path / "file" / "a.log"),
    )
    one_line(done, 1, tmp_path / "file")


def test_a_full_disk_leaves_the_earlier_result_intact(python, tmp_path, settings, files):
    output = files["run"]
    before = output.read_bytes()
    content = sorted(tmp_path.iterdir())
    done = python(
        *("-m", "pinn_phases", "reference", "--settings", settings["reference"]),
        *("--output", output),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    one_line(done, 1, output, "too large")
    assert output.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == content


def test_an_unwritable_log_does_not_hide_the_error(python, tmp_path, settings, files):
    done = python(
        *("-m", "pinn_phases", "phases", "--settings", settings["phases"], "--log", "/dev/full"),
        *("--run", files["foreign"], "--output", tmp_path / "phases.h5"),
    )
    one_line(done, 1, files["foreign"])


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError("16 GiB"), 1, "memory: 16 GiB"),
        (torch.OutOfMemoryError("GPU out of memory.\nSee"), 1, "memory: GPU out of memory."),
        (PermissionError(13, "Permission denied", "a.h5"), 1, "a.h5: Permission denied"),
        (OSError(28, "No space left on device"), 1, "writing: No space left on device"),
    ],
)
def test_interruption_and_lack_of_resources_are_reported_in_one_line(
    monkeypatch, caplog, files, raised, status, words
):
    def fail(*_, **__):
        raise raised

    monkeypatch.setattr(storage, "read", fail)
    assert main(["info", str(files["run"])]) == status
    (line,) = caplog.messages
    assert line.startswith("error: ") and words in line and "\n" not in line


def test_lack_of_memory_in_torch_is_reported_in_one_line(monkeypatch, caplog, files):
    monkeypatch.setattr(storage, "read", lambda *_, **__: torch.empty(10**14))
    assert main(["info", str(files["run"])]) == 1
    (line,) = caplog.messages
    assert line.startswith("error: not enough memory: ") and "400000000000000 bytes" in line


def test_a_missing_library_is_reported_with_a_traceback(monkeypatch, caplog, files):
    monkeypatch.setattr(storage, "read", lambda *_, **__: ctypes.CDLL("libnone.so.1"))
    assert main(["info", str(files["run"])]) == 1
    assert "unexpected exception" in caplog.text and "libnone.so.1" in caplog.text
    assert "Traceback" in caplog.text


def test_sigterm_is_reported_in_one_line(monkeypatch, caplog, files):
    monkeypatch.setattr(storage, "read", lambda *_, **__: signal.raise_signal(signal.SIGTERM))
    assert main(["info", str(files["run"])]) == 130
    assert caplog.messages == ["error: interrupted, nothing was written"]


def test_an_error_is_also_in_the_log(python, tmp_path, settings, files):
    log = tmp_path / "phases.log"
    done = python(
        *("-m", "pinn_phases", "phases", "--settings", settings["phases"], "--log", log),
        *("--run", files["foreign"], "--output", tmp_path / "phases.h5"),
    )
    one_line(done, 1, files["foreign"])
    assert log.read_text() == done.stderr


def test_a_failing_solver_is_reported_in_one_line(python, tmp_path):
    """Without NumPy's overflow warnings."""
    solver = {"grid": {"t": 3, "x": 8}, "largest_error": 1e-5, "modes": 64, "steps": 20}
    equation = {"diffusion": 1e-4, "reaction": 5e3}  # the time step is 250 reaction times
    text = json.dumps({"problem": "allen_cahn", "equation": equation, "solver": solver})
    output = tmp_path / "allen_cahn.h5"
    done = python(
        *("-m", "pinn_phases", "reference", "--settings", text, "--output", output), cwd=tmp_path
    )
    one_line(done, 1, "allen_cahn: ", "not finite", "raise reference.modes or reference.steps")
    assert not output.exists()
