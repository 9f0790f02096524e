"""What the gradients of the loss's terms say of the phases; the paper takes the whole loss alone.

In the paper SNR is small in diffusion because batches disagree. It would be as small if batches
agreed and the terms of the loss cancelled; these claims tell the two apart.
"""

import numpy as np

from pinn_phases.analysis.term_curves import OPPOSED
from pinn_phases.claims.base import (
    ALL,
    RBA,
    VANILLA,
    Array,
    Claim,
    Kind,
    Measured,
    Quantity,
    Run,
    Span,
    Untestable,
    each,
    measured,
    median_in,
    within,
)
from pinn_phases.claims.judging.predicates import Above, Anything, Below, WithinFactor

CLOSE = 1.5  # factor in iterations: a sixth of a decade
CASES = each(ALL, RBA, VANILLA)
WHERE = (Kind.OURS.value, "Fig. S.3")


def _level(run: Run, values: Array, span: Span) -> float:
    return float(median_in(run.terms["iteration"], values, span))


def _count(run: Run, span: Span) -> str:
    at = run.terms["iteration"]
    return f"{len(within(at, at, span)):,} measured"


def _oppose(run: Run) -> Measured:
    if not np.isfinite(run.terms["cosine"]).any():
        raise Untestable("the loss has no conditions")
    cosine = _level(run, run.terms["cosine"], run.in_diffusion)
    return measured(cosine, note=_count(run, run.in_diffusion))


def _batches_agree(run: Run) -> Measured:
    alone = _level(run, run.terms["snr_residual"], run.in_diffusion)
    whole = _level(run, run.terms["snr"], run.in_diffusion)
    return measured(alone, whole, note=_count(run, run.in_diffusion))


def _standoff_ends(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    after = run.start_of("diffusion"), float(run.iterations)
    at = within(run.terms["iteration"], run.terms["iteration"], after)
    opposed = within(run.terms["iteration"], run.terms["cosine"], after) < OPPOSED
    first, last = _best_splits(opposed)
    if first == 0 or last == len(at):
        words = "are never opposed" if first == 0 else "stay opposed to the end"
        return measured(None, note=f"the terms {words}")
    lower, upper = at[first - 1], at[last]
    between = f"between {lower:,} and {upper:,}"
    if upper > CLOSE * lower:
        raise Untestable(f"the terms are known at too few iterations {between}")
    return measured(float(np.sqrt(lower * upper)) / start, note=between)


def _best_splits(opposed: Array) -> tuple[int, int]:
    """Rows before the split that leaves the fewest opposed ones after it and others before.

    Of several such splits the first and the last.
    """
    before = np.concatenate([[0], np.cumsum(~opposed)])
    after = opposed.sum() - np.concatenate([[0], np.cumsum(opposed)])
    best = np.flatnonzero(before + after == (before + after).min())
    return int(best[0]), int(best[-1])


def _signal_of_the_conditions(run: Run) -> Measured:
    span = run.in_total_diffusion
    conditions, alone = run.terms["gradient_conditions"], run.terms["snr_residual"]
    std = run.terms["gradient_std"]
    whole = _level(run, run.terms["snr"] * std / conditions, span)
    residual = _level(run, alone * std / conditions, span)
    cosine = _level(run, run.terms["cosine"], span)
    return measured(whole, residual, cosine, note=_count(run, span))


CLAIMS = (
    Claim(
        name="terms_oppose_in_diffusion",
        where=WHERE,
        statement="In diffusion the gradients of conditions and residual point in opposite "
        "directions.",
        quantities=(
            Quantity(
                "cosine",
                "between the gradient of the weighted conditions and the mean over batches of the "
                "residual's, median over diffusion",
                Below(OPPOSED),
                in_part=Below(0),
            ),
        ),
        reason="within 26 degrees of the opposite direction, so that one cancels most of the other",
        cases=CASES,
        measure=_oppose,
        kind=Kind.OURS,
    ),
    Claim(
        name="residual_batches_agree_in_diffusion",
        where=WHERE,
        statement="In diffusion the batches of the residual agree.",
        quantities=(
            Quantity(
                "residual's SNR",
                "SNR of the residual's batch gradients alone, median over diffusion",
                Above(1),
            ),
            Quantity("whole SNR", "that of the whole loss", Anything()),
        ),
        reason="the level below which the paper calls a gradient stochastic",
        cases=CASES,
        measure=_batches_agree,
        kind=Kind.OURS,
    ),
    Claim(
        name="standoff_ends_at_total_diffusion",
        where=WHERE,
        statement="Total diffusion begins where conditions and residual stop to oppose each other.",
        quantities=(
            Quantity(
                "end over start",
                f"iteration that best divides cosines {Below(OPPOSED)} from those above, from "
                "diffusion on (the middle, of several), over that where total diffusion starts",
                WithinFactor(CLOSE, of=1),
                in_part=WithinFactor(3, of=1),
            ),
        ),
        reason="snapshots are 14 % apart, and so are the bins in which phases are searched; half "
        "a decade still is the same part of the training",
        cases=CASES,
        measure=_standoff_ends,
        kind=Kind.OURS,
    ),
    Claim(
        name="conditions_give_the_signal_of_total_diffusion",
        where=WHERE,
        statement="The signal in total diffusion is that of the conditions.",
        quantities=(
            Quantity(
                "whole over conditions",
                "norm of the mean gradient over that of the conditions' gradient, median over "
                "total diffusion",
                WithinFactor(2, of=1),
                in_part=Anything(),
            ),
            Quantity("residual over conditions", "the same of the residual's mean", Below(1)),
            Quantity("cosine", "between the two", Anything()),
        ),
        reason="the larger of two vectors makes half of their sum at least, unless they oppose "
        "each other; to be the larger one is the part",
        cases=CASES,
        measure=_signal_of_the_conditions,
        kind=Kind.OURS,
    ),
)
