"""Selection of the three snapshots shown in figures."""

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
    """Choose three snapshots by the phases, all different if there are at least three.

    On a logarithmic axis of iterations, (a) is in the middle of diffusion and (b) in the middle of
    total diffusion; (c) is the last. If total diffusion was not found, (a) and (b) divide the time
    after fitting into thirds. If diffusion was not found either, they divide the last two decades.

    Parameters
    ----------
    available
        Iterations of the snapshots, increasing, shape (snapshots,).
    diffusion, total_diffusion, late_decrease
        Start of each phase, under the key "iteration"; None if it was not found.

    Returns
    -------
    list of int
        Indices into `available`, of (a), (b) and (c).
    """
    last, count = float(available[-1]), len(available)
    start = diffusion["iteration"] if diffusion else max(1.0, last / 100)
    if total_diffusion:
        rise = total_diffusion["iteration"]
        end = late_decrease["iteration"] if late_decrease else last
        targets = [np.sqrt(start * rise), np.sqrt(rise * end)]
    else:
        targets = [start * (last / start) ** fraction for fraction in (1 / 3, 2 / 3)]
    distance = np.abs(np.log(available[:, None] / np.array(targets)))  # (snapshots, 2)
    if count < 3:
        return [*(int(i) for i in distance.argmin(0)), count - 1]
    second = 1 + int(distance[1:-1, 1].argmin())
    first = int(distance[:second, 0].argmin())
    return [first, second, count - 1]
