"""Points at which the loss of a training is evaluated."""

import numpy as np
from scipy.stats import qmc

from pinn_phases.problems.base import Points, Problem
from pinn_phases.settings.training import RunSettings


def collocation_points(problem: Problem, count: int, rng: np.random.Generator) -> Points:
    """Draw a Latin hypercube sample of the problem's domain, in random order.

    References
    ----------
    McKay, Beckman, Conover, A comparison of three methods for selecting values of input variables
    in the analysis of output from a computer code, Technometrics 21 (1979) 239-245.
    """
    lower, upper = zip(*(problem.domain[name] for name in problem.coordinates), strict=True)
    sample = qmc.LatinHypercube(len(lower), rng=rng).random(count)
    points: Points = qmc.scale(sample, lower, upper)
    return points


def loss_points(settings: RunSettings) -> dict[str, Points]:
    """Return the collocation points and the points of each condition, by dataset name."""
    problem, training = settings.equation, settings.training
    rng = np.random.default_rng(settings.seed)
    datasets = {"points/collocation": collocation_points(problem, training.points, rng)}
    for name, condition in training.weighted_conditions.items():
        sets = problem.condition(name, condition.points).points
        datasets |= {f"points/{name}_{i}": points for i, points in enumerate(sets)}
    return datasets
