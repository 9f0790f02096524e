"""What the paper says of information, saturation and norms of the hidden layers (Section 3.3).

The paper's measure saturates: with 30 bins even an untrained network of its size loses 0.4 % of
log2 n, since nearly every point has a string of its own. Claims of information are judged with
`coarse_bins` in place of 30, by which an untrained network loses 10 to 16 % (Allen-Cahn, all
collocation points, at laptop and at the paper's scale), so that a network can fail.
"""

import numpy as np

from pinn_phases.analysis.landmarks import landmarks
from pinn_phases.analysis.trajectories import rank_correlation
from pinn_phases.claims.base import (
    ALL,
    HALF_A_DECADE,
    MOSTLY,
    ORDERED,
    RBA,
    VANILLA,
    Array,
    Claim,
    Measured,
    Quantity,
    Run,
    Span,
    Untestable,
    compared,
    each,
    measured,
    median_in,
    within,
)
from pinn_phases.judging.predicates import Above, Anything, AtLeast, AtMost, Below, WithinFactor

NEGLIGIBLE = 0.05  # share of log2 n: what an axis of the figure's height hardly shows
# Share of log2 n by which layers have to differ before their order means something: an untrained
# network's differ by up to 0.013 with the same points.
DIFFERENT = 0.02
COARSE = "share of log2 n, coarse bins"


def _median(run: Run, name: str, span: Span) -> Array:
    """Median over the snapshots of a span, shape (layers,)."""
    return median_in(run.layers["iterations"], run.layers[name], span)


def _shares(run: Run, name: str = "relative") -> Array:
    """Information by coarse bins as share of log2 n, shape (snapshots, layers)."""
    return run.coarse[name] / run.log2_points


def _coarse_median(run: Run, span: Span, name: str = "relative") -> Array:
    return median_in(run.coarse["iterations"], _shares(run, name), span)


def _poorest(run: Run, span: Span) -> Array:
    """Least share of each layer in a span, shape (layers,)."""
    least: Array = within(run.coarse["iterations"], _shares(run), span).min(0)
    return least


def _loses_after_total_diffusion(run: Run) -> Measured:
    before = _coarse_median(run, run.in_diffusion)
    lost = before - _poorest(run, run.in_total_diffusion)
    return measured(float(lost.max()), note=f"before: {_listed(before)}")


def _lost_at_onset(run: Run) -> Array:
    """Share that each layer loses around the start of diffusion, of what it had in fitting."""
    start = run.start_of("diffusion")
    around = start / HALF_A_DECADE, start * HALF_A_DECADE
    lost: Array = _coarse_median(run, run.in_fitting) - _poorest(run, around)
    return lost


def _loses_at_onset(vanilla: Run, rba: Run) -> Measured:
    lost, kept = (float(_lost_at_onset(run).max()) for run in (vanilla, rba))
    return measured(lost, lost - kept)


def _bounces_back(vanilla: Run) -> Measured:
    lost = _lost_at_onset(vanilla)
    layer = int(np.argmax(lost))
    if lost[layer] < NEGLIGIBLE:
        raise Untestable(f"{lost[layer]:.2g} of log2 n is lost at the onset of diffusion: nothing")
    had = _coarse_median(vanilla, vanilla.in_fitting)[layer]
    later = had - _coarse_median(vanilla, vanilla.in_total_diffusion)[layer]
    return measured(float(later / lost[layer]), note=f"layer {layer + 1}: {lost[layer]:.2g}")


def _information_descends(run: Run) -> Measured:
    shares = _coarse_median(run, run.late)
    fine = rank_correlation(_median(run, "relative", run.late))
    return measured(
        rank_correlation(shares), float(shares[0] - shares[-1]), fine, note=_listed(shares)
    )


def _fixed_bins_invert(run: Run) -> Measured:
    shares = _coarse_median(run, run.in_diffusion, "fixed")
    return measured(float(shares[-1] - shares[0]), note=_listed(shares))


