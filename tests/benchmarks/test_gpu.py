"""The timing of trainings on a GPU, tested on the CPU: it runs the iterations that it times."""

import pytest
import torch

from benchmarks import gpu
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales


@pytest.fixture
def settings():
    command_line = {"scale": "smoke", "training": {"compiled": False}}
    return load_scales(read_config(default_config()), command_line=command_line)["smoke"]


def test_plain_and_recorded_iterations_are_timed(settings, monkeypatch):
    monkeypatch.setattr(gpu, "TURNS", 1)
    report = gpu.measure(settings, "helmholtz", torch.device("cpu"), iterations=10)
    times = [report[what]["median"] for what in ("plain", "every tenth recorded", "recorded")]
    assert all(time > 0 for time in times)


def test_every_tenth_iteration_is_recorded():
    recorded = []
    gpu.milliseconds(recorded.append, 20, 10, torch.device("cpu"))
    assert sum(recorded) == 2 * gpu.TURNS
    recorded.clear()
    gpu.milliseconds(recorded.append, 20, None, torch.device("cpu"))
    assert not any(recorded)
