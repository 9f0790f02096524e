"""Figure 5: one parameter and three samples, and three ways in which their gradients part.

The paths are those of `analysis.branches`. Arrows show the negative gradients of the samples; a
step of gradient descent is proportional to their mean.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.analysis.branches import Branch, branches
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.legends import NEAR_NOTE, add_legend
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.small_print import add_note
from pinn_phases.settings.figures import FigureSettings

SECTION = Section.SENSITIVITY
REQUIREMENT = Requirement(problems=(), kinds=())

TITLES = {
    "A": "A:  1 and 2 cancel, 3 is fitted",
    "B": "B:  3 has zero gradient, not fitted",
    "C": "C:  gradients of all three cancel",
}
SHOWN = (0, 6, 18, -1)  # steps t_1, t_2, ... with arrows; the last step stands for t -> infinity
LAST = 34  # last step of the path that is drawn before the break of the axis
AT_INFINITY = 46  # position of t -> infinity on the axis of steps
SPACING = 1.5  # in steps, between the arrows of two samples, and from theta to the first arrow
BREAK = 41  # position of the break on the axis of steps
LENGTH = 0.42  # of an arrow, in units of theta per unit of the gradient
SHORTEST = 0.03  # of an arrow, in units of theta; anything shorter is only a dot
OTHERS: style.Looks = {"color": "0.75", "linewidth": 1.0}
LIMITS = (-0.3, 3.3)  # of theta


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a panel for each branch."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.3))
    panels = figure.subplots(
        1,
        3,
        sharey=True,
        gridspec_kw={"left": 0.06, "right": 0.985, "top": 0.92, "bottom": 0.245, "wspace": 0.06},
    )
    paths = branches()
    for axes, (name, branch) in zip(panels, paths.items(), strict=True):
        for other in paths.values():
            axes.plot(other.theta[: LAST + 1], **OTHERS)
        _draw_path(axes, branch)
        _draw_gradients(axes, branch)
        axes.set_title(TITLES[name], loc="left", pad=7, weight="bold")
    panels[0].set_ylabel(r"$\theta$")
    handles = [
        Line2D([], [], color=colour, label=rf"$-\nabla\mathcal{{L}}_{i}$ (sample {i})")
        for i, colour in enumerate(style.SAMPLE_COLOURS, start=1)
    ]
    path: style.Looks = {"color": style.MEAN_COLOUR, "marker": "o", "markersize": 3.5}
    handles.append(Line2D([], [], **path, label="this branch"))
    handles.append(Line2D([], [], **OTHERS, label="other branches"))
    add_legend(figure, handles, centre=0.5, above=NEAR_NOTE)
    add_note(figure, "Gradient descent with one parameter and three samples; no network is trained")
    return figure


def _draw_path(axes: Axes, branch: Branch) -> None:
    """Draw theta over the steps and at its limit."""
    shown = branch.theta[: LAST + 1]
    axes.plot(shown, color=style.MEAN_COLOUR)
    rest = (shown[-1], branch.theta[-1])
    axes.plot((LAST, AT_INFINITY), rest, color=style.MEAN_COLOUR, linestyle=":")
    names = [f"$t_{i}$" for i in range(1, len(SHOWN))]
    axes.set_xticks([*SHOWN[:-1], AT_INFINITY], [*names, r"$t_\infty$"])
    axes.set_xlabel("Step")
    axes.set_xlim(-2 * SPACING, AT_INFINITY + 5 * SPACING)
    _break_axis(axes)
    axes.set_ylim(*LIMITS)


def _break_axis(axes: Axes) -> None:
    """Draw the break of the axis before infinity, at the lower and at the upper edge."""
    on_edge: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False}
    sides = (BREAK - 0.7, BREAK + 0.7)
    for y in (0.0, 1.0):
        axes.plot(sides, (y, y), color="white", linewidth=3, zorder=5, **on_edge)
        for x in sides:
            stroke = ((x - 0.5, x + 0.5), (y - 0.025, y + 0.025))
            axes.plot(*stroke, color="0.15", linewidth=0.6, zorder=6, **on_edge)


def _draw_gradients(axes: Axes, branch: Branch) -> None:
    """Draw the negative gradients of the samples as arrows to the right of the path."""
    for step, position in zip(SHOWN, [*SHOWN[:-1], AT_INFINITY], strict=True):
        theta, arrows = branch.theta[step], -LENGTH * branch.gradients[step]
        axes.plot(position, theta, color=style.MEAN_COLOUR, marker="o", markersize=3.5)
        for i, (arrow, colour) in enumerate(zip(arrows, style.SAMPLE_COLOURS, strict=True)):
            x = position + (i + 1) * SPACING
            axes.plot(x, theta, color=colour, marker="o", markersize=1.8)
            looks = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0}
            if np.abs(arrow) > SHORTEST:
                axes.annotate("", (x, theta + arrow), (x, theta), arrowprops=looks)
