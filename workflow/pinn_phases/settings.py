"""The one place where config.yaml becomes objects: typed, frozen, checked before any job starts.

config.yaml holds the paper's values and, under `scales`, what each scale changes. The settings
come out of it in two steps: the block of the chosen scale is laid over the whole file, key by
key; then the block of each problem is laid over the general blocks `training`, `execution` and
`methods`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from pinn_phases.analysis.settings import PhaseSettings
from pinn_phases.figures.base import FigureSettings
from pinn_phases.frozen import Frozen, Path, SettingsError, Tree, validated
from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, REFERENCES, names, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSettings, ReferenceSolver
from pinn_phases.training.settings import RunSettings, TrainingSettings

GENERAL_BLOCKS = ("training", "execution", "methods")


class ExecutionSettings(Frozen):
    """What a training job asks of the machine; changing it does not train again."""

    threads: int = Field(ge=1)
    memory_mb: int = Field(ge=1)
    runtime_minutes: int = Field(ge=1)  # of the first attempt
    gpus: int = Field(ge=0, le=1)


class ProblemSettings(Frozen):
    """All that belongs to one problem; `equation`, `reference`, `methods` in their own models."""

    equation: Tree
    reference: Tree
    training: TrainingSettings
    execution: ExecutionSettings
    methods: Mapping[str, Tree]


class Settings(Frozen):
    """config.yaml at one scale."""

    scale: str
    seeds: tuple[int, ...] = Field(min_length=1)
    problems: Mapping[str, ProblemSettings]
    phases: PhaseSettings
    figures: FigureSettings

    @field_validator("seeds")
    @classmethod
    def _seeds_differ(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if min(seeds) < 0 or len(set(seeds)) < len(seeds):
            raise ValueError("expected different integers of at least 0")
        return seeds

    def reference(self, problem: str) -> ReferenceSettings:
        """Everything that the reference solution of a problem needs."""
        block = self.problems[problem]
        return ReferenceSettings(problem=problem, equation=block.equation, solver=block.reference)

    def run(self, problem: str, method: str, seed: int) -> "RunSettings":
        """Everything that one training needs."""
        block = self.problems[problem]
        return RunSettings(
            scale=self.scale,
            problem=problem,
            method=method,
            seed=seed,
            equation=block.equation,
            method_constants=block.methods[method],
            training=block.training,
        )


def load_scales(config: Tree) -> dict[str, Settings]:
    """Check the whole of config.yaml and return the settings of every scale, by name.

    Raises
    ------
    SettingsError
        At the first key that is unknown, missing, of the wrong type or out of range.
    """
    scales = config.get("scales")
    if not isinstance(scales, Mapping) or not scales:
        raise SettingsError(("scales",), scales, "expected a block for each scale")
    if config.get("scale") not in scales:
        allowed = f"expected one of {', '.join(scales)}"
        raise SettingsError(("scale",), config.get("scale"), allowed)
    return {scale: _at_scale(config, scale) for scale in scales}


def _at_scale(config: Tree, scale: str) -> Settings:
    """Put one scale together; errors name the place in config.yaml that holds the value."""
    base = {key: value for key, value in config.items() if key != "scales"}
    tree = _merged(base, config["scales"][scale]) | {"scale": scale}
    general = {key: tree.pop(key) for key in GENERAL_BLOCKS if key in tree}
    if isinstance(tree.get("problems"), Mapping):
        tree["problems"] = {
            name: _merged(general, block or {}) for name, block in tree["problems"].items()
        }
    try:
        settings = validated(Settings, tree)
        for name, problem in settings.problems.items():
            _check_problem(name, problem, settings)
    except SettingsError as error:
        path = _place(config, scale, error.path)
        raise SettingsError(path, error.value, error.expected) from None
    return settings


def _check_problem(name: str, block: ProblemSettings, settings: Settings) -> None:
    """Check what only the problem itself and the methods can say of their numbers."""
    path = ("problems", name)
    if name not in names(PROBLEMS):
        raise SettingsError(path, "...", f"expected one of {', '.join(names(PROBLEMS))}")
    problem = validated(plugin_class(PROBLEMS, name, Problem), block.equation, (*path, "equation"))
    validated(
        plugin_class(REFERENCES, name, ReferenceSolver), block.reference, (*path, "reference")
    )
    for method, constants in block.methods.items():
        where = (*path, "methods", method)
        if method not in names(METHODS):
            raise SettingsError(where, "...", f"expected one of {', '.join(names(METHODS))}")
        validated(plugin_class(METHODS, method, Method), constants, where)
    training = block.training
    if set(training.conditions) != set(problem.conditions):
        where = (*path, "training", "conditions")
        expected = f"expected {', '.join(problem.conditions)}"
        raise SettingsError(where, ", ".join(training.conditions), expected)
    if training.network.ansatz not in problem.ansatzes:
        where = (*path, "training", "network", "ansatz")
        expected = f"expected one of {', '.join(problem.ansatzes)}"
        raise SettingsError(where, training.network.ansatz, expected)


def _merged(base: Any, over: Any) -> Any:
    """Lay one tree over another, key by key."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{key: _merged(base.get(key), value) for key, value in over.items()}}


def _place(config: Tree, scale: str, path: Path) -> Path:
    """Where in config.yaml the value at `path` of the merged settings comes from."""
    candidates: list[Path] = [("scales", scale, *path), path]
    if path[0] == "problems":
        general = path[2:]
        candidates += [("scales", scale, *general), general]
    return next((place for place in candidates if _holds(config, place)), path)


def _holds(tree: object, path: Path) -> bool:
    for key in path:
        if isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            tree = tree[int(key)]
        elif isinstance(tree, Mapping) and key in tree:
            tree = tree[key]
        else:
            return False
    return bool(path)
