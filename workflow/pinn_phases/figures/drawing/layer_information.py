"""Information in the hidden layers over the iterations (Figures 11 and S.1), a column per method.

The method whose SNR determines the phases comes first. Each column has its own phases, and a dashed
line at the start of total diffusion. Hidden layers have the same colours as in figures that also
show the output layer.
"""

from collections.abc import Sequence
from string import ascii_lowercase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pinn_phases.arrays import Real
from pinn_phases.figures.base import Material
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import plot_snapshots
from pinn_phases.figures.drawing.legends import add_layer_bar, add_legend, phase_handles
from pinn_phases.figures.drawing.phase_marks import over_phases
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.method_names import method_title

LABELS = {
    "relative": "Information loss (bits)\n$\\log_2 n - I(\\mathcal{X};T)$,\nrelative bins",
    "fixed": "Information loss (bits)\n$\\log_2 n - I(\\mathcal{X};T)$,\nfixed bins",
    "binary": "Share of binary\nactivations",
    "norm": "Norm of the weights",
}
BITS = ("relative", "fixed")  # quantities in bits
ROW_INCHES, MARGIN_INCHES = 1.55, 1.6  # heights of a row with its labels, and of both margins


def draw(
    problem: str, names: Sequence[str], material: Material, settings: FigureSettings
) -> Figure:
    """Draw a figure with a row for each of these quantities, keys of `LABELS`."""
    methods = sorted(material.methods(), key=lambda method: method != settings.phases_of)
    height = ROW_INCHES * len(names) + MARGIN_INCHES
    figure = Figure(figsize=(style.TEXT_WIDTH, height))
    panels = figure.subplots(
        len(names),
        len(methods),
        squeeze=False,
        sharey="all" if set(names) <= set(BITS) else "row",
        gridspec_kw={
            **{"left": 0.115, "right": 0.98, "wspace": 0.1, "hspace": 0.32},
            **{"top": 1 - 0.3 / height, "bottom": 1.4 / height},
        },
    )
    for column, method in enumerate(methods):
        files = material.of("information", problem, method)
        phases = material.of("phases", problem, method)
        for row, name in enumerate(names):
            _draw_panel(panels[row, column], name, files, phases)
            letter = ascii_lowercase[row * len(methods) + column]
            panels[row, column].set_title(f"({letter})", loc="left", weight="bold")
        titles = plugin_class(PROBLEMS, problem, Problem).title, method_title(method)
        panels[0, column].set_title(", ".join(titles), weight="bold")
        panels[-1, column].set_xlabel("Iteration")
    for row, name in enumerate(names):
        panels[row, 0].set_ylabel(LABELS[name])
        if name == "binary":
            panels[row, 0].set_ylim(bottom=0)  # after all curves, as the row shares its axis
    shown = [
        content for method in methods for content in material.of("information", problem, method)
    ]
    _add_legends(figure, shown, [material.of("phases", problem, method) for method in methods])
    return figure


def hidden_colours(files: Sequence[Content]) -> list[tuple[float, float, float]]:
    """Return the colour of each hidden layer; the output layer would have the next one."""
    layers = max(int(content.arrays["information/norm"].shape[1]) for content in files)
    return style.layer_colours(layers + 1)[:-1]


def _draw_panel(axes: Axes, name: str, files: Sequence[Content], phases: Sequence[Content]) -> None:
    """Draw one quantity of every hidden layer of one method."""
    points = min(content.attributes["points"] for content in files)
    # A loss of zero, which a logarithmic axis cannot show, is drawn at the smallest loss above
    # zero: the bits lost by a single pair of points with the same string of bins.
    smallest = 2 / points

    def lost(bits: Real) -> Real:
        loss: Real = np.maximum(np.log2(points) - bits, smallest)
        return loss

    for layer, colour in enumerate(hidden_colours(files)):
        looks: style.Looks = {"color": colour, "linewidth": 0.8}
        change = lost if name in BITS else np.asarray
        plot_snapshots(axes, files, name, layer=layer, change=change, **looks)
    scale = "log" if name in BITS else "linear"
    over_phases(axes, files, phases, named=False, lines=("total_diffusion",), scale=scale)
    axes.set_xlabel("")
    if name == "binary":
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _add_legends(
    figure: Figure, files: Sequence[Content], phases: Sequence[Sequence[Content]]
) -> None:
    """Add legends, and the small print with the points and bins of the information."""
    add_layer_bar(figure, hidden_colours(files), "Hidden layer")
    add_legend(figure, phase_handles(phases), centre=0.68)
    points = sorted({content.attributes["points"] for content in files})
    bins = sorted({content.attributes["information_settings"]["bins"] for content in files})
    points_text = ", ".join(f"{n:,}" for n in points)
    bins_text = ", ".join(map(str, bins))
    estimate = f"information: n = {points_text} points, {bins_text} bins"
    add_small_print(figure, files, estimate, "zero loss is drawn at 2/n")
