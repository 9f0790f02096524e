"""The paper's claims about the homogeneity of residuals.

Eq. 20 has integrals over sub-domains, but Section 2.4 introduces it for "the sample space", and
Section 2.5 for "the sample space X", the set of training samples (2.1). So the claims are judged at
the collocation points, and the measure over the whole domain is reported: with few points, the
residuals between them are much larger.
"""

from collections.abc import Mapping

import numpy as np

from pinn_phases.claims.base import (
    ALL,
    RBA,
    VANILLA,
    Array,
    Claim,
    Measured,
    Quantity,
    Run,
    Span,
    compared,
    each,
    measured,
    median_in,
    within,
)
from pinn_phases.claims.judging.predicates import Above, Anything, AtLeast, Predicate

MEASURE = (
    "ratio of the mean to the root mean square of |R| over equal boxes (1 if Eq. 20 holds), at the "
    "collocation points"
)
OVER_DOMAIN = "the same for the integrals of |R| over the boxes"
# The text says "highly homogeneous", a difference that maps show; the ratio is at most 1.
VISIBLE: Predicate = AtLeast(0.05)
MARGIN = (
    "the text gives no size but refers to the maps; a twentieth of the range of the ratio is "
    "assumed to be the smallest difference that is visible on them; smaller ones count in part. "
    "Eq. 20 is about the sample space, the set of collocation points (2.1, 2.4, 2.5)"
)


def _homogeneity(spread: Mapping[str, Array], span: Span) -> float:
    """Return the median homogeneity of the residuals over the snapshots in a span."""
    return float(median_in(spread["iterations"], spread["homogeneity"], span))


def _more_in_total_diffusion(run: Run) -> Measured:
    before, after = (
        np.array([_homogeneity(spread, span) for spread in (run.samples, run.spread)])
        for span in (run.in_diffusion, run.in_total_diffusion)
    )
    return measured(*(after - before), note=f"{before[0]:.2f} to {after[0]:.2f}")


def _more_with_rba(vanilla: Run, rba: Run) -> Measured:
    of_vanilla, of_rba = (
        np.array([_homogeneity(spread, run.late) for spread in (run.samples, run.spread)])
        for run in (vanilla, rba)
    )
    note = f"vanilla {of_vanilla[0]:.2f}, RBA {of_rba[0]:.2f}"
    return measured(*(of_rba - of_vanilla), note=note)


def _weights_approach_one(run: Run) -> Measured:
    of_weights, of_residuals = (
        run.history[part] / run.history[largest]
        for part, largest in (("weights_mean", "weights_max"), ("residual_rms", "residual_max"))
    )
    (before, late), (rms_before, rms_late) = (
        [float(median_in(run.at, ratio, span)) for span in (run.in_diffusion, run.late)]
        for ratio in (of_weights, of_residuals)
    )
    note = f"rms over largest residual {rms_before:.2f} to {rms_late:.2f}"
    return measured(late, late - before, rms_late - rms_before, note=note)


def _at_the_right_wall(vanilla: Run) -> Measured:
    (to_interior, to_walls), (over_domain, _) = (
        _right_over_others(within(spread["iterations"], spread["boxes"], vanilla.late))
        for spread in (vanilla.samples, vanilla.spread)
    )
    return measured(to_interior, to_walls, over_domain)


def _right_over_others(boxes: Array) -> tuple[float, float]:
    """Return the mean along the right wall over the interior, and over the larger other wall."""
    # Without the corners, which belong to two walls. At the lid, R is singular.
    inner = slice(1, -1)
    walls = boxes[:, -1, inner], boxes[:, 0, inner], boxes[:, inner, 0]
    right, left, bottom = (np.nanmean(wall, axis=1) for wall in walls)
    interior = np.nanmean(boxes[:, inner, inner], axis=(1, 2))
    ratios = right / interior, right / np.maximum(left, bottom)
    to_interior, to_walls = (float(np.median(ratio)) for ratio in ratios)
    return to_interior, to_walls


CLAIMS = (
    Claim(
        name="homogeneous_in_total_diffusion",
        where=("3.1", "1.4", "Fig. 6", "Fig. 7", "Fig. 8", "Fig. 9"),
        statement="Residuals are more homogeneous in total diffusion than in diffusion.",
        quantities=(
            Quantity(
                "increase of the ratio",
                f"{MEASURE}: median in total diffusion minus median in diffusion",
                VISIBLE,
                in_part=Above(0),
            ),
            Quantity("over the domain", OVER_DOMAIN, Anything()),
        ),
        reason=MARGIN,
        cases=each(ALL, RBA),
        measure=_more_in_total_diffusion,
    ),
    Claim(
        name="homogeneous_with_rba",
        where=("3.1", "Fig. 6", "Fig. 7", "Fig. 8", "Fig. 9"),
        statement="Residuals are more homogeneous with RBA than with vanilla.",
        quantities=(
            Quantity(
                "RBA minus vanilla",
                f"{MEASURE}: median of the last half decade, RBA minus vanilla",
                VISIBLE,
                in_part=Above(0),
            ),
            Quantity("over the domain", OVER_DOMAIN, Anything()),
        ),
        reason=MARGIN,
        cases=compared(ALL),
        measure=_more_with_rba,
    ),
    Claim(
        name="weights_approach_one",
        where=("2.5",),
        statement="With RBA the weights approach an equilibrium near 1 at all samples, where the "
        "residuals are uniform.",
        quantities=(
            Quantity(
                "mean over largest weight",
                "mean over the largest of the RBA weights, median of the last half decade",
                AtLeast(0.9),
                in_part=Anything(),
            ),
            Quantity(
                "change since diffusion",
                "this median minus the median in diffusion",
                Anything(),
                in_part=Above(0),
            ),
            Quantity(
                "change of the residuals",
                "the same change for the rms over the largest of the residuals at the samples",
                Anything(),
            ),
        ),
        reason="near 1: within 10 %, relative to the largest weight, because the range of the "
        "weights depends on the constants of RBA; to come closer counts in part. If residuals "
        "cannot be reduced further, the paper expects the weights to be proportional to them",
        cases=each(ALL, RBA),
        measure=_weights_approach_one,
    ),
    Claim(
        name="cavity_residuals_at_the_right_wall",
        where=("3.1", "Fig. 9"),
        statement="The residuals of vanilla accumulate at the right wall of the cavity.",
        quantities=(
            Quantity(
                "right wall over interior",
                "mean |R| along the right wall over mean |R| in the interior, in boxes of "
                "collocation points (median of the last half decade)",
                Above(2),
                in_part=Above(1),
            ),
            Quantity(
                "right wall over other walls",
                "mean |R| along the right wall over the larger of those along left wall and bottom",
                Above(1),
            ),
            Quantity(
                "over the domain",
                "right wall over interior for the integrals of |R| over the boxes",
                Anything(),
            ),
        ),
        reason="accumulate: more than twice as large; the lid and the corners, where the flow is "
        "singular, are left out",
        cases=each(("cavity",), VANILLA),
        measure=_at_the_right_wall,
    ),
)
