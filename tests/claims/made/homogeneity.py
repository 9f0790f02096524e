"""Synthetic runs for the claims about the homogeneity of residuals, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    FAILS,
    HOLDS,
    IN_PART,
    NOT_DIFFUSED,
    NOT_TOTAL,
    SNAPSHOTS,
    UNTESTABLE,
    snapshots,
    steps,
)


def boxes(right=1.0, left=1.0, bottom=1.0, lid=1.0):
    """Residuals of the cavity in 6 x 6 boxes: 1 in the interior, given values along the walls."""
    one = np.ones((6, 6))
    one[-1], one[0], one[:, 0], one[:, -1] = right, left, bottom, lid
    one[-1, 2] = one[3, 3] = np.nan  # no collocation points
    return np.tile(one, (SNAPSHOTS.size, 1, 1))


FOUR = steps(4, 4, 4)
CAVITY_LID = boxes(right=3, left=2, lid=9)


CASES = [
    ("homogeneous_in_total_diffusion", HOLDS, {"samples_homogeneity": snapshots(0.4, 0.8)}),
    ("homogeneous_in_total_diffusion", IN_PART, {"samples_homogeneity": snapshots(0.4, 0.42)}),
    ("homogeneous_in_total_diffusion", FAILS, {"samples_homogeneity": snapshots(0.8, 0.4)}),
    ("homogeneous_in_total_diffusion", UNTESTABLE, {"phases": NOT_TOTAL}),
    (
        *("homogeneous_with_rba", HOLDS),
        *(
            {"samples_homogeneity": snapshots(0.9, 0.4)},
            {"samples_homogeneity": snapshots(0.1, 0.8)},
        ),
    ),
    (
        *("homogeneous_with_rba", IN_PART),
        *(
            {"samples_homogeneity": snapshots(0.9, 0.4)},
            {"samples_homogeneity": snapshots(0.1, 0.43)},
        ),
    ),
    (
        *("homogeneous_with_rba", FAILS),
        *(
            {"samples_homogeneity": snapshots(0.1, 0.8)},
            {"samples_homogeneity": snapshots(0.9, 0.4)},
        ),
    ),
    ("weights_approach_one", HOLDS, {"weights_mean": steps(0.1, 0.5, 0.95)}),
    ("weights_approach_one", HOLDS, {"weights_mean": steps(0.1, 2, 4), "weights_max": FOUR}),
    ("weights_approach_one", IN_PART, {"weights_mean": steps(0.1, 0.2, 0.3)}),
    ("weights_approach_one", FAILS, {"weights_mean": steps(0.1, 0.3, 0.2)}),
    ("weights_approach_one", HOLDS, {"weights_mean": steps(0.1, 0.99, 0.98)}),
    ("weights_approach_one", UNTESTABLE, {"phases": NOT_DIFFUSED}),
    ("cavity_residuals_at_the_right_wall", HOLDS, {"samples_boxes": CAVITY_LID}),
    ("cavity_residuals_at_the_right_wall", IN_PART, {"samples_boxes": boxes(right=1.5)}),
    ("cavity_residuals_at_the_right_wall", FAILS, {"samples_boxes": boxes(right=3, left=4)}),
    ("cavity_residuals_at_the_right_wall", FAILS, {"samples_boxes": boxes(right=3, bottom=4)}),
    (
        "cavity_residuals_at_the_right_wall",
        FAILS,
        {"samples_boxes": boxes(right=0.9, left=0.5, bottom=0.5)},
    ),
]
