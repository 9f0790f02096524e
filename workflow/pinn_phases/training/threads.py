"""Threads that share the work of an iteration."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Result = TypeVar("Result")


class ThreadPool:
    """A number of threads, each of which executes whole tasks.

    Every torch operation runs on one thread, in the whole process. So results are the same to the
    last bit for any number of threads, as long as tasks write to memory of their own. Torch
    releases Python's global interpreter lock while it computes.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._executor = ThreadPoolExecutor(count) if count > 1 else None
        torch.set_num_threads(1)

    def submit(self, task: Callable[[], Result]) -> "Future[Result]":
        """Start a task; with one thread, execute it at once."""
        if self._executor is not None:
            return self._executor.submit(task)
        done: Future[Result] = Future()
        done.set_result(task())
        return done

    def for_each(self, function: Callable[[int], None], numbers: Iterable[int]) -> None:
        """Call the function with every number, in any order, and wait for all."""
        calls = map if self._executor is None else self._executor.map
        for _ in calls(function, numbers):
            pass
