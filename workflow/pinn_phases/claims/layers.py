"""What the paper says of the layers' SNR (Appendix A)."""

from pinn_phases.analysis.trajectories import rank_correlation
from pinn_phases.claims.base import (
    MOSTLY,
    ORDERED,
    RBA,
    VANILLA,
    Array,
    Claim,
    Finding,
    Run,
    each,
    graded,
    median_in,
)

COINCIDE, NEARLY = 2.0, 3.0  # between the highest and the lowest layer


def _levels(run: Run) -> Array:
    """SNR of each layer at the end, shape (layers,)."""
    return median_in(run.at, run.history["layers/snr"], run.late)


def _falls_with_depth(run: Run) -> Finding:
    correlation = rank_correlation(_levels(run))
    return graded(correlation, correlation <= -ORDERED, correlation <= -MOSTLY)


def _coincide(run: Run) -> Finding:
    levels = _levels(run)
    factor = float(levels.max() / levels.min())
    return graded(factor, factor <= COINCIDE, factor <= NEARLY)


CLAIMS = (
    Claim(
        name="layers_ordered",
        place="A; Fig. A.13",
        statement="For Helmholtz and the cavity SNR decreases from shallow to deep layers.",
        measured="rank correlation of layer and SNR (medians of the last half decade)",
        predicate="at most -0.8; in part: at most -0.5",
        reason="an order of five to seven layers with one or two neighbours exchanged",
        cases=each(("helmholtz", "cavity"), RBA, VANILLA),
        judge=_falls_with_depth,
    ),
    Claim(
        name="layers_coincide",
        place="A; Fig. A.13",
        statement="For Allen-Cahn and Burgers the layers largely have the same SNR.",
        measured="SNR of the highest layer over that of the lowest (medians of the last half "
        "decade)",
        predicate="at most 2; in part: at most 3",
        reason="on an axis of many decades lines a third of one apart almost coincide; half a one "
        "can be told apart",
        cases=each(("allen_cahn", "burgers"), RBA, VANILLA),
        judge=_coincide,
    ),
)
