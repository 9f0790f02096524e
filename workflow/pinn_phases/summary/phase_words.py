"""Describe phases in words, from the attributes of a phases file."""

from collections.abc import Iterator, Mapping
from typing import Any

from pinn_phases.analysis.phases.landmarks import LANDMARKS
from pinn_phases.analysis.phases.names import PHASES


def boundary_words(boundary: Mapping[str, float] | None) -> str:
    """Describe the start of a phase with its interval and confidence."""
    if boundary is None:
        return "not found"
    return (
        f"from iteration {boundary['iteration']:,.0f} ({boundary['lower']:,.0f} to "
        f"{boundary['upper']:,.0f}), confidence {boundary['confidence']:.2f}"
    )


def phase_lines(attributes: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each phase, rejected rise and landmark."""
    for name in PHASES:
        if name in attributes:  # files of older versions have no late decrease
            yield f"{name.replace('_', ' ')}: {boundary_words(attributes[name])}"
    for rise in attributes.get("candidates", ()):
        yield (
            f"rejected: rise of {rise['rise']:.1f} decades at iteration {rise['iteration']:,.0f}; "
            f"{rise['reason']}"
        )
    for name, iteration in attributes.get("landmarks", {}).items():
        place = "not found" if iteration is None else f"at iteration {iteration:,.0f}"
        yield f"{LANDMARKS[name]}: {place}"
