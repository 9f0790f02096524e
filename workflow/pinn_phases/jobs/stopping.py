"""Early end of a job: by an error with a one-line message, or by a signal."""

import logging
import os
import signal
from collections.abc import Callable
from types import FrameType


class Stopped(Exception):
    """A job cannot continue or was interrupted; the message is one line."""


EXIT_FAILED = 1


def end_on_signals() -> None:
    """Make SIGINT and SIGTERM end the process at once, with one line; for the time before training.

    They raise no exception, because imports and compilers could catch it as a failure of their own
    and continue.
    """

    def end(number: int, frame: FrameType | None) -> None:
        logging.error("error: stopped on request before the first iteration; nothing is lost")
        os._exit(EXIT_FAILED)  # without waiting for compilers

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def stop_on_signals() -> Callable[[], bool]:
    """Return a function that tells whether SIGINT or SIGTERM has been received since this call.

    The first signal is only recorded. A second one has its default effect, so that a job that does
    not check for signals can still be stopped.
    """
    received = []

    def record(number: int, frame: FrameType | None) -> None:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, record)
    signal.signal(signal.SIGTERM, record)
    return lambda: bool(received)
