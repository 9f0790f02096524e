"""A thread pool for the work within an iteration."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Result = TypeVar("Result")


class ThreadPool:
    """A thread pool; each thread executes whole tasks.

    Creating a pool limits torch to one thread per operation, in the whole process. So results are
    bit-identical for any number of threads, provided that no two tasks write to the same memory.
    Threads run in parallel because torch releases the global interpreter lock while it computes.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._executor = ThreadPoolExecutor(count) if count > 1 else None
        torch.set_num_threads(1)

    def submit(self, task: Callable[[], Result]) -> "Future[Result]":
        """Start a task; a pool of one thread executes it immediately."""
        if self._executor is not None:
            return self._executor.submit(task)
        done: Future[Result] = Future()
        done.set_result(task())
        return done

    def for_each(self, function: Callable[[int], None], numbers: Iterable[int]) -> None:
        """Call the function with every number, in any order, and wait until all calls are done."""
        calls = map if self._executor is None else self._executor.map
        for _ in calls(function, numbers):
            pass
