"""Shading and boundaries of the phases in figures.

A phase is shaded between the medians of its boundaries if most seeds have it. If most seeds have no
total diffusion, the iterations after fitting are labelled "After fitting", not "Diffusion", because
their phase is unknown. Hatching distinguishes the phases in greyscale prints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.figures.drawing.curves import last_iteration
from pinn_phases.figures.drawing.style import (
    FONT_POINTS,
    PHASE_HATCHES,
    PHASE_LINE,
    PHASE_SHADES,
    TEXT_WIDTH,
    log_axes,
)
from pinn_phases.files.storage import Content

LETTER_WIDTH = 0.55  # in font sizes: the mean over the names of the phases, rounded up
FITTING, DIFFUSION, TOTAL_DIFFUSION, LATE_DECREASE, AFTER_FITTING, UNKNOWN = PHASE_SHADES


@dataclass(frozen=True)
class Span:
    """A range of iterations that figures shade as one phase.

    Attributes
    ----------
    name
        A key of `style.PHASE_SHADES`.
    start, end
        Iterations.
    note
        Number of seeds in which the phase is found, such as "2 of 3 seeds"; empty if in all.
    """

    name: str
    start: float
    end: float
    note: str = ""

    @property
    def label(self) -> str:
        """The name, below a line with the note."""
        return f"{self.note}\n{self.name}" if self.note else self.name


def starts(phases: Sequence[Content], name: str) -> list[float]:
    """Return the iterations at which a phase starts, for the runs in which it is found."""
    boundaries = [content.attributes.get(name) for content in phases]
    return [boundary["iteration"] for boundary in boundaries if boundary]


def median_boundary(phases: Sequence[Content], name: str) -> float | None:
    """Return the median start of a phase; None unless it is found in more than half of the runs."""
    found = starts(phases, name)
    return float(np.median(found)) if 2 * len(found) > len(phases) else None


def share(phases: Sequence[Content], name: str) -> str:
    """Return in how many seeds a phase is found, such as "2 of 3 seeds"."""
    return f"{len(starts(phases, name))} of {len(phases)} seeds"


def spans(phases: Sequence[Content], last: float) -> list[Span]:
    """Return the phases of most seeds, which cover all iterations from 1 to the last."""
    diffusion, total_diffusion, late_decrease = (median_boundary(phases, name) for name in PHASES)
    if diffusion is None:
        return [Span(UNKNOWN, 1.0, last)]
    notes = ["" if len(starts(phases, n)) == len(phases) else share(phases, n) for n in PHASES]
    result = [Span(FITTING, 1.0, diffusion)]
    if total_diffusion is None:
        found = bool(starts(phases, "total_diffusion"))
        count = f"in {share(phases, 'total_diffusion')}" if found else "not found"
        result.append(Span(AFTER_FITTING, diffusion, last, f"total diffusion {count}"))
    else:
        end = last if late_decrease is None else max(late_decrease, total_diffusion)
        result.append(Span(DIFFUSION, diffusion, total_diffusion))
        result.append(Span(TOTAL_DIFFUSION, total_diffusion, end, notes[1]))
        result.append(Span(LATE_DECREASE, end, last, notes[2] if notes[2] != notes[1] else ""))
    return [span for span in result if span.end > span.start]


def phase_at(phases: Sequence[Content], iteration: float) -> Span:
    """Return the phase that contains an iteration, as all figures shade it."""
    return next(s for s in spans(phases, np.inf) if s.start <= iteration < s.end)


def over_phases(
    axes: Axes,
    runs: Sequence[Content],
    phases: Sequence[Content],
    *,
    named: bool,
    lines: Sequence[str] = PHASES,
    scale: str = "log",
    words: Mapping[str, str] | None = None,
) -> None:
    """Set a logarithmic axis of iterations from 1 to the last, and shade the phases.

    Call it after drawing the curves.

    Parameters
    ----------
    named
        Whether to write the names of the phases above the axes.
    lines
        Phases whose start is marked by a dashed line for each run.
    scale
        Scale of the vertical axis, such as "log".
    words
        Text to write below the names, by name.
    """
    last = last_iteration(runs)
    log_axes(axes)
    axes.set_yscale(scale)
    axes.set_xlim(1, last)
    shown = spans(phases, last)
    for span in shown:
        shade(axes, span)
    for name in lines:
        for start in starts(phases, name):
            if start > 1:
                axes.axvline(start, **PHASE_LINE)
    if named:
        below = {name: f"\n{text}" for name, text in (words or {}).items()}
        _name_phases(axes, shown, [span.label + below.get(span.name, "") for span in shown])


def shade(axes: Axes, span: Span, between: tuple[float, float] | None = None) -> None:
    """Shade and hatch a phase, over the whole height or between two values of the other axis."""
    looks: dict[str, Any] = {
        "facecolor": PHASE_SHADES[span.name],
        "edgecolor": "0.78",
        "hatch": PHASE_HATCHES[span.name],
        "zorder": 0,
        "linewidth": 0,
    }
    if between is None:
        axes.axvspan(span.start, span.end, **looks)
    else:
        axes.fill_between([span.start, span.end], *between, **looks)


def _name_phases(axes: Axes, shown: Sequence[Span], labels: Sequence[str]) -> None:
    """Write labels above the axes, over the middle of each phase or as close as possible.

    Horizontal positions are fractions of the width of the axes.
    """
    width = axes.get_position().width * TEXT_WIDTH * 72 / (LETTER_WIDTH * FONT_POINTS)  # letters
    last = np.log(axes.get_xlim()[1])
    letters = [max(map(len, label.split("\n"))) + 1 for label in labels]
    half = np.array(letters) / width / 2  # half the width of each label
    middle = np.array([np.log(span.start * span.end) / last / 2 for span in shown])
    # Distance of each label from the first, if they touch each other.
    offset = np.concatenate([[0.0], half[:-1] + half[1:]]).cumsum()
    # From right to left, move labels to the left until they end within the axes and do not overlap
    # the next one. Then move all those to the right that would start left of the axes.
    shifted = np.minimum.accumulate((np.minimum(middle, 1 - half) - offset)[::-1])[::-1]
    position = np.maximum(shifted, half[0]) + offset
    for label, x in zip(labels, position, strict=True):
        axes.annotate(
            label,
            (x, 1.02),
            xycoords="axes fraction",
            ha="center",
            va="bottom",
            fontsize=FONT_POINTS,
        )
