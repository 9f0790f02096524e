"""The paper's claims about the error: how fast it falls, when, and how far."""

import numpy as np

from pinn_phases.analysis.seeds import Bound, Observation, Ratio, ratio
from pinn_phases.analysis.trajectories import fluctuation, steepest_fall
from pinn_phases.claims.base import (
    ALL,
    ORDER_ALONE,
    RBA,
    SAME_EXPERIMENT,
    VANILLA,
    WINDOW,
    Claim,
    Measured,
    Quantity,
    Run,
    Untestable,
    compared,
    each,
    measured,
)
from pinn_phases.claims.judging.predicates import (
    Above,
    Anything,
    AtLeast,
    AtMost,
    Below,
    Between,
    WithinFactor,
)

ACCURACY = 0.1  # relative L2 error at which speeds are compared; Figs. 6 and 7
SAID = {RBA: 10_000, VANILLA: 100_000}  # iterations to that error; Figs. 6 and 7
FALL = "steepest fall over start of total diffusion"
FINAL = "final error of RBA over vanilla's"
MEDIANS = "final error of RBA over that of vanilla (medians of the last tenth)"


def _speed_up(vanilla: Run, rba: Run) -> Measured:
    found = ratio(vanilla.reached(ACCURACY), rba.reached(ACCURACY))
    if found.value is None:
        raise Untestable(f"neither gets below 10 % in {rba.iterations:,} iterations")
    late = vanilla if found.bound is Bound.AT_LEAST else rba
    exact = found.bound is Bound.EXACT
    note = "" if exact else f"{late.method} is not below 10 % in {late.iterations:,} iterations"
    return measured(found, note=note)


def _over_what_is_said(run: Run) -> Measured:
    found = ratio(run.reached(ACCURACY), Observation(SAID[run.method]))
    censored = found.bound is Bound.AT_LEAST
    note = f"not below 10 % in {run.iterations:,} iterations" if censored else ""
    return measured(found, note=note)


def _final_ratio(vanilla: Run, rba: Run) -> Measured:
    return measured(ratio(Observation(rba.final_error), Observation(vanilla.final_error)))


def _final_error(run: Run) -> Measured:
    return measured(run.final_error)


def _stays_high(vanilla: Run) -> Measured:
    before = vanilla.error[np.searchsorted(vanilla.at, vanilla.iterations / 10)]
    return measured(vanilla.final_error, vanilla.final_error / before)


def _steepest_in_total_diffusion(run: Run) -> Measured:
    start, after = run.start_of("total_diffusion"), run.at >= run.start_of("diffusion")
    place = steepest_fall(run.at[after], run.error[after], WINDOW)
    if place is None:
        return measured(None, note="the error does not fall")
    return measured(place / start)


def _stagnates(run: Run) -> Measured:
    return measured(run.error[np.searchsorted(run.at, run.in_fitting[1])] / run.error[0])


def _over_the_largest(burgers: Run, *others: Run) -> Measured:
    size, *rest = (fluctuation(run.at, run.error, run.late[0]) for run in (burgers, *others))
    return measured(size / max(rest), note=f"Burgers {size:.2g} decades")


def _over_the_smallest(cavity: Run, *others: Run) -> Measured:
    size, *rest = (fluctuation(run.at, run.error, run.late[0]) for run in (cavity, *others))
    return measured(size / min(rest), note=f"cavity {size:.2g} decades")


def _earliest_of_all(burgers: Run, *others: Run) -> Measured:
    starts = [run.found("total_diffusion") for run in others]
    earliest = min(starts, key=lambda start: (start.value, start.censored))
    found: Ratio = ratio(earliest, burgers.found("total_diffusion"))
    if found.value is None:
        raise Untestable("total diffusion is found for none")
    return measured(found)


