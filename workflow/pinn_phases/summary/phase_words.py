"""Phases in words, from the attributes that a file of them holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.analysis.landmarks import LANDMARKS


def boundary_words(boundary: Mapping[str, float] | None) -> str:
    """Say where a phase starts, and how sure that is."""
    if boundary is None:
        return "not found"
    return (
        f"from iteration {boundary['iteration']:,.0f} ({boundary['lower']:,.0f} to "
        f"{boundary['upper']:,.0f}), confidence {boundary['confidence']:.2f}"
    )


def phase_lines(attributes: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each phase, each rise that was not taken, and what else happens then."""
    for name in PHASES:
        if name in attributes:  # files of older versions know no late decrease
            yield f"{name.replace('_', ' ')}: {boundary_words(attributes[name])}"
    for one in attributes.get("candidates", ()):
        yield (
            f"not taken: a rise by {one['rise']:.1f} decades at {one['iteration']:,.0f}, "
            f"{one['reason']}"
        )
    for name, at in attributes.get("landmarks", {}).items():
        yield f"{LANDMARKS[name]}: {'nowhere' if at is None else f'{at:,.0f}'}"
