"""The paper's claims about SNR: its phases, its levels, and its relation to Adam's SRR_C."""

import numpy as np

from pinn_phases.analysis.seeds import Bound, ratio
from pinn_phases.analysis.trajectories import log_correlation
from pinn_phases.claims.base import (
    ALL,
    NO_SIZE,
    RBA,
    SAME_EXPERIMENT,
    STAYS_LOW,
    VANILLA,
    Array,
    Claim,
    Measured,
    Quantity,
    Run,
    Untestable,
    compared,
    each,
    measured,
    median_in,
    stays_in_diffusion,
    within,
)
from pinn_phases.claims.judging.predicates import (
    Above,
    Anything,
    AtLeast,
    AtMost,
    Below,
    WithinFactor,
)

QUARTILES = (0.25, 0.75)
FEWEST = 20  # records for quartiles: five in each quarter


def _falls_and_jumps(run: Run) -> Measured:
    raw = run.history["snr"]  # a moving average would extend the fall
    start, total_diffusion = run.start_of("diffusion"), run.phases["total_diffusion"]
    end = total_diffusion["iteration"] if total_diffusion else float(run.iterations)
    level = float(median_in(run.at, raw, (start, end)))
    if total_diffusion is None:
        return measured(run.highest_snr, level, None, note="total diffusion is not found")
    jump = np.log10(float(median_in(run.at, raw, run.in_total_diffusion)) / level)
    return measured(run.highest_snr, level, jump)


def _settles_above_one(run: Run) -> Measured:
    snr = within(run.at, run.snr, run.in_total_diffusion)
    lower, level, upper = np.nanquantile(snr, (QUARTILES[0], 0.5, QUARTILES[1]))
    return measured(level, np.log10(upper / lower))


def _spread(srr: Array) -> float:
    """Return the upper over the lower quartile."""
    lower, upper = np.nanquantile(srr, QUARTILES)
    return float(upper / lower)


def _adam_settles(run: Run) -> Measured:
    return measured(_spread(within(run.at, run.srr_adam, run.in_total_diffusion)))


def _adam_does_not_settle(run: Run) -> Measured:
    total_diffusion = run.phases["total_diffusion"]
    end = total_diffusion["iteration"] if total_diffusion else float(run.iterations)
    span = run.start_of("diffusion"), end
    stochastic = within(run.at, run.srr_adam, span)[within(run.at, run.snr, span) < 1]
    if len(stochastic) < FEWEST:
        raise Untestable(f"SNR is below 1 in only {len(stochastic)} records before total diffusion")
    settled = within(run.at, run.srr_adam, run.in_total_diffusion) if total_diffusion else None
    return measured(_spread(stochastic), None if settled is None else _spread(settled))


def _late_decrease(run: Run) -> Measured:
    late, total_diffusion = run.phases["late_decrease"], run.in_total_diffusion
    if late is None:
        if "training.iterations" in run.differences:
            raise Untestable(f"late decrease not found in {run.iterations:,} iterations")
        return measured(None, note="late decrease not found")
    rest = late["iteration"], float(run.iterations)
    before, after = (float(median_in(run.at, run.snr, span)) for span in (total_diffusion, rest))
    return measured(after / before, note=f"from iteration {late['iteration']:,.0f} on")


def _share(condition: Array) -> Measured:
    return measured(float(np.mean(condition)))


def _stays_below_one(run: Run) -> Measured:
    after = run.start_of("diffusion"), float(run.iterations)
    return _share(within(run.at, run.snr, after) < 1)


def _stays_above_one(run: Run) -> Measured:
    return _share(within(run.at, run.snr, run.in_total_diffusion) > 1)


def _starts_stochastic(vanilla: Run, rba: Run) -> Measured:
    return measured(vanilla.first_snr, rba.first_snr)


def _total_diffusion(run: Run) -> Measured:
    return measured(run.start_of("total_diffusion"))


def _rba_first(vanilla: Run, rba: Run) -> Measured:
    lead = ratio(*(run.found("total_diffusion") for run in (vanilla, rba)))
    if lead.value is None:
        raise Untestable("total diffusion is not found for either method")
    if lead.bound is not Bound.EXACT:
        pair = (vanilla, rba) if lead.bound is Bound.AT_LEAST else (rba, vanilla)
        return measured(lead, note=stays_in_diffusion(*pair))
    (first, last), (start, end) = (run.interval_of("total_diffusion") for run in (vanilla, rba))
    if first <= end and last >= start:
        raise Untestable("the intervals of the two starts overlap")
    return measured(lead)


