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

COMMANDS = re.compile(r"\\[a-zA-Z]+|\$|[{}_]")  # TeX syntax, each at most as wide as a letter
LETTER = 0.55 * style.FONT_POINTS / 72  # width of a letter, inches
HANDLE = 0.4  # width of a handle and its spacing, inches
MIDDLE = 0.76  # inches from the lower edge of the figure to the middle of a legend
NEAR_NOTE = -0.44  # shift of a legend above small print of a single line, inches


def add_legend(
    figure: Figure, handles: Sequence[Artist], centre: float, *, above: float = 0.0
) -> None:
    """Add a legend below the panels, in one row or, if that does not fit, in two.

    Parameters
    ----------
    centre
        Horizontal centre, as a fraction of the width of the figure.
    above
        Distance above the usual position, inches.
    """
    labels = (COMMANDS.sub("x", str(handle.get_label())) for handle in handles)
    width = sum(len(label) * LETTER + HANDLE for label in labels)
    available = 2 * min(centre, 1 - centre) * figure.get_figwidth()
    figure.legend(
        handles=handles,
        loc="center",
        bbox_to_anchor=(centre, (MIDDLE + above) / figure.get_figheight()),
        ncols=len(handles) if width <= available else -(-len(handles) // 2),
        frameon=False,
        borderaxespad=0,
        columnspacing=1.2,
        handlelength=2.2,
        handletextpad=0.5,
    )


def add_layer_bar(
    figure: Figure,
    colours: Sequence[tuple[float, float, float]],
    label: str = "Layer (black: output)",
) -> None:
    """Add a bar with the colours of the layers below the panels, on the left."""
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
    """Return the legend handles of SNR and of both SRR."""
    return [Line2D([], [], **looks) for looks in style.RATIOS.values()]


def phase_handles(shown: Sequence[Sequence[Content]]) -> list[Artist]:
    """Return the legend handles of the phases in a figure.

    They include the dashed line at the start of total diffusion, if any run has it.

    Parameters
    ----------
    shown
        Files of phases, one sequence for each panel.
    """
    names = {span.name for phases in shown for span in spans(phases, np.inf)}
    shades: list[Artist] = [
        Patch(
            facecolor=style.PHASE_SHADES[name],
            edgecolor="0.7",
            hatch=style.PHASE_HATCHES[name],
            linewidth=0.4,
            label=name,
        )
        for name in style.PHASE_SHADES
        if name in names
    ]
    if not any(starts(phases, "total_diffusion") for phases in shown):
        return shades
    line = Line2D([], [], **style.PHASE_LINE, label="Start of total diffusion (each seed)")
    return [*shades, line]
