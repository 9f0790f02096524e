"""The paper's claims about the SNR of layers, and about signal and noise (Appendix A)."""

import numpy as np

from pinn_phases.analysis.trajectories import rank_correlation, slope, steepest_fall
from pinn_phases.claims.base import (
    ALL,
    HALF_A_DECADE,
    MOSTLY,
    ORDERED,
    RBA,
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
from pinn_phases.claims.judging.predicates import AtMost, Below, WithinFactor

A14 = ("allen_cahn",)


def _levels(run: Run) -> Array:
    """SNR of each layer at the end, shape (layers,)."""
    return median_in(run.at, run.history["layers/snr"], run.late)


def _falls_with_depth(run: Run) -> Measured:
    return measured(rank_correlation(_levels(run)))


def _coincide(run: Run) -> Measured:
    levels = _levels(run)
    return measured(float(levels.max() / levels.min()))


def _changes(run: Run, span: Span, *, rising: bool) -> Measured:
    """Compare the iterations of steepest change: latest layer over earliest layer."""
    at = within(run.at, run.at, span)
    layers = within(run.at, run.history["layers/snr"], span).T
    found = [steepest_fall(at, 1 / snr if rising else snr, WINDOW) for snr in layers]
    places = [place for place in found if place is not None]
    if len(places) < len(found):
        missing = len(found) - len(places)
        return measured(None, note=f"{missing} of {len(found)} layers do not change there")
    listed = ", ".join(f"{place:,.0f}" for place in places)
    return measured(max(places) / min(places), note=f"layers: {listed}")


def _fall_together(run: Run) -> Measured:
    return _changes(run, (1.0, run.start_of("diffusion") * HALF_A_DECADE), rising=False)


def _jump_together(run: Run) -> Measured:
    start = run.start_of("total_diffusion")
    return _changes(run, (start / HALF_A_DECADE, start * HALF_A_DECADE), rising=True)


def _low_noise_first(run: Run) -> Measured:
    std = run.history["gradient_std"]
    later = median_in(run.at, std, run.in_diffusion)
    return measured(float(np.median(std[:START]) / later))


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
                "of layer index and SNR (medians of the last half decade)",
                AtMost(-ORDERED),
                in_part=AtMost(-MOSTLY),
            ),
        ),
        reason="an order of five to seven layers, in which one or two neighbours may be exchanged",
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
        reason="on an axis of many decades, lines that are a third of a decade apart almost "
        "coincide; half a decade can be distinguished",
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
                "iteration of the steepest fall of SNR (windows of a factor of two, up to half a "
                "decade after the start of diffusion), latest layer over earliest",
                AtMost(2),
                in_part=AtMost(HALF_A_DECADE),
            ),
        ),
        reason="the same iteration: within one window; half a decade is still the same part of the "
        "training",
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
                "iteration of the steepest rise of SNR within half a decade of the start of total "
                "diffusion, latest layer over earliest",
                AtMost(2),
                in_part=AtMost(HALF_A_DECADE),
            ),
        ),
        reason="as above",
        cases=each(ALL, RBA),
        measure=_jump_together,
    ),
    Claim(
        name="noise_starts_low",
        where=("A", "Fig. A.14"),
        statement="In fitting, SNR starts high because the std over batches is low.",
        quantities=(
            Quantity(
                "first over later std",
                "norm of the std of the batch gradients at the start (median of ten records) over "
                "the median in diffusion",
                AtMost(0.1),
                in_part=AtMost(0.5),
            ),
        ),
        reason="low on an axis of many decades: by at least one decade; a factor of two is visible",
        cases=each(A14, RBA),
        measure=_low_noise_first,
    ),
    Claim(
        name="signal_and_noise_fall_alike",
        where=("A", "Fig. A.14"),
        statement="In total diffusion, mean and std of the batch gradients decrease at similar "
        "rates.",
        quantities=(
            Quantity("slope of the mean", "of its norm, decades per decade", Below(0)),
            Quantity("slope of the std", "of its norm, decades per decade", Below(0)),
            Quantity("ratio of the slopes", "mean over std", WithinFactor(1.5, of=1)),
        ),
        reason="both decrease; similar: within a factor of 1.5, above which slopes can be "
        "distinguished by eye",
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
                "mean after over before",
                "norm of the mean after the start of the late decrease over that in total "
                "diffusion (medians)",
                Below(1),
            ),
            Quantity(
                "over that of the std", "the ratio above over the same ratio of the std", Below(1)
            ),
        ),
        reason="the text gives an order but no size: the mean falls, and more than the std",
        cases=each(A14, RBA),
        measure=_signal_goes_first,
    ),
)
