"""Figure 4: Adam on a loss of two parameters with very different curvatures.

The loss and the learning rate corrections are those of `analysis.landscape`: (a) the loss and the
path of Adam; (b) the magnitude of the corrections and their running mean; (c) the loss along each
axis through the minimum; (d) as (c), with the axis of theta_1 stretched by the factor that follows
from Adam's corrections, which makes the curvatures comparable.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.analysis import landscape
from pinn_phases.analysis.landscape import Descent
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.legends import NEAR_NOTE, add_legend
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.small_print import add_note
from pinn_phases.settings.figures import FigureSettings

SECTION = Section.SENSITIVITY
REQUIREMENT = Requirement(problems=(), kinds=())

NAMES = (r"$\theta_1$", r"$\theta_2$")
TITLES = (
    "(a)  loss contours and path of Adam",
    "(b)  magnitude of the learning rate corrections",
    "(c)  loss along each axis",
    r"(d)  loss along each axis, $\theta_1$ stretched as by Adam",
)
MARGIN = 3.0  # of the map around start and minimum, in units of the parameters
LEVELS = 10.0 ** np.arange(-0.5, 3.0, 0.5)  # of the contours; the last is above the initial loss
GREY_RANGE = (1e-4, 1e4)  # losses drawn white and black, wide enough that no contour is either
REACH = 10.0  # of the slices to either side, the initial distance from the minimum
LOSS_LIMIT = 14.0  # upper limit of the loss in both slices
MEAN_LINE = (0, (3, 1.5))


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: four panels of one run."""
    run = landscape.descend()
    figure = Figure(figsize=(style.TEXT_WIDTH, 4.9))
    panels = figure.subplots(
        2,
        2,
        gridspec_kw={
            **{"left": 0.075, "right": 0.98, "top": 0.95, "bottom": 0.165},
            **{"wspace": 0.2, "hspace": 0.42},
        },
    ).ravel()
    for axes, title in zip(panels, TITLES, strict=True):
        axes.set_title(title, loc="left", weight="bold")
    path, corrections, plain, stretched = panels
    _draw_path(path, run)
    _draw_corrections(corrections, run)
    _draw_slices(plain, 1.0)
    _draw_slices(stretched, landscape.stretch(run))
    handles = [
        Line2D([], [], color=colour, label=name)
        for colour, name in zip(style.PARAMETER_COLOURS, NAMES, strict=True)
    ]
    handles.append(Line2D([], [], color="0.3", linestyle=MEAN_LINE, label="running mean"))
    add_legend(figure, handles, centre=0.5, above=NEAR_NOTE)
    constants = f"{landscape.STEPS} steps of Adam, learning rate {landscape.LEARNING_RATE:g}"
    levels = ", ".join(f"{level:.3g}" for level in LEVELS)
    add_note(figure, f"Analytic loss of two parameters, contours at {levels}; {constants}")
    return figure


def _draw_path(axes: Axes, run: Descent) -> None:
    """Draw contours of the loss and the steps from the start to the minimum."""
    ends = np.array([landscape.START, landscape.MINIMUM])
    lower, upper = ends.min(0) - MARGIN, ends.max(0) + MARGIN
    x, y = (np.linspace(a, b, 200) for a, b in zip(lower, upper, strict=True))
    values = landscape.loss(np.stack(np.meshgrid(x, y), -1))  # (y, x, 2) to (y, x)
    axes.contour(
        *(x, y, values, LEVELS),
        cmap=style.LANDSCAPE_MAP,
        norm=LogNorm(*GREY_RANGE),
        linewidths=style.THIN,
    )
    axes.plot(*run.parameters.T, color=style.MEAN_COLOUR, marker=".", markersize=2)
    for point, name in zip(ends, ("start", "minimum"), strict=True):
        axes.plot(*point, color=style.MEAN_COLOUR, marker="o", markersize=3.5)
        axes.annotate(
            name, tuple(point), xytext=(7, -3), textcoords="offset points", bbox=style.ON_LINES
        )
    axes.set_xlabel(NAMES[0])
    axes.set_ylabel(NAMES[1])


def _draw_corrections(axes: Axes, run: Descent) -> None:
    """Draw |C| of each parameter over the steps, and its running mean."""
    step = np.arange(1, len(run.corrections) + 1)
    for j, colour in enumerate(style.PARAMETER_COLOURS):
        axes.plot(step, np.abs(run.corrections[:, j]), color=colour)
        axes.plot(step, run.pace[:, j], color=colour, linestyle=MEAN_LINE)
    axes.set_xlim(1, step[-1])
    axes.set_ylim(0)
    axes.set_xlabel("Step")
    axes.set_ylabel(r"$|\mathcal{C}|$ (Eq. 11)")


def _draw_slices(axes: Axes, factor: float) -> None:
    """Draw the loss along each axis, with the axis of theta_1 stretched by a factor."""
    distance = np.linspace(-REACH, REACH, 401)
    values = landscape.slices(np.stack([distance / factor, distance], -1))
    for j, colour in enumerate(style.PARAMETER_COLOURS):
        axes.plot(distance, values[:, j], color=colour)
    axes.set_xlim(-REACH, REACH)
    axes.set_ylim(0, LOSS_LIMIT)
    axes.set_ylabel("Loss")
    axes.set_xlabel("Distance from the minimum")
    ratio = landscape.CURVATURES[0] / landscape.CURVATURES[1] / factor**2
    text = f"curvatures {ratio:.3g} : 1"
    if values.max() > LOSS_LIMIT:
        text += f";\nloss up to {values.max():.0f}"
    if factor != 1:
        axes.set_xlabel(rf"Distance from the minimum ($\theta_1$: multiplied by {factor:.1f})")
    alignment: dict[str, Any] = {"transform": axes.transAxes, "ha": "center", "va": "top"}
    axes.text(0.5 if factor != 1 else 0.2, 0.95, text, **alignment)
