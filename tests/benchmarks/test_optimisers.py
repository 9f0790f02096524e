"""The timing of the optimisers: each trains, and times are relative to Adam."""

from benchmarks import optimisers
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales


def test_every_optimiser_is_timed_relative_to_adam(monkeypatch):
    monkeypatch.setattr(optimisers, "TURNS", 1)
    given = {"scale": "smoke", "compared_methods": optimisers.COMPARED}
    settings = load_scales(read_config(default_config()), command_line=given)["smoke"]
    report = optimisers.measure(settings, "helmholtz", iterations=10, first=2)
    assert list(report) == ["rba", "rba-lbfgs", "rba-soap"]
    assert report["rba"]["over Adam"] == 1
    assert all(one["milliseconds"] > 0 for one in report.values())
