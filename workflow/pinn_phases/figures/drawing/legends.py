"""Legends that several figures share, below their panels."""

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.phase_marks import spans, starts
from pinn_phases.files.storage import Content

COMMANDS = re.compile(r"\\[a-zA-Z]+|\$|[{}_]")  # of formulas, each a letter at most
LETTER = 0.55 * style.FONT_POINTS / 72  # inches, of a letter
LOOKS = 0.4  # inches, of a handle and its spacing
MIDDLE = 0.76  # inches from the lower rim to the middle of a legend, above the small print
NEAR_NOTE = -0.44  # inches above that, where the small print is a single line


def add_legend(
    figure: Figure, handles: Sequence[Artist], centre: float, *, above: float = 0.0
) -> None:
    """Put one row of handles below the panels, or two if one does not fit.

    Parameters
    ----------
    centre
        Share of the width.
    above
        Inches above the position of a single legend.
    """
    labels = (COMMANDS.sub("x", str(handle.get_label())) for handle in handles)
    width = sum(len(label) * LETTER + LOOKS for label in labels)
    room = 2 * min(centre, 1 - centre) * figure.get_figwidth()
    figure.legend(
        handles=handles,
        loc="center",
        bbox_to_anchor=(centre, (MIDDLE + above) / figure.get_figheight()),
        ncols=len(handles) if width <= room else -(-len(handles) // 2),
        frameon=False,
        borderaxespad=0,
        columnspacing=1.2,
        handlelength=2.2,
        handletextpad=0.5,
    )


def add_layer_bar(
    figure: Figure,
    colours: Sequence[tuple[float, float, float]],
    label: str = "Layer (black: the output)",
) -> None:
    """Put the colours of the layers below the panels, on the left."""
    height = figure.get_figheight()
    count = len(colours)
    norm = BoundaryNorm(np.arange(count + 1) + 0.5, count)
    bar = figure.colorbar(
        ScalarMappable(norm, ListedColormap(list(colours))),
        cax=figure.add_axes((0.075, MIDDLE / height, 0.26, 0.08 / height)),
        orientation="horizontal",
        ticks=np.arange(count) + 1,
    )
    bar.ax.tick_params(length=0, pad=2)
    bar.set_label(label, labelpad=1)
    bar.outline.set_visible(False)


def ratio_handles() -> list[Artist]:
    """Lines of the ratios of signal to noise."""
    return [Line2D([], [], **looks) for looks in style.RATIOS.values()]


def phase_handles(shown: Sequence[Sequence[Content]]) -> list[Artist]:
    """Shades of the phases in a figure, and the dashed line if total diffusion starts.

    Parameters
    ----------
    shown
        Files of phases, one sequence for each panel.
    """
    there = {span.name for phases in shown for span in spans(phases, np.inf)}
    shades = [
        Patch(
            facecolor=style.PHASE_SHADES[name],
            edgecolor="0.7",
            hatch=style.PHASE_HATCHES[name],
            linewidth=0.4,
            label=name,
        )
        for name in style.PHASE_SHADES
        if name in there
    ]
    line = Line2D([], [], **style.PHASE_LINE, label="Start of total diffusion, of each seed")
    return [*shades, *([line] if any(starts(p, "total_diffusion") for p in shown) else [])]
