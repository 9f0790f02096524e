"""Information that a hidden layer has about its input, and share of binary activations.

The layer T is a function of the input X, so H(T|X) = 0 and I(X;T) = H(T) (Eq. 31, which lacks the
minus sign). The activations of each neuron are binned. The bin indices ("digits") of all neurons at
a point form a string, which is the value of T. The entropy, in bits, is

    H(T) = -sum p log2 p = log2 n - (1/n) sum c log2 c

summed over the distinct strings, where a string occurs at c of the n points and p = c / n. Strings
are compared exactly, without hashes.

*Relative bins* (3.3). Let r be the range of a neuron over the points and w = mean(r) / bins. The
neuron has floor(r / w) bins of equal width, at least one, from its smallest to its largest value,
so that a neuron with the mean range has `bins`. Every neuron then has a first and a last bin of
full width, on which the share of binary activations is based; the authors' code does the same.
*Fixed bins* divide [-1, 1], the range of tanh, into `bins` bins for every neuron.

The entropy is estimated from frequencies, which is too low on average (Paninski) and at most
log2 n. With hundreds of neurons there are far more possible strings than points. If every point has
its own string, the estimate is log2 n for any network: it then measures the number of points, not a
property of T. The information of continuous X and T is infinite and, with bins, depends on their
width. What its changes show is how much the points cluster (Goldfeld et al.).

References
----------
Paninski, Estimation of entropy and mutual information, Neural Computation 15 (2003) 1191-1253 (bias
of the estimate from frequencies, also with few points per value).
Goldfeld et al., Estimating information flow in deep neural networks, ICML 2019 (meaning of binned
estimates for deterministic networks).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.floating]
Digits = NDArray[np.unsignedinteger]

# In bins: the mean of equal ranges may differ from them by rounding (1e-16), which must not reduce
# the number of bins by one.
ROUNDING = 1e-9


@dataclass(frozen=True)
class LayerInformation:
    """Measurements of one layer at one snapshot; NaN if activations are NaN.

    Attributes
    ----------
    relative, fixed
        I(X;T) with relative and fixed bins, bits.
    binary
        Share of activations in the first or last relative bin of their neuron, in [0, 1]. All
        activations of a neuron with one or two bins count.
    """

    relative: float
    fixed: float
    binary: float


def layer_information(activations: Real, bins: int) -> LayerInformation:
    """Measure the information and binary share of one layer.

    Parameters
    ----------
    activations
        Shape (points, neurons), within [-1, 1].
    bins
        Number of relative bins over the mean range of a neuron, and of fixed bins over [-1, 1].

    Raises
    ------
    ValueError
        If there is no point or neuron, or an activation is outside [-1, 1].
    """
    if activations.ndim != 2 or activations.size == 0:
        raise ValueError(f"expected shape (points, neurons), received {activations.shape}")
    if np.isnan(activations).any():  # the training has diverged
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
        Number of bins over the mean range of a neuron.

    Returns
    -------
    digits
        Bin indices from 0, shape (points, neurons).
    counts
        Number of bins of each neuron, shape (neurons,).
    """
    lowest = activations.min(0)
    ranges = activations.max(0) - lowest
    mean = ranges.mean(dtype=float)
    ratio = ranges / (mean if mean > 0 else 1.0)  # 0 for constant neurons, which get one bin
    counts = np.maximum(np.floor(bins * ratio.astype(float) + ROUNDING), 1)
    scaled = activations - lowest
    scaled /= np.where(ranges > 0, ranges, 1)
    return _bin_indices(scaled, counts)


def fixed_digits(activations: Real, bins: int) -> Digits:
    """Bin index of each activation in equal bins from -1 to 1, with the shape of `activations`.

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
    return _bin_indices(scaled, np.array([float(bins)]))[0]


def _bin_indices(scaled: Real, counts: Real) -> tuple[Digits, Digits]:
    """Bin indices of values in [0, 1], and the counts as integers.

    The value 1 belongs to the last bin. `scaled` is overwritten to save memory.
    """
    dtype = np.min_scalar_type(int(counts.max()))  # one byte for up to 255 bins, to save memory
    scaled *= counts.astype(scaled.dtype)
    digits = scaled.astype(dtype)
    integers = counts.astype(dtype)
    return np.minimum(digits, integers - 1), integers


def string_entropy(digits: Digits) -> float:
    """Entropy of the rows, estimated from the frequencies of the distinct rows.

    Parameters
    ----------
    digits
        Shape (points, neurons).

    Returns
    -------
    float
        Bits, from 0 if all rows are equal to log2(points) if all differ.
    """
    points, neurons = digits.shape
    strings = np.ascontiguousarray(digits).view(f"V{neurons * digits.itemsize}")  # (points, 1)
    # Sorted, so that rounding does not depend on the order of the strings.
    counts = np.sort(np.unique(strings, return_counts=True)[1])
    return float(np.log2(points) - (counts * np.log2(counts)).sum() / points)
