"""Information of a hidden layer about its input, and share of binary activations.

The layer T is a function of the input X, so H(T|X) = 0 and I(X;T) = H(T) (Eq. 31, which lacks
the minus sign). The activations of each neuron are binned. The bin indices ("digits") of all
neurons at a point form a string, which is the value of T, and

    H(T) = -sum p log2 p = log2 n - (1/n) sum c log2 c      (bits)

over the distinct strings, where c of the n points have the string and p = c / n. Strings are
compared exactly, without hashes.

*Relative bins* (3.3). With r the range of a neuron over the points and w = mean(r) / bins, the
neuron has floor(r / w) bins of equal width, at least one, from its smallest to its largest value. A
neuron of mean range has `bins` of them. So every neuron has a first and a last bin of full width,
which the share of binary activations needs; the authors' code does the same. *Fixed bins* divide
[-1, 1], the range of tanh, into `bins` for every neuron.

The estimate comes from frequencies. It is too low on average (Paninski), and at most log2 n. With
hundreds of neurons there are far more strings than points. If every point has a different string,
the estimate is log2 n for any network: it then shows the number of points, not a property of T. The
information of continuous X and T is infinite or, with bins, depends on their width. Its changes
show how much points cluster (Goldfeld et al.).

References
----------
Paninski, Estimation of entropy and mutual information, Neural Computation 15 (2003) 1191-1253 (bias
of the estimate from frequencies, also where there are few points for each value).
Goldfeld et al., Estimating information flow in deep neural networks, ICML 2019 (what binned
estimates of deterministic networks measure).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.floating]
Digits = NDArray[np.unsignedinteger]

# The mean of equal ranges may differ from them by rounding (1e-16); that must not lose a bin.
ROUNDING = 1e-9  # bins


@dataclass(frozen=True)
class LayerInformation:
    """Measurements of one layer at one snapshot; NaN if activations are NaN.

    Attributes
    ----------
    relative, fixed
        I(X;T) with relative and fixed bins, bits.
    binary
        Share of activations in the first or last relative bin of their neuron. A neuron with one
        or two bins counts in full.
    """

    relative: float
    fixed: float
    binary: float


def layer_information(activations: Real, bins: int) -> LayerInformation:
    """Measure one layer.

    Parameters
    ----------
    activations
        Shape (points, neurons), within [-1, 1].
    bins
        Number over the mean range of a neuron, and between -1 and 1.

    Raises
    ------
    ValueError
        If there is no point or neuron, or an activation is outside [-1, 1].
    """
    if activations.ndim != 2 or activations.size == 0:
        raise ValueError(f"expected shape (points, neurons), received {activations.shape}")
    if np.isnan(activations).any():  # a training that has diverged
        return LayerInformation(np.nan, np.nan, np.nan)
    digits, counts = relative_digits(activations, bins)
    binary = float(((digits == 0) | (digits == counts - 1)).mean())
    fixed = string_entropy(fixed_digits(activations, bins))
    return LayerInformation(string_entropy(digits), fixed, binary)


def relative_digits(activations: Real, bins: int) -> tuple[Digits, Digits]:
    """Bin index of each activation within the range of its neuron.

    Parameters
    ----------
    activations
        Shape (points, neurons), finite.
    bins
        Number over the mean range of a neuron.

    Returns
    -------
    digits
        From 0, shape (points, neurons).
    counts
        Number of bins of each neuron, shape (neurons,).
    """
    lowest = activations.min(0)
    ranges = activations.max(0) - lowest
    mean = ranges.mean(dtype=float)
    ratio = ranges / (mean if mean > 0 else 1.0)  # constant neurons: 0, and one bin
    counts = np.maximum(np.floor(bins * ratio.astype(float) + ROUNDING), 1)
    scaled = activations - lowest
    scaled /= np.where(ranges > 0, ranges, 1)
    return _whole(scaled, counts)


def fixed_digits(activations: Real, bins: int) -> Digits:
    """Bin index of each activation in equal bins from -1 to 1; the shape of `activations`.

    Raises
    ------
    ValueError
        If an activation is outside [-1, 1].
    """
    lowest, highest = activations.min(), activations.max()
    if not -1 <= lowest <= highest <= 1:
        raise ValueError(f"expected activations in [-1, 1], received [{lowest}, {highest}]")
    scaled = activations + 1
    scaled /= 2
    return _whole(scaled, np.array([float(bins)]))[0]


def _whole(scaled: Real, counts: Real) -> tuple[Digits, Digits]:
    """Bin indices of values in [0, 1], which are overwritten; the last bin is closed."""
    kind = np.min_scalar_type(int(counts.max()))  # one byte for up to 255 bins, to save memory
    scaled *= counts.astype(scaled.dtype)
    digits = scaled.astype(kind)
    whole = counts.astype(kind)
    return np.minimum(digits, whole - 1), whole


def string_entropy(digits: Digits) -> float:
    """Entropy of the distinct rows, from their frequencies.

    Parameters
    ----------
    digits
        Shape (points, neurons).

    Returns
    -------
    float
        Bits; from 0, all rows equal, to log2(points), all different.
    """
    points, neurons = digits.shape
    strings = np.ascontiguousarray(digits).view(f"V{neurons * digits.itemsize}")  # (points, 1)
    counts = np.sort(np.unique(strings, return_counts=True)[1])  # whatever the order of the rows
    return float(np.log2(points) - (counts * np.log2(counts)).sum() / points)
