"""What a training tells while it runs: a bar in a terminal, plain lines at intervals elsewhere."""

import logging
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
        self.first, self.began = start, time.monotonic()
        self.said = self.began
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
        if self.bar is not None:
            self.bar.update(iteration - self.bar.n)
            self.bar.set_postfix_str(f"loss {loss:.2e}, rel. L2 {relative_l2:.3f}", refresh=False)
            return
        now = time.monotonic()
        if now - self.said < LINE_SECONDS and iteration != self.end:
            return
        self.said = now
        rate = (iteration - self.first) / max(now - self.began, 1e-9)
        left = (self.end - iteration) / max(rate, 1e-9)
        log.info(
            "%s: iteration %d of %d, %.1f it/s, %s left, loss %.2e, relative L2 %.3f",
            *(self.label, iteration, self.end, rate, tqdm.format_interval(left), loss, relative_l2),
        )
