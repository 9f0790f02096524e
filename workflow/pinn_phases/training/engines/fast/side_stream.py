"""Concurrent work on a GPU: many small kernels run while a few large ones do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

Result = TypeVar("Result")


@dataclass(frozen=True)
class SideTask(Generic[Result]):
    """A task that was started on a side stream."""

    value: Result
    stream: torch.cuda.Stream

    def result(self) -> Result:
        """Make the current stream wait for the task, and return the result of the task."""
        torch.cuda.current_stream().wait_stream(self.stream)
        return self.value


class SideStream:
    """Runs tasks on a separate CUDA stream; a CUDA graph may capture it.

    The stream has a high priority, because the kernels of the current stream fill the GPU. Before
    each task, the side stream waits for the current stream. So memory that an earlier task returned
    is not reused while the current stream reads it.
    """

    def __init__(self) -> None:
        self._stream = torch.cuda.Stream(priority=-1)

    def submit(self, task: Callable[[], Result]) -> SideTask[Result]:
        """Start a task."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            return SideTask(task(), self._stream)
