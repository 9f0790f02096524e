"""What the paper says of the error: how fast it falls, when, and how far."""

import numpy as np

from pinn_phases.analysis.seeds import Bound, Observation, ratio
from pinn_phases.analysis.trajectories import fluctuation, steepest_fall
from pinn_phases.claims.base import (
    ALL,
    ORDER_ALONE,
    RBA,
    SAME_EXPERIMENT,
    VANILLA,
    Claim,
    Finding,
    Outcome,
    Run,
    Untestable,
    compared,
    each,
    graded,
)

ACCURACY = 0.1  # relative L2 error at which speeds are compared; Figs. 6 and 7
TEN, ABOUT = 10.0, 2.0  # "10 times faster", within a factor of two
REACHED_AT = {RBA: 10_000, VANILLA: 100_000}  # iterations; Figs. 6 and 7
A_BIT = 2.0  # "a bit worse" is less than twice as large
SIX_PERCENT, AROUND = 0.06, 1.5  # "about 6 %"
STATIONARY = 0.5  # of the error a decade before the end is still there
STAGNANT = 0.8  # of the first error is still there: it falls by less than a fifth
WINDOW = 0.3  # decades: a factor of two in iterations


def _speed_up(vanilla: Run, rba: Run) -> Finding:
    found = ratio(vanilla.reached(ACCURACY), rba.reached(ACCURACY))
    if found.value is None:
        raise Untestable(f"neither gets below 10 % in {rba.iterations:,} iterations")
    if found.bound is Bound.AT_MOST:
        return Finding(Outcome.FAILS, None, "vanilla gets below 10 %, RBA does not")
    if found.bound is Bound.AT_LEAST:
        note = f"at least; vanilla is not below 10 % in {vanilla.iterations:,} iterations"
        outcome = Outcome.IN_PART if found.value >= TEN / ABOUT else Outcome.UNTESTABLE
        return Finding(outcome, found.value, note)
    return graded(found.value, TEN / ABOUT <= found.value <= TEN * ABOUT, found.value > 1)


def _reached_at(run: Run) -> Finding:
    said, found = REACHED_AT[run.method], run.reached(ACCURACY)
    if found.censored:
        if run.iterations < said * ABOUT:
            raise Untestable(f"not below 10 % in {run.iterations:,} iterations")
        return Finding(Outcome.FAILS, None, f"not below 10 % in {run.iterations:,} iterations")
    return graded(found.value, said / ABOUT <= found.value <= said * ABOUT)


def _final_ratio(vanilla: Run, rba: Run) -> float:
    found = ratio(Observation(rba.final_error), Observation(vanilla.final_error))
    return np.nan if found.value is None else found.value


def _ends_lower(vanilla: Run, rba: Run) -> Finding:
    final = _final_ratio(vanilla, rba)
    return graded(final, final < 1)


def _ends_a_bit_higher(vanilla: Run, rba: Run) -> Finding:
    final = _final_ratio(vanilla, rba)
    return graded(final, 1 < final <= A_BIT, final > 1)


def _six_percent(rba: Run) -> Finding:
    final = rba.final_error
    return graded(final, SIX_PERCENT / AROUND <= final <= SIX_PERCENT * AROUND)


def _stays_high(vanilla: Run) -> Finding:
    final = vanilla.final_error
    before = vanilla.error[np.searchsorted(vanilla.at, vanilla.iterations / 10)]
    stationary, high = final >= STATIONARY * before, final > ACCURACY
    note = f"a decade before the end: {before:.2g}"
    return graded(final, stationary and high, stationary or high, note)


def _steepest_in_total_diffusion(run: Run) -> Finding:
    start, earliest = (f("total_diffusion") for f in (run.start_of, run.earliest_start_of))
    place = steepest_fall(run.at, run.error, WINDOW)
    if place is None:
        return Finding(Outcome.FAILS, None, "the error does not fall")
    return graded(place / start, place >= earliest * 10 ** (-WINDOW / 2))


def _stagnates(run: Run) -> Finding:
    until = run.in_fitting[1]
    share = float(run.error[np.searchsorted(run.at, until)] / run.error[0])
    return graded(share, share >= STAGNANT)


def _fluctuates(*runs: Run) -> Finding:
    """Take the runs of Burgers, the cavity, and the others."""
    burgers, cavity, *others = (fluctuation(run.at, run.error, run.late[0]) for run in runs)
    largest, smallest = burgers > max(cavity, *others), cavity < min(burgers, *others)
    note = f"Burgers {burgers:.2g}, cavity {cavity:.2g} decades"
    return graded(burgers / cavity, largest and smallest, largest or smallest, note)


