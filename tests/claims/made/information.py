"""Synthetic runs for the claims about information, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    DIFFUSION,
    FAILS,
    HOLDS,
    IN_PART,
    LAYERS,
    LOG2_POINTS,
    SNAPSHOTS,
    TOTAL,
    UNTESTABLE,
    by_layer,
    snapshots,
)


def onset(lost, still=0.0):
    """Information that loses a share early in diffusion, and `still` in total diffusion."""
    dip = (SNAPSHOTS >= DIFFUSION) & (SNAPSHOTS < 3 * DIFFUSION)
    shares = 1 - lost * dip - still * (SNAPSHOTS >= TOTAL)
    return by_layer([LOG2_POINTS] * LAYERS) * shares[:, None]


def kept(share):
    """Coarse information, of which the third layer keeps only a share in total diffusion."""
    later = snapshots(1, share)[:, None]
    return by_layer([LOG2_POINTS] * LAYERS) * np.where(np.arange(LAYERS) == 2, later, 1.0)


SMALLER_RANGE = "deep_layers_start_with_a_smaller_range"
CASES = [
    ("rba_keeps_information", HOLDS, {"coarse_relative": kept(0.97)}),
    ("rba_keeps_information", IN_PART, {"coarse_relative": kept(0.93)}),
    ("rba_keeps_information", FAILS, {"coarse_relative": kept(0.8)}),
    (
        *("vanilla_loses_information", HOLDS),
        *({"relative": onset(0.3)}, {"relative": onset(0.1)}),
    ),
    (
        *("vanilla_loses_information", FAILS),
        *({"relative": onset(0.03)}, {"relative": onset(0.01)}),
    ),
    (
        *("vanilla_loses_information", FAILS),
        *({"relative": onset(0.1)}, {"relative": onset(0.3)}),
    ),
    ("vanilla_regains_information", HOLDS, {"relative": onset(0.3)}),
    ("vanilla_regains_information", IN_PART, {"relative": onset(0.2, still=0.15)}),
    ("vanilla_regains_information", FAILS, {"relative": onset(0.2, still=0.3)}),
    ("vanilla_regains_information", UNTESTABLE, {"relative": onset(0.01)}),
    ("information_hierarchy", HOLDS, {"coarse_relative": by_layer([12, 11, 10, 9, 8])}),
    ("information_hierarchy", IN_PART, {"coarse_relative": by_layer([11, 12, 8, 10, 9])}),
    ("information_hierarchy", FAILS, {"coarse_relative": by_layer([8, 9, 10, 11, 12])}),
    (
        *("information_hierarchy", FAILS),
        {"coarse_relative": by_layer([12, 11.99, 11.98, 11.97, 11.96])},
    ),
    ("fixed_bins_invert", HOLDS, {"fixed": by_layer([8, 9, 10, 11, 12])}),
    ("fixed_bins_invert", FAILS, {"fixed": by_layer([12, 11, 10, 9, 8])}),
    ("fixed_bins_invert", FAILS, {"fixed": by_layer([10.98, 10.97, 10.99, 11])}),
    ("fixed_bins_invert", UNTESTABLE, {"fixed": by_layer([11.7, 11.8, 11.9, 12])}),
    (SMALLER_RANGE, HOLDS, {"fixed": by_layer([11, 10, 9]) * snapshots(0.8, 1, 1)[:, None]}),
    (SMALLER_RANGE, FAILS, {"fixed": by_layer([9, 10, 11])}),
    (SMALLER_RANGE, FAILS, {"fixed": by_layer([11, 11, 10.9])}),
    (SMALLER_RANGE, UNTESTABLE, {"fixed": by_layer([12, 11.9, 11.8])}),
]
