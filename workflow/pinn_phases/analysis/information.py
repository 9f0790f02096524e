"""Information that a hidden layer holds about its input, and how binary its activations are.

The layer T is a function of the input X, so that H(T|X) = 0 and I(X;T) = H(T) (Eq. 31, which lacks
the minus sign). The activations of each neuron are sorted into bins; the digits of all neurons,
one string for each point, are the values of T, and

    H(T) = -sum p log2 p = log2 n - (1/n) sum c log2 c      (bits)

over the distinct strings, where c of the n points have the string and p = c / n. Strings are
compared digit by digit, not by hashes: the sum is exact but for its rounding.

*Relative bins* (3.3). With r the range of a neuron over the points and w = mean(r) / bins, the
neuron has floor(r / w) bins of equal width, at least one, from its smallest to its largest value: a
neuron of mean range has `bins` of them. That every neuron has a first and a last bin of full width,
as the share of binary activations needs, is what the authors' code does; bins of exactly the width
w, counted from the smallest value, would cut the last one at any place. *Fixed bins* divide
[-1, 1], the range of tanh, into `bins`, for all neurons alike.

What the number means: it is an estimate from counted frequencies, which is too low on average
(Paninski), and never more than log2 n. With hundreds of neurons there are far more strings than
points. Once every point has a string of its own the estimate is log2 n, whatever the network does:
it then tells the number of points, not of T. The information of continuous X and T is infinite or,
by bins, a matter of their width; what falls and rises is how far points cluster (Goldfeld et al.).

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

# The mean of equal ranges may differ from them by rounding (1e-16), which must not cost a bin.
ROUNDING = 1e-9  # bins


@dataclass(frozen=True)
class LayerInformation:
    """What is measured of one layer at one snapshot; NaN where activations are.

    Attributes
    ----------
    relative, fixed
        I(X;T) by relative and by fixed bins, bits.
    binary
        Share of the pairs of point and neuron in the neuron's first or last relative bin. A neuron
        of one or two bins counts in full.
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
        Of a neuron of mean range, and between -1 and 1.

    Raises
    ------
    ValueError
        If there is no point or no neuron, or an activation lies outside [-1, 1].
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
    """Bin of each activation in the range of its own neuron.

    Parameters
    ----------
    activations
        Shape (points, neurons), finite.
    bins
        Of a neuron of mean range.

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
    """Bin of each activation, of as many equal ones from -1 to 1; shape as `activations`.

    Raises
    ------
    ValueError
        If an activation lies outside [-1, 1].
    """
    lowest, highest = activations.min(), activations.max()
    if not -1 <= lowest <= highest <= 1:
        raise ValueError(f"expected activations in [-1, 1], received [{lowest}, {highest}]")
    scaled = activations + 1
    scaled /= 2
    return _whole(scaled, np.array([float(bins)]))[0]


def _whole(scaled: Real, counts: Real) -> tuple[Digits, Digits]:
    """Digits of values that lie within [0, 1], which is overwritten; the last bin is closed."""
    kind = np.min_scalar_type(int(counts.max()))  # a byte for up to 255 bins: memory
    scaled *= counts.astype(scaled.dtype)
    digits = scaled.astype(kind)
    whole = counts.astype(kind)
    return np.minimum(digits, whole - 1), whole


def string_entropy(digits: Digits) -> float:
    """Entropy of the rows, of which each distinct one is a value, from their frequencies.

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
