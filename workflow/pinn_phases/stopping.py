"""The ways in which a job ends before its result: an error with a plain message, or a signal."""

import signal
from collections.abc import Callable
from types import FrameType


class Stopped(Exception):
    """A job cannot go on, or was asked to stop; the message is one line."""


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
