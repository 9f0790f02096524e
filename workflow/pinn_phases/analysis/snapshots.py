"""Which snapshots of a run a figure shows: in diffusion, in total diffusion, and the last."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Boundary = Mapping[str, float]


def chosen_snapshots(
    available: NDArray[np.integer], diffusion: Boundary | None, total_diffusion: Boundary | None
) -> list[int]:
    """Choose three snapshots from the phases.

    On a logarithmic axis, (a) lies in the middle of diffusion and (b) in the middle of total
    diffusion; where total diffusion is not reached, (a) and (b) divide diffusion into thirds, and
    where diffusion is not reached either, the last two decades.

    Parameters
    ----------
    available
        Iterations of the snapshots, increasing, shape (snapshots,).
    diffusion, total_diffusion
        Start of each phase, under "iteration"; None if it was not reached.

    Returns
    -------
    list of int
        Indices into `available`, of (a), (b) and (c).
    """
    last = float(available[-1])
    start = diffusion["iteration"] if diffusion else max(1.0, last / 100)
    if total_diffusion:
        jump = total_diffusion["iteration"]
        targets = [np.sqrt(start * jump), np.sqrt(jump * last), last]
    else:
        targets = [start * (last / start) ** share for share in (1 / 3, 2 / 3, 1.0)]
    distance = np.abs(np.log(available[:, None] / np.array(targets)))  # (snapshots, targets)
    return [int(i) for i in distance.argmin(0)]
