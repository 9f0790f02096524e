"""Choice of the three snapshots that figures show."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Start = Mapping[str, float]


def chosen_snapshots(
    available: NDArray[np.integer],
    diffusion: Start | None,
    total_diffusion: Start | None,
    late_decrease: Start | None = None,
) -> list[int]:
    """Choose three snapshots from the phases, all different if there are at least three.

    On the logarithmic axis, (a) is in the middle of diffusion and (b) in the middle of total
    diffusion; (c) is the last. Without total diffusion, (a) and (b) divide the time after fitting
    into thirds or, without diffusion, the last two decades.

    Parameters
    ----------
    available
        Iterations of the snapshots, increasing, shape (snapshots,).
    diffusion, total_diffusion, late_decrease
        Start of each phase, under "iteration"; None if it is not found.

    Returns
    -------
    list of int
        Indices into `available`, of (a), (b) and (c).
    """
    last, count = float(available[-1]), len(available)
    start = diffusion["iteration"] if diffusion else max(1.0, last / 100)
    if total_diffusion:
        jump = total_diffusion["iteration"]
        end = late_decrease["iteration"] if late_decrease else last
        targets = [np.sqrt(start * jump), np.sqrt(jump * end)]
    else:
        targets = [start * (last / start) ** share for share in (1 / 3, 2 / 3)]
    distance = np.abs(np.log(available[:, None] / np.array(targets)))  # (snapshots, 2)
    if count < 3:
        return [*(int(i) for i in distance.argmin(0)), count - 1]
    second = 1 + int(distance[1:-1, 1].argmin())
    first = int(distance[:second, 0].argmin())
    return [first, second, count - 1]
