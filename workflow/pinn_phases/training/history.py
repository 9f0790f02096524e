"""What a training writes down: rows of scalars and snapshots of the parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.settings.training import RecordSettings

MILESTONES = "state/milestones/"  # where a checkpoint holds them
RECORD = ("history/", "snapshots/", MILESTONES)  # series that grow; what is in them stays

# Recorded in float64: at an SNR of 1e4, SRR_B (Eq. 17) differs from 1 in its ninth digit. All else
# is of float32 to begin with.
FLOAT64 = ("snr", "srr_batch", "srr_adam", "layers/snr")

Row = Mapping[str, Any]  # name -> number or array, of the same shape in every row

# Iterations at which the whole state is kept, for a training of fewer iterations. Three states take
# two fifths of the room of the 18 snapshots of a decade; of N iterations 0.3 N are trained again on
# average, 0.54 N at most.
MILESTONES_PER_DECADE = 3


def recorded(name: str, values: NDArray[np.float64]) -> NDArray[Any]:
    """Return a column's values of one row with the dtype in which it is recorded."""
    return values if name in FLOAT64 else values.astype(np.float32)


def is_recorded(iteration: int, record: RecordSettings) -> bool:
    """Whether a row of the history belongs to this iteration (counted from 1)."""
    return iteration <= record.dense_until or iteration % record.every == 0


def snapshot_iterations(iterations: int, per_decade: int) -> NDArray[np.int64]:
    """Return the iterations of the snapshots, evenly spaced in their logarithm.

    The spacing does not depend on `iterations`, so that a longer training has the same snapshots
    and more of them.
    """
    steps = np.arange(int(np.ceil(per_decade * np.log10(iterations))) + 1)
    candidates = np.unique(np.round(10.0 ** (steps / per_decade)).astype(np.int64))
    return candidates[candidates <= iterations]


@dataclass
class Series:
    """Rows of named values, appended one at a time and stacked to arrays when asked for."""

    rows: list[Row] = field(default_factory=list)

    def append(self, row: Row) -> None:
        """Add a row with the names of the first one.

        They differ where other code has begun the series: what it did not record is left out, and
        what only it recorded is NaN from here on.
        """
        if self.rows and row.keys() != self.rows[0].keys():
            row = {
                name: row[name] if name in row else np.full_like(value, np.nan)
                for name, value in self.rows[0].items()
            }
        self.rows.append(row)

    def extended(self, others: "Series") -> "Series":
        """Return a series with the rows of another one behind."""
        series = Series(list(self.rows))
        for row in others.rows:
            series.append(row)
        return series

    def arrays(self, prefix: str, start: int = 0) -> dict[str, NDArray[Any]]:
        """One array a name, put behind `prefix`; its first dimension is that of the rows.

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
        """Undo `arrays`, from among others."""
        columns = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        count = len(next(iter(columns.values()), ()))
        return cls([{name: values[i] for name, values in columns.items()} for i in range(count)])
