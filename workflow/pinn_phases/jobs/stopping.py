"""Early ends of a job: an error with a one-line message, or a signal."""

import logging
import os
import signal
from collections.abc import Callable
from types import FrameType


class Stopped(Exception):
    """A job cannot continue, or was stopped; the message is one line."""


EXIT_FAILED = 1


def end_on_signals() -> None:
    """Let SIGINT and SIGTERM end this process at once, with one line, before training starts.

    They raise no exception, because imports and compilers could mistake it for their own failure
    and continue.
    """

    def end(number: int, frame: FrameType | None) -> None:
        logging.error("error: stopped on request before the first iteration; nothing is lost")
        os._exit(EXIT_FAILED)  # does not wait for compilers

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def stop_on_signals() -> Callable[[], bool]:
    """Convert SIGINT and SIGTERM to a request; the returned function tells if there is one.

    A second signal has its usual effect, so that a job that does not check cannot hang.
    """
    received = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return lambda: bool(received)
