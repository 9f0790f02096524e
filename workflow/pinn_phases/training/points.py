"""Collocation points."""

import numpy as np
from scipy.stats import qmc

from pinn_phases.problems.base import Points, Problem


def collocation_points(problem: Problem, count: int, rng: np.random.Generator) -> Points:
    """Latin hypercube sample of the problem's domain, in random order.

    Parameters
    ----------
    count
        Number of points.

    Returns
    -------
    ndarray, shape (count, coordinates)
        In the problem's own units, float64.

    References
    ----------
    McKay, Beckman, Conover, A comparison of three methods for selecting values of input variables
    in the analysis of output from a computer code, Technometrics 21 (1979) 239-245.
    """
    lower, upper = zip(*(problem.domain[name] for name in problem.coordinates), strict=True)
    sample = qmc.LatinHypercube(len(lower), rng=rng).random(count)
    points: Points = qmc.scale(sample, lower, upper)
    return points
