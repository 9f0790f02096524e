"""The state of a training, and its arrays in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.arrays import Arrays
from pinn_phases.network.network import flattened, unflattened
from pinn_phases.training.history import MILESTONES, RECORD, Row, Series


@dataclass
class State:
    """A training after `iteration` steps of the optimiser.

    `first` and `second` are Adam's moving averages, `weights` the method's. `last_row` and
    `last_snapshot` hold those of the last iteration if it is not on the schedule: they end the
    result, but a longer training drops them. `milestones` are earlier states, from which a shorter
    training continues.
    """

    parameters: list[Tensor]
    first: list[Tensor]
    second: list[Tensor]
    weights: Float[Tensor, "equations points"]
    iteration: int = 0
    history: Series = field(default_factory=Series)
    snapshots: Series = field(default_factory=Series)
    last_row: Series = field(default_factory=Series)
    last_snapshot: Series = field(default_factory=Series)
    milestones: Series = field(default_factory=Series)

    @classmethod
    def start(
        cls, parameters: Sequence[Tensor], equations: int, points: int, weight: float = 0.0
    ) -> "State":
        """Before the first iteration, with the same weight for every point."""
        return cls(
            parameters=list(parameters),
            first=[torch.zeros_like(p) for p in parameters],
            second=[torch.zeros_like(p) for p in parameters],
            weights=parameters[0].new_full((equations, points), weight),
        )

    def without_record(self) -> Row:
        """Return a copy of all but the record."""
        return {
            "iteration": self.iteration,
            "parameters": flattened(self.parameters),
            "first": flattened(self.first),
            "second": flattened(self.second),
            "weights": self.weights.cpu().numpy().copy(),
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint, without the record."""
        return {
            **{f"state/{name}": np.asarray(value) for name, value in self.without_record().items()},
            **self.last_row.arrays("state/last_row/"),
            **self.last_snapshot.arrays("state/last_snapshot/"),
        }

    def record(self, start: Mapping[str, int]) -> dict[str, NDArray[Any]]:
        """Return the rows of each series of `RECORD` from index `start` on."""
        series = self.history, self.snapshots, self.milestones
        return {
            name: values
            for prefix, one in zip(RECORD, series, strict=True)
            for name, values in one.arrays(prefix, start[prefix]).items()
        }

    def records(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a result: history and snapshots, including the last iteration."""
        history = self.history.extended(self.last_row)
        snapshots = self.snapshots.extended(self.last_snapshot)
        return history.arrays("history/") | snapshots.arrays("snapshots/")

    def restored(self, arrays: Arrays, *, last: bool) -> "State":
        """Return the state that `arrays` holds, on this state's device.

        `last` says whether the training ends there.
        """
        return State(
            parameters=unflattened(arrays["state/parameters"], self.parameters),
            first=unflattened(arrays["state/first"], self.parameters),
            second=unflattened(arrays["state/second"], self.parameters),
            weights=torch.from_numpy(arrays["state/weights"]).to(self.weights),
            iteration=int(arrays["state/iteration"]),
            history=Series.of(arrays, "history/"),
            snapshots=Series.of(arrays, "snapshots/"),
            last_row=Series.of(arrays if last else {}, "state/last_row/"),
            last_snapshot=Series.of(arrays if last else {}, "state/last_snapshot/"),
            milestones=Series.of(arrays, MILESTONES),
        )


def cut(arrays: Arrays, iterations: int) -> dict[str, NDArray[Any]] | None:
    """Return the checkpoint from which a shorter training continues, to the same data.

    Parameters
    ----------
    arrays
        Checkpoint of the longer training, with its record.
    iterations
        Number of iterations of the shorter one, at least 1.

    Returns
    -------
    dict
        Checkpoint at the last milestone before its last iteration. That iteration is trained again,
        since the record of the longer training may lack its row and snapshot. None if no milestone
        is that early, as in a checkpoint of an older version.
    """
    earlier = [m for m in Series.of(arrays, MILESTONES).rows if m["iteration"] < iterations]
    if not earlier:
        return None
    milestone = earlier[-1]
    done = milestone["iteration"]
    # The milestone itself is recorded again when the training continues.
    ends = {"history/": done, "snapshots/": done, MILESTONES: done - 1}
    record = {
        name: values[: np.searchsorted(arrays[f"{series}iteration"], end, "right")]
        for series, end in ends.items()
        for name, values in arrays.items()
        if name.startswith(series)
    }
    state = {f"state/{name}": np.asarray(value) for name, value in milestone.items()}
    return {**record, **state}
