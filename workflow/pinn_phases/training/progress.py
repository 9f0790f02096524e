"""What a training tells while it runs: a bar in a terminal; elsewhere lines, and a status file."""

import json
import logging
import math
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from tqdm import tqdm

LINE_SECONDS = 15.0  # between two lines

log = logging.getLogger(__name__)


def status_file(log_file: Path) -> Path:
    """Path of the status file beside a training's log."""
    return log_file.with_suffix(".status.json")


@dataclass(frozen=True)
class Status:
    """Where a training is.

    Attributes
    ----------
    training
        Problem, method and seed, as `burgers/rba/seed0`.
    iteration, end
        Last iteration done, and last one to do.
    rate
        Iterations per second; None until the first one, which compiles, is over.
    loss, relative_l2
        At the last iteration done.
    time
        Seconds since the epoch.
    """

    training: str
    iteration: int
    end: int
    rate: float | None
    loss: float
    relative_l2: float
    time: float

    @classmethod
    def read(cls, path: Path) -> "Status | None":
        """Return what a file says; None if there is none, or one of another version."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, TypeError, ValueError):
            return None

    def write(self, path: Path) -> None:
        """Write a file, whole or not at all, unless the disk is full: no training ends for that."""
        temporary = path.with_name(f".{path.name}")
        with suppress(OSError):
            temporary.write_text(json.dumps(asdict(self)))
            temporary.replace(path)

    @property
    def pace(self) -> tuple[str, str] | None:
        """Rate and time left; None if they are not known."""
        if not self.rate:
            return None
        left = tqdm.format_interval((self.end - self.iteration) / self.rate)
        return f"{self.rate:.1f} it/s", left


class Progress:
    """Iteration, rate, time left, loss and relative L2 error of one training.

    Parameters
    ----------
    training
        What is trained, at the head of each line.
    start, end
        First iteration done before, and last one to do.
    bar
        Whether to draw a bar on standard error instead of writing lines.
    file
        Status file to write with each line; None: no file.
    """

    def __init__(
        self, training: str, start: int, end: int, *, bar: bool, file: Path | None = None
    ) -> None:
        self.training, self.end, self.file = training, end, file
        self.origin: tuple[int, float] | None = None  # iteration and time that rates count from
        self.said = -math.inf
        self.bar = tqdm(total=end, initial=start, desc=training, unit="it") if bar else None

    def __enter__(self) -> "Progress":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the bar."""
        if self.bar is not None:
            self.bar.close()

    def tell(self, iteration: int, loss: float, relative_l2: float) -> None:
        """Show where the training is; cheap enough to call at each recorded iteration."""
        numbers = f"loss {loss:.2e}, relative L2 {relative_l2:.3f}"
        if self.bar is not None:
            self.bar.update(iteration - self.bar.n)
            self.bar.set_postfix_str(numbers, refresh=False)
            return
        now = time.monotonic()
        if now - self.said < LINE_SECONDS and iteration != self.end:
            return
        self.said = now
        status = Status(
            *(self.training, iteration, self.end, self._rate(iteration, now)),
            *(float(loss), float(relative_l2), time.time()),
        )
        pace = ", {}, {} left".format(*status.pace) if status.pace else ""
        log.info("%s: iteration %d of %d%s, %s", self.training, iteration, self.end, pace, numbers)
        if self.file is not None:
            status.write(self.file)

    def _rate(self, iteration: int, now: float) -> float | None:
        """Return the iterations per second, once there is something to count."""
        if self.origin is None:  # the first iteration is over, and compiling with it
            self.origin = iteration, now
        done, seconds = iteration - self.origin[0], now - self.origin[1]
        return done / seconds if done else None
