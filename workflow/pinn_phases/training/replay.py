"""Work that is the same in every call, handed to a GPU in one piece."""

from collections.abc import Callable
from typing import Generic, TypeVar

import torch

Result = TypeVar("Result")
WARM_UP = 3  # calls before a graph is captured, in which libraries set up what they keep


class Replayed(Generic[Result]):
    """A function without arguments that reads and writes the same tensors in every call.

    On a GPU, the call after the first few captures its kernels as a CUDA graph, and each call from
    then on launches them all at once, without Python. Its results are then the same tensors every
    time, written anew. Elsewhere this is the function itself.
    """

    def __init__(self, function: Callable[[], Result], device: torch.device) -> None:
        self._function = function
        self._on_gpu = device.type == "cuda"
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._result: Result

    def __call__(self) -> Result:
        """Do the work; on a GPU without waiting for its end."""
        if not self._on_gpu:
            return self._function()
        if self._calls < WARM_UP:
            self._calls += 1
            return self._apart()
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):  # takes note of the work and does none of it
                self._result = self._function()
        self._graph.replay()
        return self._result

    def _apart(self) -> Result:
        """Call the function on a stream of its own, as libraries' set-up for a capture asks."""
        main, apart = torch.cuda.current_stream(), torch.cuda.Stream()
        apart.wait_stream(main)
        with torch.cuda.stream(apart):
            result = self._function()
        main.wait_stream(apart)
        return result
