"""Figure S.4: the phases with other optimisers than Adam.

Not in the paper. Each column shows one problem and method, each line one optimiser. From top to
bottom: error; SNR; the phases found in the SNR of each optimiser; alignment score of the gradients
of the loss terms; error over wall time.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from pinn_phases.analysis.term_curves import alignment_curve
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.columns import columns_of_panels
from pinn_phases.figures.drawing.curves import last_iteration, plot_rows, plot_runs
from pinn_phases.figures.drawing.legends import add_legend, phase_handles
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import shade, spans, starts
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.files.storage import Content
from pinn_phases.optimisers.base import Optimiser
from pinn_phases.plugins import OPTIMISERS, plugin_class
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.method_names import joined, split_name

SECTION = Section.NOT_IN_THE_PAPER
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"),
    kinds=("runs", "phases"),
    any_problem=True,
    optimisers=True,
)
BLOCK = 5.0  # inches: five panels and the margin below
HEIGHTS = (1.0, 1.0, 0.34, 0.6, 0.3, 0.9)  # relative heights of the panels of a column and a gap
GAP = 4  # index of the gap, above the panel with a different x axis
ERROR = r"Relative $L^2$ error"
LABELS = (ERROR, "SNR", "", "Alignment", ERROR)
MINUTE = 60.0  # seconds
TIME_TICKS = 3  # of the wall time, at most; more labels would touch


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a column for each problem and method."""
    names = material.methods()
    methods, optimisers = (
        list(dict.fromkeys(each)) for each in zip(*map(split_name, names), strict=True)
    )
    problems = {run.attributes["settings"]["problem"] for run in material.runs()}
    shown = [(p, m) for p in REQUIREMENT.problems if p in problems for m in methods]
    figure, columns = columns_of_panels(shown, HEIGHTS, BLOCK)
    looks = style.optimiser_looks(optimisers)
    for (problem, method), column in zip(shown, columns, strict=True):
        column.panels.pop(GAP).remove()
        by_optimiser = {o: joined(method, o) for o in optimisers if joined(method, o) in names}
        _draw_column(column.panels, material, settings, problem, by_optimiser, looks)
        column.panels[2].tick_params(labelleft=column.first, left=False)
        if column.first:
            for axes, label in zip(column.panels, LABELS, strict=True):
                axes.set_ylabel(label)
    lines = [Line2D([], [], **looks[name], label=_title(name)) for name in optimisers]
    add_legend(figure, lines, centre=0.53, above=0.36)
    phases = [material.of("phases", problem, name) for problem in problems for name in names]
    add_legend(figure, phase_handles([files for files in phases if files]), centre=0.53)
    devices = {run.attributes["execution"]["device"] for run in material.runs()}
    known = " or ".join(sorted(filter(None, devices)))
    add_small_print(figure, material.runs(), f"wall time on {known or 'an unknown device'}")
    return figure


def _title(optimiser: str) -> str:
    return plugin_class(OPTIMISERS, optimiser, Optimiser).title


def _draw_column(
    panels: Sequence[Axes],
    material: Material,
    settings: FigureSettings,
    problem: str,
    by_optimiser: dict[str, str],
    looks: dict[str, style.Looks],
) -> None:
    """Draw the runs of one problem and method with each optimiser.

    Parameters
    ----------
    by_optimiser
        Name of the training configuration (such as "rba-soap") of each optimiser.
    """
    error, snr, bars, alignment, over_time = panels
    last = 1.0
    for row, (optimiser, name) in enumerate(by_optimiser.items()):
        runs, phases = (material.of(kind, problem, name) for kind in ("run", "phases"))
        line = looks[optimiser]
        plot_runs(error, runs, "relative_l2", **line)
        plot_runs(snr, runs, "snr", window=settings.smoothing, **line)
        curves = [curve for run in runs if (curve := alignment_curve(run.arrays))]
        if curves:
            plot_rows(alignment, curves, "alignment", positive=False, **line)
        _draw_phases(bars, row, runs, phases)
        _draw_over_time(over_time, runs, line)
        last = max(last, last_iteration(runs))
    for axes in (error, snr, bars, alignment):
        style.log_axes(axes)
        axes.set_xlim(1, last)
        axes.set_xlabel("Iteration" if axes is alignment else "")
        axes.tick_params(labelbottom=axes is alignment)
    for axes in (error, snr, over_time):
        axes.set_yscale("log")
        style.plain_log_ticks(axes.yaxis)
    style.unit_line(snr)
    bars.set_ylim(len(by_optimiser) - 0.5, -0.5)
    bars.set_yticks(range(len(by_optimiser)), list(map(_title, by_optimiser)))
    alignment.set_ylim(-1.08, 1.08)
    alignment.set_yticks([-1, 0, 1])
    over_time.set_xscale("log")
    over_time.xaxis.set_major_locator(LogLocator(numticks=TIME_TICKS))
    over_time.set_xlabel("Wall time (min)")


def _draw_phases(axes: Axes, row: int, runs: Sequence[Content], phases: Sequence[Content]) -> None:
    """Draw the phases of one optimiser as a bar, with a tick at each start of total diffusion."""
    edges = (row - 0.42, row + 0.42)
    for span in spans(phases, last_iteration(runs)):
        shade(axes, span, between=edges)
    for start in starts(phases, "total_diffusion"):
        axes.plot([start, start], edges, **style.PHASE_LINE)


def _draw_over_time(axes: Axes, runs: Sequence[Content], line: style.Looks) -> None:
    """Draw the error over wall time; nothing, if the wall time of a run is unknown."""
    per_iteration = [_seconds_per_iteration(run) for run in runs]
    known = [seconds for seconds in per_iteration if seconds]
    if len(known) < len(runs):
        return
    rows = min(len(run.arrays["history/iteration"]) for run in runs)
    minutes = np.median(known) * runs[0].arrays["history/iteration"][:rows] / MINUTE
    error = "relative_l2"
    curves = [{"iteration": minutes, error: r.arrays[f"history/{error}"][:rows]} for r in runs]
    plot_rows(axes, curves, error, **line)


def _seconds_per_iteration(run: Content) -> float | None:
    """Mean wall time of an iteration, including startup and compilation; None if unknown.

    If a training was resumed, its wall time is that of the iterations after the resumption.
    """
    execution = run.attributes["execution"]
    seconds, resumed_after = execution["wall_seconds"], execution["resumed_after"]
    iterations = int(run.arrays["history/iteration"][-1]) - (resumed_after or 0)
    return seconds / iterations if seconds and iterations > 0 else None
