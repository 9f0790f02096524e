"""What each dataset of a result file holds, in words, by its name or a pattern of it.

These words go into the files (`pinn_phases.storage` writes them). They change no number: like a
docstring, they are no part of the digest of a job's code. All quantities are dimensionless.
"""

from fnmatch import fnmatchcase

DESCRIPTIONS = {
    "history/iteration": "iteration, from 1; its row describes the state before its step",
    "history/loss": "full-batch loss that the optimiser minimises",
    "history/loss_*": "term of the loss, without its weight",
    "history/relative_l2": "relative L2 error on the thinned test grid (Eq. 7)",
    "history/residual_rms": "root mean square of the unweighted residuals",
    "history/residual_max": "largest magnitude of the unweighted residuals",
    "history/snr": "signal-to-noise ratio of the batch gradients (Eq. 8)",
    "history/srr_batch": "signal-to-rms ratio of the batch gradients (Eq. 17)",
    "history/srr_adam": "signal-to-rms ratio of Adam's moments (Eq. 13)",
    "history/gradient_mean": "norm of the mean of the batch gradients",
    "history/gradient_std": "norm of the standard deviation of the batch gradients",
    "history/weights_mean": "mean weight of the points",
    "history/weights_max": "largest weight of the points",
    "history/layers/snr": "signal-to-noise ratio, layer by layer",
    "history/layers/gradient_mean": "norm of the mean of the batch gradients, layer by layer",
    "history/layers/gradient_std": "norm of the std of the batch gradients, layer by layer",
    "history/layers/weight_norm": "Frobenius norm of the weight matrix, layer by layer",
    "snapshots/iteration": "iteration before whose step the snapshot was taken",
    "snapshots/parameters": "all parameters, W1 b1 W2 b2 ..., each in row-major order",
    "snapshots/weights": "weights of the collocation points, as used in the iteration",
    "points/*": "points, one row each, columns in the order of the coordinates",
    "axes/*": "grid along one coordinate",
    "fields/*": "solution on the grid",
    "prediction/*": "an observable of the network on the grid, one map a snapshot",
    "residual/*": "unweighted residual of the equation on the grid, one map a snapshot",
    "iterations": "iteration of each map or row, as in snapshots",
    "weights": "weights of the collocation points, one row a snapshot and equation",
    "information/relative": "information about the input by relative bins, bits (Eq. 31)",
    "information/fixed": "information about the input by fixed bins on [-1, 1], bits",
    "information/binary": "share of the activations in their neuron's first or last bin",
    "information/norm": "Frobenius norm of the weight matrix, hidden layer by hidden layer",
    "activations/sample": "activations of the hidden layers at the point of `points/sample`",
    "boxes/residual": "mean magnitude of the residuals over each of the equal boxes (Eq. 20)",
    "homogeneity/residual": "ratio of mean to root mean square of `boxes/residual`, at most 1",
    "error/iteration": "iteration of each published error, its number of steps",
    "error/relative_l2": "relative L2 error on the test grid (Eq. 7), as published",
    "gradients/iteration": "iteration of each published gradient statistic",
    "gradients/mean": "norm of the mean of the batch gradients, as published",
    "gradients/std": "norm of the standard deviation of the batch gradients, as published",
    "gradients/snr": "their ratio, the signal-to-noise ratio (Eq. 8)",
    "state/*": "what the next iteration needs",
}


def description(name: str) -> str | None:
    """Return the words on a dataset, if there are any."""
    fitting = (text for pattern, text in DESCRIPTIONS.items() if fnmatchcase(name, pattern))
    return next(fitting, None)
