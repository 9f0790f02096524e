"""Figure 1: the error of the benchmarks, and where total diffusion starts.

Thin lines are the seeds, the bold line is their median. According to the paper, the error falls
faster in total diffusion. A tick marks its start on the line of each seed in which it is found.
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
    seen: list[float] = []
    colours = style.problem_colours(REQUIREMENT.problems).items()
    for (name, colour), line in zip(colours, style.PROBLEM_LINES, strict=True):
        runs = material.of("run", name, settings.phases_of)
        shown += runs
        phases = material.of("phases", name, settings.phases_of)
        title = plugin_class(PROBLEMS, name, Problem).title
        found = starts(phases, "total_diffusion")
        said = share(phases, "total_diffusion") if found else "none"
        for run, one in zip(runs, phases, strict=True):
            if len(runs) > 1:
                plot_runs(
                    axes, [run], "relative_l2", band=False, color=colour, linewidth=0.5, alpha=0.6
                )
            _mark_start(axes, run, one, colour)
        looks: style.Looks = {"color": colour, "linestyle": line, "linewidth": 1.4}
        plot_runs(axes, runs, "relative_l2", band=False, label=f"{title} ({said})", **looks)
        seen += found
    style.log_axes(axes)
    axes.set_yscale("log")
    axes.set_xlim(1, last_iteration(shown))
    axes.set_ylabel(r"Relative $L^2$ error")
    style.plain_log_ticks(axes.yaxis)
    handles, labels = axes.get_legend_handles_labels()
    handles.append(Line2D([], [], **TICK if seen else {"linestyle": "none"}))
    labels.append("(start of total diffusion" + (", of each seed)" if seen else " not found)"))
    axes.legend(handles, labels, loc="lower left", frameon=False)
    add_small_print(figure, shown, only(settings.phases_of))
    return figure


def _mark_start(axes: Axes, run: Content, phases: Content, colour: str) -> None:
    """Mark the start of total diffusion on the curve of a run, if it is found."""
    for start in starts([phases], "total_diffusion"):
        at, error = run.arrays["history/iteration"], run.arrays["history/relative_l2"]
        known = np.isfinite(error)
        there = np.exp(np.interp(np.log(start), np.log(at[known]), np.log(error[known])))
        axes.plot(start, there, **TICK | {"color": colour})
