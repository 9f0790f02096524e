"""What the paper says of how evenly residuals are spread."""

from pinn_phases.claims.base import (
    ALL,
    ORDER_ALONE,
    RBA,
    VANILLA,
    Claim,
    Finding,
    Run,
    Span,
    compared,
    each,
    graded,
    median_in,
)

ACCUMULATED = 2.0  # times the mean over the rest of the boxes
MEASURE = "ratio of mean to root mean square of |R| over equal boxes (Eq. 20: 1)"


def _spread(run: Run, span: Span) -> float:
    return float(median_in(run.spread["iterations"], run.spread["homogeneity"], span))


def _more_in_total_diffusion(run: Run) -> Finding:
    before, after = (_spread(run, span) for span in (run.in_diffusion, run.in_total_diffusion))
    return graded(after - before, after > before, note=f"{before:.2f} to {after:.2f}")


def _more_with_rba(vanilla: Run, rba: Run) -> Finding:
    without, there = (_spread(run, run.late) for run in (vanilla, rba))
    return graded(there - without, there > without, note=f"{without:.2f}, RBA {there:.2f}")


def _at_the_right_wall(vanilla: Run) -> Finding:
    boxes = median_in(vanilla.spread["iterations"], vanilla.spread["boxes"], vanilla.late)
    inner = slice(1, -1)  # corners belong to two walls, and the lid's are singular
    right, left, bottom = (b.mean() for b in (boxes[-1, inner], boxes[0, inner], boxes[inner, 0]))
    rest = boxes[inner, inner].mean()
    largest = right > max(left, bottom)
    note = f"left {left / rest:.2g}, bottom {bottom / rest:.2g}"
    return graded(right / rest, largest and right > ACCUMULATED * rest, largest, note)


CLAIMS = (
    Claim(
        name="homogeneous_in_total_diffusion",
        place="1.4; 3.1; Figs. 6-9",
        statement="Residuals are more homogeneous in total diffusion than in diffusion.",
        measured=f"growth of the {MEASURE}, between the medians of the two phases",
        predicate="above 0",
        reason=ORDER_ALONE,
        cases=each(ALL, RBA),
        judge=_more_in_total_diffusion,
    ),
    Claim(
        name="homogeneous_with_rba",
        place="3.1; Figs. 6-9",
        statement="Residuals are more homogeneous under RBA than under vanilla.",
        measured=f"that of RBA minus that of vanilla: {MEASURE}, median of the last half decade",
        predicate="above 0",
        reason=ORDER_ALONE,
        cases=compared(ALL),
        judge=_more_with_rba,
    ),
    Claim(
        name="cavity_residuals_at_the_right_wall",
        place="Fig. 9",
        statement="Vanilla's residuals accumulate at the right wall of the cavity.",
        measured="mean |R| along the right wall over that away from all walls, last half decade",
        predicate="above 2, and above that of the left wall and the bottom; in part: the second",
        reason="accumulated: at least twice as much; the lid, where the flow is singular, is left "
        "out with the corners",
        cases=each(("cavity",), VANILLA),
        judge=_at_the_right_wall,
    ),
)
