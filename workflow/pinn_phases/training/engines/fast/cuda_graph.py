"""CUDA graphs: sequences of GPU kernels that are captured once and then launched together."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import torch

Result = TypeVar("Result")
WARM_UP = 3  # calls before the capture, during which libraries allocate their workspaces


class CudaGraph(Generic[Result]):
    """Calls a function that reads and writes the same GPU tensors in every call.

    After `WARM_UP` calls, the next call captures the kernels of the function as a CUDA graph. That
    call and all later ones replay the graph, without running the Python code. They return the same
    tensors every time, with new values.

    The function is passed to every call and not stored: storing a bound method would create a
    reference cycle with its owner, and the graph would live until Python's garbage collector runs.
    """

    def __init__(self) -> None:
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._result: Result

    def __call__(self, function: Callable[[], Result]) -> Result:
        """Run the function, which must be the same in every call; do not wait for the GPU."""
        if self._calls < WARM_UP:
            self._calls += 1
            return self._on_side_stream(function)
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            # A capture only records the kernels; `replay` runs them.
            with no_garbage_collection(), torch.cuda.graph(self._graph):
                self._result = function()
        self._graph.replay()
        return self._result

    def _on_side_stream(self, function: Callable[[], Result]) -> Result:
        """Call the function on a side stream, which torch requires for warm-up calls."""
        main, side = torch.cuda.current_stream(), torch.cuda.Stream()
        side.wait_stream(main)
        with torch.cuda.stream(side):
            result = function()
        main.wait_stream(side)
        return result


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Collect garbage once at the start, then disable collection until the end.

    A collection during a capture could free another graph, which CUDA forbids: the capture would
    fail.
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
