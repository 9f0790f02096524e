"""Progress messages and status file of a running training."""

from dataclasses import asdict

import numpy as np
import pytest

from pinn_phases.training.recording import progress
from pinn_phases.training.recording.progress import Progress, Status, status_file


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that the test advances."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_are_logged_at_intervals_with_rate_and_time_left(clock, caplog):
    caplog.set_level("INFO")
    with Progress("p/m/seed0", 10, 1000, bar=False) as shown:
        shown.report(11, 0.5, 0.9)  # compiling ends here
        clock[0] += 5
        shown.report(200, 0.4, 0.8)  # too soon for another line
        clock[0] += 15
        shown.report(411, 0.25, 0.8)
        shown.report(1000, 0.1, 0.05)  # the last iteration always has a line
    assert [record.getMessage() for record in caplog.records] == [
        "p/m/seed0: iteration 11 of 1000, loss 5.00e-01, relative L2 0.900",
        "p/m/seed0: iteration 411 of 1000, 20.0 it/s, 00:29 left, loss 2.50e-01, relative L2 0.800",
        "p/m/seed0: iteration 1000 of 1000, 49.5 it/s, 00:00 left, loss 1.00e-01, "
        "relative L2 0.050",
    ]


def test_the_status_file_is_updated_with_each_line(clock, monkeypatch, tmp_path):
    monkeypatch.setattr(progress.time, "time", lambda: 7.0)
    file = status_file(tmp_path / "seed0.log")
    with Progress("p/m/seed0", 10, 1000, bar=False, file=file) as shown:
        assert Status.read(file) is None
        shown.report(11, 0.5, 0.9)
        assert Status.read(file) == Status("p/m/seed0", 11, 1000, None, 0.5, 0.9, 7.0)
        clock[0] += 5
        shown.report(200, 0.4, 0.8)  # too soon
        assert Status.read(file).iteration == 11
        clock[0] += 15
        shown.report(411, np.float32(0.25), np.float64(0.8))
    assert asdict(Status.read(file)) == {
        **{"training": "p/m/seed0", "iteration": 411, "end": 1000, "rate": 20.0},
        **{"loss": 0.25, "relative_l2": 0.8, "time": 7.0},
    }
    assert list(tmp_path.iterdir()) == [file]


def test_an_unwritable_status_file_is_no_error(tmp_path):
    with Progress("p/m/seed0", 0, 1, bar=False, file=tmp_path / "missing" / "status") as shown:
        shown.report(1, 0.1, 0.05)


def test_the_bar_in_a_terminal_shows_label_iteration_and_error(capsys):
    with Progress("p/m/seed0", 0, 50, bar=True) as shown:
        shown.report(50, 0.1, 0.05)
    text = capsys.readouterr().err
    assert "p/m/seed0" in text and "50/50" in text and "relative L2 0.050" in text
