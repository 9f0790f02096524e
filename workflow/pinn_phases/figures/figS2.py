"""Figure S.2: our curves above those that the paper's authors published.

Not in the paper. Each column shows one problem and method that both have: error on top, SNR below,
up to the last iteration that both have. Colours distinguish the authors' curves and boundaries from
ours. The authors drew their boundaries by hand; ours are found, and the median over seeds is shown.
"""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import last_iteration, plot_curve, plot_runs
from pinn_phases.figures.drawing.legends import add_legend
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import median_boundary
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.files.published import other_sizes
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.trained_with import method_title

SECTION = Section.NOT_IN_THE_PAPER
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "cavity"),
    kinds=("runs", "phases"),
    published=(
        ("allen_cahn", "vanilla"),
        ("allen_cahn", "rba"),
        ("helmholtz", "vanilla"),
        ("cavity", "rba"),
    ),
)
LINES: dict[str, Any] = {
    "diffusion": ":",
    "total_diffusion": (0, (4, 2)),
}  # boundary -> style, whosever it is
LETTER_LEFT = 15.0  # points from the panels to their letters, over the ticks
NO_TEST = "Ours are of other sizes than the paper's: no test of agreement"


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a column per problem and method for which both curves exist."""
    shown = [pair for pair in REQUIREMENT.published if _has_both(material, *pair)]
    colours = style.method_colours(list(dict.fromkeys(method for _, method in shown)))
    figure = Figure(figsize=(style.TEXT_WIDTH, 4.7))
    panels = figure.subplots(
        2,
        len(shown),
        squeeze=False,
        sharex="col",
        sharey="row",
        gridspec_kw={
            **{"left": 0.08, "right": 0.985, "top": 0.91, "bottom": 0.27},
            **{"wspace": 0.18, "hspace": 0.1},
        },
    )
    for (above, below), (problem, method) in zip(panels.T, shown, strict=True):
        _draw_column(above, below, material, settings, problem, method, colours[method])
    for axes, letter in zip(panels.flat, ascii_lowercase, strict=False):
        style.panel_letter(axes, f"({letter})", left=LETTER_LEFT)
    for axes in panels.flat:  # once all curves of a row are there
        style.plain_log_ticks(axes.yaxis)
    panels[0, 0].set_ylabel(r"Relative $L^2$ error")
    panels[1, 0].set_ylabel("SNR of the batch gradients")
    add_legend(figure, _handles(colours), centre=0.53)
    runs = [run for pair in shown for run in material.of("run", *pair)]
    (source,) = {theirs.attributes["source"] for theirs in _published(material, shown)}
    add_small_print(figure, runs, f"authors' curves: {source}")
    if any(_is_of_other_size(material, *pair) for pair in shown):
        figure.text(0.53, 0.985, NO_TEST, ha="center", va="top", weight="bold")
    return figure


def _draw_column(
    above: Axes,
    below: Axes,
    material: Material,
    settings: FigureSettings,
    problem: str,
    method: str,
    colour: tuple[float, float, float],
) -> None:
    """Draw error and SNR of one problem and method, theirs below ours, with all boundaries."""
    runs, (theirs,) = material.of("run", problem, method), material.of("published", problem, method)
    last = min(last_iteration(runs), float(theirs.arrays["gradients/iteration"][-1]))
    window = settings.smoothing
    ours: style.Looks = {"color": colour, "linewidth": 0.8, "alpha": 0.8}  # theirs shines through
    _plot_published(above, theirs, "error/iteration", "error/relative_l2", last, 1)
    plot_runs(above, runs, "relative_l2", **ours)
    _plot_published(below, theirs, "gradients/iteration", "gradients/snr", last, window)
    plot_runs(below, runs, "snr", window=window, **ours)
    for axes in (above, below):
        _mark_boundaries(axes, theirs, material.of("phases", problem, method), colour)
        style.log_axes(axes)
        axes.set_yscale("log")
        axes.set_xlim(1, last)
    style.unit_line(below)
    above.set_xlabel("")
    titles = plugin_class(PROBLEMS, problem, Problem).title, method_title(method)
    above.set_title(", ".join(titles), weight="bold")


def _plot_published(
    axes: Axes, theirs: Content, iteration: str, values: str, last: float, window: int
) -> None:
    at = theirs.arrays[iteration]
    there = (at > 0) & (at <= last)  # iteration 0 has no place on a logarithmic axis
    plot_curve(axes, at[there], theirs.arrays[values][there], window=window, **style.PUBLISHED)


def _mark_boundaries(
    axes: Axes, theirs: Content, phases: Sequence[Content], colour: tuple[float, float, float]
) -> None:
    """Mark the starts of phases: theirs from above, ours from below."""
    for name, line in LINES.items():
        drawn, found = theirs.attributes["drawn"][name], median_boundary(phases, name)
        looks: style.Looks = {"linestyle": line, "linewidth": 1.0, "zorder": 1.0}
        axes.axvline(drawn, ymin=0.5, color=style.PUBLISHED["color"], **looks)
        if found is not None:
            axes.axvline(found, ymax=0.5, color=colour, **looks)


def _handles(colours: dict[str, tuple[float, float, float]]) -> list[Artist]:
    """Legend of colours and line styles."""
    ours = [
        Line2D([], [], color=colour, label=f"{method_title(name)}, ours")
        for name, colour in colours.items()
    ]
    names = ("start of diffusion", "start of total diffusion")
    marks = [
        Line2D([], [], color="0.35", linestyle=line, label=name)
        for name, line in zip(names, LINES.values(), strict=True)
    ]
    return [Line2D([], [], label="authors", **style.PUBLISHED), *ours, *marks]


def _has_both(material: Material, problem: str, method: str) -> bool:
    return all(material.of(kind, problem, method) for kind in ("run", "published"))


def _published(material: Material, shown: Sequence[tuple[str, str]]) -> list[Content]:
    return [content for pair in shown for content in material.of("published", *pair)]


def _is_of_other_size(material: Material, problem: str, method: str) -> bool:
    (theirs,) = material.of("published", problem, method)
    return any(
        other_sizes(run.attributes["settings"], theirs.attributes["paper"])
        for run in material.of("run", problem, method)
    )
