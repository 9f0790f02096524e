"""The complete settings of one scale, as immutable objects."""

from collections.abc import Mapping

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from pinn_phases.methods.base import Method
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import (
    METHODS,
    OPTIMISERS,
    PROBLEMS,
    REFERENCES,
    OptimiserName,
    ProblemName,
    build_plugin,
)
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSolver
from pinn_phases.settings.analysis import HomogeneitySettings, InformationSettings, PhaseSettings
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.method_names import ADAM, MethodName, split_name, with_optimiser
from pinn_phases.settings.reference import ReferenceSettings
from pinn_phases.settings.training import RunSettings, RunTraining, Seed, TrainingSettings
from pinn_phases.strict_model import StrictModel


class ExecutionSettings(StrictModel):
    """Resources of a training job; changing them does not retrain."""

    threads: int = Field(ge=1)
    memory_mb: int = Field(ge=1)
    runtime_minutes: int = Field(ge=1)  # of the first attempt
    gpus: int = Field(ge=0, le=1)


class ProblemSettings(StrictModel):
    """All settings of one problem."""

    equation: SerializeAsAny[Problem]  # with its coefficients
    reference: SerializeAsAny[ReferenceSolver]
    training: TrainingSettings
    execution: ExecutionSettings
    methods: Mapping[MethodName, SerializeAsAny[Method]] = Field(min_length=1)
    optimisers: Mapping[OptimiserName, SerializeAsAny[Optimiser]] = Field(min_length=1)

    def constants(self, name: str) -> Method:
        """Return the constants of a method, given with or without its optimiser.

        Settings from config.yaml have one entry per method; those of archives include the
        optimiser in its name.

        Raises
        ------
        KeyError
            If the method is not in these settings.
        """
        return self.methods[name if name in self.methods else split_name(name)[0]]


class Settings(StrictModel):
    """All settings of one scale."""

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
    def _build_plugins(cls, blocks: object) -> object:
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
        """Return the settings of the reference solution of a problem."""
        block = self.problems[problem]
        return ReferenceSettings(problem=problem, equation=block.equation, solver=block.reference)

    def run(self, problem: str, method: str, seed: int) -> RunSettings:
        """Return the settings of one training."""
        block = self.problems[problem]
        optimiser = block.optimisers[split_name(method)[1]]
        training = {
            **dict(block.training),
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
            training=RunTraining(**training),
        )


def _with_plugins(problem: str, block: object) -> object:
    """Replace the blocks of plugins in the block of a problem by the plugins."""
    if not isinstance(block, Mapping):
        return block
    plugins: dict[str, object] = {}
    if "equation" in block:
        plugins["equation"] = build_plugin(PROBLEMS, problem, Problem, block["equation"])
    if "reference" in block:
        plugins["reference"] = build_plugin(
            REFERENCES, problem, ReferenceSolver, block["reference"]
        )
    if isinstance(block.get("methods"), Mapping):
        plugins["methods"] = {
            name: build_plugin(METHODS, split_name(name)[0], Method, constants)
            for name, constants in block["methods"].items()
        }
    if isinstance(block.get("optimisers"), Mapping):
        plugins["optimisers"] = {
            name: build_plugin(OPTIMISERS, name, Optimiser, constants)
            for name, constants in block["optimisers"].items()
        }
    return {**block, **plugins}


class ComparedMethods(StrictModel):
    """Methods that are trained and shown, and their default optimiser."""

    optimiser: OptimiserName = ADAM  # of methods named without an optimiser
    compared_methods: tuple[MethodName, ...] = Field(min_length=1)  # in the order of the figures

    @field_validator("compared_methods")
    @classmethod
    def _methods_differ(cls, methods: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        default = info.data.get("optimiser", ADAM)  # missing if it is invalid
        names = {with_optimiser(name, default) for name in methods}
        if len(names) < len(methods):
            raise ValueError("expected different methods")
        return methods

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the methods, with their optimisers."""
        return tuple(with_optimiser(name, self.optimiser) for name in self.compared_methods)


class ScaleAndPaper(StrictModel):
    """Settings of a scale, and of the paper for comparison: config.yaml without any scale."""

    scale: Settings
    paper: Settings
