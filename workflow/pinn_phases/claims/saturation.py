"""The paper's claims about saturation and weight norms of the hidden layers (Section 3.3)."""

import numpy as np

from pinn_phases.analysis.phases.landmarks import landmarks
from pinn_phases.analysis.trajectories import rank_correlation, steepest_fall
from pinn_phases.claims.base import (
    ALL,
    HALF_A_DECADE,
    NEIGHBOURS,
    ORDERED,
    PARTLY_ORDERED,
    RBA,
    SAME_PART,
    VANILLA,
    WINDOW,
    Array,
    Claim,
    Measured,
    Quantity,
    Run,
    Untestable,
    each,
    listed,
    measured,
    median_in,
)
from pinn_phases.claims.judging.predicates import Above, Anything, AtLeast, WithinFactor

SMALLEST = (
    1e-6  # share of binary activations; smaller ones are rounded up, so that growth is finite
)


def _saturates(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    at, share = run.layers["iterations"], np.maximum(run.layers["binary"].mean(1), SMALLEST)
    later = at >= run.start_of("diffusion")
    steepest = steepest_fall(at[later], 1 / share[later], WINDOW)
    spans = (start / HALF_A_DECADE, start), run.in_total_diffusion
    before, after = (float(median_in(at, share, span)) for span in spans)
    note = f"{before:.2g} to {after:.2g}"
    return measured(steepest and steepest / start, after / before, note=note)


def _median_layer(run: Run) -> Measured:
    shares = run.of_layers("binary", run.in_total_diffusion)
    return measured(float(np.median(shares)), note=listed(shares))


def _growth(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    curves = {
        "relative_l2": run.error,
        "weight_norm": np.linalg.norm(run.history["layers/weight_norm"], axis=1),
    }
    changes = landmarks(run.at, curves, run.start_of("diffusion"))
    growth, fall = changes["weight_norm"], changes["relative_l2"]
    if growth is None:
        return measured(None, None, note="the norm does not grow")
    return measured(growth / start, fall and fall / growth)


def _middle(levels: Array) -> Measured:
    """Compare the levels of the middle layers with those of the first and last layer."""
    if len(levels) < 3:
        raise Untestable(f"{len(levels)} hidden layers have no middle layer")
    middle, ends = levels[1:-1], max(levels[0], levels[-1])
    return measured(middle.max() / ends, middle.mean() / levels[-1], note=listed(levels))


def _middle_saturates(run: Run) -> Measured:
    return _middle(run.of_layers("binary", run.late))


def _per_weight(run: Run) -> Array:
    """Root mean square of the weights of each hidden layer at the end, shape (layers,)."""
    norms: Array = run.of_layers("norm", run.late) / np.sqrt(run.layer_weights)
    return norms


def _middle_norm(run: Run) -> Measured:
    return _middle(_per_weight(run))


def _norms_ascend(run: Run) -> Measured:
    norms = run.of_layers("norm", run.late)
    return measured(rank_correlation(norms), rank_correlation(norms[1:]), note=listed(norms))


MIDDLE_OVER_ENDS = "largest of the middle layers over the larger of the first and last layer"
MIDDLE_OVER_LAST = "mean of the middle layers over the last layer"
NO_LAYER = (
    "the text does not name the middle layers but compares them with the last ones; to exceed only "
    "the last layer counts in part"
)
PER_WEIGHT = "root mean square of a layer's weights (norm over the square root of their number)"
SINCE_DIFFUSION = (
    "after the start of diffusion (logarithmic axes, windows of a factor of two), over the "
    "iteration at which total diffusion starts"
)
AT_THE_START = f"at the start: within one window, a factor of two; {SAME_PART}"
NOT_HELMHOLTZ = ("allen_cahn", "burgers", "cavity")

CLAIMS = (
    Claim(
        name="activations_saturate",
        where=("3.3", "Fig. 11"),
        statement="Activations saturate suddenly when total diffusion begins.",
        quantities=(
            Quantity(
                "steepest growth over start",
                "iteration at which the share of binary activations (mean over layers) grows "
                f"fastest {SINCE_DIFFUSION}",
                WithinFactor(2, of=1),
                in_part=WithinFactor(HALF_A_DECADE, of=1),
            ),
            Quantity(
                "growth",
                "this share (median over snapshots) in total diffusion, over that in the half "
                "decade before",
                AtLeast(1.5),
                in_part=AtLeast(1.1),
            ),
        ),
        reason=f"{AT_THE_START}. Suddenly: an increase by half; an increase by a tenth is "
        "visible. The increase alone decides nothing, because for Allen-Cahn it is as large for "
        "most other iterations",
        cases=each(ALL, RBA),
        measure=_saturates,
    ),
    Claim(
        name="most_layers_saturate",
        where=("3.3", "Fig. 11"),
        statement="In total diffusion most layers are highly saturated.",
        quantities=(
            Quantity(
                "median layer",
                "share of binary activations in total diffusion (median over snapshots), median "
                "over the hidden layers",
                AtLeast(0.5),
                in_part=AtLeast(0.25),
            ),
        ),
        reason="highly saturated: at least half of the activations; most layers: the median "
        "layer. A quarter counts in part; in untrained networks the share is 0.04",
        cases=each(("allen_cahn",), RBA, VANILLA),
        measure=_median_layer,
    ),
    Claim(
        name="middle_layers_saturate",
        where=("3.3", "Fig. 11"),
        statement="Middle layers saturate most, except for Helmholtz.",
        quantities=(
            Quantity(
                "middle over ends",
                f"share of binary activations (last half decade): {MIDDLE_OVER_ENDS}",
                Above(1),
                in_part=Anything(),
            ),
            Quantity("middle over last", MIDDLE_OVER_LAST, Anything(), in_part=Above(1)),
        ),
        reason=NO_LAYER,
        cases=each(NOT_HELMHOLTZ, RBA),
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
        reason="norms are compared per weight, because the first layer has fewer weights. "
        f"{NO_LAYER.capitalize()}",
        cases=each(NOT_HELMHOLTZ, RBA),
        measure=_middle_norm,
    ),
    Claim(
        name="helmholtz_norms_ascend",
        where=("3.3",),
        statement="For Helmholtz, the norm of the parameters increases from the first to the last "
        "layer.",
        quantities=(
            Quantity(
                "rank correlation",
                "rank correlation between the index of a layer and its norm (median of the last "
                "half decade)",
                AtLeast(ORDERED),
                in_part=AtLeast(PARTLY_ORDERED),
            ),
            Quantity(
                "without the first layer",
                "the same rank correlation without the first layer",
                AtLeast(ORDERED),
                in_part=AtLeast(PARTLY_ORDERED),
            ),
        ),
        reason=f"{NEIGHBOURS}; the first layer has fewer weights, so the others must be in order "
        "without it, too",
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
                f"iteration at which the norm of all weights grows fastest {SINCE_DIFFUSION}",
                WithinFactor(2, of=1),
                in_part=WithinFactor(HALF_A_DECADE, of=1),
            ),
            Quantity(
                "lead over the error",
                "iteration at which the error falls most steeply over that of the fastest growth",
                Anything(),
            ),
        ),
        reason=f"{AT_THE_START}. The text gives no lead over the fall of the error",
        cases=each(ALL, RBA),
        measure=_growth,
    ),
)
