"""Levels of a curve in equal bins on the logarithmic axis of iterations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Real

CEILING = 0.9  # quantile of the records of a bin
FEWEST = 3  # bins with records that the level of a window needs


@dataclass(frozen=True)
class Bins:
    """Level and ceiling of a curve in equal bins of x, without empty bins.

    Attributes
    ----------
    label
        Index of each bin, increasing, shape (bins,): x from `label` to `label + 1` bin widths.
    width
        Width of a bin, in units of x.
    level, ceiling
        Median and 90 % quantile of y in each bin, shape (bins,).
    """

    label: NDArray[np.intp]
    width: float
    level: Real
    ceiling: Real

    @classmethod
    def of(cls, x: Real, y: Real, per_unit: int) -> "Bins":
        """Bin a curve of increasing x, without the last bin, which may be incomplete.

        Bins start at multiples of their width, so that a longer curve has the same bins.
        """
        label = np.floor(x * per_unit + 1e-9).astype(np.intp)  # 1000 is 10^3 in spite of rounding
        first = np.flatnonzero(np.diff(label, prepend=label[0] - 1))
        parts = np.split(y, first[1:])[:-1]
        level = np.array([np.median(part) for part in parts])
        ceiling = np.array([np.quantile(part, CEILING) for part in parts])
        return cls(label[first][:-1], 1 / per_unit, level, ceiling)

    @property
    def start(self) -> Real:
        """Start of each bin, shape (bins,)."""
        return np.asarray(self.label * self.width, dtype=np.float64)

    @property
    def end(self) -> float:
        """End of the last bin."""
        return float((self.label[-1] + 1) * self.width)

    def within(self, first: int, count: int) -> slice:
        """Return the bins whose labels are `first` to `first + count - 1`."""
        return slice(*np.searchsorted(self.label, [first, first + count]))
