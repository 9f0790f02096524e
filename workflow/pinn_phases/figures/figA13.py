"""Figure A.13: signal-to-noise ratio of the batch gradients, layer by layer."""

from typing import Any

from matplotlib.figure import Figure

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import layer_count, plot_runs
from pinn_phases.figures.drawing.legends import add_layer_bar, add_legend, phase_handles
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import over_phases
from pinn_phases.figures.drawing.small_print import add_small_print, only
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings

SECTION = Section.SNR_DETAILS
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"),
    kinds=("runs", "phases"),
    one_method=True,
)


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one method, a panel for each problem, layers from dark to light."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 5.5))
    panels = figure.subplots(
        2,
        2,
        gridspec_kw={
            **{"left": 0.075, "right": 0.98, "top": 0.955, "bottom": 0.245},
            **{"wspace": 0.17, "hspace": 0.3},
        },
    )
    shown = material.runs()
    colours = style.layer_colours(layer_count(shown))
    for axes, problem in zip(panels.flat, REQUIREMENT.problems, strict=True):
        runs = material.of("run", problem, settings.phases_of)
        options: dict[str, Any] = {"window": settings.smoothing, "band": False, "linewidth": 0.8}
        for layer in range(layer_count(runs)):
            plot_runs(axes, runs, "layers/snr", layer=layer, color=colours[layer], **options)
        phases = material.of("phases", problem, settings.phases_of)
        over_phases(axes, runs, phases, named=False, lines=("total_diffusion",))
        style.unit_line(axes)
        title = plugin_class(PROBLEMS, problem, Problem).title
        letter = "abcd"[REQUIREMENT.problems.index(problem)]
        axes.set_title(f"({letter})  {title}", loc="left", weight="bold")
    for axes in panels[0]:
        axes.set_xlabel("")
    for axes in panels[:, 0]:
        axes.set_ylabel("SNR of the batch gradients")
    add_layer_bar(figure, colours)
    all_phases = [material.of("phases", name, settings.phases_of) for name in REQUIREMENT.problems]
    add_legend(figure, phase_handles(all_phases), centre=0.68)
    add_small_print(figure, shown, only(settings.phases_of))
    return figure
