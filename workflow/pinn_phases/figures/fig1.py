"""Figure 1: the error of the benchmarks, which falls faster after total diffusion."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.figures import style
from pinn_phases.figures.base import FigureSettings, Material, Requirement
from pinn_phases.figures.curves import last_iteration, plot_runs
from pinn_phases.figures.listing import Section
from pinn_phases.figures.phase_marks import share, starts
from pinn_phases.figures.small_print import add_small_print, only
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem

SECTION = Section.INTRODUCTION
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"),
    kinds=("runs", "phases"),
    one_method=True,
)


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one method, a colour for each problem."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.3))
    axes = figure.add_axes((0.075, 0.19, 0.905, 0.78))
    shown = []
    seen: list[float] = []
    for name, colour in style.problem_colours(REQUIREMENT.problems).items():
        runs = material.of("run", name, settings.phases_of)
        shown += runs
        phases = material.of("phases", name, settings.phases_of)
        title = plugin_class(PROBLEMS, name, Problem).title
        found = starts(phases, "total_diffusion")
        said = share(phases, "total_diffusion") if found else "none"
        plot_runs(axes, runs, "relative_l2", color=colour, label=f"{title} ({said})")
        for start in found:
            axes.axvline(start, **style.PHASE_LINE | {"color": colour, "linewidth": 1.0})
        seen += found
    style.log_axes(axes)
    axes.set_yscale("log")
    axes.set_xlim(1, last_iteration(shown))
    axes.set_ylabel(r"Relative $L^2$ error")
    style.plain_log_ticks(axes.yaxis)
    handles, labels = axes.get_legend_handles_labels()
    handles.append(Line2D([], [], **style.PHASE_LINE if seen else {"linestyle": "none"}))
    labels.append("(start of total diffusion" + (", of each seed)" if seen else " not found)"))
    axes.legend(handles, labels, loc="lower left", frameon=False)
    add_small_print(figure, shown, only(settings.phases_of))
    return figure
