"""Identities of Section 2.3 between SNR and SRR_B; they hold for any run if the code is correct."""

import numpy as np

from pinn_phases.claims.base import (
    ALL,
    RBA,
    VANILLA,
    Array,
    Claim,
    Kind,
    Measured,
    Quantity,
    Run,
    Untestable,
    each,
    measured,
)
from pinn_phases.claims.judging.predicates import AtMost

HALF = np.sqrt(0.5)  # SRR_B at SNR = 1, Eq. 18
SMALL = 0.1  # SRR_B that is "much smaller than 1"; by Eq. 17, SNR is 0.5 % larger there
# Eq. 17 is exact, but 1 - SRR_B^2 has a relative rounding error of eps SNR^2, which is 2e-8 in
# float64 at the largest SNR that is compared. Sums over parameters and batches add to it.
EXACT, LARGEST_SNR = 1e-6, 1e4


def _pairs(run: Run) -> tuple[Array, Array]:
    """SNR and SRR_B of the records in which both are valid, without moving average."""
    snr, srr = run.history["snr"], run.history["srr_batch"]
    valid = np.isfinite(snr) & np.isfinite(srr) & (snr > 0)
    return snr[valid], srr[valid]


def _equation_17(run: Run) -> Measured:
    snr, srr = _pairs(run)
    snr, srr = snr[snr < LARGEST_SNR], srr[snr < LARGEST_SNR]
    if not snr.size:
        raise Untestable(f"SNR is never below {LARGEST_SNR:g}")
    return measured(float(np.max(np.abs(srr / np.sqrt(1 - srr**2) / snr - 1))))


def _equation_18(run: Run) -> Measured:
    snr, srr = _pairs(run)
    clear = np.abs(snr - 1) > EXACT  # at SNR = 1, rounding decides
    return measured(int(np.sum((snr > 1)[clear] != (srr > HALF)[clear])))


def _equation_19(run: Run) -> Measured:
    snr, srr = _pairs(run)
    small = srr < SMALL
    if not small.any():
        raise Untestable(f"SRR_B is never below {SMALL:g}")
    return measured(float(np.max(np.abs(snr[small] / srr[small] - 1))))


CLAIMS = (
    Claim(
        name="equation_17",
        where=("2.3", "Eq. 17"),
        statement="SNR = SRR_B / sqrt(1 - SRR_B^2).",
        quantities=(
            Quantity(
                "relative difference",
                "largest relative difference between the two sides where SNR is below "
                f"{LARGEST_SNR:,.0f}",
                AtMost(EXACT),
            ),
        ),
        reason="exact; the tolerance covers the rounding of 1 - SRR_B^2 up to an SNR of "
        f"{LARGEST_SNR:,.0f}",
        cases=each(ALL, RBA, VANILLA),
        measure=_equation_17,
        kind=Kind.IDENTITY,
        min_iterations=1,
    ),
    Claim(
        name="equation_18",
        where=("2.3", "Eq. 18"),
        statement="SNR is above 1 where SRR_B is above sqrt(2)/2.",
        quantities=(
            Quantity(
                "violations",
                "number of records in which only one of SNR and SRR_B is above its limit",
                AtMost(0),
            ),
        ),
        reason="exact",
        cases=each(ALL, RBA, VANILLA),
        measure=_equation_18,
        kind=Kind.IDENTITY,
        min_iterations=1,
    ),
    Claim(
        name="equation_19",
        where=("2.3", "Eq. 19"),
        statement="SNR is about SRR_B where SRR_B is much smaller than 1.",
        quantities=(
            Quantity(
                "relative difference",
                f"largest relative difference where SRR_B is below {SMALL}",
                AtMost(0.01),
            ),
        ),
        reason=f"by Eq. 17, SNR is 0.5 % larger than SRR_B = {SMALL}",
        cases=each(ALL, RBA, VANILLA),
        measure=_equation_19,
        kind=Kind.IDENTITY,
        min_iterations=1,
    ),
)
