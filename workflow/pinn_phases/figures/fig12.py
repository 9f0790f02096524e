"""Figure 12: activations of the layers for one input, in diffusion and in total diffusion.

The neurons of a layer have no natural order, so each panel sorts them by activation. A layer with
binary activations is a step from -1 to 1. The phases are those of Figure 6, over all seeds.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pinn_phases.analysis.phases.names import PHASES
from pinn_phases.analysis.snapshots import chosen_snapshots
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.layer_information import hidden_colours
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import phase_at
from pinn_phases.figures.drawing.small_print import add_small_print, only
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.method_names import method_title

PROBLEM = "allen_cahn"
SECTION = Section.INFORMATION
REQUIREMENT = Requirement(problems=(PROBLEM,), kinds=("information", "phases"), one_method=True)
ROW_INCHES, MARGIN_INCHES = 0.84, 1.03  # heights of a row, and of both margins together
SATURATED = 0.9  # magnitude of an activation where the slope of tanh is a fifth of that at zero


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: the first seed, a row for each hidden layer."""
    content = material.of("information", PROBLEM, settings.phases_of)[0]
    phases = material.of("phases", PROBLEM, settings.phases_of)
    boundaries = (phases[0].attributes.get(name) for name in PHASES)
    # The third is the last snapshot, which is not shown.
    chosen = chosen_snapshots(content.arrays["iterations"], *boundaries)[:2]
    values = content.arrays["activations/sample"][chosen]  # (2, layers, neurons)
    colours = hidden_colours([content])
    height = ROW_INCHES * len(colours) + MARGIN_INCHES
    figure = Figure(figsize=(style.TEXT_WIDTH, height))
    panels = figure.subplots(
        len(colours),
        2,
        squeeze=False,
        sharex=True,
        sharey=True,
        gridspec_kw={
            **{"left": 0.1, "right": 0.98, "wspace": 0.06, "hspace": 0.16},
            **{"top": 1 - 0.3 / height, "bottom": 0.68 / height},
        },
    )
    for row, colour in enumerate(colours):
        for column in range(2):
            _draw_layer(panels[row, column], values[column, row], colour)
        panels[row, 0].set_ylabel(f"Layer {row + 1}\nactivation $a$")
    titles = _titles(content, chosen, phases, settings.phases_of)
    for axes, title in zip(panels[0], titles, strict=True):
        axes.set_title(title, loc="left", weight="bold")
    for axes in panels[-1]:
        axes.set_xlabel("Neuron (sorted by activation)")
    _add_small_print(figure, content, settings.phases_of)
    return figure


def _draw_layer(
    axes: Axes, values: NDArray[np.float32], colour: tuple[float, float, float]
) -> None:
    """Draw one step per neuron, and write the share of saturated neurons."""
    edges = np.arange(len(values) + 1) + 0.5
    axes.stairs(np.sort(values), edges, fill=True, color=colour, linewidth=0)
    axes.axhline(0, color="0.3", linewidth=0.4)
    axes.set(xlim=(0.5, len(values) + 0.5), ylim=(-1, 1), yticks=(-1, 0, 1))
    axes.annotate(
        rf"$|a| > {SATURATED:g}$: {np.mean(np.abs(values) > SATURATED):.0%}",
        (0.015, 0.93),
        xycoords="axes fraction",
        va="top",
        fontsize=style.FONT_POINTS,
    )


def _titles(
    content: Content, chosen: list[int], phases: Sequence[Content], method: str
) -> list[str]:
    """Return the titles of the two columns: benchmark, method, phase and iteration."""
    training = f"{plugin_class(PROBLEMS, PROBLEM, Problem).title}, {method_title(method)}"
    return [
        f"({letter})  {training}, {phase_at(phases, iteration).name.lower()}: "
        f"iteration {iteration:,}"
        for letter, iteration in zip("ab", content.arrays["iterations"][chosen], strict=True)
    ]


def _add_small_print(figure: Figure, content: Content, method: str) -> None:
    """Add the small print, with the input of the network."""
    names = plugin_class(PROBLEMS, PROBLEM, Problem).coordinates
    coordinates = zip(names, content.arrays["points/sample"][0], strict=True)
    point = ", ".join(f"{name} = {value:.3f}" for name, value in coordinates)
    add_small_print(figure, [content], only(method), f"input: {point}")
