"""What the paper says of SNR: its phases, its levels, and what follows it."""

import numpy as np

from pinn_phases.analysis.seeds import Bound, ratio
from pinn_phases.analysis.trajectories import log_correlation
from pinn_phases.claims.base import (
    ALL,
    ORDER_ALONE,
    RBA,
    SAME_EXPERIMENT,
    VANILLA,
    Array,
    Claim,
    Finding,
    Outcome,
    Run,
    Untestable,
    compared,
    each,
    graded,
    median_in,
    within,
)

BURGERS_START, AROUND = 500.0, 2.0  # "around 500 iterations", within a factor of two
NEARLY_ALL = 0.95  # of the records: one in twenty may be a fluctuation
SETTLED = 1.0  # decade between the quartiles of SNR
ORDERS = 2.0  # decades: "several" is at least two
CLOSE, SOME = 0.8, 0.5  # correlations: two thirds, and a quarter, of the variance in common
HALF = np.sqrt(0.5)  # SRR_B at SNR = 1, Eq. 18
SMALL, SMALL_ERROR = 0.1, 0.01  # "much smaller than 1"; there Eq. 17 makes SNR 0.5 % larger
# Eq. 17 is exact. 1 - SRR^2 has a relative rounding error of eps SNR^2, 2e-8 in float64 at the
# largest SNR that is compared; the sums over parameters and batches add some roundings.
EXACT, LARGEST_SNR = 1e-6, 1e4


def _falls_and_jumps(run: Run) -> Finding:
    if run.phases["diffusion"] is None:
        note = f"starts at {run.first_snr:.2g}; diffusion is not found"
        return Finding(Outcome.FAILS, None, note)
    raw = run.history["snr"]  # averages would carry the fall on
    level = float(median_in(run.at, raw, run.in_diffusion))
    falls = run.first_snr > 1 > level
    note = f"from {run.first_snr:.2g} to {level:.2g}"
    if run.phases["total_diffusion"] is None:
        outcome = Outcome.IN_PART if falls else Outcome.FAILS
        return Finding(outcome, None, f"{note}; total diffusion is not found")
    rise = np.log10(float(median_in(run.at, raw, run.in_total_diffusion)) / level)
    return graded(rise, falls and rise > 0, falls or rise > 0, note)


def _settles_above_one(run: Run) -> Finding:
    snr = within(run.at, run.snr, run.in_total_diffusion)
    lower, level, upper = np.nanquantile(snr, (0.25, 0.5, 0.75))
    spread = np.log10(upper / lower)
    note = f"quartiles {spread:.2g} decades apart"
    return graded(level, level > 1 and spread <= SETTLED, level > 1, note)


def _share(condition: Array) -> Finding:
    share = float(np.mean(condition))
    return graded(share, share >= NEARLY_ALL)


def _stays_below_one(run: Run) -> Finding:
    after = run.start_of("diffusion"), float(run.iterations)
    return _share(within(run.at, run.snr, after) < 1)


def _stays_above_one(run: Run) -> Finding:
    return _share(run.snr[np.isfinite(run.snr)] > 1)


def _starts_stochastic(vanilla: Run, rba: Run) -> Finding:
    note = f"RBA starts at {rba.first_snr:.2g}"
    below, above = vanilla.first_snr < 1, rba.first_snr > 1
    return graded(vanilla.first_snr, below and above, below, note)


def _enters_around_500(run: Run) -> Finding:
    if run.phases["total_diffusion"] is None:
        note = f"total diffusion is not found in {run.iterations:,} iterations"
        return Finding(Outcome.FAILS, None, note)
    start = run.start_of("total_diffusion")
    return graded(start, BURGERS_START / AROUND <= start <= BURGERS_START * AROUND)


def _rba_first(vanilla: Run, rba: Run) -> Finding:
    found = ratio(*(run.found("total_diffusion") for run in (vanilla, rba)))
    if found.value is None:
        raise Untestable("total diffusion is found for neither")
    if found.bound is Bound.AT_MOST:
        return Finding(Outcome.FAILS, None, "found for vanilla, not for RBA")
    if found.bound is Bound.AT_LEAST:
        note = f"at least; not found for vanilla in {vanilla.iterations:,} iterations"
        return Finding(Outcome.HOLDS, found.value, note)
    return graded(found.value, found.value > 1)


