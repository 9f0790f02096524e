"""Progress of a running training: a bar in a terminal, otherwise log lines and a status file."""

import json
import logging
import math
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from tqdm import tqdm

LINE_SECONDS = 15.0  # least time between two log lines

log = logging.getLogger(__name__)


def status_file(log_file: Path) -> Path:
    """Return the path of the status file, next to the log of the training."""
    return log_file.with_suffix(".status.json")


@dataclass(frozen=True)
class Status:
    """Current progress of a training.

    Attributes
    ----------
    training
        Problem, method and seed, such as `burgers/rba/seed0`.
    iteration, end
        Last iteration done, and last iteration of the training.
    rate
        Iterations per second since the first report; None in that report, whose iterations may
        include compilation.
    loss, relative_l2
        Loss and error at the last iteration done.
    time
        When this was measured, in seconds since the epoch.
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
        """Read a status file; None if it does not exist or cannot be understood."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, TypeError, ValueError):
            return None

    def write(self, path: Path) -> None:
        """Write the file atomically; errors are ignored, as a full disk must not end a training."""
        temporary = path.with_name(f".{path.name}")
        with suppress(OSError):
            temporary.write_text(json.dumps(asdict(self)))
            temporary.replace(path)

    @property
    def pace(self) -> tuple[str, str] | None:
        """Rate and remaining time, formatted; None if the rate is not known."""
        if not self.rate:
            return None
        left = tqdm.format_interval((self.end - self.iteration) / self.rate)
        return f"{self.rate:.1f} it/s", left


class Progress:
    """Reports iteration, rate, remaining time, loss and relative L2 error of one training.

    Parameters
    ----------
    training
        Label at the start of each line.
    start, end
        Number of iterations done already, and last iteration of the training.
    bar
        Whether to draw a bar on standard error instead of logging lines.
    file
        Status file to write with each line; None: no file.
    """

    def __init__(
        self, training: str, start: int, end: int, *, bar: bool, file: Path | None = None
    ) -> None:
        self.training, self.end, self.file = training, end, file
        self.origin: tuple[int, float] | None = None  # iteration and time of the first report
        self.last_line = -math.inf  # time of the last log line
        self.bar = tqdm(total=end, initial=start, desc=training, unit="it") if bar else None

    def __enter__(self) -> "Progress":
        """Return this object."""
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

    def report(self, iteration: int, loss: float, relative_l2: float) -> None:
        """Show the progress; cheap enough to call at every recorded iteration."""
        numbers = f"loss {loss:.2e}, relative L2 {relative_l2:.3f}"
        if self.bar is not None:
            self.bar.update(iteration - self.bar.n)
            self.bar.set_postfix_str(numbers, refresh=False)
            return
        now = time.monotonic()
        if now - self.last_line < LINE_SECONDS and iteration != self.end:
            return
        self.last_line = now
        status = Status(
            *(self.training, iteration, self.end, self._rate(iteration, now)),
            *(float(loss), float(relative_l2), time.time()),
        )
        pace = ", {}, {} left".format(*status.pace) if status.pace else ""
        log.info("%s: iteration %d of %d%s, %s", self.training, iteration, self.end, pace, numbers)
        if self.file is not None:
            status.write(self.file)

    def _rate(self, iteration: int, now: float) -> float | None:
        """Return the iterations per second since the first call; None in that call."""
        if self.origin is None:  # after the first iteration, which may include compilation
            self.origin = iteration, now
        done, seconds = iteration - self.origin[0], now - self.origin[1]
        return done / seconds if done else None
