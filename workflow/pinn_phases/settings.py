"""The one place where config.yaml becomes objects: typed, frozen, checked before any job starts.

config.yaml holds the paper's values and, under `scales`, what each scale changes. The settings
come out of it in two steps: the block of the chosen scale is laid over the whole file, key by
key; then the block of each problem is laid over the general blocks `training`, `execution` and
`methods`. What stands outside `scales` has to be complete by itself. Constants of every method are
checked; the methods that `compared_methods` names are kept.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import Field, field_validator

from pinn_phases.analysis.settings import HomogeneitySettings, InformationSettings, PhaseSettings
from pinn_phases.figures.base import FigureSettings
from pinn_phases.frozen import (
    A_BLOCK,
    Frozen,
    Path,
    SettingsError,
    Tree,
    require_plain,
    validated,
)
from pinn_phases.methods.base import Method
from pinn_phases.plugins import (
    METHODS,
    PROBLEMS,
    REFERENCES,
    MethodName,
    ProblemName,
    plugin_class,
)
from pinn_phases.problems.base import Problem
from pinn_phases.reference.base import ReferenceSettings, ReferenceSolver
from pinn_phases.sampling import FEWEST_INSIDE, largest_stride
from pinn_phases.training.settings import RunSettings, Seed, TrainingSettings

ARCHIVE = "archive-"  # before the name of a scale: its archived runs, with their own settings
ARCHIVED_SETTINGS = "settings.json"
GENERAL_BLOCKS = ("training", "execution", "methods")
NUMBER = re.compile(r"[-+]?\d+(\.\d*([eE][-+]\d+)?)?")  # what YAML reads as one, and no more
NUMBER_LENGTH = 400  # the longest word that is one; Python reads no digits beyond 4,300
NAME = re.compile(r"\w[\w.-]*", re.ASCII)  # of a scale: a folder of results, and safe in any shell


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
    methods: Mapping[MethodName, Tree] = Field(min_length=1)


class Settings(Frozen):
    """config.yaml at one scale."""

    scale: str
    seeds: tuple[Seed, ...] = Field(min_length=1)
    problems: Mapping[ProblemName, ProblemSettings] = Field(min_length=1)
    phases: PhaseSettings
    information: InformationSettings
    homogeneity: HomogeneitySettings
    figures: FigureSettings

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


class Comparison(Frozen):
    """Which of the methods that have constants are trained and shown, in the figures' order."""

    compared_methods: tuple[MethodName, ...] = Field(min_length=1)

    @field_validator("compared_methods")
    @classmethod
    def _methods_differ(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(methods)) < len(methods):
            raise ValueError("expected different methods")
        return methods


class ScaleBesidePaper(Frozen):
    """Settings of a scale, and those that no scale has changed: the paper's."""

    scale: Settings
    paper: Settings


