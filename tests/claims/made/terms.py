"""Synthetic runs for the claims about the terms of the loss, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    FAILS,
    HOLDS,
    IN_PART,
    SNAPSHOTS,
    TOTAL,
    UNTESTABLE,
    snapshots,
)


def standoff(end, *, broken=False):
    """Cosine that is -1 before an iteration and positive after it, if `broken` with exceptions."""
    cosine = np.where(end > SNAPSHOTS, -1.0, 0.5)
    if broken:
        cosine[(SNAPSHOTS > 300) & (SNAPSHOTS < 400)] = 0.0
        cosine[-4] = -0.95
    return cosine


def signal(**norms):
    """Terms with the given norms (`conditions`, `residual`, `whole`), constant, and noise 0.1."""
    conditions, residual, whole = (
        np.full(SNAPSHOTS.size, norms[name]) for name in ("conditions", "residual", "whole")
    )
    snr = {"terms_snr": whole / 0.1, "terms_snr_residual": residual / 0.1}
    return snr | {
        "terms_gradient_std": 0.1 * conditions**0,
        "terms_gradient_conditions": conditions,
    }


SIGNAL = "conditions_give_the_signal_of_total_diffusion"
NO_CLEAR_END = np.full(SNAPSHOTS.size, -1.0)
NO_CLEAR_END[-2] = 0.5
FEW_SNAPSHOTS = {
    "terms_iteration": np.array([500, 5000, 20_000]),
    "terms_cosine": np.array([-1.0, 0.5, 0.5]),
}
NO_CONDITIONS = {
    "terms_cosine": np.full(SNAPSHOTS.size, np.nan),
    "terms_gradient_conditions": np.zeros(SNAPSHOTS.size),
}


CASES = [
    ("terms_oppose_in_diffusion", HOLDS, {"terms_cosine": snapshots(-0.95, 0.9, 0.9)}),
    ("terms_oppose_in_diffusion", IN_PART, {"terms_cosine": snapshots(-0.5, -1.0)}),
    ("terms_oppose_in_diffusion", FAILS, {"terms_cosine": snapshots(0.1, -1.0, -1.0)}),
    ("terms_oppose_in_diffusion", UNTESTABLE, NO_CONDITIONS),
    ("residual_batches_agree_in_diffusion", HOLDS, {"terms_snr_residual": snapshots(4, 0.1, 0.1)}),
    ("residual_batches_agree_in_diffusion", FAILS, {"terms_snr_residual": snapshots(0.4, 9, 9)}),
    ("standoff_ends_at_total_diffusion", HOLDS, {"terms_cosine": standoff(TOTAL)}),
    ("standoff_ends_at_total_diffusion", HOLDS, {"terms_cosine": standoff(TOTAL, broken=True)}),
    ("standoff_ends_at_total_diffusion", IN_PART, {"terms_cosine": standoff(2.2 * TOTAL)}),
    ("standoff_ends_at_total_diffusion", FAILS, {"terms_cosine": standoff(5 * TOTAL)}),
    ("standoff_ends_at_total_diffusion", FAILS, {"terms_cosine": standoff(1.0)}),
    ("standoff_ends_at_total_diffusion", FAILS, {}),
    ("standoff_ends_at_total_diffusion", FAILS, {"terms_cosine": NO_CLEAR_END}),
    ("standoff_ends_at_total_diffusion", UNTESTABLE, FEW_SNAPSHOTS),
    ("standoff_ends_at_total_diffusion", UNTESTABLE, NO_CONDITIONS),
    (SIGNAL, HOLDS, signal(conditions=1.0, residual=0.3, whole=1.2)),
    (SIGNAL, IN_PART, signal(conditions=1.0, residual=0.8, whole=0.3)),
    (SIGNAL, FAILS, signal(conditions=1.0, residual=3.0, whole=3.2)),
    (SIGNAL, UNTESTABLE, NO_CONDITIONS),
]
