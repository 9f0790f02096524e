"""What the paper says of information, saturation and norms of the hidden layers (Section 3.3)."""

import numpy as np

from pinn_phases.analysis.trajectories import rank_correlation, slope
from pinn_phases.claims.base import (
    ALL,
    MOSTLY,
    ORDER_ALONE,
    ORDERED,
    RBA,
    VANILLA,
    Array,
    Claim,
    Finding,
    Run,
    Span,
    Untestable,
    compared,
    each,
    graded,
    median_in,
    within,
)

NEGLIGIBLE, SMALL = 0.05, 0.10  # shares of log2 n that may be lost
AROUND = 10**0.5  # half a decade before and after the start of a phase
SUDDEN, RAPID = 1.5, 2.0  # growth of saturation; of the rate at which norms grow


def _median(run: Run, name: str, span: Span) -> Array:
    """Median over the snapshots of a span, shape (layers,)."""
    return median_in(run.layers["iterations"], run.layers[name], span)


def _lost(run: Run, span: Span) -> float:
    """Share of log2 n that the poorest layer lacks at its poorest snapshot of the span."""
    poorest = within(run.layers["iterations"], run.layers["relative"], span).min()
    return float(1 - poorest / run.log2_points)


def _stays(run: Run) -> Finding:
    lost = _lost(run, run.in_total_diffusion)
    return graded(lost, lost <= NEGLIGIBLE, lost <= SMALL)


def _drops(vanilla: Run, rba: Run) -> Finding:
    lost, kept = (_lost(run, _around(run, "diffusion")) for run in (vanilla, rba))
    note = f"RBA {kept:.2g}"
    return graded(lost, lost > max(NEGLIGIBLE, kept), lost > kept, note)


def _bounces_back(vanilla: Run) -> Finding:
    lost = _lost(vanilla, _around(vanilla, "diffusion"))
    poorest = _median(vanilla, "relative", vanilla.in_total_diffusion).min()
    later = 1 - float(poorest) / vanilla.log2_points
    return graded(later - lost, later < lost / 2, later < lost, f"{lost:.2g}, then {later:.2g}")


def _around(run: Run, phase: str) -> Span:
    start = run.start_of(phase)
    return start / AROUND, start * AROUND


def _before_and_after(run: Run) -> tuple[Span, Span]:
    """Half a decade before the start of total diffusion, and what follows it."""
    start = run.start_of("total_diffusion")
    return (start / AROUND, start), run.in_total_diffusion


def _saturates(run: Run) -> Finding:
    before, after = (_median(run, "binary", s).mean() for s in _before_and_after(run))
    if before == 0:  # nothing is in a neuron's first or last bin
        return graded(float(after), after > 0, note="share after; before 0")
    growth = float(after / before)
    return graded(growth, growth >= SUDDEN, growth > 1, f"{before:.2g} to {after:.2g}")


def _norm_rises(run: Run) -> Finding:
    at, norms = run.layers["iterations"], np.linalg.norm(run.layers["norm"], axis=1)
    start = run.start_of("total_diffusion")
    before = slope(at, norms, start / AROUND, start)
    after = slope(at, norms, start, start * AROUND)
    return graded(after, after > max(RAPID * before, 0), after > max(before, 0), f"{before:.2g}")


def _middle(run: Run, name: str) -> Finding:
    """Whether a middle layer has the largest value; the finding's value is its number, from 1."""
    levels = _median(run, name, run.late)
    if len(levels) < 3:
        raise Untestable(f"{len(levels)} hidden layers have none in the middle")
    largest, above_last = int(np.argmax(levels)) + 1, levels[1:-1].mean() > levels[-1]
    return graded(largest, 1 < largest < len(levels), bool(above_last), _listed(levels))


def _middle_saturates(run: Run) -> Finding:
    return _middle(run, "binary")


def _middle_norm(run: Run) -> Finding:
    return _middle(run, "norm")


def _listed(levels: Array) -> str:
    return f"layers: {', '.join(f'{level:.4g}' for level in levels)}"


def _norms_ascend(run: Run) -> Finding:
    levels = _median(run, "norm", run.late)
    order = rank_correlation(levels)
    return graded(order, order >= ORDERED, order >= MOSTLY, _listed(levels))


def _information_descends(run: Run) -> Finding:
    levels = _median(run, "relative", run.late)
    order = rank_correlation(levels)
    return graded(order, order <= -ORDERED, order <= -MOSTLY, _listed(levels))


def _fixed_bins_invert(run: Run) -> Finding:
    levels = _median(run, "fixed", run.in_diffusion)
    first, last = levels[0], levels[-1]
    return graded(last - first, last > first, note=f"first {first:.4g}, last {last:.4g} bits")