def _far_below_fitting(run: Run) -> Finding:
    highest = float(np.nanmax(within(run.at, run.snr, run.in_fitting)))
    orders = np.log10(highest / float(median_in(run.at, run.snr, run.in_total_diffusion)))
    return graded(orders, orders >= ORDERS, orders > 0)


def _adam_follows(run: Run) -> Finding:
    correlation = log_correlation(run.at, run.snr, run.history["srr_adam"])
    return graded(correlation, correlation >= CLOSE, correlation >= SOME)


def _adam_follows_less(vanilla: Run, rba: Run) -> Finding:
    slow, fast = (log_correlation(r.at, r.snr, r.history["srr_adam"]) for r in (vanilla, rba))
    return graded(slow - fast, slow < fast)


def _pairs(run: Run) -> tuple[Array, Array]:
    """SNR and SRR_B of the records that have both, as recorded and without averages."""
    snr, srr = run.history["snr"], run.history["srr_batch"]
    there = np.isfinite(snr) & np.isfinite(srr) & (snr > 0)
    return snr[there], srr[there]


def _equation_17(run: Run) -> Finding:
    snr, srr = _pairs(run)
    snr, srr = snr[snr < LARGEST_SNR], srr[snr < LARGEST_SNR]
    if not snr.size:
        raise Untestable(f"SNR is never below {LARGEST_SNR:g}")
    distance = float(np.max(np.abs(srr / np.sqrt(1 - srr**2) / snr - 1)))
    return graded(distance, distance <= EXACT)


def _equation_18(run: Run) -> Finding:
    snr, srr = _pairs(run)
    clear = np.abs(snr - 1) > EXACT  # on the boundary itself rounding decides
    disagree = int(np.sum((snr > 1)[clear] != (srr > HALF)[clear]))
    return graded(disagree, disagree == 0)


def _equation_19(run: Run) -> Finding:
    snr, srr = _pairs(run)
    small = srr < SMALL
    if not small.any():
        raise Untestable(f"SRR_B is never below {SMALL:g}")
    distance = float(np.max(np.abs(snr[small] / srr[small] - 1)))
    return graded(distance, distance <= SMALL_ERROR)


