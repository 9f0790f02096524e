"""The progress of trainings, from synthetic results, logs and checkpoints."""

import gc
import io
import os
import shutil
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.control import strip_control_codes
from rich.text import Text

from pinn_phases.__main__ import main
from pinn_phases.files import storage
from pinn_phases.files.checkpoint_files import checkpoints_in
from pinn_phases.files.storage import Content
from pinn_phases.settings.scales import load_scales
from pinn_phases.summary import watching
from pinn_phases.summary.watching import count_states, limit_rows, read_rows, table
from pinn_phases.training.recording.progress import Status, status_file

AT = np.arange(1, 2001)
NOW = 1_000_000.0
RUN = {
    "history/iteration": AT,
    "history/snr": np.where(AT < 30, 100.0, 0.1) * (1 + 0.05 * np.sin(AT)),
    "history/loss": 1.0 / AT,
    "history/relative_l2": np.linspace(1, 0.25, AT.size),
    "snapshots/weights": np.ones((3, 1, 5)),
}
STATUS = Status("burgers/rba/seed0", 2000, 9000, None, 0.25, 0.125, NOW - 1)
END_OF_SCREEN = "\x1b[?1049l"  # restores the terminal's earlier content
LOG = "laptop/logs/runs/burgers/rba/seed0.log"


@pytest.fixture
def phases(config):
    """Constants of the phase search at each scale."""
    return {name: settings.phases for name, settings in load_scales(config).items()}


@pytest.fixture
def write_log(tmp_path):
    """Return a function that writes a training's log, and its status, with an age in seconds."""

    def write(*lines, age=1.0, seed=0, status=None):
        path = (tmp_path / LOG).with_stem(f"seed{seed}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))
        os.utime(path, (NOW - age, NOW - age))
        if status is not None:
            replace(status, time=NOW - age).write(status_file(path))

    return write


@pytest.fixture
def row(tmp_path, phases):
    """Return a function that returns the only row."""

    def only():
        (found,) = read_rows(tmp_path, phases, NOW)
        return found

    return only


def test_the_status_of_a_training_is_shown(write_log, row):
    write_log("starts", status=STATUS)
    assert (row().state, row().iteration, row().of) == ("running", "2,000", "9,000")
    assert (row().rate, row().left) == ("–", "–")
    assert (row().loss, row().relative_l2) == ("2.50e-01", "0.125")
    write_log("starts", status=replace(STATUS, rate=50.0))
    assert (row().rate, row().left) == ("50.0 it/s", "02:20")
    write_log("starts", status=replace(STATUS, rate=50.0), age=600)
    assert (row().state, row().rate, row().left) == ("silent for 10 min", "–", "–")


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"iteration": 5}', "null"])
def test_a_status_of_another_version_is_ignored(write_log, row, tmp_path, text):
    write_log("starts")
    status_file(tmp_path / LOG).write_text(text)
    assert (row().state, row().iteration) == ("running", "–")


@pytest.mark.parametrize(
    ("last", "age", "state"),
    [
        ("burgers/rba/seed0: 9000 iterations at scale laptop on CPU", 10, "running"),
        ("burgers/rba/seed0: 9000 iterations at scale laptop on CPU", 600, "silent for 10 min"),
        ("error: stopped on request after iteration 5; the next call continues", 600, "stopped"),
        ("error: the loss is not finite at iteration 7", 1, "failed"),
    ],
)
def test_states_follow_from_the_log(write_log, row, last, age, state):
    write_log(last, age=age)
    assert row().state == state
    write_log("starts", last, age=age, status=STATUS)
    assert (row().state, row().iteration) == (state, "2,000")


