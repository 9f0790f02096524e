"""What can be known of settings before a job starts: that they have an effect.

Each value is in its own range already; here it is held against the problem and against others.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pinn_phases.frozen import Path, SettingsError
from pinn_phases.problems.base import Problem
from pinn_phases.training.settings import TrainingSettings

if TYPE_CHECKING:
    from pinn_phases.settings import ProblemSettings


def require_effect(problem: Problem, training: TrainingSettings, path: Path) -> None:
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


def unused(
    problems: Mapping[str, "ProblemSettings"], compared: tuple[str, ...]
) -> Iterator[tuple[Path, object, str]]:
    """Find settings that others switch off: path, value and what would be needed for an effect.

    In config.yaml they may stand for later use. Whoever gives one on the command line means it.

    Parameters
    ----------
    compared
        Methods that are trained.
    """
    for name, block in problems.items():
        for method, constants in block.methods.items():
            if method not in compared:
                path: Path = ("problems", name, "methods", method)
                yield path, constants, f"expected one of compared_methods = {', '.join(compared)}"
        for condition, chosen in block.training.conditions.items():
            if chosen.weight == 0:
                path = ("problems", name, "training", "conditions", condition, "points")
                yield path, chosen.points, "expected a weight above 0, without which it is left out"
        if block.training.optimiser.decay == 1:
            path = ("problems", name, "training", "optimiser", "decay_every")
            every = block.training.optimiser.decay_every
            yield path, every, "expected a decay below 1, without which the learning rate stays"
