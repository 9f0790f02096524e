"""Curves of the loss terms over a training, from its history or else from the snapshots."""

from typing import Any

from numpy.typing import NDArray

from pinn_phases.arrays import Arrays

OPPOSED = -0.9  # cosine below which terms oppose each other: 26 degrees from the opposite direction
NAMES = ("snr", "snr_residual", "cosine", "gradient_std", "gradient_conditions")
"""What both files of a run have, under the same names."""


def is_recorded(run: Arrays) -> bool:
    """Return whether the history of a run has the terms; older versions did not record them."""
    return "history/cosine" in run


def term_curves(run: Arrays, terms: Arrays) -> dict[str, NDArray[Any]]:
    """Return `iteration`, `NAMES` and `gradient_residual`, each of shape (rows,).

    Parameters
    ----------
    run
        Arrays of a run; its history is taken if the terms are recorded in it.
    terms
        Arrays of the run's terms file, measured at its snapshots.
    """
    if is_recorded(run):
        found = {name: run[f"history/{name}"] for name in ("iteration", *NAMES)}
    else:
        found = {name: terms[f"terms/{name}"] for name in NAMES}
        found["iteration"] = terms["iterations"]
    return {**found, "gradient_residual": found["snr_residual"] * found["gradient_std"]}


def alignment_curve(run: Arrays) -> dict[str, NDArray[Any]] | None:
    """Return `iteration` and `alignment` of the gradients of the loss terms, shape (rows,).

    Older versions did not record it. With a single condition it is the cosine between the terms;
    with more it is not known, and the result is None.

    Parameters
    ----------
    run
        Arrays of a run.
    """
    conditions = [name for name in run if name.startswith("history/loss_")][1:]  # after loss_pde
    for name in ("alignment", "cosine") if len(conditions) == 1 else ("alignment",):
        if f"history/{name}" in run:
            return {"iteration": run["history/iteration"], "alignment": run[f"history/{name}"]}
    return None
