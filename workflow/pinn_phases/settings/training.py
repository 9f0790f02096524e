"""Settings of one training."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from pinn_phases.methods.base import Method
from pinn_phases.model import StrictModel
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import METHODS, OPTIMISERS, PROBLEMS, ProblemName, made, plugin_field
from pinn_phases.problems.base import Problem
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.trained_with import TrainedWith, parts

# Of a training's settings: how long, how fast or how safely it runs, but not what it computes.
NOT_COMPUTED = {"iterations", "checkpoint_seconds"}

DEFAULT_ENGINE: Literal["fast"] = "fast"

Seed = Annotated[int, Field(ge=0, lt=2**63)]  # what torch's generators take


class ConditionSettings(StrictModel):
    """One initial or boundary condition as a term of the loss."""

    points: int = Field(ge=2)  # in each point set
    weight: float = Field(ge=0)  # factor of the term; 0 leaves the condition out


class RecordSettings(StrictModel):
    """What is written down, and when; independent of the number of iterations."""

    dense_until: int = Field(ge=0)  # every iteration is recorded up to this one, ...
    every: int = Field(ge=1)  # ... then each iteration divisible by this
    error_stride: int = Field(ge=1)  # the error is taken on every so-many-th grid point an axis
    snapshots_per_decade: int = Field(ge=1)
    gradient_parameters: Literal["all", "weights"]  # whose gradients enter SNR, SRR_B


class TrainingSettings(StrictModel):
    """One training, but for the numbers of problem, method and optimiser."""

    iterations: int = Field(ge=1)
    batches: int = Field(ge=2)  # of the collocation points, for the gradient statistics
    points: int = Field(ge=1)  # collocation points
    conditions: Mapping[str, ConditionSettings]
    network: NetworkSettings
    record: RecordSettings
    engine: Literal["fast", "plain"] = DEFAULT_ENGINE  # files of older versions do not say it
    compiled: bool  # the fast engine with torch.compile, where that works
    checkpoint_seconds: float = Field(gt=0)  # time between checkpoints

    @property
    def weighted_conditions(self) -> dict[str, ConditionSettings]:
        """Conditions that are part of the loss."""
        return {name: condition for name, condition in self.conditions.items() if condition.weight}

    @field_validator("points")
    @classmethod
    def _batches_are_equal(cls, points: int, info: ValidationInfo) -> int:
        batches = info.data.get("batches", 1)  # absent if it is a mistake itself
        if points % batches:
            raise ValueError(f"expected a multiple of batches = {batches}")
        return points


class RunTraining(TrainingSettings):
    """One training with its optimiser."""

    optimiser: SerializeAsAny[Optimiser]


class RunSettings(StrictModel):
    """Everything that one training needs; stored in its result file."""

    scale: str
    problem: ProblemName
    method: TrainedWith
    seed: Seed
    equation: SerializeAsAny[Problem]  # with its coefficients
    method_constants: SerializeAsAny[Method]
    training: RunTraining

    _make_equation = plugin_field("equation", PROBLEMS, Problem, named_by="problem")

    @field_validator("method_constants", mode="before")
    @classmethod
    def _make_method(cls, block: object, info: ValidationInfo) -> object:
        method, _ = parts(info.data.get("method", ""))
        return made(METHODS, method, Method, block)

    @field_validator("training", mode="before")
    @classmethod
    def _make_optimiser(cls, block: object, info: ValidationInfo) -> object:
        if not isinstance(block, Mapping) or "optimiser" not in block:
            return block
        _, optimiser = parts(info.data.get("method", ""))
        return {**block, "optimiser": made(OPTIMISERS, optimiser, Optimiser, block["optimiser"])}

    def computed(self) -> dict[str, Any]:
        """Return what the numbers of a training depend on, but for how many there are."""
        return self.model_dump(mode="json", exclude={"training": NOT_COMPUTED})