def _beside_the_others(problem: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """One case per method: the problem, then the other three."""
    order = (problem, *(other for other in ALL if other != problem))
    return tuple(tuple((name, method) for name in order) for method in (RBA, VANILLA))


FLUCTUATION = "median distance of the error's logarithm from its trend in the last half decade"
CLAIMS = (
    Claim(
        name="ten_times_faster",
        where=("3.1", "Fig. 6", "Fig. 7"),
        statement="RBA reaches an error of 10 % ten times earlier than vanilla.",
        quantities=(
            Quantity(
                "times earlier",
                "iterations of vanilla over those of RBA, to the first error below 10 %",
                WithinFactor(2, of=10),
                in_part=Above(1),
            ),
        ),
        reason="both numbers of iterations have one digit, read off a logarithmic axis; any lead "
        "counts in part. A lower bound counts in part if the factor may still be the paper's, and "
        "is not a test otherwise",
        cases=compared(("allen_cahn", "helmholtz")),
        measure=_speed_up,
    ),
    Claim(
        name="iterations_to_ten_percent",
        where=("3.1", "Fig. 6", "Fig. 7"),
        statement="RBA reaches 10 % within 10,000 iterations, vanilla within 100,000.",
        quantities=(
            Quantity(
                "iterations over the paper's",
                "first iteration with an error below 10 %, over 10,000 (RBA) or 100,000 (vanilla)",
                AtMost(1.5),
                in_part=Below(2),
            ),
        ),
        reason="within is an upper bound; both numbers have one digit, which covers values up to "
        "1.5 times as large; twice as many iterations are still close on a logarithmic axis",
        cases=each(("allen_cahn", "helmholtz"), RBA, VANILLA),
        measure=_over_what_is_said,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="rba_ends_lower",
        where=("3.1", "Fig. 6", "Fig. 7", "Fig. 9"),
        statement="RBA ends at a lower error than vanilla.",
        quantities=(Quantity(FINAL, MEDIANS, Below(1)),),
        reason=ORDER_ALONE,
        cases=compared(("allen_cahn", "helmholtz", "cavity")),
        measure=_final_ratio,
    ),
    Claim(
        name="rba_ends_a_bit_higher",
        where=("3.1", "Fig. 8"),
        statement="For Burgers, RBA does a bit worse than vanilla.",
        quantities=(Quantity(FINAL, MEDIANS, Between(1, 2), in_part=Above(1)),),
        reason="worse is above 1; twice as large is more than a bit",
        cases=compared(("burgers",)),
        measure=_final_ratio,
    ),
    Claim(
        name="cavity_six_percent",
        where=("3.1", "Fig. 9"),
        statement="RBA ends at an error of about 6 % for the cavity.",
        quantities=(Quantity("final error", "final error of RBA", WithinFactor(1.5, of=0.06)),),
        reason="about 6 %: within a factor of 1.5",
        cases=each(("cavity",), RBA),
        measure=_final_error,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="cavity_vanilla_stays_high",
        where=("3.1", "Fig. 9"),
        statement="Vanilla stagnates in the cavity, at a high error.",
        quantities=(
            Quantity("final error", "final error of vanilla", Above(0.1)),
            Quantity(
                "share left",
                "that error over the error a decade of iterations before",
                AtLeast(0.5),
                in_part=Anything(),
            ),
        ),
        reason="the paper calls a solution accurate below 10 % (Figs. 6, 7); stagnates: the error "
        "falls by less than half over a decade of iterations. Another Reynolds number or learning "
        "rate is another experiment",
        cases=each(("cavity",), VANILLA),
        measure=_stays_high,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="steepest_fall",
        where=("3.1", "3.2", "Abstract", "Fig. 1", "Fig. 10"),
        statement="The error falls most steeply as total diffusion begins.",
        quantities=(
            Quantity(
                FALL,
                "iteration of the steepest fall after the start of diffusion (logarithmic axes, "
                "windows of a factor of two) over the start of total diffusion",
                WithinFactor(2, of=1),
                in_part=Between(0.5, 10),
            ),
        ),
        reason="3.2 and Fig. 10 place the steepest fall at the lines that mark the start, and a "
        "window is a factor of two wide. 3.1 only places it in total diffusion, so its first "
        "decade counts in part. Networks converge from diffusion on (2.1); another claim is about "
        "the first iterations",
        cases=each(ALL, RBA, VANILLA),
        measure=_steepest_in_total_diffusion,
    ),
    Claim(
        name="error_stagnates_in_fitting",
        where=("3.1", "Fig. 6", "Fig. 9"),
        statement="While SNR falls in the fitting phase, the error hardly falls.",
        quantities=(
            Quantity(
                "share left", "error at the start of diffusion over the first error", AtLeast(0.8)
            ),
        ),
        reason="stagnant: the error falls by at most a fifth",
        cases=each(("allen_cahn", "cavity"), RBA, VANILLA),
        measure=_stagnates,
    ),
    Claim(
        name="burgers_fluctuates_most",
        where=("3.1", "Fig. 8"),
        statement="Of the four benchmarks, the error fluctuates most for Burgers.",
        quantities=(
            Quantity(
                "Burgers over the largest other",
                f"{FLUCTUATION}: that of Burgers over the largest of the others",
                Above(1),
            ),
        ),
        reason=f"{ORDER_ALONE}. The fluctuations depend on learning rate and Reynolds number, "
        "which are the paper's only at its own scale",
        cases=_beside_the_others("burgers"),
        measure=_over_the_largest,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="cavity_falls_smoothly",
        where=("3.1", "Fig. 9"),
        statement="Of the four benchmarks, the error falls most smoothly for the cavity.",
        quantities=(
            Quantity(
                "cavity over the smallest other",
                f"{FLUCTUATION}: that of the cavity over the smallest of the others",
                Below(1),
            ),
        ),
        reason="as for Burgers",
        cases=_beside_the_others("cavity"),
        measure=_over_the_smallest,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="burgers_enters_first",
        where=("3.1", "Fig. 8"),
        statement="Of the four benchmarks, Burgers enters total diffusion first.",
        quantities=(
            Quantity(
                "earliest other over Burgers",
                "earliest start of total diffusion of the other three over the start for Burgers",
                Above(1),
            ),
        ),
        reason=f"{ORDER_ALONE}; the start depends on learning rate and coefficients",
        cases=_beside_the_others("burgers"),
        measure=_earliest_of_all,
        same_as_paper=SAME_EXPERIMENT,
    ),
)