def _far_below_fitting(run: Run) -> Measured:
    highest = float(np.nanmax(within(run.at, run.snr, run.in_fitting)))
    level = float(median_in(run.at, run.snr, run.in_total_diffusion))
    return measured(np.log10(highest / level))


def _adam_follows(run: Run) -> Measured:
    return measured(log_correlation(run.at, run.snr, run.history["srr_adam"]))


def _adam_follows_less(vanilla: Run, rba: Run) -> Measured:
    of_vanilla, of_rba = (
        log_correlation(run.at, run.snr, run.history["srr_adam"]) for run in (vanilla, rba)
    )
    return measured(of_rba - of_vanilla, note=f"vanilla {of_vanilla:.2f}, RBA {of_rba:.2f}")


FLUCTUATIONS = "because SNR fluctuates, one record in twenty may be on the other side of 1"
CLAIMS = (
    Claim(
        name="snr_falls_and_jumps",
        where=("2.1", "Fig. 2", "Fig. 6", "Fig. 7", "Fig. 8"),
        statement="SNR falls from high to low values, then jumps up.",
        quantities=(
            Quantity("in fitting", "highest SNR up to the start of diffusion", Above(1)),
            Quantity(
                "in diffusion",
                "median SNR from the start of diffusion to the start of total diffusion, or to the "
                "end if that is not found",
                Below(1),
            ),
            Quantity(
                "jump, decades",
                "from that median to the median SNR in total diffusion",
                Above(0),
                in_part=Anything(),
            ),
        ),
        reason="the text calls SNR above 1 deterministic and below 1 stochastic. It gives no size "
        "of the jump; the search for phases ensures that the jump lasts. A fall without a jump "
        "counts in part. Left out are the cavity, whose SNR does not fall below 1, and Helmholtz "
        "with vanilla, whose SNR starts below 1",
        cases=each(("allen_cahn", "burgers"), RBA, VANILLA) + each(("helmholtz",), RBA),
        measure=_falls_and_jumps,
    ),
    Claim(
        name="snr_settles_above_one",
        where=("3.1", "Fig. 2"),
        statement="In total diffusion, SNR stabilises in the deterministic regime.",
        quantities=(
            Quantity("median SNR", "median SNR in total diffusion", Above(1)),
            Quantity(
                "decades between quartiles",
                "from the lower to the upper quartile of SNR in total diffusion",
                AtMost(1),
                in_part=Anything(),
            ),
        ),
        reason="deterministic: above 1; stable: within an order of magnitude, on an axis of many",
        cases=each(("allen_cahn", "helmholtz", "cavity"), RBA),
        measure=_settles_above_one,
    ),
    Claim(
        name="late_decrease",
        where=("2.1", "Fig. 2"),
        statement="In the final stage, after total diffusion, SNR decreases.",
        quantities=(
            Quantity(
                "SNR after over before",
                "median SNR after the start of the late decrease over that in total diffusion",
                Below(1),
            ),
        ),
        reason=f"{NO_SIZE}. In a training shorter than the paper's, the decrease may not have "
        "started yet",
        cases=each(ALL, RBA),
        measure=_late_decrease,
    ),
    Claim(
        name="burgers_snr_below_one",
        where=("3.1", "Fig. 8"),
        statement="For Burgers, SNR does not rise above 1 again.",
        quantities=(
            Quantity(
                "share below 1",
                "share of the records after the start of diffusion with SNR below 1",
                AtLeast(0.95),
            ),
        ),
        reason=FLUCTUATIONS,
        cases=each(("burgers",), RBA, VANILLA),
        measure=_stays_below_one,
    ),
    Claim(
        name="cavity_snr_above_one",
        where=("3.1", "Fig. 9"),
        statement="For the cavity, SNR stays above 1 in total diffusion.",
        quantities=(
            Quantity(
                "share above 1",
                "share of the records in total diffusion with SNR above 1",
                AtLeast(0.95),
            ),
        ),
        reason=f"{FLUCTUATIONS}. The text is about a Reynolds number of 1000",
        cases=each(("cavity",), RBA, VANILLA),
        measure=_stays_above_one,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="helmholtz_vanilla_starts_stochastic",
        where=("3.1", "Fig. 7"),
        statement="For Helmholtz, vanilla starts in the stochastic regime, RBA with a high SNR.",
        quantities=(
            Quantity(
                "first SNR of vanilla", "median SNR of the first ten records with vanilla", Below(1)
            ),
            Quantity(
                "first SNR of RBA",
                "median SNR of the first ten records with RBA",
                Above(1),
                in_part=Anything(),
            ),
        ),
        reason="stochastic: SNR below 1 (2.1); high: above 1",
        cases=compared(("helmholtz",)),
        measure=_starts_stochastic,
    ),
    Claim(
        name="burgers_enters_early",
        where=("3.1", "Fig. 8"),
        statement="Burgers enters total diffusion around iteration 500.",
        quantities=(
            Quantity(
                "start of total diffusion",
                "iteration at which total diffusion starts",
                WithinFactor(2, of=500),
            ),
        ),
        reason="around: within a factor of two, on a logarithmic axis. If total diffusion is not "
        "found, claims about it cannot be tested",
        cases=each(("burgers",), RBA, VANILLA),
        measure=_total_diffusion,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="rba_enters_first",
        where=("3.1", "1.4", "Fig. 6", "Fig. 7"),
        statement="RBA enters total diffusion before vanilla.",
        quantities=(
            Quantity(
                "vanilla over RBA",
                "start of total diffusion of vanilla over that of RBA",
                Above(1),
            ),
        ),
        reason=f"{NO_SIZE}. If the intervals of the two starts overlap, their order is unknown. "
        f"{STAYS_LOW}",
        cases=compared(("allen_cahn", "helmholtz")),
        measure=_rba_first,
    ),
    Claim(
        name="jump_stays_far_below_fitting",
        where=("3.2", "Fig. 10"),
        statement="After the jump, SNR is several orders of magnitude lower than in fitting.",
        quantities=(
            Quantity(
                "decades",
                "from the median SNR in total diffusion to the highest SNR in fitting",
                AtLeast(2),
                in_part=Above(0),
            ),
        ),
        reason="several: at least two. Left out is Helmholtz with vanilla, which has no fitting: "
        "its SNR starts below 1 (Fig. 7)",
        cases=each(ALL, RBA) + each(("allen_cahn", "burgers", "cavity"), VANILLA),
        measure=_far_below_fitting,
    ),
    Claim(
        name="adam_follows_snr",
        where=("3.2", "Fig. 10"),
        statement="For RBA, the step-wise SRR_C of Adam closely follows SNR.",
        quantities=(
            Quantity(
                "correlation",
                "correlation of the trends of SRR_C and SNR on logarithmic axes",
                AtLeast(0.8),
                in_part=AtLeast(0.5),
            ),
        ),
        reason="closely: two thirds of the variance are common to both; in part: a quarter",
        cases=each(ALL, RBA),
        measure=_adam_follows,
    ),
    Claim(
        name="adam_follows_less_for_vanilla",
        where=("3.2", "Fig. 10"),
        statement="For vanilla, SRR_C follows SNR less closely than for RBA.",
        quantities=(
            Quantity(
                "RBA minus vanilla",
                "correlation of the trends of SRR_C and SNR for RBA, minus that for vanilla",
                AtLeast(0.1),
                in_part=Above(0),
            ),
        ),
        reason="over the 60 to 80 bins of a curve, a correlation of 0.8 has a standard error of "
        "0.04, the difference of two 0.06; a difference below 0.1 may be chance",
        cases=compared(ALL),
        measure=_adam_follows_less,
    ),
    Claim(
        name="adam_reaches_equilibrium",
        where=("3.2", "2.2", "Eq. 14", "Fig. 10"),
        statement="In total diffusion, SRR_C reaches a stable equilibrium.",
        quantities=(
            Quantity(
                "upper over lower quartile",
                "upper over lower quartile of SRR_C in total diffusion, with a moving average of "
                "ten records",
                AtMost(2),
                in_part=AtMost(10**0.5),
            ),
        ),
        reason="about constant (Eq. 14): half of the records within a factor of two; within half "
        "an order of magnitude counts in part",
        cases=each(ALL, RBA),
        measure=_adam_settles,
    ),
    Claim(
        name="adam_reaches_no_equilibrium_in_diffusion",
        where=("3.2", "Fig. 10"),
        statement="In the stochastic regime, SRR_C reaches no equilibrium with vanilla.",
        quantities=(
            Quantity(
                "in diffusion",
                "upper over lower quartile of SRR_C where SNR is below 1, from the start of "
                "diffusion to that of total diffusion, or to the end if that is not found",
                Above(2),
            ),
            Quantity(
                "in total diffusion",
                "the same ratio in total diffusion, if it is found",
                Anything(),
            ),
        ),
        reason="the opposite of the criterion for an equilibrium",
        cases=each(ALL, VANILLA),
        measure=_adam_does_not_settle,
    ),
)
