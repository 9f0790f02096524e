"""What the paper says of how evenly residuals are spread."""

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
# Of a ratio that ends at 1. The text says "highly homogeneous", a difference that maps show.
VISIBLE: Predicate = AtLeast(0.05)
MARGIN = (
    "the text gives no size, but speaks of what the maps show: a twentieth of the ratio's range is "
    "taken for the least that they can; less is the part"
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
                f"growth of the {MEASURE}, between the medians of the two phases",
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
        statement="Residuals are more homogeneous under RBA than under vanilla.",
        quantities=(
            Quantity(
                "RBA minus vanilla",
                f"that of RBA minus that of vanilla: {MEASURE}, median of the last half decade",
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
        statement="Vanilla's residuals accumulate at the right wall of the cavity.",
        quantities=(
            Quantity(
                "right wall over the middle",
                "mean |R| along the right wall over that away from all walls, last half decade",
                Above(2),
                in_part=Above(1),
            ),
            Quantity(
                "over the other walls",
                "mean |R| along the right wall over the larger one of left wall and bottom",
                Above(1),
            ),
        ),
        reason="accumulated: at least twice as much; the lid, where the flow is singular, is left "
        "out with the corners",
        cases=each(("cavity",), VANILLA),
        measure=_at_the_right_wall,
    ),
)
