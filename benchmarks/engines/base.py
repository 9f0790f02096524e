"""Interface of an engine: evaluate the loss once, and iterate."""

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import Task


@dataclass(frozen=True)
class Evaluation:
    """The loss's residuals and gradient at the initial parameters.

    Attributes
    ----------
    residual
        Shape (equations, points).
    gradient
        Of the total loss, in the order of the parameters, shape (parameters,).
    """

    residual: NDArray[Any]
    gradient: NDArray[Any]


class Engine(ABC):
    """A training, set up by its constructor; iterations are full-batch Adam in float32."""

    packages: ClassVar[tuple[str, ...]] = ("torch",)  # whose versions matter

    @abstractmethod
    def __init__(self, task: Task) -> None:
        """Set up everything before the first iteration."""

    def evaluate(self) -> Evaluation | None:
        """Evaluate the loss before the first iteration; None if the engine computes no loss."""
        return None

    @abstractmethod
    def iterate(self) -> None:
        """Run one training iteration, and return when it has finished."""

    def seconds(self, iterations: int) -> list[float]:
        """Run iterations, and return the wall time of each."""
        times = []
        for _ in range(iterations):
            began = time.perf_counter()
            self.iterate()
            times.append(time.perf_counter() - began)
        return times


def flat(parts: Any) -> NDArray[Any]:
    """All values of several arrays or tensors in one row."""
    return np.concatenate([np.asarray(part).ravel() for part in parts])


def engine_class(name: str) -> type[Engine]:
    """Return the engine that the file `name` defines.

    Raises
    ------
    ImportError
        If the package that it measures is not installed.
    """
    module = import_module(f"benchmarks.engines.{name}")
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Engine)
        and value.__module__ == module.__name__
    )
    return found
