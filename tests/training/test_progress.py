"""What a training tells while it runs."""

import math

import pytest

from pinn_phases.training import progress
from pinn_phases.training.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_at_intervals_with_rate_and_time_left(clock, caplog):
    caplog.set_level("INFO")
    with Progress("p/m/seed0", 10, 1000, bar=False) as shown:
        shown.tell(11, 0.5, 0.9)  # compiling ends here
        clock[0] += 5
        shown.tell(200, 0.4, 0.8)  # too soon for another line
        clock[0] += 15
        shown.tell(411, 0.25, math.nan)
        shown.tell(1000, 0.1, 0.05)  # the last one always
    assert [record.getMessage() for record in caplog.records] == [
        "p/m/seed0: iteration 11 of 1000, loss 5.00e-01, relative L2 0.900",
        "p/m/seed0: iteration 411 of 1000, 20.0 it/s, 00:29 left, loss 2.50e-01, relative L2 0.800",
        "p/m/seed0: iteration 1000 of 1000, 49.5 it/s, 00:00 left, loss 1.00e-01, "
        "relative L2 0.050",
    ]


def test_bar_shows_the_same_in_a_terminal(capsys):
    with Progress("p/m/seed0", 0, 50, bar=True) as shown:
        shown.tell(50, 0.1, 0.05)
    text = capsys.readouterr().err
    assert "p/m/seed0" in text and "50/50" in text and "relative L2 0.050" in text
