"""Synthetic runs for the claims about the layers' SNR, signal and noise, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    AT,
    FAILS,
    HOLDS,
    IN_PART,
    LATE_DECREASE,
    NOT_DIFFUSED,
    NOT_TOTAL,
    TOTAL,
    UNTESTABLE,
    by_layer,
    drop,
    falling_at,
    power,
    steps,
)


def layers_at(*iterations, jump=False):
    """SNR of layers that fall, or jump, at these iterations."""
    curves = [falling_at(iteration) for iteration in iterations]
    return np.stack([1 / curve if jump else curve for curve in curves], axis=1)


CASES = [
    ("layers_ordered", HOLDS, {"layers_snr": by_layer([9, 7, 5, 3, 1], AT)}),
    ("layers_ordered", HOLDS, {"layers_snr": by_layer([9, 5, 7, 3, 1], AT)}),
    ("layers_ordered", IN_PART, {"layers_snr": by_layer([7, 9, 1, 5, 3], AT)}),
    ("layers_ordered", FAILS, {"layers_snr": by_layer([1, 3, 5, 7, 9], AT)}),
    ("layers_coincide", HOLDS, {"layers_snr": by_layer([1, 1.5, 1.2, 1, 1.9], AT)}),
    ("layers_coincide", IN_PART, {"layers_snr": by_layer([1, 1.5, 1.2, 1, 2.5], AT)}),
    ("layers_coincide", FAILS, {"layers_snr": by_layer([1, 1.5, 1.2, 1, 4], AT)}),
    ("layers_fall_together", HOLDS, {"layers_snr": layers_at(50, 55, 60, 50, 45)}),
    ("layers_fall_together", IN_PART, {"layers_snr": layers_at(40, 55, 60, 50, 100)}),
    ("layers_fall_together", FAILS, {"layers_snr": layers_at(20, 55, 60, 50, 100)}),
    ("layers_fall_together", UNTESTABLE, {"phases": NOT_DIFFUSED}),
    ("layers_jump_together", HOLDS, {"layers_snr": layers_at(*[TOTAL] * 5, jump=True)}),
    ("layers_jump_together", IN_PART, {"layers_snr": layers_at(1400, 3600, jump=True)}),
    ("layers_jump_together", FAILS, {"layers_snr": layers_at(1000, 4000, jump=True)}),
    ("layers_jump_together", FAILS, {"layers_snr": np.stack([power(1), power(-1)], axis=1)}),
    ("layers_jump_together", UNTESTABLE, {"phases": NOT_TOTAL}),
    ("noise_starts_low", HOLDS, {"gradient_std": steps(0.01, 1, 1)}),
    ("noise_starts_low", IN_PART, {"gradient_std": steps(0.3, 1, 1)}),
    ("noise_starts_low", FAILS, {"gradient_std": steps(1, 1, 0.1)}),
    (
        *("signal_and_noise_fall_alike", HOLDS),
        {"gradient_mean": power(-1), "gradient_std": power(-1.2)},
    ),
    (
        *("signal_and_noise_fall_alike", FAILS),
        {"gradient_mean": power(-1), "gradient_std": power(-0.3)},
    ),
    (
        *("signal_and_noise_fall_alike", FAILS),
        {"gradient_mean": power(1), "gradient_std": power(1)},
    ),
    (
        *("signal_goes_first", HOLDS),
        {"gradient_mean": drop(10_000, 2), "gradient_std": drop(10_000, 1)}
        | {"phases": LATE_DECREASE},
    ),
    (
        *("signal_goes_first", FAILS),
        {"gradient_mean": drop(10_000, 1), "gradient_std": drop(10_000, 2)}
        | {"phases": LATE_DECREASE},
    ),
    ("signal_goes_first", UNTESTABLE, {}),
]
