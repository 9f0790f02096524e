"""Levels of a curve in equal bins of its logarithmic axis of iterations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Real

CEILING = 0.9  # quantile of the records of a bin
FEWEST = 3  # bins with records in a window, for its level


@dataclass(frozen=True)
class Bins:
    """What a curve is in equal bins of x; bins without a record are left out.

    Attributes
    ----------
    label
        Shape (bins,), increasing: a bin holds x from `label` to `label + 1` bin widths.
    width
        Of a bin, in units of x.
    level, ceiling
        Median and 90 % quantile of y in each bin, shape (bins,).
    """

    label: NDArray[np.intp]
    width: float
    level: Real
    ceiling: Real

    @classmethod
    def of(cls, x: Real, y: Real, per_unit: int) -> "Bins":
        """Bin a curve of increasing x; the last bin is dropped, as it may be incomplete.

        Bins start at multiples of their width, so that a longer curve has the same ones.
        """
        label = np.floor(x * per_unit + 1e-9).astype(np.intp)  # 1000 is 10^3 in spite of rounding
        first = np.flatnonzero(np.diff(label, prepend=label[0] - 1))
        parts = np.split(y, first[1:])[:-1]
        level = np.array([np.median(part) for part in parts])
        ceiling = np.array([np.quantile(part, CEILING) for part in parts])
        return cls(label[first][:-1], 1 / per_unit, level, ceiling)

    @property
    def start(self) -> Real:
        """Where each bin starts, shape (bins,)."""
        return np.asarray(self.label * self.width, dtype=np.float64)

    @property
    def end(self) -> float:
        """Where the last bin ends."""
        return float((self.label[-1] + 1) * self.width)

    def within(self, first: int, count: int) -> slice:
        """Return the bins whose labels are `first` to `first + count - 1`."""
        return slice(*np.searchsorted(self.label, [first, first + count]))
