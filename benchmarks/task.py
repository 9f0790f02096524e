"""The input of all engines: one training, as plain arrays in one file.

This module needs only NumPy, because peers run in their own environments. Points, targets and
parameters are float32, so that all engines get exactly the same numbers.

The loss is the mean square of each residual, plus weight times mean square for each expression of
each term. Kinds of terms: "value", the field has the targets; "periodic", the field and its
derivative along x are the same at two point sets; "velocity", (psi_y, -psi_x) has the targets.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Term:
    """An initial or boundary condition as a term of the loss."""

    kind: str
    weight: float
    points: tuple[Array, ...]  # point sets, each of shape (points, coordinates)
    targets: tuple[Array, ...]  # one per expression, each of shape (points,)


@dataclass(frozen=True)
class AdamNumbers:
    """Constants of Adam."""

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float


@dataclass(frozen=True)
class Task:
    """One training, before its first iteration.

    Attributes
    ----------
    coefficients
        Of the equation, by their names in config.yaml.
    settings
        Of the run, as JSON, for this project's engine.
    points
        Collocation points, shape (points, coordinates).
    forcing
        Known right-hand side at the points, shape (points,); empty where there is none.
    parameters
        (W1, b1, ..., WL, bL), W of shape (outputs, inputs).
    device
        "cpu" or "cuda"; only this project's engine and its floor support the second.
    """

    problem: str
    coefficients: Mapping[str, float]
    settings: str
    adam: AdamNumbers
    points: Array
    forcing: Array
    parameters: tuple[Array, ...]
    terms: tuple[Term, ...]
    device: str = "cpu"

    @property
    def layers(self) -> list[tuple[Array, Array]]:
        """Weight and bias of each layer."""
        return list(zip(self.parameters[::2], self.parameters[1::2], strict=True))

    @property
    def sizes(self) -> list[int]:
        """Sizes of the input, of every hidden layer and of the output."""
        weights = self.parameters[::2]
        return [weights[0].shape[1], *(len(weight) for weight in weights)]

    def save(self, path: Path) -> None:
        """Write everything to one .npz."""
        arrays = {"points": self.points, "forcing": self.forcing}
        arrays |= {f"parameters/{i}": values for i, values in enumerate(self.parameters)}
        terms = []
        for i, term in enumerate(self.terms):
            terms.append({"kind": term.kind, "weight": term.weight})
            arrays |= {f"terms/{i}/points/{k}": values for k, values in enumerate(term.points)}
            arrays |= {f"terms/{i}/targets/{k}": values for k, values in enumerate(term.targets)}
        header = {
            "problem": self.problem,
            "coefficients": dict(self.coefficients),
            "settings": self.settings,
            "adam": asdict(self.adam),
            "terms": terms,
            "device": self.device,
        }
        np.savez(path, header=np.array(json.dumps(header)), **arrays)

    @classmethod
    def load(cls, path: Path) -> "Task":
        """Read what `save` wrote."""
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays["header"]))

        def numbered(prefix: str) -> tuple[Array, ...]:
            count = sum(name.startswith(prefix) for name in arrays)
            return tuple(arrays[f"{prefix}{i}"] for i in range(count))

        terms = tuple(
            Term(
                **term,
                points=numbered(f"terms/{i}/points/"),
                targets=numbered(f"terms/{i}/targets/"),
            )
            for i, term in enumerate(header.pop("terms"))
        )
        return cls(
            **{**header, "adam": AdamNumbers(**header["adam"])},
            points=arrays["points"],
            forcing=arrays["forcing"],
            parameters=numbered("parameters/"),
            terms=terms,
        )