CLAIMS = (
    Claim(
        name="ten_times_faster",
        place="Figs. 6, 7",
        statement="RBA reaches an error of 10 % ten times earlier than vanilla.",
        measured="iterations of vanilla over those of RBA, to the first error below 10 %",
        predicate="between 5 and 20; in part: above 1, or only known to be at least 5",
        reason="both numbers of iterations have one digit, read off a logarithmic axis",
        cases=compared(("allen_cahn", "helmholtz")),
        judge=_speed_up,
    ),
    Claim(
        name="iterations_to_ten_percent",
        place="Figs. 6, 7",
        statement="RBA reaches 10 % within 10,000 iterations, vanilla within 100,000.",
        measured="first iteration with an error below 10 %",
        predicate="within a factor of two of 10,000 (RBA) and 100,000 (vanilla)",
        reason="numbers of one digit, as above",
        cases=each(("allen_cahn", "helmholtz"), RBA, VANILLA),
        judge=_reached_at,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="rba_ends_lower",
        place="3.1; Figs. 6, 7, 9",
        statement="RBA ends at a lower error than vanilla.",
        measured="final error of RBA over that of vanilla (medians of the last tenth)",
        predicate="below 1",
        reason=ORDER_ALONE,
        cases=compared(("allen_cahn", "helmholtz", "cavity")),
        judge=_ends_lower,
    ),
    Claim(
        name="rba_ends_a_bit_higher",
        place="Fig. 8",
        statement="For Burgers, RBA does a bit worse than vanilla.",
        measured="final error of RBA over that of vanilla (medians of the last tenth)",
        predicate="above 1 and at most 2; in part: above 1",
        reason="worse is above 1; twice as large is no longer a bit",
        cases=compared(("burgers",)),
        judge=_ends_a_bit_higher,
    ),
    Claim(
        name="cavity_six_percent",
        place="Fig. 9",
        statement="RBA ends at an error of about 6 % for the cavity.",
        measured="final error of RBA",
        predicate="between 4 % and 9 %",
        reason="about 6 %: within a factor of 1.5",
        cases=each(("cavity",), RBA),
        judge=_six_percent,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="cavity_vanilla_stays_high",
        place="Fig. 9",
        statement="Vanilla comes to rest in the cavity, at a high error.",
        measured="final error of vanilla",
        predicate="above 10 %, and at least half of what it was a decade of iterations before; "
        "in part: one of the two",
        reason="10 % is where the paper calls a solution accurate (Figs. 6, 7); at rest: less than "
        "halved while the number of iterations grows tenfold",
        cases=each(("cavity",), VANILLA),
        judge=_stays_high,
    ),
    Claim(
        name="steepest_fall",
        place="Abstract; 3.1; Fig. 1",
        statement="The error falls most steeply in total diffusion.",
        measured="iteration of the steepest fall (logarithmic axes, windows of a factor of two) "
        "over the start of total diffusion",
        predicate="not before the start's interval, by more than half a window",
        reason="total diffusion and the fall are said to be simultaneous (Fig. 9)",
        cases=each(ALL, RBA, VANILLA),
        judge=_steepest_in_total_diffusion,
    ),
    Claim(
        name="error_stagnates_in_fitting",
        place="Figs. 6, 9",
        statement="While SNR falls in the fitting phase, the error hardly does.",
        measured="error at the start of diffusion over the first error",
        predicate="at least 0.8",
        reason="stagnant: it loses less than a fifth",
        cases=each(("allen_cahn", "cavity"), RBA, VANILLA),
        judge=_stagnates,
    ),
    Claim(
        name="fluctuations",
        place="3.1; Fig. 8",
        statement="The error fluctuates most for Burgers, and falls smoothly for the cavity.",
        measured="fluctuation of Burgers over that of the cavity: median distance of the error's "
        "logarithm from its trend, in the last half decade",
        predicate="Burgers' is the largest of the four, the cavity's the smallest; in part: one",
        reason=ORDER_ALONE,
        cases=tuple(
            tuple((problem, method) for problem in ("burgers", "cavity", "allen_cahn", "helmholtz"))
            for method in (RBA, VANILLA)
        ),
        judge=_fluctuates,
    ),
)
