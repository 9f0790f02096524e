"""Figure 10: signal-to-noise and signal-to-rms ratios of the gradients, for each method.

SNR and SRR_B compare the batches of an iteration (Eq. 8, 17), SRR_C the steps of Adam (Eq. 13).
Each panel shows one problem and method, with its own phases and a dashed line at the start of total
diffusion. All curves have the same moving average. In the fitting phase SNR falls by many decades;
the axis is cut off above the later values, and a text gives the initial SNR. For each seed, a
triangle marks the steepest fall of the error.
"""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import plot_runs
from pinn_phases.figures.drawing.legends import add_legend, phase_handles, ratio_handles
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import median_boundary, over_phases
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.method_names import method_title

MARGIN = 5.0  # factor between the largest SNR after fitting and the upper limit of the axis
STEEPEST_FALL: style.Looks = {
    "marker": "^",
    "markersize": 4.5,
    "markeredgewidth": 0,
    "color": "black",
    "linestyle": "none",
    "zorder": 5,
}
SECTION = Section.ADAM_AND_BATCHES
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"), kinds=("runs", "phases")
)


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a row for each problem, a column for each method."""
    methods = material.methods()
    figure = Figure(figsize=(style.TEXT_WIDTH, 8.6))
    panels = figure.subplots(
        len(REQUIREMENT.problems),
        len(methods),
        squeeze=False,
        sharey="row",
        gridspec_kw={
            **{"left": 0.085, "right": 0.98, "top": 0.97, "bottom": 0.148},
            **{"wspace": 0.12, "hspace": 0.32},
        },
    )
    for row, problem in zip(panels, REQUIREMENT.problems, strict=True):
        for axes, method in zip(row, methods, strict=True):
            _draw_panel(axes, problem, method, material, settings)
            axes.set_xlabel("")
            title = f"{plugin_class(PROBLEMS, problem, Problem).title}, {method_title(method)}"
            letter = ascii_lowercase[list(panels.flat).index(axes)]
            axes.set_title(f"({letter})  {title}", loc="left", weight="bold")
        _limit_to_after_fitting(row, [_files(problem, method, material) for method in methods])
        row[0].set_ylabel("SNR and SRR")
    for axes in panels[-1]:
        axes.set_xlabel("Iteration")
    shown = [material.of("phases", p, m) for p in REQUIREMENT.problems for m in methods]
    fall = Line2D([], [], label="Steepest fall of the error", **STEEPEST_FALL)
    handles = [*ratio_handles(), fall, *phase_handles(shown)]
    add_legend(figure, handles, centre=0.53)
    add_small_print(figure, material.runs())
    return figure


def _draw_panel(
    axes: Axes, problem: str, method: str, material: Material, settings: FigureSettings
) -> None:
    """Draw the three ratios of one problem and method."""
    runs, phases = _files(problem, method, material)
    for name, looks in style.RATIOS.items():
        plot_runs(axes, runs, name, window=settings.smoothing, **looks)
    over_phases(axes, runs, phases, named=False, lines=("total_diffusion",))
    style.unit_line(axes)
    on_axis: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False}
    for run_phases in phases:
        iteration = run_phases.attributes.get("landmarks", {}).get("relative_l2")
        if iteration:
            axes.plot(iteration, 0.0, **on_axis, **STEEPEST_FALL)


def _files(problem: str, method: str, material: Material) -> tuple[list[Content], list[Content]]:
    """Return the runs and the phases of a panel."""
    return material.of("run", problem, method), material.of("phases", problem, method)


def _limit_to_after_fitting(
    row: Sequence[Axes], files: Sequence[tuple[list[Content], list[Content]]]
) -> None:
    """Limit the axis to the SNR after fitting, and write the initial SNR if it is higher."""
    initial, largest = [], []
    for runs, phases in files:
        end = median_boundary(phases, "diffusion") or 1.0
        for run in runs:
            snr, iteration = run.arrays["history/snr"], run.arrays["history/iteration"]
            shown = np.isfinite(snr) & (snr > 0) & (iteration >= end)
            largest.append(snr[shown].max(initial=1.0))
        initial.append(np.median([run.arrays["history/snr"][0] for run in runs]))
    top = MARGIN * max(largest)
    for axes, first in zip(row, initial, strict=True):
        axes.set_ylim(top=min(top, axes.get_ylim()[1]))
        if first > top:
            power = rf"10^{{{np.log10(first):.0f}}}" if np.isfinite(first) else r"\infty"
            text = f"initial SNR: ${power}$"
            axes.text(0.02, 0.95, text, transform=axes.transAxes, va="top", bbox=style.ON_LINES)
