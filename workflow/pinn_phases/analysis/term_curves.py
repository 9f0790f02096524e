"""Curves of the loss terms over a training, from its history or, if absent there, its snapshots."""

from typing import Any

from numpy.typing import NDArray

from pinn_phases.arrays import Arrays

OPPOSED = -0.9  # terms oppose each other below this cosine (26 degrees from opposite directions)
NAMES = ("snr", "snr_residual", "cosine", "gradient_std", "gradient_conditions")
"""Names of the curves that are in a run's history and in its terms file."""


def is_recorded(run: Arrays) -> bool:
    """Return whether a run's history contains the terms, which older versions did not record."""
    return "history/cosine" in run


def term_curves(run: Arrays, terms: Arrays) -> dict[str, NDArray[Any]]:
    """Return `iteration`, `NAMES` and `gradient_residual`, each of shape (rows,).

    Parameters
    ----------
    run
        Arrays of the run's file; its history is used if it contains the terms.
    terms
        Arrays of the run's terms file, measured at its snapshots.
    """
    if is_recorded(run):
        curves = {name: run[f"history/{name}"] for name in ("iteration", *NAMES)}
    else:
        curves = {name: terms[f"terms/{name}"] for name in NAMES}
        curves["iteration"] = terms["iterations"]
    return {**curves, "gradient_residual": curves["snr_residual"] * curves["gradient_std"]}


def alignment_curve(run: Arrays) -> dict[str, NDArray[Any]] | None:
    """Return `iteration` and `alignment` of the gradients of the loss terms, shape (rows,).

    Older versions did not record the alignment score. If there is a single condition, it equals the
    cosine between the two terms; otherwise the result is None.

    Parameters
    ----------
    run
        Arrays of the run's file.
    """
    losses = [name for name in run if name.startswith("history/loss_")]
    conditions = losses[1:]  # the first is loss_pde
    for name in ("alignment", "cosine") if len(conditions) == 1 else ("alignment",):
        if f"history/{name}" in run:
            return {"iteration": run["history/iteration"], "alignment": run[f"history/{name}"]}
    return None
