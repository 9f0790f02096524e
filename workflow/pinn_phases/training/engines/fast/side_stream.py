"""Work on a GPU beside other work: many small kernels hide behind few large ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

Result = TypeVar("Result")


@dataclass(frozen=True)
class Beside(Generic[Result]):
    """A task on a side stream."""

    value: Result
    stream: torch.cuda.Stream

    def result(self) -> Result:
        """Let the current stream wait for the task, and return what the task returned."""
        torch.cuda.current_stream().wait_stream(self.stream)
        return self.value


class SideStream:
    """Runs tasks on a CUDA stream of its own; a CUDA graph may capture it.

    Its kernels come first where both streams have some: those of the current stream fill the GPU.
    Before the next task, the side stream waits for the current one. So memory that a task returned
    is not used again while the current stream reads it.
    """

    def __init__(self) -> None:
        self._stream = torch.cuda.Stream(priority=-1)

    def submit(self, task: Callable[[], Result]) -> Beside[Result]:
        """Start a task."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            return Beside(task(), self._stream)
