"""What a training records: rows of scalars, snapshots of the parameters, milestones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_phases.settings.training import RecordSettings

MILESTONES = "state/milestones/"  # prefix of their datasets in a checkpoint
RECORD = ("history/", "snapshots/", MILESTONES)  # prefixes of the series; rows are only appended
LAST_ROW, LAST_SNAPSHOT = "state/last_row/", "state/last_snapshot/"  # the last, if not scheduled

# Columns recorded in float64: at an SNR of 1e4, SRR_B (Eq. 17) differs from 1 only in its ninth
# digit. The other columns are float32, as the training is.
FLOAT64 = ("snr", "srr_batch", "srr_adam", "layers/snr")

Row = Mapping[str, Any]  # name -> number or array, of the same shape in every row

# Milestones: iterations at which the whole state is saved, so that a later training with fewer
# iterations can continue from there. Three states per decade take two fifths of the memory of its
# 18 snapshots. A training of N iterations then repeats 0.3 N of them on average, 0.54 N at most.
MILESTONES_PER_DECADE = 3


def in_column_dtype(name: str, values: NDArray[np.float64]) -> NDArray[Any]:
    """Convert a value of a row to the dtype of its column."""
    return values if name in FLOAT64 else values.astype(np.float32)


def is_recorded(iteration: int, record: RecordSettings) -> bool:
    """Whether this iteration (counted from 1) is recorded in the history."""
    return iteration <= record.dense_until or iteration % record.every == 0


def snapshot_iterations(iterations: int, per_decade: int) -> NDArray[np.int64]:
    """Return the iterations of the snapshots, evenly spaced on a logarithmic scale.

    They do not move when `iterations` grows: a longer training has the same ones, and more.
    """
    steps = np.arange(int(np.ceil(per_decade * np.log10(iterations))) + 1)
    candidates = np.unique(np.round(10.0 ** (steps / per_decade)).astype(np.int64))
    return candidates[candidates <= iterations]


def rows_until(
    arrays: Mapping[str, NDArray[Any]], ends: Mapping[str, int]
) -> dict[str, NDArray[Any]]:
    """Return the rows of some series up to and including an iteration.

    Parameters
    ----------
    arrays
        Arrays of a checkpoint with its record.
    ends
        Prefix of a series, one of `RECORD` -> its last iteration.
    """
    return {
        name: values[: np.searchsorted(arrays[f"{series}iteration"], end, "right")]
        for series, end in ends.items()
        for name, values in arrays.items()
        if name.startswith(series)
    }


@dataclass
class Series:
    """Rows of named values, appended one at a time and stacked into arrays on request."""

    rows: list[Row] = field(default_factory=list)

    def append(self, row: Row) -> None:
        """Append a row, with the columns of the first row.

        The columns can differ if the series was started by other code. Columns that the first row
        lacks are dropped; columns that only the first row has become NaN.
        """
        if self.rows and row.keys() != self.rows[0].keys():
            row = {
                name: row[name] if name in row else np.full_like(value, np.nan)
                for name, value in self.rows[0].items()
            }
        self.rows.append(row)

    def extended(self, others: "Series") -> "Series":
        """Return a new series with the rows of another one appended."""
        series = Series(list(self.rows))
        for row in others.rows:
            series.append(row)
        return series

    def arrays(self, prefix: str, start: int = 0) -> dict[str, NDArray[Any]]:
        """Return one array per column, named `prefix` + column; the first dimension is the rows.

        Parameters
        ----------
        start
            Index of the first row to include.
        """
        rows = self.rows[start:]
        names = rows[0] if rows else ()
        return {prefix + name: np.array([row[name] for row in rows]) for name in names}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> "Series":
        """Rebuild a series from the arrays whose names start with `prefix`."""
        columns = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        count = len(next(iter(columns.values()), ()))
        return cls([{name: values[i] for name, values in columns.items()} for i in range(count)])
