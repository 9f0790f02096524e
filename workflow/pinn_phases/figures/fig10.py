"""Figure 10: signal-to-noise and signal-to-rms ratios of the gradients, for each method.

SNR and SRR_B compare the batches of an iteration (Eq. 8, 17), SRR_C the steps of Adam (Eq. 13).
Each panel shows one problem and method, with its own phases and a dashed line at the start of its
total diffusion. All curves have the same moving average. In the fitting phase SNR falls by many
decades; only the lower ones are shown, with the first value as text. A triangle per seed marks the
steepest fall of the error.
"""

from collections.abc import Sequence

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
from pinn_phases.trained_with import method_title

ROOM = 5.0  # factor above the largest SNR after fitting
FALL: style.Looks = {
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
            titles = plugin_class(PROBLEMS, problem, Problem).title, method_title(method)
            letter = "abcdefghijklmnopqrstuvwxyz"[list(panels.flat).index(axes)]
            words = f"({letter})  {', '.join(titles)}"
            axes.set_title(words, loc="left", weight="bold")
        _leave_out_fitting(row, [_parts(problem, method, material) for method in methods])
        row[0].set_ylabel("Ratio of the gradients")
    for axes in panels[-1]:
        axes.set_xlabel("Iteration")
    shown = [_parts(p, m, material)[1] for p in REQUIREMENT.problems for m in methods]
    handles = [*ratio_handles(), Line2D([], [], label="Steepest fall of the error", **FALL)]
    handles += phase_handles(shown)
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
    for one in phases:
        fall = one.attributes.get("landmarks", {}).get("relative_l2")
        if fall:
            axes.plot(fall, 0.0, transform=axes.get_xaxis_transform(), clip_on=False, **FALL)


def _parts(problem: str, method: str, material: Material) -> tuple[list[Content], list[Content]]:
    """Return runs and phases of a panel."""
    return material.of("run", problem, method), material.of("phases", problem, method)


def _leave_out_fitting(
    row: Sequence[Axes], parts: Sequence[tuple[list[Content], list[Content]]]
) -> None:
    """Limit the axis to SNR after fitting, and write the first value if it is higher."""
    starts, later = [], []
    for runs, phases in parts:
        end = median_boundary(phases, "diffusion") or 1.0
        for run in runs:
            snr, at = run.arrays["history/snr"], run.arrays["history/iteration"]
            known = np.isfinite(snr) & (snr > 0)
            later += [snr[known & (at >= end)].max(initial=1.0)]
        starts.append(np.median([r.arrays["history/snr"][0] for r in runs]))
    top = ROOM * max(later)
    for axes, first in zip(row, starts, strict=True):
        axes.set_ylim(top=min(top, axes.get_ylim()[1]))
        if first > top:
            words = f"SNR begins at $10^{{{np.log10(first):.0f}}}$"
            axes.text(0.02, 0.95, words, transform=axes.transAxes, va="top", bbox=style.ON_LINES)
