"""What the gradients of the loss's terms say of the phases; the paper takes the whole loss alone.

In the paper SNR is small in diffusion because batches disagree. It would be as small if batches
agreed and the terms of the loss cancelled; these claims tell the two apart.
"""

import numpy as np

from pinn_phases.claims.base import (
    ALL,
    NOT_IN_THE_PAPER,
    RBA,
    VANILLA,
    Array,
    Claim,
    Finding,
    Outcome,
    Run,
    Span,
    Untestable,
    each,
    graded,
    median_in,
    within,
)

OPPOSED = -0.9  # cosine: within 26 degrees of the opposite direction
AROUND, SOME = 1.5, 3.0  # factors in iterations: a sixth of a decade, and half a decade
TWICE = 2.0
CASES = each(ALL, RBA, VANILLA)


def _level(run: Run, values: Array, span: Span) -> float:
    return float(median_in(run.terms["iteration"], values, span))


def _count(run: Run, span: Span) -> str:
    at = run.terms["iteration"]
    return f"{len(within(at, at, span)):,} measured"


def _oppose(run: Run) -> Finding:
    if not np.isfinite(run.terms["cosine"]).any():
        raise Untestable("the loss has no conditions")
    cosine = _level(run, run.terms["cosine"], run.in_diffusion)
    return graded(cosine, cosine < OPPOSED, cosine < 0, _count(run, run.in_diffusion))


def _batches_agree(run: Run) -> Finding:
    alone = _level(run, run.terms["snr_residual"], run.in_diffusion)
    whole = _level(run, run.terms["snr"], run.in_diffusion)
    note = f"SNR of the whole loss {whole:.2g}; {_count(run, run.in_diffusion)}"
    return graded(alone, alone > 1, note=note)


def _standoff_ends(run: Run) -> Finding:
    start = run.start_of("total_diffusion")
    after = run.start_of("diffusion"), float(run.iterations)
    at = within(run.terms["iteration"], run.terms["iteration"], after)
    opposed = within(run.terms["iteration"], run.terms["cosine"], after) < OPPOSED
    first, last = _best_splits(opposed)
    if first == 0 or last == len(at):
        words = "are never opposed" if first == 0 else "stay opposed to the end"
        return Finding(Outcome.FAILS, None, f"the terms {words}")
    lower, upper = at[first - 1], at[last]
    between = f"between {lower:,} and {upper:,}"
    if upper > AROUND * lower:
        raise Untestable(f"the terms are known at too few iterations {between}")
    factor = float(np.sqrt(lower * upper)) / start
    distance = max(factor, 1 / factor)
    return graded(factor, distance <= AROUND, distance <= SOME, between)


def _best_splits(opposed: Array) -> tuple[int, int]:
    """Rows before the split that leaves the fewest opposed ones after it and others before.

    Of several such splits the first and the last.
    """
    before = np.concatenate([[0], np.cumsum(~opposed)])
    after = opposed.sum() - np.concatenate([[0], np.cumsum(opposed)])
    best = np.flatnonzero(before + after == (before + after).min())
    return int(best[0]), int(best[-1])


def _signal_of_the_conditions(run: Run) -> Finding:
    span = run.in_total_diffusion
    conditions, alone = run.terms["gradient_conditions"], run.terms["snr_residual"]
    std = run.terms["gradient_std"]
    whole = _level(run, run.terms["snr"] * std / conditions, span)
    residual = _level(run, alone * std / conditions, span)
    cosine = _level(run, run.terms["cosine"], span)
    same, larger = 1 / TWICE <= whole <= TWICE, residual < 1
    note = (
        f"norm of the residual's over the conditions' {residual:.2g}, cosine {cosine:.2g}; "
        f"{_count(run, span)}"
    )
    return graded(whole, same and larger, same or larger, note)


CLAIMS = (
    Claim(
        name="terms_oppose_in_diffusion",
        place=NOT_IN_THE_PAPER,
        statement="In diffusion the gradients of conditions and residual point in opposite "
        "directions.",
        measured="cosine between the gradient of the weighted conditions and the mean over batches "
        "of the residual's, median over diffusion",
        predicate="below -0.9; in part: below 0",
        reason="within 26 degrees of the opposite direction, so that one cancels most of the other",
        cases=CASES,
        judge=_oppose,
    ),
    Claim(
        name="residual_batches_agree_in_diffusion",
        place=NOT_IN_THE_PAPER,
        statement="In diffusion the batches of the residual agree.",
        measured="SNR of the residual's batch gradients alone, median over diffusion",
        predicate="above 1",
        reason="the level below which the paper calls a gradient stochastic",
        cases=CASES,
        judge=_batches_agree,
    ),
    Claim(
        name="standoff_ends_at_total_diffusion",
        place=NOT_IN_THE_PAPER,
        statement="Total diffusion begins where conditions and residual stop to oppose each other.",
        measured="iteration that best divides cosines below -0.9 from those above, from diffusion "
        "on (the middle, of several), over that where total diffusion starts",
        predicate="within a factor of 1.5 of 1; in part: of 3",
        reason="snapshots are 14 % apart, and so are the bins in which phases are searched; half "
        "a decade still is the same part of the training",
        cases=CASES,
        judge=_standoff_ends,
    ),
    Claim(
        name="conditions_give_the_signal_of_total_diffusion",
        place=NOT_IN_THE_PAPER,
        statement="The signal in total diffusion is that of the conditions.",
        measured="norm of the mean gradient over that of the conditions' gradient, median over "
        "total diffusion",
        predicate="within a factor of 2 of 1, and the residual's norm below the conditions'; in "
        "part: one of the two",
        reason="the larger of two vectors makes half of their sum at least, unless they oppose "
        "each other",
        cases=CASES,
        judge=_signal_of_the_conditions,
    ),
)
