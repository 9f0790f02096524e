"""Figure 1: the error of the benchmarks, and where total diffusion starts.

A thin line shows one seed, a bold line the median of the seeds. According to the paper, the error
falls faster in total diffusion. A tick marks the start of total diffusion on the line of each seed
in which it is found.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import last_iteration, plot_runs
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import share, starts
from pinn_phases.figures.drawing.small_print import add_small_print, only
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings

SECTION = Section.INTRODUCTION
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"),
    kinds=("runs", "phases"),
    one_method=True,
)
TICK: style.Looks = {
    "marker": "|",
    "markersize": 10,
    "markeredgewidth": 1.6,
    "linestyle": "none",
    "color": "0.35",
    "zorder": 4,
}


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one method, a colour for each problem."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.5))
    axes = figure.add_axes((0.085, 0.26, 0.895, 0.72))
    shown = []
    any_found = False
    colours = style.problem_colours(REQUIREMENT.problems).items()
    for (name, colour), line in zip(colours, style.PROBLEM_LINES, strict=True):
        runs = material.of("run", name, settings.phases_of)
        shown += runs
        phases = material.of("phases", name, settings.phases_of)
        title = plugin_class(PROBLEMS, name, Problem).title
        found = bool(starts(phases, "total_diffusion"))
        count = f"in {share(phases, 'total_diffusion')}" if found else "not found"
        for run, run_phases in zip(runs, phases, strict=True):
            if len(runs) > 1:
                plot_runs(
                    axes, [run], "relative_l2", band=False, color=colour, linewidth=0.5, alpha=0.6
                )
            _mark_start(axes, run, run_phases, colour)
        looks: style.Looks = {"color": colour, "linestyle": line, "linewidth": 1.4}
        label = f"{title} (total diffusion {count})"
        plot_runs(axes, runs, "relative_l2", band=False, label=label, **looks)
        any_found |= found
    style.log_axes(axes)
    axes.set_yscale("log")
    axes.set_xlim(1, last_iteration(shown))
    axes.set_ylabel(r"Relative $L^2$ error")
    style.plain_log_ticks(axes.yaxis)
    handles, labels = axes.get_legend_handles_labels()
    if any_found:
        handles.append(Line2D([], [], **TICK))
        labels.append("Start of total diffusion (each seed)")
    axes.legend(handles, labels, loc="lower left", frameon=False)
    add_small_print(figure, shown, only(settings.phases_of))
    return figure


def _mark_start(axes: Axes, run: Content, phases: Content, colour: str) -> None:
    """Mark the start of total diffusion on the curve of a run, if it is found."""
    for start in starts([phases], "total_diffusion"):
        iteration, error = run.arrays["history/iteration"], run.arrays["history/relative_l2"]
        finite = np.isfinite(error)
        log_error = np.interp(np.log(start), np.log(iteration[finite]), np.log(error[finite]))
        axes.plot(start, np.exp(log_error), **TICK | {"color": colour})