CLAIMS = (
    Claim(
        name="snr_falls_and_jumps",
        place="2.1; Figs. 2, 6-8",
        statement="SNR starts above 1, falls below it, and jumps up again.",
        measured="decades from the median SNR of diffusion up to that of total diffusion",
        predicate="first SNR above 1, that of diffusion below 1, total diffusion found and higher; "
        "in part: the fall or the rise alone",
        reason="levels of the text; the rise has no size there. The cavity, whose SNR is said to "
        "stay above 1, and vanilla for Helmholtz, said to start below it, have claims of their own",
        cases=each(("allen_cahn", "burgers"), RBA, VANILLA) + each(("helmholtz",), RBA),
        judge=_falls_and_jumps,
    ),
    Claim(
        name="snr_settles_above_one",
        place="3.1; Fig. 2",
        statement="In total diffusion SNR becomes stable in the deterministic regime.",
        measured="median SNR in total diffusion",
        predicate="above 1, with quartiles less than a decade apart; in part: above 1",
        reason="deterministic is above 1; stable: within an order of magnitude, on an axis that "
        "shows many",
        cases=each(("allen_cahn", "helmholtz", "cavity"), RBA),
        judge=_settles_above_one,
    ),
    Claim(
        name="burgers_snr_below_one",
        place="3.1; Fig. 8",
        statement="For Burgers SNR does not rise above 1 again.",
        measured="share of the records after the start of diffusion with SNR below 1",
        predicate="at least 95 %",
        reason="one record in twenty may be a fluctuation, which the text mentions",
        cases=each(("burgers",), RBA, VANILLA),
        judge=_stays_below_one,
    ),
    Claim(
        name="cavity_snr_above_one",
        place="3.1; Fig. 9",
        statement="For the cavity SNR remains above 1.",
        measured="share of all records with SNR above 1",
        predicate="at least 95 %",
        reason="as for Burgers",
        cases=each(("cavity",), RBA, VANILLA),
        judge=_stays_above_one,
    ),
    Claim(
        name="helmholtz_vanilla_starts_stochastic",
        place="Fig. 7",
        statement="For Helmholtz vanilla starts in the stochastic regime, RBA with a high SNR.",
        measured="first SNR of vanilla (median of ten records)",
        predicate="below 1, and RBA's above 1; in part: vanilla's alone",
        reason="the stochastic regime is SNR below 1 (2.1)",
        cases=compared(("helmholtz",)),
        judge=_starts_stochastic,
    ),
    Claim(
        name="burgers_enters_early",
        place="Fig. 8",
        statement="Burgers enters total diffusion around iteration 500.",
        measured="start of total diffusion",
        predicate="between 250 and 1000",
        reason="around: within a factor of two, on a logarithmic axis",
        cases=each(("burgers",), RBA, VANILLA),
        judge=_enters_around_500,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="rba_enters_first",
        place="1.4; Figs. 6, 7",
        statement="RBA enters total diffusion before vanilla.",
        measured="start of total diffusion of vanilla over that of RBA",
        predicate="above 1",
        reason=ORDER_ALONE,
        cases=compared(("allen_cahn", "helmholtz")),
        judge=_rba_first,
    ),
    Claim(
        name="jump_stays_far_below_fitting",
        place="3.2; Fig. 10",
        statement="After the jump SNR is several orders of magnitude lower than in fitting.",
        measured="decades from the median SNR of total diffusion up to the highest of fitting",
        predicate="at least 2; in part: above 0",
        reason="several is at least two",
        cases=each(ALL, RBA),
        judge=_far_below_fitting,
    ),
    Claim(
        name="adam_follows_snr",
        place="3.2; Fig. 10",
        statement="For RBA the step-wise SRR_C of Adam closely follows SNR.",
        measured="correlation of their trends, both on logarithmic axes",
        predicate="at least 0.8; in part: at least 0.5",
        reason="a high correlation: two thirds of the variance in common; some: a quarter",
        cases=each(ALL, RBA),
        judge=_adam_follows,
    ),
    Claim(
        name="adam_follows_less_for_vanilla",
        place="3.2; Fig. 10",
        statement="For vanilla SRR_C follows SNR less than for RBA.",
        measured="correlation for vanilla minus that for RBA",
        predicate="below 0",
        reason=f"{ORDER_ALONE}, and says not always",
        cases=compared(ALL),
        judge=_adam_follows_less,
    ),
    Claim(
        name="equation_17",
        place="Eq. 17",
        statement="SNR = SRR_B / sqrt(1 - SRR_B^2).",
        measured="largest relative distance of the two sides, where SNR is below 10^4",
        predicate="at most 10^-6",
        reason="exact; the tolerance covers the rounding of 1 - SRR_B^2 at SNR 10^4",
        cases=each(ALL, RBA, VANILLA),
        judge=_equation_17,
        min_iterations=1,
    ),
    Claim(
        name="equation_18",
        place="Eq. 18",
        statement="SNR is above 1 where SRR_B is above sqrt(2)/2.",
        measured="records that disagree",
        predicate="none",
        reason="exact",
        cases=each(ALL, RBA, VANILLA),
        judge=_equation_18,
        min_iterations=1,
    ),
    Claim(
        name="equation_19",
        place="Eq. 19",
        statement="SNR is about SRR_B where SRR_B is much smaller than 1.",
        measured="largest relative distance where SRR_B is below 0.1",
        predicate="at most 1 %",
        reason="at 0.1 Eq. 17 itself makes SNR 0.5 % larger",
        cases=each(ALL, RBA, VANILLA),
        judge=_equation_19,
        min_iterations=1,
    ),
)
