"""Our claims about the gradients of the loss terms; the paper considers only the whole loss.

According to the paper, SNR is small in diffusion because batches disagree. It would be as small if
batches agreed and the terms of the loss cancelled. These claims distinguish the two.
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
        words = "never oppose" if first == 0 else "oppose each other until the end"
        return measured(None, note=f"the terms {words}")
    lower, upper = at[first - 1], at[last]
    between = f"between {lower:,} and {upper:,}"
    if upper > CLOSE * lower:
        raise Untestable(f"the terms were measured at too few iterations {between}")
    return measured(float(np.sqrt(lower * upper)) / start, note=between)


def _best_splits(opposed: Array) -> tuple[int, int]:
    """Rows before the split with the fewest opposed rows after it and others before it.

    If several splits are equal, the first and the last of them.
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
        statement="In diffusion, the gradients of conditions and residual have opposite "
        "directions.",
        quantities=(
            Quantity(
                "cosine",
                "between the gradient of the weighted conditions and the mean over batches of the "
                "residual's gradient, median in diffusion",
                Below(OPPOSED),
                in_part=Below(0),
            ),
        ),
        reason="within 26 degrees of the opposite direction, so they mostly cancel",
        cases=CASES,
        measure=_oppose,
        kind=Kind.OURS,
    ),
    Claim(
        name="residual_batches_agree_in_diffusion",
        where=WHERE,
        statement="In diffusion, the batches of the residual agree.",
        quantities=(
            Quantity(
                "residual's SNR",
                "SNR of the residual's batch gradients, median in diffusion",
                Above(1),
            ),
            Quantity("whole SNR", "SNR of the whole loss, median in diffusion", Anything()),
        ),
        reason="the level below which the paper calls a gradient stochastic",
        cases=CASES,
        measure=_batches_agree,
        kind=Kind.OURS,
    ),
    Claim(
        name="standoff_ends_at_total_diffusion",
        where=WHERE,
        statement="Total diffusion begins where conditions and residual stop opposing each other.",
        quantities=(
            Quantity(
                "end over start",
                f"iteration that best separates cosines {Below(OPPOSED)} from the others, from "
                "diffusion on (the middle of several), over the start of total diffusion",
                WithinFactor(CLOSE, of=1),
                in_part=WithinFactor(3, of=1),
            ),
        ),
        reason="snapshots and the bins of the search for phases are 14 % apart; half a decade is "
        "still the same part of the training",
        cases=CASES,
        measure=_standoff_ends,
        kind=Kind.OURS,
    ),
    Claim(
        name="conditions_give_the_signal_of_total_diffusion",
        where=WHERE,
        statement="In total diffusion, the signal comes from the conditions.",
        quantities=(
            Quantity(
                "whole over conditions",
                "norm of the mean gradient over that of the conditions' gradient, median in "
                "total diffusion",
                WithinFactor(2, of=1),
                in_part=Anything(),
            ),
            Quantity(
                "residual over conditions", "the same for the residual's mean gradient", Below(1)
            ),
            Quantity("cosine", "between conditions and residual", Anything()),
        ),
        reason="the larger of two vectors is at least half of their sum, unless they oppose "
        "each other; to be the larger one counts in part",
        cases=CASES,
        measure=_signal_of_the_conditions,
        kind=Kind.OURS,
    ),
)
