"""The paper's claims about the homogeneity of residuals."""

from pinn_phases.claims.base import (
    ALL,
    RBA,
    VANILLA,
    Claim,
    Measured,
    Quantity,
    Run,
    Span,
    compared,
    each,
    measured,
    median_in,
)
from pinn_phases.claims.judging.predicates import Above, AtLeast, Predicate

MEASURE = "ratio of mean to root mean square of |R| over equal boxes (Eq. 20: 1)"
# Of a ratio that is at most 1. The text says "highly homogeneous", a difference that maps show.
VISIBLE: Predicate = AtLeast(0.05)
MARGIN = (
    "the text gives no size but refers to the maps; a twentieth of the ratio's range is assumed to "
    "be the smallest visible difference; a smaller one counts in part"
)


def _spread(run: Run, span: Span) -> float:
    return float(median_in(run.spread["iterations"], run.spread["homogeneity"], span))


def _more_in_total_diffusion(run: Run) -> Measured:
    before, after = (_spread(run, span) for span in (run.in_diffusion, run.in_total_diffusion))
    return measured(after - before, note=f"{before:.2f} to {after:.2f}")


def _more_with_rba(vanilla: Run, rba: Run) -> Measured:
    without, there = (_spread(run, run.late) for run in (vanilla, rba))
    return measured(there - without, note=f"{without:.2f}, RBA {there:.2f}")


def _at_the_right_wall(vanilla: Run) -> Measured:
    boxes = median_in(vanilla.spread["iterations"], vanilla.spread["boxes"], vanilla.late)
    inner = slice(1, -1)  # corners belong to two walls, and the lid's are singular
    right, left, bottom = (b.mean() for b in (boxes[-1, inner], boxes[0, inner], boxes[inner, 0]))
    rest = boxes[inner, inner].mean()
    return measured(right / rest, right / max(left, bottom))


CLAIMS = (
    Claim(
        name="homogeneous_in_total_diffusion",
        where=("3.1", "1.4", "Fig. 6", "Fig. 7", "Fig. 8", "Fig. 9"),
        statement="Residuals are more homogeneous in total diffusion than in diffusion.",
        quantities=(
            Quantity(
                "growth of the ratio",
                f"difference of the medians in the two phases: {MEASURE}",
                VISIBLE,
                in_part=Above(0),
            ),
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
                f"difference of the medians in the last half decade: {MEASURE}",
                VISIBLE,
                in_part=Above(0),
            ),
        ),
        reason=MARGIN,
        cases=compared(ALL),
        measure=_more_with_rba,
    ),
    Claim(
        name="cavity_residuals_at_the_right_wall",
        where=("3.1", "Fig. 9"),
        statement="The residuals of vanilla accumulate at the right wall of the cavity.",
        quantities=(
            Quantity(
                "right wall over the middle",
                "mean |R| along the right wall over that in the interior, last half decade",
                Above(2),
                in_part=Above(1),
            ),
            Quantity(
                "over the other walls",
                "mean |R| along the right wall over the larger of left wall and bottom",
                Above(1),
            ),
        ),
        reason="accumulate: at least twice as large; lid and corners, where the flow is singular, "
        "are excluded",
        cases=each(("cavity",), VANILLA),
        measure=_at_the_right_wall,
    ),
)
