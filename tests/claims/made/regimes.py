"""Synthetic runs for the claims about SNR and its phases, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    AT,
    FAILS,
    HOLDS,
    IN_PART,
    LATE_DECREASE,
    NOT_DIFFUSED,
    NOT_TOTAL,
    UNTESTABLE,
    drop,
    power,
    steps,
    total_at,
)

ALTERNATING = np.where(np.arange(AT.size) // 300 % 2, 2.0, 0.02)  # stretches of 3000 iterations
SHORTER = {"training.iterations": (20_000, 300_000)}
NO_EQUILIBRIUM = "adam_reaches_no_equilibrium_in_diffusion"
LATER = total_at(15_000.0)


CASES = [
    ("snr_falls_and_jumps", HOLDS, {"snr": steps(100, 0.1, 3)}),
    ("snr_falls_and_jumps", HOLDS, {"snr": steps(2, 0.1, 2)}),
    ("snr_falls_and_jumps", IN_PART, {"snr": steps(100, 0.1, 0.1), "phases": NOT_TOTAL}),
    ("snr_falls_and_jumps", IN_PART, {"snr": steps(100, 0.1, 0.05)}),
    ("snr_falls_and_jumps", FAILS, {"snr": steps(0.5, 0.1, 3)}),
    ("snr_falls_and_jumps", FAILS, {"snr": steps(100, 10, 50)}),
    ("snr_falls_and_jumps", UNTESTABLE, {"phases": NOT_DIFFUSED}),
    ("snr_settles_above_one", HOLDS, {"snr": steps(100, 0.1, 3)}),
    ("snr_settles_above_one", IN_PART, {"snr": steps(100, 0.1, 1) * np.exp(2 * ALTERNATING)}),
    ("snr_settles_above_one", FAILS, {"snr": steps(100, 0.1, 0.5)}),
    ("snr_settles_above_one", UNTESTABLE, {"phases": NOT_TOTAL}),
    (
        *("late_decrease", HOLDS),
        {"snr": steps(100, 0.1, 3) * drop(10_000, 1), "phases": LATE_DECREASE},
    ),
    (
        *("late_decrease", FAILS),
        {"snr": steps(100, 0.1, 3) / drop(10_000, 1), "phases": LATE_DECREASE},
    ),
    ("late_decrease", FAILS, {}),
    ("late_decrease", UNTESTABLE, {"differences": SHORTER}),
    ("late_decrease", UNTESTABLE, {"phases": NOT_TOTAL}),
    ("burgers_snr_below_one", HOLDS, {"snr": steps(100, 0.1, 0.5)}),
    ("burgers_snr_below_one", FAILS, {"snr": steps(100, 0.1, 2)}),
    ("burgers_snr_below_one", UNTESTABLE, {"phases": NOT_DIFFUSED}),
    ("cavity_snr_above_one", HOLDS, {"snr": steps(100, 0.5, 5)}),
    ("cavity_snr_above_one", FAILS, {"snr": steps(100, 2, 0.5)}),
    ("cavity_snr_above_one", UNTESTABLE, {"phases": NOT_TOTAL}),
    (
        "helmholtz_vanilla_starts_stochastic",
        HOLDS,
        {"snr": steps(0.3, 0.1, 1)},
        {"snr": power(-1, 50)},
    ),
    (
        "helmholtz_vanilla_starts_stochastic",
        IN_PART,
        {"snr": steps(0.3, 0.1, 1)},
        {"snr": power(-1, 0.5)},
    ),
    (
        *("helmholtz_vanilla_starts_stochastic", FAILS),
        *({"snr": power(-1, 50)}, {"snr": power(-1, 50)}),
    ),
    ("burgers_enters_early", HOLDS, {"phases": total_at(600.0)}),
    ("burgers_enters_early", FAILS, {"phases": total_at(2000.0)}),
    ("burgers_enters_early", UNTESTABLE, {"phases": NOT_TOTAL}),
    ("rba_enters_first", HOLDS, {"phases": total_at(9000.0)}, {}),
    ("rba_enters_first", HOLDS, {"phases": NOT_TOTAL}, {}),
    ("rba_enters_first", FAILS, {"phases": total_at(900.0)}, {}),
    ("rba_enters_first", FAILS, {}, {"phases": NOT_TOTAL}),
    ("rba_enters_first", UNTESTABLE, {"phases": NOT_TOTAL}, {"phases": NOT_TOTAL}),
    ("rba_enters_first", UNTESTABLE, {"phases": total_at(2100.0)}, {}),
    ("rba_enters_first", UNTESTABLE, {"phases": NOT_TOTAL, "snr": steps(100, 2, 2)}, {}),
    ("rba_enters_first", UNTESTABLE, {}, {"phases": NOT_TOTAL, "snr": steps(100, 2, 2)}),
    ("jump_stays_far_below_fitting", HOLDS, {"snr": steps(1000, 0.1, 3)}),
    ("jump_stays_far_below_fitting", IN_PART, {"snr": steps(30, 0.1, 3)}),
    ("jump_stays_far_below_fitting", FAILS, {"snr": steps(2, 0.1, 3)}),
    ("adam_follows_snr", HOLDS, {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.9, 0.1, 0.5)}),
    ("adam_follows_snr", IN_PART, {"snr": steps(9, 0.1, 1), "srr_adam": steps(1, 0.1, 0.08)}),
    ("adam_follows_snr", FAILS, {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.1, 0.5, 0.1)}),
    (
        *("adam_follows_less_for_vanilla", HOLDS),
        {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.1, 0.5, 0.1)},
        {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.9, 0.1, 0.5)},
    ),
    (
        *("adam_follows_less_for_vanilla", FAILS),
        {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.9, 0.1, 0.5)},
        {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.1, 0.5, 0.1)},
    ),
    (
        *("adam_follows_less_for_vanilla", IN_PART),
        {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.9, 0.1, 0.4)},
        {"snr": steps(9, 0.1, 1), "srr_adam": steps(0.9, 0.1, 0.3)},
    ),
    ("adam_reaches_equilibrium", HOLDS, {"srr_adam": steps(0.9, 0.01, 0.5)}),
    ("adam_reaches_equilibrium", IN_PART, {"srr_adam": np.where(ALTERNATING > 1, 0.5, 0.2)}),
    ("adam_reaches_equilibrium", FAILS, {"srr_adam": np.where(ALTERNATING > 1, 0.5, 0.05)}),
    ("adam_reaches_equilibrium", UNTESTABLE, {"phases": NOT_TOTAL}),
    (NO_EQUILIBRIUM, HOLDS, {"srr_adam": np.where(ALTERNATING > 1, 0.5, 0.05), "phases": LATER}),
    (NO_EQUILIBRIUM, HOLDS, {"srr_adam": np.where(ALTERNATING > 1, 0.5, 0.1), "phases": NOT_TOTAL}),
    (NO_EQUILIBRIUM, FAILS, {"srr_adam": steps(0.9, 0.01, 0.5)}),
    (NO_EQUILIBRIUM, UNTESTABLE, {"snr": steps(9, 3, 3)}),
]
