"""What a training tells while it runs: a bar in a terminal, plain lines at intervals elsewhere."""

import logging
import math
import time
from types import TracebackType

from tqdm import tqdm

LINE_SECONDS = 15.0  # between two lines

log = logging.getLogger(__name__)


class Progress:
    """Iteration, rate, time left, loss and relative L2 error of one training.

    Parameters
    ----------
    label
        What is trained, at the head of each line.
    start, end
        First iteration done before, and last one to do.
    bar
        Whether to draw a bar on standard error instead of writing lines.
    """

    def __init__(self, label: str, start: int, end: int, *, bar: bool) -> None:
        self.label, self.end = label, end
        self.error = math.nan  # the last one known
        self.origin: tuple[int, float] | None = None  # iteration and time that rates count from
        self.said = -math.inf
        self.bar = tqdm(total=end, initial=start, desc=label, unit="it") if bar else None

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
        if not math.isnan(relative_l2):
            self.error = relative_l2
        state = f"loss {loss:.2e}, relative L2 {self.error:.3f}"
        if self.bar is not None:
            self.bar.update(iteration - self.bar.n)
            self.bar.set_postfix_str(state, refresh=False)
            return
        now = time.monotonic()
        if now - self.said < LINE_SECONDS and iteration != self.end:
            return
        self.said = now
        log.info("%s: iteration %d of %d%s, %s", *self._place(iteration, now), state)

    def _place(self, iteration: int, now: float) -> tuple[str, int, int, str]:
        """Label, iteration, end, and rate and time left once there is something to count."""
        if self.origin is None:  # the first iteration is over, and compiling with it
            self.origin = iteration, now
        done, seconds = iteration - self.origin[0], now - self.origin[1]
        if done == 0:
            return self.label, iteration, self.end, ""
        left = tqdm.format_interval((self.end - iteration) * seconds / done)
        return self.label, iteration, self.end, f", {done / seconds:.1f} it/s, {left} left"
