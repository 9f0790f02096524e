"""Figure 10: signal-to-noise and signal-to-rms ratios of the gradients, for each method.

SNR and SRR_B compare the batches of an iteration (Eq. 8, 17), SRR_C the steps of Adam (Eq. 13). A
panel shows one problem and method, with its own phases and a dashed line where its own total
diffusion starts. All curves are smoothed alike.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_phases.figures import style
from pinn_phases.figures.base import FigureSettings, Material, Requirement
from pinn_phases.figures.curves import plot_runs
from pinn_phases.figures.legends import add_legend, phase_handles, ratio_handles
from pinn_phases.figures.listing import Section
from pinn_phases.figures.phase_marks import over_phases
from pinn_phases.figures.small_print import add_small_print
from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem

SECTION = Section.ADAM_AND_BATCHES
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"), kinds=("runs", "phases")
)


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a row for each problem, a column for each method."""
    methods = material.methods()
    figure = Figure(figsize=(style.TEXT_WIDTH, 7.6))
    panels = figure.subplots(
        len(REQUIREMENT.problems),
        len(methods),
        squeeze=False,
        sharey="row",
        gridspec_kw={
            **{"left": 0.085, "right": 0.98, "top": 0.965, "bottom": 0.128},
            **{"wspace": 0.12, "hspace": 0.22},
        },
    )
    for row, problem in zip(panels, REQUIREMENT.problems, strict=True):
        for axes, method in zip(row, methods, strict=True):
            _draw_panel(axes, problem, method, material, settings)
            axes.set_xlabel("")
        row[0].set_ylabel(plugin_class(PROBLEMS, problem, Problem).title)
    for column, method in enumerate(methods):
        panels[0, column].set_title(plugin_class(METHODS, method, Method).title, weight="bold")
        panels[-1, column].set_xlabel("Iteration")
    handles = [*ratio_handles(), *phase_handles()]
    add_legend(figure, handles, centre=0.53)
    add_small_print(figure, material.runs())
    return figure


def _draw_panel(
    axes: Axes, problem: str, method: str, material: Material, settings: FigureSettings
) -> None:
    """Draw the three ratios of one problem and method."""
    runs = material.of("run", problem, method)
    for name, looks in style.RATIOS.items():
        plot_runs(axes, runs, name, window=settings.smoothing, **looks)
    phases = material.of("phases", problem, method)
    over_phases(axes, runs, phases, named=False, lines=("total_diffusion",))
    style.unit_line(axes)
