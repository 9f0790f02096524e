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
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.training.history import MILESTONES, RECORD, Row, Series
from pinn_phases.training.stepper import Stepper

STATE = "state/"  # before the names of its arrays
LAST_ROW, LAST_SNAPSHOT = f"{STATE}last_row/", f"{STATE}last_snapshot/"


@dataclass
class State:
    """A training after `iteration` steps of the optimiser.

    `weights` are the method's; the stepper holds the optimiser's state. `last_row` and
    `last_snapshot` hold those of the last iteration if it is not on the schedule: they end the
    result, but a longer training drops them. `milestones` are earlier states, from which a shorter
    training continues.
    """

    parameters: list[Tensor]
    stepper: Stepper
    weights: Float[Tensor, "equations points"]
    history: Series = field(default_factory=Series)
    snapshots: Series = field(default_factory=Series)
    last_row: Series = field(default_factory=Series)
    last_snapshot: Series = field(default_factory=Series)
    milestones: Series = field(default_factory=Series)

    @classmethod
    def start(
        cls,
        parameters: Sequence[Tensor],
        optimiser: Optimiser,
        equations: int,
        points: int,
        weight: float = 0.0,
    ) -> "State":
        """Before the first iteration, with the same weight for every point."""
        weights = parameters[0].new_full((equations, points), weight)
        return cls(list(parameters), Stepper(optimiser, parameters), weights)

    @property
    def iteration(self) -> int:
        """Number of iterations done."""
        return self.stepper.iteration

    def without_record(self) -> Row:
        """Return a copy of all but the record."""
        return {
            "iteration": self.iteration,
            "parameters": flattened(self.parameters),
            **self.stepper.arrays(),
            "weights": self.weights.cpu().numpy().copy(),
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint, without the record."""
        return {
            **{
                f"{STATE}{name}": np.asarray(value) for name, value in self.without_record().items()
            },
            **self.last_row.arrays(LAST_ROW),
            **self.last_snapshot.arrays(LAST_SNAPSHOT),
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
        others = (MILESTONES, LAST_ROW, LAST_SNAPSHOT)
        own = {
            name.removeprefix(STATE): values
            for name, values in arrays.items()
            if name.startswith(STATE) and not name.startswith(others)
        }
        parameters = unflattened(own["parameters"], self.parameters)
        iteration = int(own["iteration"])
        return State(
            parameters=parameters,
            stepper=Stepper(self.stepper.settings, parameters, iteration=iteration, arrays=own),
            weights=torch.from_numpy(own["weights"]).to(self.weights),
            history=Series.of(arrays, "history/"),
            snapshots=Series.of(arrays, "snapshots/"),
            last_row=Series.of(arrays if last else {}, LAST_ROW),
            last_snapshot=Series.of(arrays if last else {}, LAST_SNAPSHOT),
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
    state = {f"{STATE}{name}": np.asarray(value) for name, value in milestone.items()}
    return {**record, **state}
