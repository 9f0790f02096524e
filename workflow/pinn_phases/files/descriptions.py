"""Descriptions of the datasets in result files, and names of their dimensions.

Both are looked up by the name of the dataset; the first matching pattern is used.
`pinn_phases.files.layout` writes them to the files. The digest of a job's code ignores this module,
like docstrings. All quantities are dimensionless.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

DESCRIPTIONS = {
    "history/iteration": "iteration, from 1; its row describes the state before its step",
    "history/loss": "full-batch loss that the optimiser minimises",
    "history/loss_*": "term of the loss, without its weight",
    "history/relative_l2": "relative L2 error on the thinned test grid (Eq. 7)",
    "history/residual_rms": "root mean square of the unweighted residuals",
    "history/residual_max": "largest magnitude of the unweighted residuals",
    "history/snr": "signal-to-noise ratio of the batch gradients (Eq. 8)",
    "history/snr_residual": "signal-to-noise ratio of the residual's batch gradients",
    "history/srr_batch": "signal-to-rms ratio of the batch gradients (Eq. 17)",
    "history/srr_adam": "signal-to-rms ratio of the optimiser's moments, if any (Eq. 13)",
    "history/gradient_mean": "norm of the mean of the batch gradients",
    "history/gradient_std": "norm of the standard deviation of the batch gradients",
    "history/gradient_conditions": "norm of the gradient of the weighted sum of the conditions",
    "history/cosine": "cosine between the gradients of the conditions and of the residual",
    "history/alignment": "alignment score of the gradients of residual and conditions",
    "history/weights_mean": "mean weight of the points",
    "history/weights_max": "largest weight of the points",
    "history/layers/snr": "signal-to-noise ratio, by layer",
    "history/layers/gradient_mean": "norm of the mean of the batch gradients, by layer",
    "history/layers/gradient_std": "norm of the std of the batch gradients, by layer",
    "history/layers/weight_norm": "Frobenius norm of the weight matrix, by layer",
    "snapshots/iteration": "iteration of the snapshot, taken before the step",
    "snapshots/parameters": "all parameters, W1 b1 W2 b2 ..., each in row-major order",
    "snapshots/weights": "weights of the collocation points, as used in the iteration",
    "points/*": "points, one row each, columns in the order of the coordinates",
    "axes/*": "points of the grid along one coordinate; for boxes, their midpoints",
    "fields/*": "solution on the grid",
    "prediction/*": "an observable of the network on the grid, one map per snapshot",
    "residual/*": "unweighted residual of the equation on the grid, one map per snapshot",
    "iterations": "iteration of each map or row, as in snapshots",
    "weights": "weights of the collocation points, one row per snapshot and equation",
    "information/relative": "information about the input, relative bins, bits (Eq. 31)",
    "information/fixed": "information about the input, fixed bins on [-1, 1], bits",
    "information/binary": "fraction of activations in the first or last bin of their neuron",
    "information/norm": "Frobenius norm of the weight matrix, by hidden layer",
    "activations/sample": "activations of the hidden layers at the point of `points/sample`",
    "boxes/residual": "mean magnitude of the residuals over each of the equal boxes (Eq. 20)",
    "homogeneity/residual": "ratio of mean to root mean square of `boxes/residual`, at most 1",
    "terms/*snr": "signal-to-noise ratio of the batch gradients (Eq. 8)",
    "terms/*snr_residual": "signal-to-noise ratio of the residual's batch gradients",
    "terms/*gradient_mean": "norm of the mean of the batch gradients",
    "terms/*gradient_std": "norm of the standard deviation of the batch gradients",
    "terms/*gradient_conditions": "norm of the gradient of the weighted sum of the conditions",
    "terms/*gradient_*": "norm of the gradient of one term, with its weight, mean over batches",
    "terms/*cosine": "cosine between the gradients of the conditions and of the residual",
    "terms/*cosine_*": "cosine between the gradients of two terms",
    "terms/*alignment": "twice the squared norm of the mean unit gradient of the terms, minus 1",
    "error/iteration": "iteration of each published error: the number of steps",
    "error/relative_l2": "relative L2 error on the test grid (Eq. 7), as published",
    "gradients/iteration": "iteration of each published gradient statistic",
    "gradients/mean": "norm of the mean of the batch gradients, as published",
    "gradients/std": "norm of the standard deviation of the batch gradients, as published",
    "gradients/snr": "ratio of `mean` to `std`, the signal-to-noise ratio (Eq. 8)",
    "state/*": "state from which training continues",
}

AXES = "axes"
"""Placeholder for the coordinates of the grid in the file, in order."""

DIMENSIONS = {
    "history/layers/*": ("iteration", "layer"),
    "history/*": ("iteration",),
    "snapshots/iteration": ("iteration",),
    "snapshots/parameters": ("iteration", "parameter"),
    "snapshots/weights": ("iteration", "equation", "point"),
    "points/collocation": ("point", "coordinate"),
    "points/*": ("*_point", "coordinate"),
    "axes/*": ("*",),
    "fields/*": (AXES,),
    "prediction/*": ("iterations", AXES),
    "residual/*": ("iterations", AXES),
    "error/*": ("iteration",),
    "gradients/*": ("iteration",),
    "iterations": ("iterations",),
    "weights": ("iterations", "equation", "point"),
    "information/*": ("iterations", "layer"),
    "activations/sample": ("iterations", "layer", "neuron"),
    "boxes/residual": ("iterations", AXES),
    "homogeneity/residual": ("iterations",),
    "terms/layers/*": ("iterations", "layer"),
    "terms/*": ("iterations",),
    "state/iteration": (),
    "state/weights": ("equation", "point"),
    "state/last_row/layers/*": ("iteration", "layer"),
    "state/last_row/*": ("iteration",),
    "state/last_snapshot/iteration": ("iteration",),
    "state/last_snapshot/parameters": ("iteration", "parameter"),
    "state/last_snapshot/weights": ("iteration", "equation", "point"),
    "state/milestones/iteration": ("iteration",),
    "state/milestones/weights": ("iteration", "equation", "point"),
    "state/milestones/optimiser/*": ("iteration", "optimiser_*"),
    "state/milestones/*": ("iteration", "parameter"),
    "state/optimiser/*": ("optimiser_*",),
    "state/*": ("parameter",),
}
"""Pattern -> names of the dimensions, where `*` is the last part of the dataset's name."""

Entry = TypeVar("Entry")


def description(name: str) -> str | None:
    """Return the description of a dataset, or None."""
    return _first_match(DESCRIPTIONS, name)


def dimensions(name: str) -> tuple[str, ...] | None:
    """Return the names of a dataset's dimensions, or None; `AXES` stands for those of a grid."""
    declared = _first_match(DIMENSIONS, name)
    last = name.rpartition("/")[2]
    return None if declared is None else tuple(part.replace("*", last) for part in declared)


def _first_match(table: Mapping[str, Entry], name: str) -> Entry | None:
    return next((entry for pattern, entry in table.items() if fnmatchcase(name, pattern)), None)
