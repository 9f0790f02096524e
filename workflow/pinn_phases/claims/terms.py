"""Our own claims about the gradients of the loss terms; the paper considers only the total loss.

According to the paper, SNR is small in diffusion because batches disagree. It would also be small
if batches agreed and the terms of the loss cancelled. These claims distinguish the two cases.
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

CLOSE = 1.5  # factor in iterations, a sixth of a decade
CASES = each(ALL, RBA, VANILLA)
WHERE = (Kind.OURS.value, "Fig. S.3")


def _median(run: Run, values: Array, span: Span) -> float:
    """Return the median of a curve of the terms in a span."""
    return float(median_in(run.terms["iteration"], values, span))


def _count(run: Run, span: Span) -> str:
    """Return a note with the number of iterations in a span at which the terms were measured."""
    at = run.terms["iteration"]
    return f"measured at {len(within(at, at, span)):,} iterations"


def _require_conditions(run: Run) -> None:
    """Raise `Untestable` if the loss has no conditions, or if all their weights are 0."""
    if not np.isfinite(run.terms["cosine"]).any():
        raise Untestable("the loss has no conditions")


def _oppose(run: Run) -> Measured:
    _require_conditions(run)
    cosine = _median(run, run.terms["cosine"], run.in_diffusion)
    return measured(cosine, note=_count(run, run.in_diffusion))


def _batches_agree(run: Run) -> Measured:
    of_residual = _median(run, run.terms["snr_residual"], run.in_diffusion)
    of_loss = _median(run, run.terms["snr"], run.in_diffusion)
    return measured(of_residual, of_loss, note=_count(run, run.in_diffusion))


def _standoff_ends(run: Run) -> Measured:
    _require_conditions(run)
    start = run.start_of("total_diffusion")
    after = run.start_of("diffusion"), float(run.iterations)
    at = within(run.terms["iteration"], run.terms["iteration"], after)
    opposed = within(run.terms["iteration"], run.terms["cosine"], after) < OPPOSED
    first, last = _best_splits(opposed)
    if first == 0:
        return measured(None, note="the terms never oppose each other")
    if last == len(at):
        return measured(None, note="the terms oppose each other until the end")
    lower, upper = at[first - 1], at[last]
    between = f"between {lower:,} and {upper:,}"
    if upper > CLOSE * lower:
        raise Untestable(f"the terms were measured at too few iterations {between}")
    return measured(float(np.sqrt(lower * upper)) / start, note=between)


def _best_splits(opposed: Array) -> tuple[int, int]:
    """Return the first and the last split that best separates opposed rows from later ones.

    A split is the number of rows before it. The best ones have the fewest misplaced rows: rows that
    are not opposed before the split, or opposed after it.
    """
    not_opposed_before = np.concatenate([[0], np.cumsum(~opposed)])
    opposed_after = opposed.sum() - np.concatenate([[0], np.cumsum(opposed)])
    misplaced = not_opposed_before + opposed_after
    best = np.flatnonzero(misplaced == misplaced.min())
    return int(best[0]), int(best[-1])


def _signal_of_the_conditions(run: Run) -> Measured:
    _require_conditions(run)
    span = run.in_total_diffusion
    conditions, std = run.terms["gradient_conditions"], run.terms["gradient_std"]
    loss = _median(run, run.terms["snr"] * std / conditions, span)
    residual = _median(run, run.terms["snr_residual"] * std / conditions, span)
    cosine = _median(run, run.terms["cosine"], span)
    return measured(loss, residual, cosine, note=_count(run, span))


CLAIMS = (
    Claim(
        name="terms_oppose_in_diffusion",
        where=WHERE,
        statement="In diffusion, the gradients of conditions and residual point in opposite "
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
        reason="a cosine of -0.9 is 26 degrees from opposite directions, so the gradients mostly "
        "cancel",
        cases=CASES,
        measure=_oppose,
        kind=Kind.OURS,
    ),
    Claim(
        name="residual_batches_agree_in_diffusion",
        where=WHERE,
        statement="In diffusion, the batch gradients of the residual agree.",
        quantities=(
            Quantity(
                "SNR of the residual",
                "SNR of the residual's batch gradients, median in diffusion",
                Above(1),
            ),
            Quantity(
                "SNR of the loss",
                "SNR of the batch gradients of the total loss, median in diffusion",
                Anything(),
            ),
        ),
        reason="the paper calls a gradient stochastic if its SNR is below 1",
        cases=CASES,
        measure=_batches_agree,
        kind=Kind.OURS,
    ),
    Claim(
        name="standoff_ends_at_total_diffusion",
        where=WHERE,
        statement="Total diffusion begins when conditions and residual stop opposing each other.",
        quantities=(
            Quantity(
                "end over start",
                f"iteration after the start of diffusion that best separates cosines "
                f"{Below(OPPOSED)} from later cosines above it (the middle if several do), over "
                "the iteration at which total diffusion starts",
                WithinFactor(CLOSE, of=1),
                in_part=WithinFactor(3, of=1),
            ),
        ),
        reason="snapshots, like the bins of the search for phases, are about 14 % apart; a factor "
        "of three, half a decade, is still the same part of the training",
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
                "loss over conditions",
                "norm of the mean gradient of the loss over that of the conditions' gradient, "
                "median in total diffusion",
                WithinFactor(2, of=1),
                in_part=Anything(),
            ),
            Quantity(
                "residual over conditions",
                "norm of the mean gradient of the residual over that of the conditions' gradient, "
                "median in total diffusion",
                Below(1),
            ),
            Quantity(
                "cosine",
                "cosine between conditions and residual, median in total diffusion",
                Anything(),
            ),
        ),
        reason="unless two vectors oppose each other, the norm of their sum is between half and "
        "twice that of the larger one; a larger gradient of the conditions alone counts in part",
        cases=CASES,
        measure=_signal_of_the_conditions,
        kind=Kind.OURS,
    ),
)
