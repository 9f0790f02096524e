"""The paper's claims about the information in hidden layers (Section 3.3).

The paper's measure saturates: with 30 relative bins an untrained network of the paper's size loses
less than 0.4 % of log2 n, because nearly every point has its own string. So claims that little
information is lost, or that layers differ, are judged with `coarse_bins` instead of 30: an
untrained network then loses 13 to 16 % (5 to 9 % at laptop scale), and these claims can fail (ten
untrained networks for Allen-Cahn, all collocation points). That information is lost can fail with
30 bins, too. Fixed bins saturate less: with 30 of them, an untrained network of the paper's size
loses 9 to 23 %, but at laptop scale at most 0.2 %.
"""

import numpy as np

from pinn_phases.analysis.trajectories import rank_correlation
from pinn_phases.claims.base import (
    HALF_A_DECADE,
    NEIGHBOURS,
    NO_SIZE,
    ORDERED,
    PARTLY_ORDERED,
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

NEGLIGIBLE = 0.05  # share of log2 n; hardly visible in a figure of that height
# Smallest difference between layers, as a share of log2 n, for which their order is meaningful. The
# first and the last layer of untrained networks differ by up to 0.026 with coarse bins.
DIFFERENT = 0.03
COARSE = "as a share of log2 n, with coarse bins"


def _coarse(run: Run) -> Array:
    """Information with coarse bins as a share of log2 n, shape (snapshots, layers)."""
    return run.coarse["relative"] / run.log2_points


def _median_coarse(run: Run, span: Span) -> Array:
    """Median share of each layer with coarse bins in a span, shape (layers,)."""
    return median_in(run.coarse["iterations"], _coarse(run), span)


def _median(run: Run, name: str, span: Span) -> Array:
    """Median share of each layer with 30 bins ("relative" or "fixed") in a span."""
    return run.of_layers(name, span) / run.log2_points


def _loses_in_total_diffusion(run: Run) -> Measured:
    before = _median_coarse(run, run.in_diffusion)
    lost = before - within(run.coarse["iterations"], _coarse(run), run.in_total_diffusion).min(0)
    return measured(float(lost.max()), note=f"before: {listed(before)}")


def _lost_at_onset(run: Run) -> Array:
    """Share that each layer loses around the start of diffusion, relative to fitting."""
    start = run.start_of("diffusion")
    around = start / HALF_A_DECADE, start * HALF_A_DECADE
    smallest = within(run.layers["iterations"], run.layers["relative"], around).min(0)
    lost: Array = _median(run, "relative", run.in_fitting) - smallest / run.log2_points
    return lost


def _loses_at_onset(vanilla: Run, rba: Run) -> Measured:
    by_vanilla, by_rba = (float(_lost_at_onset(run).max()) for run in (vanilla, rba))
    return measured(by_vanilla, by_vanilla - by_rba)


def _bounces_back(vanilla: Run) -> Measured:
    lost = _lost_at_onset(vanilla)
    layer = int(np.argmax(lost))
    if lost[layer] < NEGLIGIBLE:
        raise Untestable(f"only {lost[layer]:.2g} of log2 n is lost at the onset of diffusion")
    in_fitting, in_total_diffusion = (
        _median(vanilla, "relative", span)[layer]
        for span in (vanilla.in_fitting, vanilla.in_total_diffusion)
    )
    still_lost = in_fitting - in_total_diffusion
    note = f"layer {layer + 1} lost {lost[layer]:.2g} of log2 n"
    return measured(float(still_lost / lost[layer]), note=note)


def _decreases_with_depth(run: Run) -> Measured:
    shares = _median_coarse(run, run.late)
    with_30_bins = rank_correlation(run.of_layers("relative", run.late))
    difference = float(shares[0] - shares[-1])
    return measured(rank_correlation(shares), difference, with_30_bins, note=listed(shares))


def _first_and_last(run: Run, span: Span) -> tuple[float, float, str]:
    """Return the median shares of the first and last layer with fixed bins, and a note."""
    shares = _median(run, "fixed", span)
    if shares.min() > 1 - DIFFERENT:
        raise Untestable(
            f"with fixed bins all layers keep {100 * shares.min():.1f} % of log2 n or more"
        )
    return float(shares[0]), float(shares[-1]), listed(shares)


def _fixed_bins_invert(run: Run) -> Measured:
    first, last, note = _first_and_last(run, run.in_diffusion)
    return measured(last - first, note=note)


def _smaller_range_in_fitting(run: Run) -> Measured:
    first, last, note = _first_and_last(run, run.in_fitting)
    return measured(first - last, note=note)


# The caption does not name the benchmark of Fig. 11; 3.3 says that Burgers and the cavity are not
# shown, and describes Helmholtz as an exception.
FIG_11 = ("allen_cahn",)
NOT_SATURATED = (
    "bins are coarse, because with the paper's 30 any network of these sizes keeps nearly all "
    "information and the claim could not fail"
)
NOT_FIXED = (
    "if all layers keep nearly all information, with the 30 fixed bins of the paper, they cannot "
    "differ"
)

CLAIMS = (
    Claim(
        name="rba_keeps_information",
        where=("3.3", "Fig. 11"),
        statement="With RBA the loss of information in total diffusion is negligible.",
        quantities=(
            Quantity(
                "lost",
                "median information in diffusion minus the smallest in total diffusion, for the "
                f"layer that loses most, {COARSE}",
                AtMost(NEGLIGIBLE),
                in_part=AtMost(2 * NEGLIGIBLE),
            ),
        ),
        reason=f"negligible: hardly visible in a figure of that height; {NOT_SATURATED}",
        cases=each(FIG_11, RBA),
        measure=_loses_in_total_diffusion,
    ),
    Claim(
        name="vanilla_loses_information",
        where=("3.3", "Fig. 11"),
        statement="With vanilla more information is lost at the onset of diffusion.",
        quantities=(
            Quantity(
                "lost by vanilla",
                "median information in fitting minus the smallest within half a decade of the "
                "start of diffusion, for the layer that loses most, as a share of log2 n",
                AtLeast(NEGLIGIBLE),
            ),
            Quantity("vanilla minus RBA", "loss of vanilla minus loss of RBA", Above(0)),
        ),
        reason="more: at least a loss that is not negligible, and more than RBA; with the 30 bins "
        "of the paper",
        cases=compared(FIG_11),
        measure=_loses_at_onset,
    ),
    Claim(
        name="vanilla_regains_information",
        where=("3.3", "Fig. 11"),
        statement="Vanilla regains the information lost at the onset of diffusion towards total "
        "diffusion.",
        quantities=(
            Quantity(
                "share still lost",
                "median loss in total diffusion over the loss at the onset of diffusion, for the "
                "layer that loses most",
                AtMost(0.5),
                in_part=Below(1),
            ),
        ),
        reason="regains: at least half; after a negligible loss there is nothing to regain",
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
                "rank correlation between the index of a hidden layer and its information (median "
                "of the last half decade), with coarse bins",
                AtMost(-ORDERED),
                in_part=AtMost(-PARTLY_ORDERED),
            ),
            Quantity(
                "first minus last",
                f"information of the first hidden layer minus that of the last, {COARSE}",
                AtLeast(DIFFERENT),
            ),
            Quantity(
                "rank correlation with 30 bins",
                "the same rank correlation with the bins of Figure 11",
                Anything(),
            ),
        ),
        reason=f"{NEIGHBOURS}; differences as small as in untrained networks do not count. "
        f"{NOT_SATURATED.capitalize()}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_decreases_with_depth,
    ),
    Claim(
        name="fixed_bins_invert",
        where=("3.3",),
        statement="With fixed bins, deep layers seem to contain more information in diffusion than "
        "the first layers.",
        quantities=(
            Quantity(
                "last minus first",
                "information of the last hidden layer minus that of the first, median in "
                "diffusion, as a share of log2 n, with fixed bins",
                AtLeast(DIFFERENT),
            ),
        ),
        reason=f"{NO_SIZE}, so as for relative bins; {NOT_FIXED}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_fixed_bins_invert,
    ),
    Claim(
        name="deep_layers_start_with_a_smaller_range",
        where=("3.3",),
        statement="In fitting, the range of deep layers is smaller than that of the first: with "
        "fixed bins they contain less information.",
        quantities=(
            Quantity(
                "first minus last",
                "information of the first hidden layer minus that of the last, median in fitting, "
                "as a share of log2 n, with fixed bins",
                AtLeast(DIFFERENT),
            ),
        ),
        reason=f"{NO_SIZE}, so as for relative bins; {NOT_FIXED}",
        cases=each(FIG_11, RBA, VANILLA),
        measure=_smaller_range_in_fitting,
    ),
)
