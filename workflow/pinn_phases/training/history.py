"""The record of a training: rows of scalars and snapshots of the parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.settings.training import RecordSettings

MILESTONES = "state/milestones/"  # their prefix in a checkpoint
RECORD = ("history/", "snapshots/", MILESTONES)  # prefixes of series that are only appended to

# Recorded in float64: at an SNR of 1e4, SRR_B (Eq. 17) differs from 1 in its ninth digit. All else
# is computed in float32.
FLOAT64 = ("snr", "srr_batch", "srr_adam", "layers/snr")

Row = Mapping[str, Any]  # name -> number or array, of the same shape in every row

# Iterations at which the whole state is saved, for a later training of fewer iterations. Three
# states take two fifths of the memory of the 18 snapshots of a decade; of N iterations 0.3 N are
# trained again on average, 0.54 N at most.
MILESTONES_PER_DECADE = 3


def recorded(name: str, values: NDArray[np.float64]) -> NDArray[Any]:
    """Return a value of a row with the dtype of its column."""
    return values if name in FLOAT64 else values.astype(np.float32)


def is_recorded(iteration: int, record: RecordSettings) -> bool:
    """Whether this iteration (counted from 1) is recorded in the history."""
    return iteration <= record.dense_until or iteration % record.every == 0


def snapshot_iterations(iterations: int, per_decade: int) -> NDArray[np.int64]:
    """Return the iterations of the snapshots, evenly spaced in their logarithm.

    The spacing does not depend on `iterations`: a longer training has the same snapshots, and more.
    """
    steps = np.arange(int(np.ceil(per_decade * np.log10(iterations))) + 1)
    candidates = np.unique(np.round(10.0 ** (steps / per_decade)).astype(np.int64))
    return candidates[candidates <= iterations]


@dataclass
class Series:
    """Rows of named values, appended one at a time and stacked to arrays on request."""

    rows: list[Row] = field(default_factory=list)

    def append(self, row: Row) -> None:
        """Add a row with the names of the first one.

        The names differ if other code began the series: columns that it lacks are left out, and
        columns that only it has are NaN from here on.
        """
        if self.rows and row.keys() != self.rows[0].keys():
            row = {
                name: row[name] if name in row else np.full_like(value, np.nan)
                for name, value in self.rows[0].items()
            }
        self.rows.append(row)

    def extended(self, others: "Series") -> "Series":
        """Return a series with the rows of another one appended."""
        series = Series(list(self.rows))
        for row in others.rows:
            series.append(row)
        return series

    def arrays(self, prefix: str, start: int = 0) -> dict[str, NDArray[Any]]:
        """Return one array per name, with `prefix` before it; its first dimension is the rows.

        Parameters
        ----------
        start
            Rows to leave out at the beginning.
        """
        rows = self.rows[start:]
        names = rows[0] if rows else ()
        return {prefix + name: np.array([row[name] for row in rows]) for name in names}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> "Series":
        """Invert `arrays`; other arrays may be among them."""
        columns = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        count = len(next(iter(columns.values()), ()))
        return cls([{name: values[i] for name, values in columns.items()} for i in range(count)])
