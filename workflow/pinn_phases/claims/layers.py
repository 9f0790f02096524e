"""The paper's claims about the SNR of layers, and about mean and std of gradients (Appendix A)."""

import numpy as np

from pinn_phases.analysis.trajectories import rank_correlation, slope, steepest_fall
from pinn_phases.claims.base import (
    ALL,
    HALF_A_DECADE,
    NO_SIZE,
    ORDERED,
    PARTLY_ORDERED,
    RBA,
    SAME_PART,
    START,
    VANILLA,
    WINDOW,
    Array,
    Claim,
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
from pinn_phases.claims.judging.predicates import Anything, AtMost, Below, WithinFactor

A14 = ("allen_cahn",)  # the benchmark of Fig. A.14
SAME_ITERATION = f"same iteration: within one window, a factor of two; {SAME_PART}"


def _levels(run: Run) -> Array:
    """SNR of each layer in the last half decade, shape (layers,)."""
    return median_in(run.at, run.history["layers/snr"], run.late)


def _falls_with_depth(run: Run) -> Measured:
    return measured(rank_correlation(_levels(run)))


def _coincide(run: Run) -> Measured:
    levels = _levels(run)
    return measured(float(levels.max() / levels.min()))


def _changes(run: Run, span: Span, *, rising: bool) -> Measured:
    """Return the latest over the earliest iteration at which the SNR of a layer changes fastest."""
    at = within(run.at, run.at, span)
    layers = within(run.at, run.history["layers/snr"], span).T
    changes = [steepest_fall(at, 1 / snr if rising else snr, WINDOW) for snr in layers]
    iterations = [iteration for iteration in changes if iteration is not None]
    missing = len(changes) - len(iterations)
    if missing:
        change = "rise" if rising else "fall"
        return measured(None, note=f"SNR does not {change} in {missing} of {len(changes)} layers")
    listed = ", ".join(f"{iteration:,.0f}" for iteration in iterations)
    return measured(max(iterations) / min(iterations), note=f"layers: {listed}")


def _fall_together(run: Run) -> Measured:
    return _changes(run, (1.0, run.start_of("diffusion") * HALF_A_DECADE), rising=False)


def _jump_together(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    return _changes(run, (start / HALF_A_DECADE, start * HALF_A_DECADE), rising=True)


def _low_noise_first(run: Run) -> Measured:
    std = run.history["gradient_std"]
    # Vanilla records the weights that RBA would have, but does not apply them.
    relative = std / run.history["weights_mean"] ** 2 if run.method == RBA else std
    return measured(*(_first_over_diffusion(run, curve) for curve in (std, relative)))


def _first_over_diffusion(run: Run, curve: Array) -> float:
    """Return the median of the first ten records over that in diffusion."""
    return float(np.median(curve[:START]) / median_in(run.at, curve, run.in_diffusion))


def _fall_alike(run: Run) -> Measured:
    span = run.in_total_diffusion
    mean, std = (
        slope(run.at, run.history[name], *span) for name in ("gradient_mean", "gradient_std")
    )
    return measured(mean, std, mean / std if std else np.nan)


def _signal_goes_first(run: Run) -> Measured:
    late = run.phases.get("late_decrease")
    if late is None:
        raise Untestable(f"late decrease not found in {run.iterations:,} iterations")
    spans = run.in_total_diffusion, (late["iteration"], float(run.iterations))
    (mean, mean_after), (std, std_after) = (
        [float(median_in(run.at, run.history[name], span)) for span in spans]
        for name in ("gradient_mean", "gradient_std")
    )
    signal, noise = mean_after / mean, std_after / std
    return measured(signal, signal / noise)


CLAIMS = (
    Claim(
        name="layers_ordered",
        where=("A", "Fig. A.13"),
        statement="For Helmholtz and the cavity, SNR decreases from shallow to deep layers.",
        quantities=(
            Quantity(
                "rank correlation",
                "rank correlation between the index of a layer and its SNR (median of the last "
                "half decade)",
                AtMost(-ORDERED),
                in_part=AtMost(-PARTLY_ORDERED),
            ),
        ),
        reason="five to seven layers must be in order except for one or two swaps of neighbours",
        cases=each(("helmholtz", "cavity"), RBA, VANILLA),
        measure=_falls_with_depth,
    ),
    Claim(
        name="layers_coincide",
        where=("A", "Fig. A.13"),
        statement="For Allen-Cahn and Burgers, the layers have nearly the same SNR.",
        quantities=(
            Quantity(
                "highest over lowest",
                "highest SNR of a layer over the lowest (medians of the last half decade)",
                AtMost(2),
                in_part=AtMost(3),
            ),
        ),
        reason="on an axis of many decades, lines a third of a decade apart almost coincide; lines "
        "half a decade apart can be distinguished",
        cases=each(("allen_cahn", "burgers"), RBA, VANILLA),
        measure=_coincide,
    ),
    Claim(
        name="layers_fall_together",
        where=("A", "Fig. A.13"),
        statement="The SNR of all layers falls into diffusion at the same iteration.",
        quantities=(
            Quantity(
                "latest over earliest layer",
                "iteration at which SNR falls most steeply (windows of a factor of two, up to half "
                "a decade after the start of diffusion): latest layer over earliest",
                AtMost(2),
                in_part=AtMost(HALF_A_DECADE),
            ),
        ),
        reason=SAME_ITERATION,
        cases=each(ALL, RBA),
        measure=_fall_together,
    ),
    Claim(
        name="layers_jump_together",
        where=("A", "Fig. A.13"),
        statement="The SNR of all layers jumps into total diffusion at the same iteration.",
        quantities=(
            Quantity(
                "latest over earliest layer",
                "iteration at which SNR rises most steeply (windows of a factor of two, within "
                "half a decade of the start of total diffusion): latest layer over earliest",
                AtMost(2),
                in_part=AtMost(HALF_A_DECADE),
            ),
        ),
        reason=SAME_ITERATION,
        cases=each(ALL, RBA),
        measure=_jump_together,
    ),
    Claim(
        name="noise_starts_low",
        where=("A", "Fig. A.14"),
        statement="In fitting, SNR starts high because the std over batches is low.",
        quantities=(
            Quantity(
                "first std over std in diffusion",
                "norm of the std of the batch gradients: median of the first ten records over the "
                "median in diffusion",
                AtMost(0.1),
                in_part=AtMost(0.5),
            ),
            Quantity(
                "relative to the weights",
                "the same ratio for the std over the squared mean weight (1 for vanilla)",
                Anything(),
            ),
        ),
        reason="low: by at least one decade, on an axis of many; a factor of two is visible. The "
        "weights of RBA start at 0, and the gradients of the residual scale with their squares",
        cases=each(A14, RBA, VANILLA),
        measure=_low_noise_first,
    ),
    Claim(
        name="signal_and_noise_fall_alike",
        where=("A", "Fig. A.14"),
        statement="In total diffusion, mean and std of the batch gradients decrease at similar "
        "rates.",
        quantities=(
            Quantity(
                "slope of the mean", "slope of the norm of the mean, decades per decade", Below(0)
            ),
            Quantity(
                "slope of the std", "slope of the norm of the std, decades per decade", Below(0)
            ),
            Quantity(
                "ratio of the slopes",
                "slope of the mean over slope of the std",
                WithinFactor(1.5, of=1),
            ),
        ),
        reason="decrease: both slopes are negative; similar: within a factor of 1.5, beyond which "
        "slopes can be distinguished by eye",
        cases=each(A14, RBA),
        measure=_fall_alike,
    ),
    Claim(
        name="signal_goes_first",
        where=("A", "2.1", "Fig. A.14", "Fig. 2"),
        statement="Late in training, the mean of the gradients tends to zero while some noise "
        "persists.",
        quantities=(
            Quantity(
                "mean, after over before",
                "norm of the mean: median after the start of the late decrease over the median in "
                "total diffusion",
                Below(1),
            ),
            Quantity(
                "mean relative to std",
                "this ratio of the mean over the same ratio of the std",
                Below(1),
            ),
        ),
        reason=f"{NO_SIZE}; the mean must fall, and by more than the std",
        cases=each(A14, RBA),
        measure=_signal_goes_first,
    ),
)
