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
    """Coarse information that loses a share early in diffusion, and `still` in total diffusion."""
    dip = (SNAPSHOTS >= DIFFUSION) & (SNAPSHOTS < 3 * DIFFUSION)
    shares = 1 - lost * dip - still * (SNAPSHOTS >= TOTAL)
    return by_layer([LOG2_POINTS] * LAYERS) * shares[:, None]


def kept(share):
    """Coarse information, of which the third layer keeps only a share in total diffusion."""
    later = snapshots(1, share)[:, None]
    return by_layer([LOG2_POINTS] * LAYERS) * np.where(np.arange(LAYERS) == 2, later, 1.0)


CASES = [
    ("rba_keeps_information", HOLDS, {"coarse_relative": kept(0.97)}),
    ("rba_keeps_information", IN_PART, {"coarse_relative": kept(0.93)}),
    ("rba_keeps_information", FAILS, {"coarse_relative": kept(0.8)}),
    (
        *("vanilla_loses_information", HOLDS),
        *({"coarse_relative": onset(0.3)}, {"coarse_relative": onset(0.1)}),
    ),
    (
        *("vanilla_loses_information", FAILS),
        *({"coarse_relative": onset(0.03)}, {"coarse_relative": onset(0.01)}),
    ),
    (
        *("vanilla_loses_information", FAILS),
        *({"coarse_relative": onset(0.1)}, {"coarse_relative": onset(0.3)}),
    ),
    ("vanilla_regains_information", HOLDS, {"coarse_relative": onset(0.3)}),
    ("vanilla_regains_information", IN_PART, {"coarse_relative": onset(0.2, still=0.15)}),
    ("vanilla_regains_information", FAILS, {"coarse_relative": onset(0.2, still=0.3)}),
    ("vanilla_regains_information", UNTESTABLE, {"coarse_relative": onset(0.01)}),
    ("information_hierarchy", HOLDS, {"coarse_relative": by_layer([12, 11, 10, 9, 8])}),
    ("information_hierarchy", IN_PART, {"coarse_relative": by_layer([11, 12, 8, 10, 9])}),
    ("information_hierarchy", FAILS, {"coarse_relative": by_layer([8, 9, 10, 11, 12])}),
    (
        *("information_hierarchy", FAILS),
        {"coarse_relative": by_layer([12, 11.99, 11.98, 11.97, 11.96])},
    ),
    ("fixed_bins_invert", HOLDS, {"coarse_fixed": by_layer([8, 9, 10, 11, 12])}),
    ("fixed_bins_invert", FAILS, {"coarse_fixed": by_layer([12, 11, 10, 9, 8])}),
    ("fixed_bins_invert", FAILS, {"coarse_fixed": by_layer([11.98, 11.97, 11.99, 12])}),
]