FIG_11 = ("allen_cahn",)  # its problem is not named; 3.3 names the others as not shown
CLAIMS = (
    Claim(
        name="rba_keeps_information",
        place="3.3; Fig. 11a",
        statement="With RBA the layers keep nearly all information after total diffusion begins.",
        measured="share of log2 n that is lost, by the poorest layer at its poorest snapshot",
        predicate="at most 5 %; in part: at most 10 %",
        reason="negligible: what an axis of the figure's height hardly shows",
        cases=each(FIG_11, RBA),
        judge=_stays,
    ),
    Claim(
        name="vanilla_loses_information",
        place="3.3; Fig. 11b",
        statement="With vanilla there is a more considerable loss at the onset of diffusion.",
        measured="share of log2 n that vanilla's poorest layer loses, within half a decade of the "
        "start of diffusion",
        predicate="above 5 % and above RBA's; in part: above RBA's",
        reason="considerable is more than negligible, above; more than RBA's is said as well",
        cases=compared(FIG_11),
        judge=_drops,
    ),
    Claim(
        name="vanilla_regains_information",
        place="Fig. 11b",
        statement="What vanilla loses there comes back towards total diffusion.",
        measured="median share that is lost in total diffusion, minus that at the onset of "
        "diffusion",
        predicate="less than half of it remains lost; in part: less than all",
        reason="most of it comes back",
        cases=each(FIG_11, VANILLA),
        judge=_bounces_back,
    ),
    Claim(
        name="information_hierarchy",
        place="3.3; 4",
        statement="Deeper layers hold less information: a hierarchy, as IB theory has it.",
        measured="rank correlation of hidden layer and information (medians of the last half "
        "decade)",
        predicate="at most -0.8; in part: at most -0.5",
        reason="an order of four to six layers, with neighbours exchanged at most",
        cases=each(FIG_11, RBA, VANILLA),
        judge=_information_descends,
    ),
    Claim(
        name="fixed_bins_invert",
        place="3.3",
        statement="With fixed bins deep layers seem to hold more than the first in diffusion.",
        measured="bits of the last hidden layer minus those of the first, fixed bins",
        predicate="above 0",
        reason=ORDER_ALONE,
        cases=each(FIG_11, RBA, VANILLA),
        judge=_fixed_bins_invert,
    ),
    Claim(
        name="activations_saturate",
        place="3.3; Fig. 11c",
        statement="Activations saturate suddenly when total diffusion begins.",
        measured="share of binary activations (mean over the layers) in total diffusion, over that "
        "in the half decade before",
        predicate="at least 1.5; in part: above 1",
        reason="sudden: half as much again at once",
        cases=each(ALL, RBA),
        judge=_saturates,
    ),
    Claim(
        name="middle_layers_saturate",
        place="3.3; Fig. 11c",
        statement="Middle layers saturate most, except for Helmholtz.",
        measured="number of the hidden layer with most binary activations (last half decade)",
        predicate="neither the first nor the last; in part: the middle ones are above the last "
        "in the mean",
        reason="the text names no layer, and compares with the last ones",
        cases=each(("allen_cahn", "burgers", "cavity"), RBA),
        judge=_middle_saturates,
    ),
    Claim(
        name="middle_layers_have_the_largest_norm",
        place="3.3; Fig. 11e",
        statement="The norm of the parameters is largest in middle layers, except for Helmholtz.",
        measured="number of the hidden layer with the largest weights (last half decade)",
        predicate="neither the first nor the last; in part: the middle ones are above the last "
        "in the mean",
        reason="the text names no layer, and compares with the last ones",
        cases=each(("allen_cahn", "burgers", "cavity"), RBA),
        judge=_middle_norm,
    ),
    Claim(
        name="helmholtz_norms_ascend",
        place="3.3",
        statement="For Helmholtz the norm of the parameters ascends from the first to the last "
        "layer.",
        measured="rank correlation of hidden layer and norm (medians of the last half decade)",
        predicate="at least 0.8; in part: at least 0.5",
        reason="an order of four to six layers, with neighbours exchanged at most",
        cases=each(("helmholtz",), RBA),
        judge=_norms_ascend,
    ),
    Claim(
        name="norm_rises",
        place="3.3; Fig. 11e",
        statement="Parameters rapidly increase when total diffusion begins.",
        measured="growth of the norm of all hidden weights in the half decade after the start, "
        "decades a decade",
        predicate="more than twice that of the half decade before; in part: more than that",
        reason="rapidly: at a rate that doubles",
        cases=each(ALL, RBA),
        judge=_norm_rises,
    ),
)
