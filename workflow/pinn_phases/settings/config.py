"""config.yaml at one scale, as objects: typed, frozen, complete."""

from collections.abc import Mapping

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from pinn_phases.methods.base import Method
from pinn_phases.model import StrictModel
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import (
    METHODS,
    OPTIMISERS,
    PROBLEMS,
    REFERENCES,
    OptimiserName,
    ProblemName,
    made,
)
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSolver
from pinn_phases.settings.analysis import HomogeneitySettings, InformationSettings, PhaseSettings
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.reference import ReferenceSettings
from pinn_phases.settings.training import RunSettings, RunTraining, Seed, TrainingSettings
from pinn_phases.trained_with import ADAM, TrainedWith, parts, with_optimiser


class ExecutionSettings(StrictModel):
    """What a training job asks of the machine; changing it does not train again."""

    threads: int = Field(ge=1)
    memory_mb: int = Field(ge=1)
    runtime_minutes: int = Field(ge=1)  # of the first attempt
    gpus: int = Field(ge=0, le=1)


class ProblemSettings(StrictModel):
    """All that belongs to one problem."""

    equation: SerializeAsAny[Problem]  # with its coefficients
    reference: SerializeAsAny[ReferenceSolver]
    training: TrainingSettings
    execution: ExecutionSettings
    methods: Mapping[TrainedWith, SerializeAsAny[Method]] = Field(min_length=1)
    optimisers: Mapping[OptimiserName, SerializeAsAny[Optimiser]] = Field(min_length=1)

    def constants(self, name: str) -> Method:
        """Return the constants of a method, whose name may say its optimiser.

        Raises
        ------
        KeyError
            If there are none.
        """
        return self.methods[name if name in self.methods else parts(name)[0]]


class Settings(StrictModel):
    """config.yaml at one scale."""

    scale: str
    seeds: tuple[Seed, ...] = Field(min_length=1)
    problems: Mapping[ProblemName, ProblemSettings] = Field(min_length=1)
    phases: PhaseSettings
    information: InformationSettings
    homogeneity: HomogeneitySettings
    figures: FigureSettings
    continue_other_code: bool

    @field_validator("problems", mode="before")
    @classmethod
    def _make_plugins(cls, blocks: object) -> object:
        if not isinstance(blocks, Mapping):
            return blocks
        return {name: _with_plugins(name, block) for name, block in blocks.items()}

    @field_validator("seeds")
    @classmethod
    def _seeds_differ(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("expected different integers")
        return seeds

    def reference(self, problem: str) -> ReferenceSettings:
        """Everything that the reference solution of a problem needs."""
        block = self.problems[problem]
        return ReferenceSettings(problem=problem, equation=block.equation, solver=block.reference)

    def run(self, problem: str, method: str, seed: int) -> RunSettings:
        """Everything that one training needs."""
        block = self.problems[problem]
        optimiser = block.optimisers[parts(method)[1]]
        own = {
            "optimiser": optimiser.model_copy(update={"iterations": None}),
            "iterations": optimiser.iterations or block.training.iterations,
        }
        return RunSettings(
            scale=self.scale,
            problem=problem,
            method=method,
            seed=seed,
            equation=block.equation,
            method_constants=block.constants(method),
            training=RunTraining(**{**dict(block.training), **own}),
        )


def _with_plugins(problem: str, block: object) -> object:
    """Make the problem, its solver, the methods and the optimisers in the block of a problem."""
    if not isinstance(block, Mapping):
        return block
    plugins: dict[str, object] = {}
    if "equation" in block:
        plugins["equation"] = made(PROBLEMS, problem, Problem, block["equation"])
    if "reference" in block:
        plugins["reference"] = made(REFERENCES, problem, ReferenceSolver, block["reference"])
    if isinstance(block.get("methods"), Mapping):
        plugins["methods"] = {
            name: made(METHODS, parts(name)[0], Method, constants)
            for name, constants in block["methods"].items()
        }
    if isinstance(block.get("optimisers"), Mapping):
        plugins["optimisers"] = {
            name: made(OPTIMISERS, name, Optimiser, constants)
            for name, constants in block["optimisers"].items()
        }
    return {**block, **plugins}


class ComparedMethods(StrictModel):
    """Which of the methods that have constants are trained and shown, and with which optimiser."""

    optimiser: OptimiserName = ADAM  # of the methods whose name says none
    compared_methods: tuple[TrainedWith, ...] = Field(min_length=1)  # in the figures' order

    @field_validator("compared_methods")
    @classmethod
    def _methods_differ(cls, methods: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        names = {with_optimiser(name, info.data.get("optimiser", ADAM)) for name in methods}
        if len(names) < len(methods):
            raise ValueError("expected different methods")
        return methods

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the methods with their optimisers."""
        return tuple(with_optimiser(name, self.optimiser) for name in self.compared_methods)


class ScaleBesidePaper(StrictModel):
    """Settings of a scale, and those that no scale has changed: the paper's."""

    scale: Settings
    paper: Settings