def _saturates(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    spans = (start / HALF_A_DECADE, start), run.in_total_diffusion
    before, after = (float(_median(run, "binary", span).mean()) for span in spans)
    # Where no neuron is in its first or last bin before, any that is later is a sudden growth.
    growth = after / before if before else np.inf if after else 0.0
    return measured(min(growth, LARGEST), note=f"{before:.2g} to {after:.2g}")


LARGEST = 1e6  # of a growth from nothing


def _growth(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    curves = {
        "relative_l2": run.error,
        "weight_norm": np.linalg.norm(run.history["layers/weight_norm"], axis=1),
    }
    found = landmarks(run.at, curves, run.start_of("diffusion"))
    growth, fall = found["weight_norm"], found["relative_l2"]
    if growth is None:
        return measured(None, None, note="the norm does not grow")
    return measured(growth / start, fall and fall / growth)


def _middle(levels: Array) -> Measured:
    """Compare the middle layers with the first and the last."""
    if len(levels) < 3:
        raise Untestable(f"{len(levels)} hidden layers have none in the middle")
    middle, ends = levels[1:-1], max(levels[0], levels[-1])
    return measured(middle.max() / ends, middle.mean() / levels[-1], note=_listed(levels))


def _middle_saturates(run: Run) -> Measured:
    return _middle(_median(run, "binary", run.late))


def _per_weight(run: Run) -> Array:
    """Root mean square of the weights of each hidden layer at the end, shape (layers,)."""
    norms: Array = _median(run, "norm", run.late) / np.sqrt(run.layer_weights)
    return norms


def _middle_norm(run: Run) -> Measured:
    return _middle(_per_weight(run))


def _norms_ascend(run: Run) -> Measured:
    norms = _median(run, "norm", run.late)
    return measured(rank_correlation(norms), rank_correlation(norms[1:]), note=_listed(norms))


def _listed(levels: Array) -> str:
    return f"layers: {', '.join(f'{level:.4g}' for level in levels)}"


FIG_11 = ("allen_cahn",)  # its problem is not named; 3.3 names the others as not shown
NOT_SATURATED = (
    "coarse bins: by the paper's 30 any network of these sizes keeps all, so that the claim could "
    "not fail"
)
MIDDLE_OVER_ENDS = "largest of the middle layers over the larger one of the first and the last"
MIDDLE_OVER_LAST = "mean of the middle layers over the last one"
NO_LAYER = "the text names no layer, and compares with the last ones: to exceed these is the part"
PER_WEIGHT = "root mean square of a layer's weights (norm over the square root of their number)"
NEIGHBOURS = "an order of four to six layers, with neighbours exchanged at most"
MIDDLE = ("allen_cahn", "burgers", "cavity")

CLAIMS = (
    Claim(
        name="rba_keeps_information",
        where=("3.3", "Fig. 11"),
        statement="With RBA the loss of information after total diffusion begins is negligible.",
        quantities=(
            Quantity(
                "lost",
                f"information in diffusion (median) minus its least in total diffusion, {COARSE}, "
                "of the layer that loses most",
                AtMost(NEGLIGIBLE),
                in_part=AtMost(2 * NEGLIGIBLE),
            ),
        ),
        reason=f"negligible: what an axis of the figure's height hardly shows; {NOT_SATURATED}",
        cases=each(FIG_11, RBA),
        measure=_loses_after_total_diffusion,
    ),
    Claim(
        name="vanilla_loses_information",
        where=("3.3", "Fig. 11"),
        statement="With vanilla there is a more considerable loss at the onset of diffusion.",
        quantities=(
            Quantity(
                "lost by vanilla",
                f"information in fitting (median) minus its least within half a decade of the "
                f"start of diffusion, {COARSE}, of the layer that loses most",
                AtLeast(NEGLIGIBLE),
            ),
            Quantity("more than RBA", "that of vanilla minus that of RBA", Above(0)),
        ),
        reason=f"considerable is more than negligible, above; {NOT_SATURATED}",
        cases=compared(FIG_11),
        measure=_loses_at_onset,
    ),
    Claim(
        name="vanilla_regains_information",
        where=("3.3", "Fig. 11"),
        statement="What vanilla loses there comes back towards total diffusion.",
        quantities=(
            Quantity(
                "share still lost",
                f"what is lost in total diffusion (median) over what is lost at the onset of "
                f"diffusion, {COARSE}, of the layer that loses most",
                AtMost(0.5),
                in_part=Below(1),
            ),
        ),
        reason="most of it comes back; where nothing considerable is lost, nothing can",
        cases=each(FIG_11, VANILLA),
        measure=_bounces_back,
    ),
    Claim(
        name="information_hierarchy",
        where=("3.3", "4"),
        statement="Deeper layers hold less information: a hierarchy, as IB theory has it.",
        quantities=(
            Quantity(
                "rank correlation",
                f"of hidden layer and information, {COARSE} (medians of the last half decade)",
                AtMost(-ORDERED),
                in_part=AtMost(-MOSTLY),
            ),
            Quantity("first minus last", f"layer, {COARSE}", AtLeast(DIFFERENT)),
            Quantity("rank with 30 bins", "the same with the bins of Figure 11", Anything()),
        ),
        reason=f"{NEIGHBOURS}; layers that differ by less than untrained ones have none. "
        f"{NOT_SATURATED.capitalize()}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_information_descends,
    ),
    Claim(
        name="fixed_bins_invert",
        where=("3.3",),
        statement="With fixed bins deep layers seem to hold more than the first in diffusion.",
        quantities=(
            Quantity(
                "last minus first",
                "hidden layer, information by coarse fixed bins, share of log2 n, in diffusion",
                AtLeast(DIFFERENT),
            ),
        ),
        reason=f"the text gives an order; less is what untrained layers differ by. "
        f"{NOT_SATURATED.capitalize()}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_fixed_bins_invert,
    ),
    Claim(
        name="activations_saturate",
        where=("3.3", "Fig. 11"),
        statement="Activations saturate suddenly when total diffusion begins.",
        quantities=(
            Quantity(
                "growth",
                "share of binary activations (mean over the layers) in total diffusion, over that "
                "in the half decade before",
                AtLeast(1.5),
                in_part=AtLeast(1.1),
            ),
        ),
        reason="sudden: half as much again at once; a tenth more can be seen",
        cases=each(ALL, RBA),
        measure=_saturates,
    ),
    Claim(
        name="middle_layers_saturate",
        where=("3.3", "Fig. 11"),
        statement="Middle layers saturate most, except for Helmholtz.",
        quantities=(
            Quantity(
                "middle over ends",
                f"binary activations (last half decade): {MIDDLE_OVER_ENDS}",
                Above(1),
                in_part=Anything(),
            ),
            Quantity("middle over last", MIDDLE_OVER_LAST, Anything(), in_part=Above(1)),
        ),
        reason=NO_LAYER,
        cases=each(MIDDLE, RBA),
        measure=_middle_saturates,
    ),
    Claim(
        name="middle_layers_have_the_largest_norm",
        where=("3.3", "Fig. 11"),
        statement="The norm of the parameters is largest in middle layers, except for Helmholtz.",
        quantities=(
            Quantity(
                "middle over ends",
                f"{PER_WEIGHT} (last half decade): {MIDDLE_OVER_ENDS}",
                Above(1),
                in_part=Anything(),
            ),
            Quantity("middle over last", MIDDLE_OVER_LAST, Anything(), in_part=Above(1)),
        ),
        reason="per weight: the first layer's matrix is smaller by its shape. "
        f"{NO_LAYER.capitalize()}",
        cases=each(MIDDLE, RBA),
        measure=_middle_norm,
    ),
    Claim(
        name="helmholtz_norms_ascend",
        where=("3.3",),
        statement="For Helmholtz the norm of the parameters ascends from the first to the last "
        "layer.",
        quantities=(
            Quantity(
                "rank correlation",
                "of hidden layer and norm (medians of the last half decade)",
                AtLeast(ORDERED),
                in_part=AtLeast(MOSTLY),
            ),
            Quantity(
                "from the second on",
                "the same without the first layer",
                AtLeast(ORDERED),
                in_part=AtLeast(MOSTLY),
            ),
        ),
        reason=f"{NEIGHBOURS}; the first layer's matrix is smaller by its shape, so that the "
        "others have to ascend among themselves",
        cases=each(("helmholtz",), RBA),
        measure=_norms_ascend,
    ),
    Claim(
        name="norm_rises",
        where=("3.3", "Fig. 11"),
        statement="Parameters increase most rapidly when total diffusion begins.",
        quantities=(
            Quantity(
                "growth over start",
                "iteration at which the norm of all weights grows fastest (logarithmic axes, "
                "windows of a factor of two, from diffusion on) over the start of total diffusion",
                WithinFactor(2, of=1),
                in_part=WithinFactor(HALF_A_DECADE, of=1),
            ),
            Quantity(
                "lead over the error",
                "iteration of the steepest fall of the error over that of this growth",
                Anything(),
            ),
        ),
        reason="at total diffusion: within the window of a factor of two; half a decade is still "
        "the same part of the training. By how much it leads the error's fall, the text does not "
        "say",
        cases=each(ALL, RBA),
        measure=_growth,
    ),
)
