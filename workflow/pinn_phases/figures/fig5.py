"""Figure 5: one parameter and three samples, and three ways in which their gradients part.

The paths are those of `analysis.branches`. Arrows are the negative gradients of the samples. Their
mean is the step.
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
    "A": "A:  1 and 2 cancel out, 3 is met",
    "B": "B:  3 no longer changes, unmet",
    "C": "C:  all three pull, unequally",
}
SHOWN = (0, 6, 18, -1)  # steps t_1, t_2, ...; the last one is drawn for t -> infinity
LAST = 34  # where the steps end that are drawn one by one
AT_INFINITY = 46  # place of the last arrows on the axis of steps
APART = 1.5  # steps between the arrows of two samples, and from theta to the first
BREAK = 41  # place of the break in the axis
LENGTH = 0.42  # of an arrow, in units of theta for each unit of the gradient
HEAD = 0.03  # units of theta: shorter pulls are a dot
THETA = r"$\theta$, this branch"
OTHERS: style.Looks = {"color": "0.75", "linewidth": 1.0}
ROOM = (-0.3, 3.3)  # of theta


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
        _draw_pulls(axes, branch)
        axes.set_title(TITLES[name], loc="left", pad=7, weight="bold")
    panels[0].set_ylabel(r"$\theta$")
    handles = [
        Line2D([], [], color=colour, label=f"pull of sample {i}")
        for i, colour in enumerate(style.SAMPLE_COLOURS, start=1)
    ]
    handles.append(Line2D([], [], color=style.MEAN_COLOUR, marker="o", markersize=3.5, label=THETA))
    handles.append(Line2D([], [], **OTHERS, label="the other two branches"))
    add_legend(figure, handles, centre=0.5, above=NEAR_NOTE)
    add_note(figure, "Computed model of one parameter and three samples; no training")
    return figure


def _draw_path(axes: Axes, branch: Branch) -> None:
    """Draw theta over the steps and at its limit."""
    shown = branch.theta[: LAST + 1]
    axes.plot(shown, color=style.MEAN_COLOUR)
    rest = (shown[-1], branch.theta[-1])
    axes.plot((LAST, AT_INFINITY), rest, color=style.MEAN_COLOUR, linestyle=":")
    places = [*SHOWN[:-1], AT_INFINITY]
    names = [f"$t_{i}$" for i in range(1, len(SHOWN))]
    axes.set_xticks(places, [*names, r"$t_\infty$"])
    axes.set_xlabel("Step")
    axes.set_xlim(-2 * APART, AT_INFINITY + 5 * APART)
    _break_axis(axes)
    axes.set_ylim(*ROOM)


def _break_axis(axes: Axes) -> None:
    """Draw the break of the axis before infinity."""
    for rim in (0.0, 1.0):
        at: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False}
        axes.plot(
            (BREAK - 0.7, BREAK + 0.7), (rim, rim), color="white", linewidth=3, zorder=5, **at
        )
        for x in (BREAK - 0.7, BREAK + 0.7):
            ends = ((x - 0.5, x + 0.5), (rim - 0.025, rim + 0.025))
            axes.plot(*ends, color="0.15", linewidth=0.6, zorder=6, **at)


def _draw_pulls(axes: Axes, branch: Branch) -> None:
    """Draw the negative gradient of each sample beside the path; a dot if it is zero."""
    for step, place in zip(SHOWN, [*SHOWN[:-1], AT_INFINITY], strict=True):
        theta, pulls = branch.theta[step], -LENGTH * branch.gradients[step]
        axes.plot(place, theta, color=style.MEAN_COLOUR, marker="o", markersize=3.5)
        for i, (pull, colour) in enumerate(zip(pulls, style.SAMPLE_COLOURS, strict=True)):
            x = place + (i + 1) * APART
            axes.plot(x, theta, color=colour, marker="o", markersize=1.8)
            tip = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0}
            if np.abs(pull) > HEAD:
                axes.annotate("", (x, theta + pull), (x, theta), arrowprops=tip)