def test_the_phase_of_a_running_training_is_that_of_its_newest_checkpoint(write_log, row, tmp_path):
    write_log("starts", status=STATUS)
    assert row().phase == "–"
    folder = tmp_path / "laptop/runs/burgers/rba/checkpoints"
    newest, earlier = (
        folder / "burgers-rba-seed0-abc.h5",
        folder / "burgers-rba-seed0-abc.previous.h5",
    )
    fitting = {name: values[:25] for name, values in RUN.items()}
    storage.write(earlier, Content("checkpoint", fitting, {}))
    os.utime(earlier, (NOW - 60, NOW - 60))
    storage.write(newest, Content("checkpoint", RUN, {}))
    os.utime(newest, (NOW, NOW))
    assert row().phase == "after fitting"
    newest.write_bytes(b"half")  # as a failing file system may leave it
    os.utime(newest, (NOW + 1, NOW + 1))
    assert row().phase == "no phase found"


def test_one_version_of_each_file_is_kept_in_memory(write_log, row, tmp_path, monkeypatch):
    write_log("starts", status=STATUS)
    path = tmp_path / "laptop/runs/burgers/rba/checkpoints/burgers-rba-seed0-abc.h5"
    kept, read_whole = [], watching.read_whole

    def logged(*arguments, **options):
        content = read_whole(*arguments, **options)
        kept.append(weakref.ref(content.arrays["history/snr"]))
        return content

    monkeypatch.setattr(watching, "read_whole", logged)
    for version in range(3):
        storage.write(path, Content("checkpoint", RUN, {}))
        os.utime(path, (NOW + version, NOW + version))
        assert row().phase == row().phase == "after fitting"
    gc.collect()
    assert [array() is not None for array in kept] == [False, False, True]


def test_files_that_vanish_after_they_were_listed_are_no_error(row, tmp_path, monkeypatch):
    checkpoint = tmp_path / "laptop/runs/burgers/rba/checkpoints/burgers-rba-seed0-abc.h5"
    listed = {"seed*.log": [tmp_path / LOG], "burgers-rba-seed0-*.h5": [checkpoint]}
    monkeypatch.setattr(Path, "glob", lambda _, pattern: listed.get(pattern.split("/")[-1], ()))
    monkeypatch.setattr(Path, "exists", lambda path: path in (tmp_path / LOG, checkpoint))
    assert row().state.startswith("silent")
    assert checkpoints_in(checkpoint.parent, "burgers", "rba", 0) == [checkpoint]


def test_a_finished_training_is_recognised_by_its_result(write_log, row, tmp_path):
    write_log("burgers/rba/seed0: done in 5 s", age=9e5)
    result = tmp_path / "laptop/runs/burgers/rba/seed0.h5"
    storage.write(result, Content("run", RUN, {}))
    found = row()
    assert (found.state, found.iteration, found.relative_l2) == ("finished", "2,000", "0.250")
    assert found.phase == "after fitting" and found.rate == "–"
    result.write_bytes(b"other")
    os.utime(result, (NOW, NOW))
    assert row().state == "damaged"


def test_the_result_of_an_unfinished_training_is_not_shown_as_finished(row, tmp_path):
    attributes = {"reached": 2003, "settings": {"training": {"iterations": 9000}}}
    result = tmp_path / "reached-laptop/runs/burgers/rba/seed0.h5"
    storage.write(result, Content("run", RUN, attributes))
    assert (row().state, row().iteration, row().of) == ("as reached", "2,000", "9,000")


def test_every_training_of_every_scale_has_a_row(write_log, tmp_path, phases):
    for seed in (0, 1):
        write_log("starts", seed=seed)
    shutil.copytree(tmp_path / "laptop", tmp_path / "other")
    rows = read_rows(tmp_path, phases, NOW)
    assert [(row.scale, row.seed) for row in rows] == [
        *(("laptop", "0"), ("laptop", "1")),
        *(("other", "0"), ("other", "1")),
    ]
    console = Console(file=io.StringIO(), width=200)
    console.print(table(rows))
    lines = console.file.getvalue().splitlines()
    assert lines[0].split()[:5] == ["scale", "problem", "method", "seed", "state"]
    assert len({line.index("running") for line in lines[1:]}) == 1  # columns are aligned


