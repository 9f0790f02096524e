"""Landmarks of a training: evidence on the phases that the search for phases does not use.

According to the paper, total diffusion begins where the error falls most steeply, residuals drop
and weights grow (3.1, 3.3). Each landmark is the middle of the window, a factor of two in
iterations, in which a curve changes most steeply on logarithmic axes.
"""

from collections.abc import Mapping

import numpy as np

from pinn_phases.analysis.trajectories import Iterations, steepest_fall
from pinn_phases.arrays import Real

WINDOW = float(np.log10(2.0))  # decades of iterations
LANDMARKS = {
    "relative_l2": "steepest fall of the error",
    "residual_rms": "steepest fall of the residuals' rms",
    "weight_norm": "steepest growth of the weights' norm",
}


def landmarks(
    iterations: Iterations, curves: Mapping[str, Real], first: float
) -> dict[str, float | None]:
    """Return the iteration of each of `LANDMARKS` whose curve is given.

    Parameters
    ----------
    iterations, curves
        Iteration of each record and, by name, the values of each record; shape (n,).
    first
        Iteration at which the search starts. Earlier ones are skipped, because networks change
        fast at the start.

    Returns
    -------
    dict
        Name -> iteration, or None if the curve never changes in that direction.
    """
    later = iterations >= first
    found = {}
    for name in LANDMARKS:
        if name in curves:
            values = curves[name][later]
            falling = 1 / values if name == "weight_norm" else values
            found[name] = steepest_fall(iterations[later], falling, WINDOW)
    return found


def of_history(history: Mapping[str, Real], first: float) -> dict[str, float | None]:
    """Return the landmarks of a run from the arrays of its history."""
    curves = {name: history[name] for name in ("relative_l2", "residual_rms")}
    curves["weight_norm"] = np.linalg.norm(history["layers/weight_norm"], axis=1)
    return landmarks(history["iteration"].astype(np.int64), curves, first)
