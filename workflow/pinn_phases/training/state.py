"""Everything that the next iteration needs, and its form in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_phases.training.history import Series


def flattened(tensors: Sequence[Tensor]) -> NDArray[np.float32]:
    """All values in one row, in order."""
    return torch.cat([t.detach().flatten() for t in tensors]).cpu().numpy()


def unflattened(values: NDArray[np.float32], like: Sequence[Tensor]) -> list[Tensor]:
    """Undo `flattened`, with the shapes, type and device of `like`."""
    flat = torch.from_numpy(values).to(like[0])
    parts = flat.split([t.numel() for t in like])
    return [part.view_as(t).clone() for part, t in zip(parts, like, strict=True)]


@dataclass
class State:
    """A training after `iteration` steps of the optimiser.

    `first` and `second` are Adam's moving averages, `weights` the method's, of shape
    (equations, points). `last_row` and `last_snapshot` hold those of the last iteration where the
    schedule leaves it out: they end the result, but a longer training drops them.
    """

    parameters: list[Tensor]
    first: list[Tensor]
    second: list[Tensor]
    weights: Tensor
    iteration: int = 0
    history: Series = field(default_factory=Series)
    snapshots: Series = field(default_factory=Series)
    last_row: Series = field(default_factory=Series)
    last_snapshot: Series = field(default_factory=Series)

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

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint holds."""
        return {
            "state/iteration": np.array(self.iteration),
            "state/parameters": flattened(self.parameters),
            "state/first": flattened(self.first),
            "state/second": flattened(self.second),
            "state/weights": self.weights.cpu().numpy(),
            **self.history.arrays("history/"),
            **self.snapshots.arrays("snapshots/"),
            **self.last_row.arrays("state/last_row/"),
            **self.last_snapshot.arrays("state/last_snapshot/"),
        }

    def records(self) -> dict[str, NDArray[Any]]:
        """Return what a result holds: history and snapshots, up to and with the last."""
        history = Series(self.history.rows + self.last_row.rows)
        snapshots = Series(self.snapshots.rows + self.last_snapshot.rows)
        return history.arrays("history/") | snapshots.arrays("snapshots/")

    def restored(self, arrays: Mapping[str, NDArray[Any]], *, last: bool) -> "State":
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
        )
