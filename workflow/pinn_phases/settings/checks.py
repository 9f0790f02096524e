"""Checks of settings against each other and against the problem, before any job starts.

They find settings without effect, and combinations that would fail only after training. That each
value is within its own range is already checked by pydantic.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from pinn_phases.grids import MIN_INNER, largest_stride
from pinn_phases.optimisers.base import StepDecay
from pinn_phases.problems.base import Problem
from pinn_phases.settings.analysis import MIN_RECORDS
from pinn_phases.settings.config import ComparedMethods, Settings
from pinn_phases.settings.method_names import DASH, split_name
from pinn_phases.settings.training import RecordSettings, TrainingSettings
from pinn_phases.strict_model import KeyPath, SettingsError

MAX_SNAPSHOTS = 200  # per decade: 0.5 GB for 300,000 iterations of the paper's network
PROBE_POINTS = 5  # points per condition: both ends, the middle, and one in each half


def require_effect(problem: Problem, training: TrainingSettings, path: KeyPath) -> None:
    """Check that the conditions, ansatz and features in `training` suit the problem.

    Parameters
    ----------
    path
        Key path of `training`, for messages.

    Raises
    ------
    SettingsError
        If a condition or the ansatz does not exist, or for the first setting without effect.
    """
    network = training.network
    if set(training.conditions) != set(problem.conditions):
        received = ", ".join(training.conditions)
        expected = f"expected {', '.join(problem.conditions)}"
        raise SettingsError((*path, "conditions"), received, expected)
    if network.ansatz not in problem.ansatzes:
        expected = f"expected one of {', '.join(problem.ansatzes)}"
        raise SettingsError((*path, "network", "ansatz"), network.ansatz, expected)
    if network.fourier_modes and not problem.periodic:
        expected = f"expected 0, since no coordinate of {problem.title} is periodic"
        raise SettingsError((*path, "network", "fourier_modes"), network.fourier_modes, expected)
    for name, condition in training.conditions.items():
        if condition.weight and _is_built_in(problem, network.ansatz, name):
            expected = f"expected 0, since the ansatz '{network.ansatz}' satisfies this condition"
            raise SettingsError((*path, "conditions", name, "weight"), condition.weight, expected)


def _is_built_in(problem: Problem, ansatz: str, name: str) -> bool:
    """Whether a condition is on values only and its points have B = 0 in the ansatz A + B N.

    The network N then has no influence on the condition.
    """
    condition = problem.condition(name, PROBE_POINTS)
    return not condition.operators(problem.fields) and not any(
        np.any(problem.ansatz(ansatz, points.T)[1]) for points in condition.points
    )


def require_test_points(grid: Mapping[str, int], stride: int, path: KeyPath) -> None:
    """Check that the error on the test grid uses enough points between the ends of each axis.

    Parameters
    ----------
    grid
        Coordinate -> number of points of the test grid.
    stride
        `error_stride`: the error uses every stride-th point of each axis.
    path
        Key path of the problem's settings, for messages.

    Raises
    ------
    SettingsError
        If an axis has too few points, or the stride is too large for it.
    """
    for coordinate, points in grid.items():
        largest = largest_stride(points)
        axis_path: KeyPath = (*path, "reference", "grid", coordinate)
        if not largest:
            expected = (
                f"expected at least {MIN_INNER + 2}, so that {MIN_INNER} are between the ends"
            )
            raise SettingsError(axis_path, points, expected)
        if stride > largest:
            inner = f"{MIN_INNER} points between the ends of {'.'.join(axis_path)} = {points}"
            stride_path: KeyPath = (*path, "training", "record", "error_stride")
            expected = f"expected at most {largest}, which leaves {inner}"
            raise SettingsError(stride_path, stride, expected)


def require_records(training: TrainingSettings, smoothing: int, path: KeyPath) -> None:
    """Check that there are enough records for phases and figures, and not too many snapshots.

    Parameters
    ----------
    smoothing
        Number of records in the moving average of the figures.
    path
        Key path of `training`, for messages.

    Raises
    ------
    SettingsError
        If there are too few iterations or too many snapshots.
    """
    record, iterations = training.record, training.iterations
    if record.snapshots_per_decade > MAX_SNAPSHOTS:
        expected = f"expected at most {MAX_SNAPSHOTS}, since all snapshots are kept in memory"
        raise SettingsError(
            (*path, "record", "snapshots_per_decade"), record.snapshots_per_decade, expected
        )
    requirements = (
        (MIN_RECORDS, f"the search for phases needs {MIN_RECORDS} recorded iterations"),
        (smoothing, f"figures.smoothing = {smoothing} averages that many recorded iterations"),
    )
    for records, reason in requirements:
        fewest = fewest_iterations(record, records)
        if iterations < fewest:
            schedule = f"record.dense_until = {record.dense_until}, record.every = {record.every}"
            expected = f"expected at least {fewest}, since {reason} ({schedule})"
            raise SettingsError((*path, "iterations"), iterations, expected)


def fewest_iterations(record: RecordSettings, records: int) -> int:
    """Return the number of iterations of the shortest training with this number of records.

    Recorded are the iterations chosen by `training.recording.history.is_recorded`, and always the
    last one.
    """
    before_last = records - 1
    if before_last <= record.dense_until:
        return records
    multiples = record.dense_until // record.every + before_last - record.dense_until
    return multiples * record.every + 1


def without_effect(
    settings: Settings, compared: ComparedMethods
) -> Iterator[tuple[KeyPath, object, str]]:
    """Find settings that other settings disable, as arguments of `SettingsError`.

    They are allowed in config.yaml, for later use, but not on the command line.

    Parameters
    ----------
    settings
        Settings of all methods.
    compared
        The methods that are trained.
    """
    names = ", ".join(compared.names)
    own = all(DASH in name for name in compared.compared_methods)
    if own and settings.figures.phases_of in compared.names:
        expected = f"expected a method without its own optimiser in compared_methods = {names}"
        yield ("optimiser",), compared.optimiser, expected
    methods, optimisers = zip(*map(split_name, compared.names), strict=True)
    used = {"methods": methods, "optimisers": optimisers}
    for name, block in settings.problems.items():
        for kind, blocks in (("methods", block.methods), ("optimisers", block.optimisers)):
            for plugin, constants in blocks.items():
                if plugin not in used[kind]:
                    path: KeyPath = ("problems", name, kind, plugin)
                    expected = f"expected one of compared_methods = {names}"
                    yield path, constants, expected
        for condition, term in block.training.conditions.items():
            if term.weight == 0:
                path = ("problems", name, "training", "conditions", condition, "points")
                yield path, term.points, "expected a weight above 0; 0 leaves the condition out"
        if block.training.engine == "plain" and block.training.compiled:
            path = ("problems", name, "training", "compiled")
            yield path, True, "expected false, since the plain engine is not compiled"
        if all(block.optimisers[plugin].iterations for plugin in optimisers):
            path = ("problems", name, "training", "iterations")
            expected = f"expected optimisers.{optimisers[0]}.iterations, which overrides it"
            yield path, block.training.iterations, expected
        for plugin, optimiser in block.optimisers.items():
            if isinstance(optimiser, StepDecay) and optimiser.decay == 1:
                path = ("problems", name, "optimisers", plugin, "decay_every")
                expected = "expected a decay below 1; with 1 the learning rate is constant"
                yield path, optimiser.decay_every, expected
