"""Phases in words, from the attributes of a phases file."""

from collections.abc import Iterator, Mapping
from typing import Any

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.analysis.landmarks import LANDMARKS


def boundary_words(boundary: Mapping[str, float] | None) -> str:
    """Return the start of a phase with its interval and confidence, in words."""
    if boundary is None:
        return "not found"
    return (
        f"from iteration {boundary['iteration']:,.0f} ({boundary['lower']:,.0f} to "
        f"{boundary['upper']:,.0f}), confidence {boundary['confidence']:.2f}"
    )


def phase_lines(attributes: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line per phase, rejected rise, and landmark."""
    for name in PHASES:
        if name in attributes:  # files of older versions have no late decrease
            yield f"{name.replace('_', ' ')}: {boundary_words(attributes[name])}"
    for one in attributes.get("candidates", ()):
        yield (
            f"rejected: a rise of {one['rise']:.1f} decades at {one['iteration']:,.0f}, "
            f"{one['reason']}"
        )
    for name, at in attributes.get("landmarks", {}).items():
        yield f"{LANDMARKS[name]}: {'nowhere' if at is None else f'{at:,.0f}'}"
