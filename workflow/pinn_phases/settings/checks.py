"""Checks of settings before a job starts: each has an effect, and together they suffice.

Each value is within its own range already. Here it is compared with the problem and with others.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from pinn_phases.grids import FEWEST_INSIDE, largest_stride
from pinn_phases.model import KeyPath, SettingsError
from pinn_phases.optimisers.base import FallingRate
from pinn_phases.problems.base import Problem
from pinn_phases.settings.analysis import MIN_RECORDS
from pinn_phases.settings.config import ProblemSettings
from pinn_phases.settings.training import RecordSettings, TrainingSettings
from pinn_phases.trained_with import parts

MOST_SNAPSHOTS = 200  # a decade: 0.5 GB in 300,000 iterations at the paper's size
PROBES = 5  # points of a condition that are looked at: ends, middle, and between


def require_effect(problem: Problem, training: TrainingSettings, path: KeyPath) -> None:
    """Check that a problem has what the settings of its training name.

    Parameters
    ----------
    path
        Of the settings.

    Raises
    ------
    SettingsError
        At the first that would be ignored.
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
            expected = f"expected 0, since the ansatz '{network.ansatz}' holds this condition"
            raise SettingsError((*path, "conditions", name, "weight"), condition.weight, expected)


def _is_built_in(problem: Problem, ansatz: str, name: str) -> bool:
    """Whether a condition on values lies where A + B N has B = 0, so that no network changes it."""
    condition = problem.condition(name, PROBES)
    return not condition.operators(problem.fields) and not any(
        np.any(problem.ansatz(ansatz, points.T)[1]) for points in condition.points
    )


def require_test_points(grid: Mapping[str, int], stride: int, path: KeyPath) -> None:
    """Check that errors are taken at more points of each axis than its ends.

    Parameters
    ----------
    grid
        Coordinate -> points of the test grid.
    stride
        Step through every axis.
    path
        Of the problem's settings.

    Raises
    ------
    SettingsError
        If an axis is too short, or the stride too long for it.
    """
    for coordinate, points in grid.items():
        largest = largest_stride(points)
        where: KeyPath = (*path, "reference", "grid", coordinate)
        if not largest:
            expected = f"expected at least {FEWEST_INSIDE + 2}, {FEWEST_INSIDE} between the ends"
            raise SettingsError(where, points, expected)
        if stride > largest:
            left = f"{FEWEST_INSIDE} points between the ends of {'.'.join(where)} = {points}"
            stands: KeyPath = (*path, "training", "record", "error_stride")
            raise SettingsError(stands, stride, f"expected at most {largest}, which leaves {left}")


def require_records(training: TrainingSettings, smoothing: int, path: KeyPath) -> None:
    """Check that a training writes down enough for its phases and figures, and fits into memory.

    Parameters
    ----------
    smoothing
        Records in the figures' moving average.
    path
        Of the training's settings.

    Raises
    ------
    SettingsError
        If it has too few iterations or too many snapshots.
    """
    record, iterations = training.record, training.iterations
    if record.snapshots_per_decade > MOST_SNAPSHOTS:
        where = (*path, "record", "snapshots_per_decade")
        expected = f"expected at most {MOST_SNAPSHOTS}, since memory holds all snapshots"
        raise SettingsError(where, record.snapshots_per_decade, expected)
    needs = (
        (MIN_RECORDS, f"phases are searched in at least {MIN_RECORDS} recorded iterations"),
        (smoothing, f"figures.smoothing = {smoothing} averages as many recorded iterations"),
    )
    for records, why in needs:
        fewest = fewest_iterations(record, records)
        if iterations < fewest:
            schedule = f"record.dense_until = {record.dense_until}, record.every = {record.every}"
            expected = f"expected at least {fewest}, since {why} ({schedule})"
            raise SettingsError((*path, "iterations"), iterations, expected)


def fewest_iterations(record: RecordSettings, records: int) -> int:
    """Return the length of the shortest training that writes down so many iterations.

    These are the ones that `training.history.is_recorded` names, and the last one.
    """
    before_last = records - 1
    if before_last <= record.dense_until:
        return records
    multiples = record.dense_until // record.every + before_last - record.dense_until
    return multiples * record.every + 1


def unused(
    problems: Mapping[str, ProblemSettings], compared: tuple[str, ...]
) -> Iterator[tuple[KeyPath, object, str]]:
    """Find settings that others switch off: path, value and what would be needed for an effect.

    In config.yaml they may stand for later use. On the command line they are errors.

    Parameters
    ----------
    compared
        Methods that are trained, with their optimisers.
    """
    methods, optimisers = zip(*map(parts, compared), strict=True)
    used = {"methods": methods, "optimisers": optimisers}
    for name, block in problems.items():
        for kind, blocks in (("methods", block.methods), ("optimisers", block.optimisers)):
            for one, constants in blocks.items():
                if one not in used[kind]:
                    path: KeyPath = ("problems", name, kind, one)
                    expected = f"expected one of compared_methods = {', '.join(compared)}"
                    yield path, constants, expected
        for condition, chosen in block.training.conditions.items():
            if chosen.weight == 0:
                path = ("problems", name, "training", "conditions", condition, "points")
                yield path, chosen.points, "expected a weight above 0, without which it is left out"
        if block.training.engine == "plain" and block.training.compiled:
            path = ("problems", name, "training", "compiled")
            yield path, True, "expected false, since the plain engine is not compiled"
        for one, optimiser in block.optimisers.items():
            if isinstance(optimiser, FallingRate) and optimiser.decay == 1:
                path = ("problems", name, "optimisers", one, "decay_every")
                expected = "expected a decay below 1, without which the learning rate stays"
                yield path, optimiser.decay_every, expected
