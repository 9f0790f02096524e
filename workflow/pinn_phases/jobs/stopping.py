"""The ways in which a job ends before its result: an error with a plain message, or a signal."""

import logging
import os
import signal
from collections.abc import Callable
from types import FrameType


class Stopped(Exception):
    """A job cannot go on, or was asked to stop; the message is one line."""


EXIT_FAILED = 1


def end_on_signals() -> None:
    """Let SIGINT and SIGTERM end this process at once, in one line, while there is nothing to save.

    No exception tells of them: the imports and the compilers that it would come through might take
    it for a failure of theirs, and go on.
    """

    def end(number: int, frame: FrameType | None) -> None:
        logging.error("error: stopped on request before the first iteration; nothing is lost")
        os._exit(EXIT_FAILED)  # waits for no compiler

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def stop_on_signals() -> Callable[[], bool]:
    """Turn SIGINT and SIGTERM into a request, which the returned function tells of.

    A second signal has its usual effect, so that a job that does not look cannot hang.
    """
    received = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return lambda: bool(received)
