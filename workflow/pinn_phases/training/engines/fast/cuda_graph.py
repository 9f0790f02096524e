"""CUDA graphs: GPU kernels that are captured once and then launched all at once."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import torch

Result = TypeVar("Result")
WARM_UP = 3  # calls before a graph is captured, in which libraries allocate their workspaces


class CudaGraph(Generic[Result]):
    """Calls a function that reads and writes the same GPU tensors in every call.

    The call after `WARM_UP` ones captures the function's kernels as a CUDA graph; each call from
    then on replays it, without Python. It returns the same tensors every time, with new values.

    The function is passed to every call and not stored: a bound method would close a reference
    cycle through its owner, and the graph would live until Python's garbage collector finds it.
    """

    def __init__(self) -> None:
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._result: Result

    def __call__(self, function: Callable[[], Result]) -> Result:
        """Call the function, the same one in every call, without waiting for its end."""
        if self._calls < WARM_UP:
            self._calls += 1
            return self._on_side_stream(function)
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            # A capture records the kernels and runs none.
            with no_garbage_collection(), torch.cuda.graph(self._graph):
                self._result = function()
        self._graph.replay()
        return self._result

    def _on_side_stream(self, function: Callable[[], Result]) -> Result:
        """Call the function on a side stream, as torch asks for before a capture."""
        main, side = torch.cuda.current_stream(), torch.cuda.Stream()
        side.wait_stream(main)
        with torch.cuda.stream(side):
            result = function()
        main.wait_stream(side)
        return result


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Collect garbage once at the start, and none until the end.

    CUDA forbids during a capture what freeing another graph does: the capture would fail.
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