def words_to_numbers(tree: Any) -> Any:
    """Read numbers again: Snakemake leaves those in lists and blocks after --config as words."""
    if isinstance(tree, Mapping):
        return {key: words_to_numbers(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [words_to_numbers(value) for value in tree]
    if isinstance(tree, str) and len(tree) <= NUMBER_LENGTH and NUMBER.fullmatch(tree):
        return float(tree) if "." in tree else int(tree)
    return tree


def load_scales(config: Tree, archives: Mapping[str, Settings] = {}) -> dict[str, Settings]:
    """Check the whole of config.yaml and return the settings of every scale, by name.

    Parameters
    ----------
    config
        As the file has it.
    archives
        Further settings that `scale` may choose: of archived runs, as `load_archives` finds them.

    Raises
    ------
    SettingsError
        At the first key that is unknown, missing, of the wrong type or out of range.
    """
    require_plain(config)
    scales = config.get("scales")
    if not isinstance(scales, Mapping) or not scales:
        raise SettingsError(("scales",), scales, "expected a block for each scale")
    for name, block in scales.items():
        _require_name(("scales", name), name)
        if not isinstance(block, Mapping):
            raise SettingsError(("scales", name), block, A_BLOCK)
    chosen = config.get("scale")
    if not isinstance(chosen, str) or chosen not in {**scales, **archives}:
        expected = f"expected one of {', '.join([*scales, *archives])}"
        raise SettingsError(("scale",), chosen, expected)
    # First without any scale, so that a mistake is not blamed on a scale that changes a part of it.
    load_paper(config)
    return {scale: _at_scale(config, scale) for scale in scales} | dict(archives)


def load_archives(folder: FilePath) -> dict[str, Settings]:
    """Return the settings of every archive of runs, under the name of its scale.

    Parameters
    ----------
    folder
        Holds a folder for each archive, with its settings.

    Raises
    ------
    SettingsError
        If the settings of one are not settings.
    """
    found = {}
    for path in sorted(folder.glob(f"*/{ARCHIVED_SETTINGS}")):
        try:
            tree = json.loads(path.read_text())
        except ValueError as error:
            raise SettingsError((str(path),), ..., f"expected JSON ({error})") from None
        settings = validated(Settings, tree, (str(path),))
        _require_name((str(path.parent),), path.parent.name)
        name = f"{ARCHIVE}{path.parent.name}"
        found[name] = settings.model_copy(update={"scale": name})
    return found


def _require_name(path: Path, name: str) -> None:
    if not NAME.fullmatch(name):
        raise SettingsError(path, ..., "expected a name of letters, digits, '-', '_' and '.'")


def load_paper(config: Tree) -> Settings:
    """Return the settings as they stand outside `scales`, of all methods, compared or not.

    Raises
    ------
    SettingsError
        As `load_scales`.
    """
    return _at_scale({**config, "scales": {"paper": {}}}, "paper", all_methods=True)


def _at_scale(config: Tree, scale: str, *, all_methods: bool = False) -> Settings:
    """Put one scale together; errors name the place in config.yaml that holds the value."""
    base = {key: value for key, value in config.items() if key not in ("scale", "scales")}
    try:
        tree = _over_general(_merged(base, config["scales"][scale]))
        compared = validated(Comparison, _part(tree, Comparison)).compared_methods
        settings = validated(Settings, _part(tree, Settings) | {"scale": scale})
        for name, problem in settings.problems.items():
            _check_problem(name, problem)
        comparing = _comparing(settings, compared)
    except SettingsError as error:
        path = _place(config, scale, error.path)
        raise SettingsError(path, error.value, error.expected) from None
    return settings if all_methods else comparing


def _part(tree: Tree, model: type[Frozen]) -> dict[str, Any]:
    """Return what `model` is made from."""
    return {key: value for key, value in tree.items() if key in model.model_fields}


def _comparing(settings: Settings, methods: tuple[str, ...]) -> Settings:
    """Keep these methods of every problem, in this order."""
    problems = {}
    for name, block in settings.problems.items():
        for index, method in enumerate(methods):
            if method not in block.methods:
                expected = f"expected one of {', '.join(block.methods)}"
                raise SettingsError(("compared_methods", index), method, expected)
        kept = {method: block.methods[method] for method in methods}
        problems[name] = block.model_copy(update={"methods": kept})
    if settings.figures.phases_of not in methods:
        expected = f"expected one of {', '.join(methods)}"
        raise SettingsError(("figures", "phases_of"), settings.figures.phases_of, expected)
    return settings.model_copy(update={"problems": problems})


def _over_general(tree: Tree) -> dict[str, Any]:
    """Lay each problem over the general blocks, which end there."""
    allowed = {*GENERAL_BLOCKS, *Settings.model_fields, *Comparison.model_fields} - {"scale"}
    for key, value in tree.items():
        if key not in allowed:
            expected = f"unknown key; expected one of {', '.join(sorted(allowed))}"
            raise SettingsError((key,), value, expected)
        if key in GENERAL_BLOCKS and not isinstance(value, Mapping):
            raise SettingsError((key,), value, A_BLOCK)
    general = {key: tree[key] for key in GENERAL_BLOCKS if key in tree}
    rest = {key: value for key, value in tree.items() if key not in general}
    if isinstance(rest.get("problems"), Mapping):
        problems = rest["problems"].items()
        rest["problems"] = {name: _merged(general, block) for name, block in problems}
    return rest


def _check_problem(name: str, block: ProblemSettings) -> None:
    """Check what only the problem itself and the methods can say of their numbers."""
    path: Path = ("problems", name)
    problem = validated(plugin_class(PROBLEMS, name, Problem), block.equation, (*path, "equation"))
    solver = validated(
        plugin_class(REFERENCES, name, ReferenceSolver), block.reference, (*path, "reference")
    )
    _check_test_points(name, solver.grid, block.training.record.error_stride)
    for method, constants in block.methods.items():
        validated(plugin_class(METHODS, method, Method), constants, (*path, "methods", method))
    training = block.training
    if set(training.conditions) != set(problem.conditions):
        where = (*path, "training", "conditions")
        expected = f"expected {', '.join(problem.conditions)}"
        raise SettingsError(where, ", ".join(training.conditions), expected)
    if training.network.ansatz not in problem.ansatzes:
        where = (*path, "training", "network", "ansatz")
        expected = f"expected one of {', '.join(problem.ansatzes)}"
        raise SettingsError(where, training.network.ansatz, expected)


def _check_test_points(name: str, grid: Mapping[str, int], stride: int) -> None:
    """Check that errors are taken at more points of each axis than its ends."""
    for coordinate, points in grid.items():
        largest = largest_stride(points)
        where: Path = ("problems", name, "reference", "grid", coordinate)
        if not largest:
            expected = f"expected at least {FEWEST_INSIDE + 2}, {FEWEST_INSIDE} between the ends"
            raise SettingsError(where, points, expected)
        if stride > largest:
            left = f"{FEWEST_INSIDE} points between the ends of {'.'.join(where)} = {points}"
            stands: Path = ("problems", name, "training", "record", "error_stride")
            raise SettingsError(stands, stride, f"expected at most {largest}, which leaves {left}")


def _merged(base: Any, over: Any) -> Any:
    """Lay one tree over another, key by key."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{key: _merged(base.get(key), value) for key, value in over.items()}}


def _place(config: Tree, scale: str, path: Path) -> Path:
    """Where in config.yaml the value at `path` of the merged settings comes from, or is missing."""
    candidates: list[Path] = [("scales", scale, *path), path]
    if path[0] == "problems" and path[2:3] and path[2] in GENERAL_BLOCKS:
        general = path[2:]
        candidates += [("scales", scale, *general), general]
    there = [place for place in candidates if _holds(config, place)]
    missing = [place for place in reversed(candidates) if _holds(config, place[:-1])]
    return [*there, *missing, path][0]


def _holds(tree: object, path: Path) -> bool:
    for key in path:
        if isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            tree = tree[int(key)]
        elif isinstance(tree, Mapping) and key in tree:
            tree = tree[key]
        else:
            return False
    return True