def test_seeds_are_sorted_as_numbers(write_log, tmp_path, phases):
    for seed in (10, 9, "other", 0):
        write_log("starts", seed=seed)
    assert [row.seed for row in read_rows(tmp_path, phases, NOW)] == ["0", "other", "9", "10"]


def test_a_phase_that_the_workflow_has_found_is_not_searched_again(row, tmp_path, monkeypatch):
    monkeypatch.setattr("pinn_phases.summary.watching.find_phases", pytest.fail)
    result = tmp_path / "laptop/runs/burgers/rba/seed0.h5"
    storage.write(result, Content("run", RUN, {}))
    found = {"diffusion": {"iteration": 30.0}, "total_diffusion": {"iteration": 1500.0}}
    storage.write(tmp_path / "laptop/phases/burgers/rba/seed0.h5", Content("phases", {}, found))
    assert row().phase == "total diffusion"


def test_phases_of_an_earlier_result_are_ignored(row, tmp_path):
    phases, result = (
        tmp_path / f"laptop/{kind}/burgers/rba/seed0.h5" for kind in ("phases", "runs")
    )
    storage.write(phases, Content("phases", {}, {"diffusion": None, "total_diffusion": None}))
    os.utime(phases, (NOW, NOW))
    storage.write(result, Content("run", RUN, {}))
    assert row().phase == "after fitting"


def test_a_small_terminal_shows_unfinished_trainings(write_log, tmp_path, phases):
    storage.write(tmp_path / "laptop/runs/burgers/rba/seed0.h5", Content("run", RUN, {}))
    for seed in (1, 3):
        write_log("starts", seed=seed)
    write_log("starts", seed=4, age=1e4)
    write_log("error: the loss is not finite", seed=2)
    rows = read_rows(tmp_path, phases, NOW)
    assert [row.seed for row in limit_rows(rows, 4)] == ["1", "2", "3", "4"]
    assert [row.seed for row in limit_rows(rows, 9)] == ["0", "1", "2", "3", "4"]
    assert limit_rows(rows, -1) == []
    assert count_states(rows) == "5 trainings: 2 running, 1 finished, 1 failed, 1 silent"


def test_a_pipe_gets_the_table_once(tmp_path, repository, capsys):
    config = str(repository / "config.yaml")
    folder = str(tmp_path / "nothing")
    assert main(["watch", folder, "--config", config]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("scale") and lines[-1] == f"{folder}: no training has started"


def test_a_terminal_is_refreshed_until_ctrl_c(write_log, tmp_path, repository, monkeypatch, capsys):
    for seed in range(30):
        write_log("starts", seed=seed)

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["watch", str(tmp_path), "--config", str(repository / "config.yaml")]) == 0
    for part in capsys.readouterr().out.split(END_OF_SCREEN):  # and the table that remains after it
        lines = Text.from_ansi(strip_control_codes(part)).plain.splitlines()
        assert len(lines) == 24 and max(map(len, lines)) <= 60
        assert lines[-1].rstrip().endswith("Ctrl-C exits")


def test_bad_options_are_named(tmp_path, repository, caplog):
    config = repository / "config.yaml"
    assert main(["watch", "--config", str(config), "--every", "0"]) == 2
    assert "--every = 0.0" in caplog.text
    assert main(["watch", str(config), "--config", str(config)]) == 1
    assert f"{config}: expected a folder of results" in caplog.text
    (tmp_path / "a.yaml").write_text("a: [")
    assert main(["watch", "--config", str(tmp_path / "a.yaml")]) == 2
    assert f"{tmp_path / 'a.yaml'}: expected YAML" in caplog.text


def test_the_checkouts_settings_are_used_if_the_folder_has_none(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["watch"]) == 0
    assert "no training" in capsys.readouterr().out
