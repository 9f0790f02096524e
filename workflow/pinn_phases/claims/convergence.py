"""The paper's claims about the error: how fast it falls, when, and to which level."""

import numpy as np

from pinn_phases.analysis.seeds import Bound, Observation, Ratio, ratio
from pinn_phases.analysis.trajectories import fluctuation, steepest_fall
from pinn_phases.claims.base import (
    ALL,
    NO_SIZE,
    RBA,
    SAME_EXPERIMENT,
    STAYS_LOW,
    VANILLA,
    WINDOW,
    Case,
    Claim,
    Measured,
    Quantity,
    Run,
    Untestable,
    compared,
    each,
    measured,
    stays_in_diffusion,
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
PAPER_ITERATIONS = {RBA: 10_000, VANILLA: 100_000}  # to that error; Figs. 6 and 7
FINAL = "final error, RBA over vanilla"
MEDIAN = "median error in the last tenth of the iterations"
MEDIANS = (
    "final error of RBA over that of vanilla (each the median of the last tenth of iterations)"
)


def _speed_up(vanilla: Run, rba: Run) -> Measured:
    speed_up = ratio(vanilla.reached(ACCURACY), rba.reached(ACCURACY))
    if speed_up.value is None:
        raise Untestable(f"neither gets below 10 % in {rba.iterations:,} iterations")
    if speed_up.bound is Bound.EXACT:
        return measured(speed_up)
    slow = vanilla if speed_up.bound is Bound.AT_LEAST else rba
    note = f"{slow.method} does not get below 10 % in {slow.iterations:,} iterations"
    return measured(speed_up, note=note)


def _iterations_over_papers(run: Run) -> Measured:
    factor = ratio(run.reached(ACCURACY), Observation(PAPER_ITERATIONS[run.method]))
    censored = factor.bound is Bound.AT_LEAST
    note = f"does not get below 10 % in {run.iterations:,} iterations" if censored else ""
    return measured(factor, note=note)


def _final_ratio(vanilla: Run, rba: Run) -> Measured:
    return measured(ratio(Observation(rba.final_error), Observation(vanilla.final_error)))


def _final_error(run: Run) -> Measured:
    return measured(run.final_error)


def _stays_high(vanilla: Run) -> Measured:
    decade_before = vanilla.error[np.searchsorted(vanilla.at, vanilla.iterations / 10)]
    return measured(vanilla.final_error, vanilla.final_error / decade_before)


def _steepest_in_total_diffusion(run: Run) -> Measured:
    start, after = run.start_of("total_diffusion"), run.at >= run.start_of("diffusion")
    iteration = steepest_fall(run.at[after], run.error[after], WINDOW)
    if iteration is None:
        return measured(None, note="the error does not fall")
    return measured(iteration / start)


def _stagnates(run: Run) -> Measured:
    return measured(run.error[np.searchsorted(run.at, run.in_fitting[1])] / run.error[0])


def _fluctuations(*runs: Run) -> list[float]:
    """Return the fluctuation of each run's error in the last half decade, in decades."""
    sizes = [fluctuation(run.at, run.error, run.late[0]) for run in runs]
    if not all(sizes):  # the trend through one record per bin passes through every record
        raise Untestable("too few records for a trend of the error")
    return sizes


def _fluctuation_over_largest(burgers: Run, *others: Run) -> Measured:
    size, *rest = _fluctuations(burgers, *others)
    return measured(size / max(rest), note=f"Burgers {size:.2g} decades")


def _fluctuation_over_smallest(cavity: Run, *others: Run) -> Measured:
    size, *rest = _fluctuations(cavity, *others)
    return measured(size / min(rest), note=f"cavity {size:.2g} decades")


def _earliest_of_all(burgers: Run, *others: Run) -> Measured:
    starts = [run.found("total_diffusion") for run in others]
    order = [(start.value, start.censored) for start in starts]
    first = order.index(min(order))
    own = burgers.found("total_diffusion")
    lead: Ratio = ratio(starts[first], own)
    if lead.value is None:
        raise Untestable("total diffusion is not found for any of them")
    if own.censored:
        stays_in_diffusion(burgers, others[first])
    else:
        for run, start in zip(others, starts, strict=True):
            if start.censored:
                stays_in_diffusion(run, burgers)
    return measured(lead)


def _compared_with_others(problem: str) -> tuple[Case, ...]:
    """One case per method: the problem, then the other three."""
    order = (problem, *(other for other in ALL if other != problem))
    return tuple(tuple((name, method) for name in order) for method in (RBA, VANILLA))


FLUCTUATION = "median distance between the logarithm of the error and its trend (last half decade)"
FLUCTUATION_REASON = (
    f"{NO_SIZE}. Fluctuations depend on the learning rate and the Reynolds number, so these must "
    "be the paper's"
)
CLAIMS = (
    Claim(
        name="ten_times_faster",
        where=("3.1", "Fig. 6", "Fig. 7"),
        statement="RBA reaches an error of 10 % ten times faster than vanilla.",
        quantities=(
            Quantity(
                "speed-up",
                "iterations that vanilla needs to get below 10 %, over those that RBA needs",
                WithinFactor(2, of=10),
                in_part=Above(1),
            ),
        ),
        reason="ten is a ratio of two numbers with one digit, read off a logarithmic axis; any "
        "speed-up counts in part. If vanilla does not get below 10 %, only a lower bound is known: "
        "it counts in part if it is at least 5, and decides nothing if it is lower",
        cases=compared(("allen_cahn", "helmholtz")),
        measure=_speed_up,
    ),
    Claim(
        name="iterations_to_ten_percent",
        where=("3.1", "Fig. 6", "Fig. 7"),
        statement="RBA reaches an error of 10 % within 10,000 iterations, vanilla within 100,000.",
        quantities=(
            Quantity(
                "iterations over the paper's",
                "first iteration with an error below 10 %, over 10,000 (RBA) or 100,000 (vanilla)",
                AtMost(1.5),
                in_part=Below(2),
            ),
        ),
        reason="within: an upper bound; a number with one digit may stand for one up to 1.5 times "
        "as large, and on a logarithmic axis a factor of two is still close",
        cases=each(("allen_cahn", "helmholtz"), RBA, VANILLA),
        measure=_iterations_over_papers,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="rba_ends_lower",
        where=("3.1", "Fig. 6", "Fig. 7", "Fig. 9"),
        statement="RBA ends at a lower error than vanilla.",
        quantities=(Quantity(FINAL, MEDIANS, Below(1)),),
        reason=NO_SIZE,
        cases=compared(("allen_cahn", "helmholtz", "cavity")),
        measure=_final_ratio,
    ),
    Claim(
        name="rba_ends_a_bit_higher",
        where=("3.1", "Fig. 8"),
        statement="For Burgers, RBA performs a bit worse than vanilla.",
        quantities=(Quantity(FINAL, MEDIANS, Between(1, 2), in_part=Above(1)),),
        reason="worse: above 1; a bit: at most twice as large",
        cases=compared(("burgers",)),
        measure=_final_ratio,
    ),
    Claim(
        name="cavity_six_percent",
        where=("3.1", "Fig. 9"),
        statement="For the cavity, RBA ends at an error of about 6 %.",
        quantities=(Quantity("final error", MEDIAN, WithinFactor(1.5, of=0.06)),),
        reason="about 6 %: within a factor of 1.5",
        cases=each(("cavity",), RBA),
        measure=_final_error,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="cavity_vanilla_stays_high",
        where=("3.1", "Fig. 9"),
        statement="For the cavity, vanilla converges to a stationary solution with a high error.",
        quantities=(
            Quantity("final error", MEDIAN, Above(0.1)),
            Quantity(
                "remaining share",
                "final error over the error at a tenth of the iterations",
                AtLeast(0.5),
                in_part=Anything(),
            ),
        ),
        reason="high: above 10 %, the level by which Figs. 6 and 7 measure accuracy; stationary: "
        "the error falls by at most half in the last decade of iterations. A different Reynolds "
        "number or learning rate is a different experiment",
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
                "steepest fall over start of total diffusion",
                "iteration at which the error falls most steeply after the start of diffusion "
                "(logarithmic axes, windows of a factor of two), over the iteration at which total "
                "diffusion starts",
                WithinFactor(2, of=1),
                in_part=Between(0.5, 10),
            ),
        ),
        reason="3.2 and Fig. 10 place the steepest fall at the start of total diffusion; a window "
        "is a factor of two wide. 3.1 places it only within total diffusion, so its first decade "
        "counts in part. Fitting is left out, because networks converge from diffusion on (2.1) "
        "and another claim is about the error in fitting",
        cases=each(ALL, RBA, VANILLA),
        measure=_steepest_in_total_diffusion,
    ),
    Claim(
        name="error_stagnates_in_fitting",
        where=("3.1", "Fig. 6", "Fig. 9"),
        statement="In fitting, SNR falls while the error stagnates.",
        quantities=(
            Quantity(
                "remaining share",
                "error at the start of diffusion over the first recorded error",
                AtLeast(0.8),
            ),
        ),
        reason="stagnates: the error falls by at most a fifth",
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
                f"{FLUCTUATION}: Burgers over the largest of the other three",
                Above(1),
            ),
        ),
        reason=FLUCTUATION_REASON,
        cases=_compared_with_others("burgers"),
        measure=_fluctuation_over_largest,
        same_as_paper=SAME_EXPERIMENT,
    ),
    Claim(
        name="cavity_falls_smoothly",
        where=("3.1", "Fig. 9"),
        statement="Of the four benchmarks, the error falls most smoothly for the cavity.",
        quantities=(
            Quantity(
                "cavity over the smallest other",
                f"{FLUCTUATION}: the cavity over the smallest of the other three",
                Below(1),
            ),
        ),
        reason=FLUCTUATION_REASON,
        cases=_compared_with_others("cavity"),
        measure=_fluctuation_over_smallest,
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
        reason=f"{NO_SIZE}. The start depends on the learning rate and the coefficients of the "
        f"equation, so these must be the paper's. {STAYS_LOW}",
        cases=_compared_with_others("burgers"),
        measure=_earliest_of_all,
        same_as_paper=SAME_EXPERIMENT,
    ),
)
