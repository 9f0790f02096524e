"""Marks of the phases in figures.

A phase is shaded between the medians of its boundaries if most seeds have it. If most seeds have no
total diffusion, the time after fitting is labelled "After fitting", not diffusion, because its
phase is unknown. Hatching distinguishes the shades in grey.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from pinn_phases.analysis.boundaries import PHASES
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

LETTER_WIDTH = 0.55  # width of a letter in font sizes, the mean over these names, rounded up
FITTING, DIFFUSION, TOTAL_DIFFUSION, LATE_DECREASE, AFTER_FITTING, UNKNOWN = PHASE_SHADES


@dataclass(frozen=True)
class Span:
    """A stretch of iterations that figures shade.

    Attributes
    ----------
    name
        One of those of `style.PHASE_SHADES`.
    start, end
        Iterations.
    note
        Number of seeds in which it is found, if not all.
    """

    name: str
    start: float
    end: float
    note: str = ""

    @property
    def label(self) -> str:
        """Name, with the note in a line above."""
        return f"{self.note}\n{self.name}" if self.note else self.name


def starts(phases: Sequence[Content], name: str) -> list[float]:
    """Return the iterations at which a phase starts, for the runs in which it is found."""
    found = [one.attributes.get(name) for one in phases]
    return [boundary["iteration"] for boundary in found if boundary]


def median_boundary(phases: Sequence[Content], name: str) -> float | None:
    """Return the median start of a phase; None if most runs lack it."""
    found = starts(phases, name)
    return float(np.median(found)) if 2 * len(found) > len(phases) else None


def share(phases: Sequence[Content], name: str) -> str:
    """Return the number of seeds in which a phase is found, "2 of 3 seeds"."""
    return f"{len(starts(phases, name))} of {len(phases)} seeds"


def spans(phases: Sequence[Content], last: float) -> list[Span]:
    """Return the stretches from the first to the last iteration that most seeds have."""
    fall, rise, decrease = (median_boundary(phases, name) for name in PHASES)
    if fall is None:
        return [Span(UNKNOWN, 1.0, last)]
    notes = ["" if len(starts(phases, n)) == len(phases) else share(phases, n) for n in PHASES]
    found = [Span(FITTING, 1.0, fall)]
    if rise is None:
        alone = not starts(phases, "total_diffusion")
        said = "not found" if alone else f"in {share(phases, 'total_diffusion')}"
        found.append(Span(AFTER_FITTING, fall, last, f"total diffusion {said}"))
    else:
        end = last if decrease is None else max(decrease, rise)
        found += [Span(DIFFUSION, fall, rise), Span(TOTAL_DIFFUSION, rise, end, notes[1])]
        note = notes[2] if notes[2] != notes[1] else ""
        found.append(Span(LATE_DECREASE, end, last, note))
    return [span for span in found if span.end > span.start]


def phase_at(phases: Sequence[Content], iteration: float) -> Span:
    """Return the stretch that contains an iteration, the same in every figure."""
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
        Whether to write their names above the axes.
    lines
        Phases whose starts also get a dashed line per run.
    scale
        Scale of the other axis.
    words
        Text below the names, by name.
    """
    last = last_iteration(runs)
    log_axes(axes)
    axes.set_yscale(scale)
    axes.set_xlim(1, last)
    shown = spans(phases, last)
    for span in shown:
        shade(axes, span)
    for at in (at for name in lines for at in starts(phases, name) if at > 1):
        axes.axvline(at, **PHASE_LINE)
    if named:
        below = {name: f"\n{said}" for name, said in (words or {}).items()}
        _name_phases(axes, shown, [span.label + below.get(span.name, "") for span in shown])


def shade(axes: Axes, span: Span, between: tuple[float, float] | None = None) -> None:
    """Shade a stretch, and hatch it; over the whole height, or between two values."""
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
    """Write names above the axes, over the middle of each phase or as close as possible."""
    width = axes.get_position().width * TEXT_WIDTH * 72 / (LETTER_WIDTH * FONT_POINTS)  # letters
    last = np.log(axes.get_xlim()[1])
    letters = [max(map(len, label.split("\n"))) + 1 for label in labels]
    half = np.array(letters) / width / 2
    middle = np.array([np.log(span.start * span.end) / last / 2 for span in shown])
    reach = np.concatenate([[0.0], half[:-1] + half[1:]]).cumsum()  # between the first and each
    # From the right, move each to the left of the rim and of the next one; then into the axes.
    free = np.minimum.accumulate((np.minimum(middle, 1 - half) - reach)[::-1])[::-1]
    place = np.maximum(free, half[0]) + reach
    for label, x in zip(labels, place, strict=True):
        axes.annotate(
            label,
            (x, 1.02),
            xycoords="axes fraction",
            ha="center",
            va="bottom",
            fontsize=FONT_POINTS,
        )
