"""Synthetic runs for the claims about Eqs. 17 to 19, for every outcome."""

import numpy as np

from tests.claims.conftest import (
    FAILS,
    HOLDS,
    UNTESTABLE,
    power,
)


def srr(snr):
    """SRR_B that belongs to an SNR by Eq. 17."""
    return snr / np.sqrt(1 + snr**2)


CASES = [
    ("equation_17", HOLDS, {"snr": power(-1, 5e3), "srr_batch": srr(power(-1, 5e3))}),
    ("equation_17", FAILS, {"snr": power(-1, 5e3), "srr_batch": srr(1.01 * power(-1, 5e3))}),
    ("equation_17", UNTESTABLE, {"snr": power(0, 1e5), "srr_batch": srr(power(0, 1e5))}),
    ("equation_18", HOLDS, {"snr": power(-1, 5e3), "srr_batch": srr(power(-1, 5e3))}),
    ("equation_18", FAILS, {"snr": power(-1, 5e3), "srr_batch": srr(1.5 * power(-1, 5e3))}),
    ("equation_19", HOLDS, {"snr": power(-1, 500), "srr_batch": srr(power(-1, 500))}),
    ("equation_19", FAILS, {"snr": power(-1, 500), "srr_batch": srr(1.5 * power(-1, 500))}),
    ("equation_19", UNTESTABLE, {"snr": power(0, 5), "srr_batch": srr(power(0, 5))}),
]
