"""Settings of one reference solution."""

from pydantic import SerializeAsAny, ValidationInfo, field_validator

from pinn_phases.model import StrictModel
from pinn_phases.plugins import PROBLEMS, REFERENCES, ProblemName, made
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSolver


class ReferenceSettings(StrictModel):
    """Everything that one reference solution needs; stored in its file."""

    problem: ProblemName
    equation: SerializeAsAny[Problem]  # with its coefficients
    solver: SerializeAsAny[ReferenceSolver]

    @field_validator("equation", mode="before")
    @classmethod
    def _equation(cls, block: object, info: ValidationInfo) -> object:
        return made(PROBLEMS, info.data.get("problem"), Problem, block)

    @field_validator("solver", mode="before")
    @classmethod
    def _solver(cls, block: object, info: ValidationInfo) -> object:
        return made(REFERENCES, info.data.get("problem"), ReferenceSolver, block)
