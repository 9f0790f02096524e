"""The state of a training, and its conversion to the arrays of a file."""

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
from pinn_phases.training.recording.history import (
    LAST_ROW,
    LAST_SNAPSHOT,
    MILESTONES,
    RECORD,
    Row,
    Series,
    rows_until,
)
from pinn_phases.training.stepper import Stepper

STATE = "state/"  # prefix of its datasets in a checkpoint


@dataclass
class State:
    """A training after `iteration` steps of the optimiser.

    `weights` are those of the collocation points; the stepper holds the optimiser's state.
    `last_row` and `last_snapshot` belong to the last iteration, if it is not on the schedule: the
    result includes them, but a longer training drops them. `milestones` are earlier states, from
    which a training with fewer iterations can continue.
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
        """Return the state before the first iteration, with the same weight for every point."""
        weights = parameters[0].new_full((equations, points), weight)
        return cls(list(parameters), Stepper(optimiser, parameters), weights)

    @property
    def iteration(self) -> int:
        """Number of iterations done."""
        return self.stepper.iteration

    def without_record(self) -> Row:
        """Return a copy of the state without the record."""
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

    def rows_since(self, start: Mapping[str, int]) -> dict[str, NDArray[Any]]:
        """Return the rows of each series of `RECORD` from index `start[prefix]` on."""
        all_series = self.history, self.snapshots, self.milestones
        return {
            name: values
            for prefix, series in zip(RECORD, all_series, strict=True)
            for name, values in series.arrays(prefix, start[prefix]).items()
        }

    def result_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a result: history and snapshots, including the last iteration."""
        history = self.history.extended(self.last_row)
        snapshots = self.snapshots.extended(self.last_snapshot)
        return history.arrays("history/") | snapshots.arrays("snapshots/")

    def restored(self, arrays: Arrays, *, last: bool) -> "State":
        """Return the state in the arrays of a checkpoint, on the device of this state.

        Parameters
        ----------
        last
            Whether the checkpoint is of the last iteration of this training.
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
            history=Series.from_arrays(arrays, "history/"),
            snapshots=Series.from_arrays(arrays, "snapshots/"),
            last_row=Series.from_arrays(arrays if last else {}, LAST_ROW),
            last_snapshot=Series.from_arrays(arrays if last else {}, LAST_SNAPSHOT),
            milestones=Series.from_arrays(arrays, MILESTONES),
        )


def truncated(arrays: Arrays, iterations: int) -> dict[str, NDArray[Any]] | None:
    """Return the checkpoint from which a shorter training continues, with identical results.

    Parameters
    ----------
    arrays
        Arrays of the checkpoint of the longer training, with its record.
    iterations
        Number of iterations of the shorter one, at least 1.

    Returns
    -------
    dict
        Arrays of a checkpoint at the last milestone before the last iteration of the shorter
        training. At least that iteration is trained again, since the record of the longer training
        may lack its row and snapshot. None if no milestone is that early, as in a checkpoint of an
        older version.
    """
    milestones = Series.from_arrays(arrays, MILESTONES).rows
    earlier = [row for row in milestones if row["iteration"] < iterations]
    if not earlier:
        return None
    milestone = earlier[-1]
    done = milestone["iteration"]
    # The milestone itself is recorded again when the training continues.
    ends = {"history/": done, "snapshots/": done, MILESTONES: done - 1}
    state = {f"{STATE}{name}": np.asarray(value) for name, value in milestone.items()}
    return {**rows_until(arrays, ends), **state}
