"""Work that is the same in every call, handed to a GPU in one piece."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import torch

Result = TypeVar("Result")
WARM_UP = 3  # calls before a graph is captured, in which libraries set up what they keep


class Replayed(Generic[Result]):
    """Calls a function that reads and writes the same GPU tensors in every call.

    The call after the first few captures its kernels as a CUDA graph, and each call from then on
    launches them all at once, without Python. Its results are then the same tensors every time,
    with new values.

    The function is passed to every call and not kept: a bound method would close a reference cycle
    through its owner, and the graph would live until Python's garbage collector finds it.
    """

    def __init__(self) -> None:
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._result: Result

    def __call__(self, function: Callable[[], Result]) -> Result:
        """Call the same function as ever, without waiting for its end."""
        if self._calls < WARM_UP:
            self._calls += 1
            return self._apart(function)
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            # A capture records the kernels and runs none.
            with garbage_kept(), torch.cuda.graph(self._graph):
                self._result = function()
        self._graph.replay()
        return self._result

    def _apart(self, function: Callable[[], Result]) -> Result:
        """Call the function on a stream of its own, as libraries' set-up for a capture asks."""
        main, apart = torch.cuda.current_stream(), torch.cuda.Stream()
        apart.wait_stream(main)
        with torch.cuda.stream(apart):
            result = function()
        main.wait_stream(apart)
        return result


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Collect garbage now, and none until the end.

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
