"""Settings of one training."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from pinn_phases.methods.base import Method
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import (
    METHODS,
    OPTIMISERS,
    PROBLEMS,
    ProblemName,
    build_plugin,
    plugin_field,
)
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import MethodName, split_name
from pinn_phases.settings.network import NetworkSettings
from pinn_phases.strict_model import StrictModel

# Settings of a training that do not change what an iteration computes.
RUN_CONTROL = {"iterations", "checkpoint_seconds"}

DEFAULT_ENGINE: Literal["fast"] = "fast"

Seed = Annotated[int, Field(ge=0, lt=2**63)]  # the range of torch's generators


class ConditionSettings(StrictModel):
    """One initial or boundary condition as a term of the loss."""

    points: int = Field(ge=2)  # in each point set
    weight: float = Field(ge=0)  # factor of the term; 0 leaves the condition out


class RecordSettings(StrictModel):
    """What is recorded, and in which iterations; independent of the number of iterations."""

    dense_until: int = Field(ge=0)  # every iteration is recorded up to this one, ...
    every: int = Field(ge=1)  # ... and then each multiple of this number
    error_stride: int = Field(ge=1)  # the error uses every error_stride-th point of each grid axis
    snapshots_per_decade: int = Field(ge=1)
    gradient_parameters: Literal["all", "weights"]  # parameters in SNR and SRR_B


class TrainingSettings(StrictModel):
    """Settings of a training, without those of the problem, method and optimiser."""

    iterations: int = Field(ge=1)
    batches: int = Field(ge=2)  # of collocation points, for the gradient statistics
    points: int = Field(ge=1)  # collocation points
    conditions: Mapping[str, ConditionSettings]
    network: NetworkSettings
    record: RecordSettings
    engine: Literal["fast", "plain"] = DEFAULT_ENGINE  # missing in files of older versions
    compiled: bool  # fast engine: use torch.compile where it works
    checkpoint_seconds: float = Field(gt=0)  # time between checkpoints

    @property
    def weighted_conditions(self) -> dict[str, ConditionSettings]:
        """Conditions with a term in the loss."""
        return {name: condition for name, condition in self.conditions.items() if condition.weight}

    @field_validator("points")
    @classmethod
    def _batches_are_equal(cls, points: int, info: ValidationInfo) -> int:
        batches = info.data.get("batches", 1)  # missing if it is invalid
        if points % batches:
            raise ValueError(f"expected a multiple of batches = {batches}")
        return points


class RunTraining(TrainingSettings):
    """Settings of a training with its optimiser."""

    optimiser: SerializeAsAny[Optimiser]


class RunSettings(StrictModel):
    """All settings of one training, which are stored in its result file."""

    scale: str
    problem: ProblemName
    method: MethodName
    seed: Seed
    equation: SerializeAsAny[Problem]  # with its coefficients
    method_constants: SerializeAsAny[Method]
    training: RunTraining

    _make_equation = plugin_field("equation", PROBLEMS, Problem, named_by="problem")

    @field_validator("method_constants", mode="before")
    @classmethod
    def _build_method(cls, block: object, info: ValidationInfo) -> object:
        method, _ = split_name(info.data.get("method", ""))
        return build_plugin(METHODS, method, Method, block)

    @field_validator("training", mode="before")
    @classmethod
    def _build_optimiser(cls, block: object, info: ValidationInfo) -> object:
        if not isinstance(block, Mapping) or "optimiser" not in block:
            return block
        _, optimiser = split_name(info.data.get("method", ""))
        plugin = build_plugin(OPTIMISERS, optimiser, Optimiser, block["optimiser"])
        return {**block, "optimiser": plugin}

    def computed(self) -> dict[str, Any]:
        """Return the settings that determine the numbers of each iteration."""
        return self.model_dump(mode="json", exclude={"training": RUN_CONTROL})
