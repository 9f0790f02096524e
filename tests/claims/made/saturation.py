"""Synthetic runs for the claims about saturation and norms, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    AT,
    FAILS,
    HOLDS,
    IN_PART,
    LAYERS,
    NOT_TOTAL,
    SNAPSHOTS,
    TOTAL,
    UNTESTABLE,
    by_layer,
    falling_at,
    power,
    snapshots,
    total_at,
)


def growing_at(iteration):
    """Norms of weights that grow within a factor of two of iterations, and slowly elsewhere."""
    return by_layer([10.0] * LAYERS, AT) / falling_at(iteration)[:, None]


def binary(diffusion, total_diffusion):
    """Shares of binary activations by phase, of one layer."""
    return by_layer([0.1]) * snapshots(diffusion, total_diffusion)[:, None]


# It doubles from one part of the training to the next, and grows fastest at the end.
STEADY_GROWTH = (
    power(0.6, 1e-3, at=SNAPSHOTS)[:, None] / falling_at(15_000, SNAPSHOTS)[:, None] ** 0.1
)
MIDDLE, FIRST_THEN_MIDDLE = [0.1, 0.5, 0.6, 0.4, 0.2], [0.7, 0.5, 0.6, 0.4, 0.2]
PER_WEIGHT = np.sqrt(
    [16, 64, 64, 64, 64]
)  # factor from rms weight to norm, by layer of a synthetic run


CASES = [
    ("activations_saturate", HOLDS, {"binary": binary(1, 2)}),
    ("activations_saturate", HOLDS, {"binary": binary(0, 1)}),
    ("activations_saturate", IN_PART, {"binary": binary(1, 1.2)}),
    ("activations_saturate", IN_PART, {"binary": binary(1, 2), "phases": total_at(0.4 * TOTAL)}),
    ("activations_saturate", FAILS, {"binary": binary(1, 1.05)}),
    ("activations_saturate", FAILS, {"binary": binary(1, 2), "phases": total_at(5 * TOTAL)}),
    ("activations_saturate", FAILS, {"binary": STEADY_GROWTH}),
    ("activations_saturate", FAILS, {"binary": by_layer([0.0])}),
    ("most_layers_saturate", HOLDS, {"binary": by_layer([0.1, 0.2, 0.5, 0.6, 0.7])}),
    ("most_layers_saturate", IN_PART, {"binary": by_layer([0.1, 0.2, 0.3, 0.6, 0.7])}),
    ("most_layers_saturate", FAILS, {"binary": by_layer([0.1, 0.1, 0.2, 0.9, 0.9])}),
    ("most_layers_saturate", UNTESTABLE, {"phases": NOT_TOTAL}),
    ("middle_layers_saturate", HOLDS, {"binary": by_layer(MIDDLE)}),
    ("middle_layers_saturate", IN_PART, {"binary": by_layer(FIRST_THEN_MIDDLE)}),
    ("middle_layers_saturate", FAILS, {"binary": by_layer([0.1, 0.2, 0.3, 0.4, 0.5])}),
    ("middle_layers_saturate", UNTESTABLE, {"binary": by_layer([0.1, 0.2])}),
    ("middle_layers_have_the_largest_norm", HOLDS, {"norm": by_layer(MIDDLE * PER_WEIGHT)}),
    (
        *("middle_layers_have_the_largest_norm", IN_PART),
        {"norm": by_layer(FIRST_THEN_MIDDLE * PER_WEIGHT)},
    ),
    (
        *("middle_layers_have_the_largest_norm", FAILS),
        {"norm": by_layer(PER_WEIGHT * [1, 2, 3, 4, 5])},
    ),
    ("helmholtz_norms_ascend", HOLDS, {"norm": by_layer([1, 2, 3, 4, 5])}),
    ("helmholtz_norms_ascend", IN_PART, {"norm": by_layer([1, 3, 2, 5, 4])}),
    ("helmholtz_norms_ascend", FAILS, {"norm": by_layer([1, 5, 4, 3, 2])}),
    ("norm_rises", HOLDS, {"layers_weight_norm": growing_at(TOTAL)}),
    ("norm_rises", IN_PART, {"layers_weight_norm": growing_at(2.6 * TOTAL)}),
    ("norm_rises", FAILS, {"layers_weight_norm": growing_at(5 * TOTAL)}),
    ("norm_rises", FAILS, {}),
]
