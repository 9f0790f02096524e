"""Layout of figures with one column of panels for each problem and method."""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from pinn_phases.figures.drawing import style
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title

COLUMNS = 4  # side by side in a block; further columns are in a block below
ABOVE, BETWEEN, LEGENDS = 0.3, 0.6, 1.12  # inches: above, between two blocks, below
LETTER_LEFT = 24.0  # points from the left edge of the panels to their letters


class Column(NamedTuple):
    """The panels of one problem and method.

    Attributes
    ----------
    panels
        From top to bottom.
    first
        Whether it is the leftmost column of its block.
    lowest
        Whether it is in the lowest block.
    """

    panels: list[Axes]
    first: bool
    lowest: bool


def columns_of_panels(
    shown: Sequence[tuple[str, str]], heights: Sequence[float], block: float
) -> tuple[Figure, list[Column]]:
    """Return a figure and its columns, with titles and letters.

    Parameters
    ----------
    shown
        Problem and method of each column. The methods of a problem must follow each other; they
        are never split between two blocks.
    heights
        Relative heights of the panels of a column.
    block
        Height of a block with the space below it, inches.
    """
    methods = len({method for _, method in shown})
    per_block = min(len(shown), max(1, COLUMNS // methods) * methods)
    blocks = -(-len(shown) // per_block)
    height = ABOVE + blocks * block + LEGENDS
    figure = Figure(figsize=(style.TEXT_WIDTH, height))
    columns = []
    for number, (problem, method) in enumerate(shown):
        row, position = divmod(number, per_block)
        top = 1 - (ABOVE + row * block) / height
        grid = GridSpec(
            *(len(heights), per_block, figure),
            left=0.085,
            right=0.985,
            top=top,
            bottom=top - (block - BETWEEN) / height,
            wspace=0.34,
            hspace=0.12,
            height_ratios=heights,
        )
        panels = [figure.add_subplot(grid[i, position]) for i in range(len(heights))]
        titles = plugin_class(PROBLEMS, problem, Problem).title, method_title(method)
        panels[0].set_title(", ".join(titles), weight="bold")
        style.panel_letter(panels[0], f"({ascii_lowercase[number]})", left=LETTER_LEFT)
        columns.append(Column(panels, position == 0, row == blocks - 1))
    return figure, columns
