"""Level and ceiling of a curve in equal bins of log10(iteration)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinn_phases.arrays import Real

CEILING = 0.9  # quantile of the records in a bin


@dataclass(frozen=True)
class Bins:
    """Level and ceiling of a curve in equal bins of x; empty bins are omitted.

    Attributes
    ----------
    label
        Increasing index of each bin, shape (bins,). A bin covers `label` to `label + 1` bin widths.
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
        """Bin a curve with increasing x; the last bin is dropped because it may be incomplete.

        Bins start at multiples of their width, so that a longer curve has the same bins.
        """
        # 1e-9: rounding must not move log10(1000) from 3 to the bin below.
        label = np.floor(x * per_unit + 1e-9).astype(np.intp)
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
        """Return the slice of the bins with labels from `first` to `first + count - 1`."""
        return slice(*np.searchsorted(self.label, [first, first + count]))
