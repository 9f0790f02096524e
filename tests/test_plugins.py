"""Mistakes in the file of a plugin are named."""

from types import ModuleType

import pytest

from pinn_phases import plugins
from pinn_phases.figures import base
from pinn_phases.figures.drawing import listing
from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from tests.training.conftest import EQUATIONS


def test_a_file_defines_one_class(monkeypatch):
    monkeypatch.setattr(plugins, "_module", lambda package, name: ModuleType(f"{package}.{name}"))
    message = "pinn_phases.methods.rba: expected one Method, found none"
    with pytest.raises(TypeError, match=message):
        plugin_class(METHODS, "rba", Method)


def test_a_figure_states_what_it_requires_and_its_section(monkeypatch):
    for module in (base, listing):
        monkeypatch.setattr(module, "figure_module", lambda name: ModuleType(name))
    with pytest.raises(TypeError, match="pinn_phases.figures.fig6: expected REQUIREMENT"):
        base.requirement.__wrapped__("fig6")  # without its cache
    with pytest.raises(TypeError, match="pinn_phases.figures.fig6: expected SECTION"):
        listing.section("fig6")


def test_an_unknown_ansatz_is_named():
    problem = plugin_class(PROBLEMS, "helmholtz", Problem)(**EQUATIONS["helmholtz"])
    with pytest.raises(ValueError, match="Helmholtz has no ansatz 'exact'"):
        problem.ansatz("exact", [0.0, 0.0])
