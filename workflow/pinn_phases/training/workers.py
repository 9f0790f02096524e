"""Threads that share the work of an iteration."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Result = TypeVar("Result")


class Workers:
    """A number of threads, each of which takes whole pieces of the work.

    Every operation of torch runs on one thread alone, in the whole process, so that results are
    the same to the last bit with any number of workers, as long as pieces write to places of
    their own. Torch lets other Python threads go on while it computes.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count) if count > 1 else None
        torch.set_num_threads(1)

    def start(self, function: Callable[[], Result]) -> "Future[Result]":
        """Begin a piece of work; with one worker, do all of it."""
        if self._pool is not None:
            return self._pool.submit(function)
        done: Future[Result] = Future()
        done.set_result(function())
        return done

    def each(self, function: Callable[[int], None], numbers: Iterable[int]) -> None:
        """Call the function with every number, in any order, and wait for all."""
        calls = map if self._pool is None else self._pool.map
        for _ in calls(function, numbers):
            pass
