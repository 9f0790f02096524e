"""The paper's claims about the information in hidden layers (Section 3.3).

The paper's measure saturates: with 30 bins even an untrained network of its size loses only 0.4 %
of log2 n, because nearly every point has its own string. These claims are judged with `coarse_bins`
in place of 30. With these an untrained network loses 10 to 16 % (Allen-Cahn, all collocation
points, at laptop and at the paper's scale), so that a network can fail.
"""

import numpy as np

from pinn_phases.analysis.trajectories import rank_correlation
from pinn_phases.claims.base import (
    HALF_A_DECADE,
    MOSTLY,
    NEIGHBOURS,
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
    listed,
    measured,
    median_in,
    within,
)
from pinn_phases.claims.judging.predicates import Above, Anything, AtLeast, AtMost, Below

NEGLIGIBLE = 0.05  # share of log2 n: hardly visible on an axis of the figure's height
# Share of log2 n by which layers must differ for their order to be meaningful: those of an
# untrained network differ by up to 0.013 with the same points.
DIFFERENT = 0.02
COARSE = "share of log2 n, coarse bins"


def _shares(run: Run, name: str = "relative") -> Array:
    """Information with coarse bins as share of log2 n, shape (snapshots, layers)."""
    return run.coarse[name] / run.log2_points


def _coarse_median(run: Run, span: Span, name: str = "relative") -> Array:
    return median_in(run.coarse["iterations"], _shares(run, name), span)


def _poorest(run: Run, span: Span) -> Array:
    """Smallest share of each layer in a span, shape (layers,)."""
    least: Array = within(run.coarse["iterations"], _shares(run), span).min(0)
    return least


def _loses_after_total_diffusion(run: Run) -> Measured:
    before = _coarse_median(run, run.in_diffusion)
    lost = before - _poorest(run, run.in_total_diffusion)
    return measured(float(lost.max()), note=f"before: {listed(before)}")


def _lost_at_onset(run: Run) -> Array:
    """Share lost by each layer around the start of diffusion, relative to fitting."""
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
        raise Untestable(f"only {lost[layer]:.2g} of log2 n is lost at the onset of diffusion")
    had = _coarse_median(vanilla, vanilla.in_fitting)[layer]
    later = had - _coarse_median(vanilla, vanilla.in_total_diffusion)[layer]
    return measured(float(later / lost[layer]), note=f"layer {layer + 1}: {lost[layer]:.2g}")


def _information_descends(run: Run) -> Measured:
    shares = _coarse_median(run, run.late)
    fine = rank_correlation(run.of_layers("relative", run.late))
    return measured(
        rank_correlation(shares), float(shares[0] - shares[-1]), fine, note=listed(shares)
    )


def _fixed_bins_invert(run: Run) -> Measured:
    shares = _coarse_median(run, run.in_diffusion, "fixed")
    return measured(float(shares[-1] - shares[0]), note=listed(shares))


FIG_11 = ("allen_cahn",)  # not named in the caption; 3.3 says that the others are not shown
NOT_SATURATED = (
    "coarse bins: with the paper's 30 any network of these sizes keeps all information, so the "
    "claim could not fail"
)

CLAIMS = (
    Claim(
        name="rba_keeps_information",
        where=("3.3", "Fig. 11"),
        statement="With RBA the loss of information in total diffusion is negligible.",
        quantities=(
            Quantity(
                "lost",
                "median information in diffusion minus the smallest in total diffusion, "
                f"{COARSE}, of the layer that loses most",
                AtMost(NEGLIGIBLE),
                in_part=AtMost(2 * NEGLIGIBLE),
            ),
        ),
        reason=f"negligible: hardly visible on an axis of the figure's height; {NOT_SATURATED}",
        cases=each(FIG_11, RBA),
        measure=_loses_after_total_diffusion,
    ),
    Claim(
        name="vanilla_loses_information",
        where=("3.3", "Fig. 11"),
        statement="With vanilla there is a larger loss at the onset of diffusion.",
        quantities=(
            Quantity(
                "lost by vanilla",
                "median information in fitting minus the smallest within half a decade of the "
                f"start of diffusion, {COARSE}, of the layer that loses most",
                AtLeast(NEGLIGIBLE),
            ),
            Quantity("more than RBA", "loss of vanilla minus loss of RBA", Above(0)),
        ),
        reason=f"more than the negligible loss of the claim above; {NOT_SATURATED}",
        cases=compared(FIG_11),
        measure=_loses_at_onset,
    ),
    Claim(
        name="vanilla_regains_information",
        where=("3.3", "Fig. 11"),
        statement="Vanilla recovers this information towards total diffusion.",
        quantities=(
            Quantity(
                "share still lost",
                "median loss in total diffusion over the loss at the onset of diffusion, "
                f"{COARSE}, of the layer that loses most",
                AtMost(0.5),
                in_part=Below(1),
            ),
        ),
        reason="recovers: at least half; a negligible loss cannot be recovered",
        cases=each(FIG_11, VANILLA),
        measure=_bounces_back,
    ),
    Claim(
        name="information_hierarchy",
        where=("3.3", "4"),
        statement="Deeper layers contain less information: a hierarchy, as in IB theory.",
        quantities=(
            Quantity(
                "rank correlation",
                f"of hidden layer and information, {COARSE} (medians of the last half decade)",
                AtMost(-ORDERED),
                in_part=AtMost(-MOSTLY),
            ),
            Quantity(
                "first minus last", f"information of the layers, {COARSE}", AtLeast(DIFFERENT)
            ),
            Quantity(
                "rank with 30 bins", "rank correlation with the bins of Figure 11", Anything()
            ),
        ),
        reason=f"{NEIGHBOURS}; differences as small as in untrained networks are no order. "
        f"{NOT_SATURATED.capitalize()}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_information_descends,
    ),
    Claim(
        name="fixed_bins_invert",
        where=("3.3",),
        statement="With fixed bins, deep layers seem to contain more information than the first "
        "in diffusion.",
        quantities=(
            Quantity(
                "last minus first",
                "information of hidden layers, share of log2 n, coarse fixed bins, in diffusion",
                AtLeast(DIFFERENT),
            ),
        ),
        reason="the text gives an order; untrained layers differ by less. "
        f"{NOT_SATURATED.capitalize()}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_fixed_bins_invert,
    ),
)
