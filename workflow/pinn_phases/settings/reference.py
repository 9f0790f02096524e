"""Settings of one reference solution."""

from pydantic import SerializeAsAny

from pinn_phases.plugins import PROBLEMS, REFERENCES, ProblemName, plugin_field
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSolver
from pinn_phases.strict_model import StrictModel


class ReferenceSettings(StrictModel):
    """All settings of one reference solution, which are stored in its file."""

    problem: ProblemName
    equation: SerializeAsAny[Problem]  # with its coefficients
    solver: SerializeAsAny[ReferenceSolver]

    _make_equation = plugin_field("equation", PROBLEMS, Problem, named_by="problem")
    _make_solver = plugin_field("solver", REFERENCES, ReferenceSolver, named_by="problem")
