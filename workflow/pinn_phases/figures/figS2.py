"""Figure S.2: our curves above those that the paper's authors published.

Not in the paper. Each column shows a problem and method for which both curves exist, up to the last
iteration that both have: error above, SNR below. Colours distinguish the authors' curves and phase
boundaries from ours. The authors drew their boundaries by hand; ours are medians over the seeds of
the boundaries found in the SNR.
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
from pinn_phases.settings.method_names import method_title

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
# Line styles of the boundaries, the same for the authors' and for ours.
LINES: dict[str, Any] = {"diffusion": ":", "total_diffusion": (0, (4, 2))}
LETTER_LEFT = 15.0  # points from the left edge of the panels to their letters
NO_TEST = "Our sizes differ from the paper's: this is not a test of agreement"


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a column per problem and method for which both curves exist."""
    shown = [pair for pair in REQUIREMENT.published if _both_exist(material, *pair)]
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
    for axes in panels.flat:  # after all curves, as the panels of a row share their axis
        style.plain_log_ticks(axes.yaxis)
    panels[0, 0].set_ylabel(r"Relative $L^2$ error")
    panels[1, 0].set_ylabel("SNR of the batch gradients")
    add_legend(figure, _handles(colours), centre=0.53)
    runs = [run for pair in shown for run in material.of("run", *pair)]
    published = [content for pair in shown for content in material.of("published", *pair)]
    (source,) = {content.attributes["source"] for content in published}
    add_small_print(figure, runs, f"authors' curves: {source}")
    if any(_sizes_differ(material, *pair) for pair in shown):
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
    """Draw error and SNR of one problem and method, our curves over the published ones."""
    runs = material.of("run", problem, method)
    (published,) = material.of("published", problem, method)
    last = min(last_iteration(runs), float(published.arrays["gradients/iteration"][-1]))
    window = settings.smoothing
    # Slightly transparent, so that the published curves remain visible.
    looks: style.Looks = {"color": colour, "linewidth": 0.8, "alpha": 0.8}
    _plot_published(above, published, "error/iteration", "error/relative_l2", last, 1)
    plot_runs(above, runs, "relative_l2", **looks)
    _plot_published(below, published, "gradients/iteration", "gradients/snr", last, window)
    plot_runs(below, runs, "snr", window=window, **looks)
    for axes in (above, below):
        _mark_boundaries(axes, published, material.of("phases", problem, method), colour)
        style.log_axes(axes)
        axes.set_yscale("log")
        axes.set_xlim(1, last)
    style.unit_line(below)
    above.set_xlabel("")
    titles = plugin_class(PROBLEMS, problem, Problem).title, method_title(method)
    above.set_title(", ".join(titles), weight="bold")


def _plot_published(
    axes: Axes, published: Content, iteration_name: str, name: str, last: float, window: int
) -> None:
    iteration = published.arrays[iteration_name]
    shown = (iteration > 0) & (iteration <= last)  # a logarithmic axis cannot show iteration 0
    values = published.arrays[name][shown]
    plot_curve(axes, iteration[shown], values, window=window, **style.PUBLISHED)


def _mark_boundaries(
    axes: Axes, published: Content, phases: Sequence[Content], colour: tuple[float, float, float]
) -> None:
    """Mark the starts of phases: the authors' in the upper half, ours in the lower half."""
    for name, line in LINES.items():
        drawn, found = published.attributes["drawn"][name], median_boundary(phases, name)
        looks: style.Looks = {"linestyle": line, "linewidth": 1.0, "zorder": 1.0}
        axes.axvline(drawn, ymin=0.5, color=style.PUBLISHED["color"], **looks)
        if found is not None:
            axes.axvline(found, ymax=0.5, color=colour, **looks)


def _handles(colours: dict[str, tuple[float, float, float]]) -> list[Artist]:
    """Return the legend of colours and line styles."""
    ours = [
        Line2D([], [], color=colour, label=f"{method_title(name)} (ours)")
        for name, colour in colours.items()
    ]
    names = ("start of diffusion", "start of total diffusion")
    marks = [
        Line2D([], [], color="0.35", linestyle=line, label=name)
        for name, line in zip(names, LINES.values(), strict=True)
    ]
    return [Line2D([], [], label="published (authors)", **style.PUBLISHED), *ours, *marks]


def _both_exist(material: Material, problem: str, method: str) -> bool:
    return all(material.of(kind, problem, method) for kind in ("run", "published"))


def _sizes_differ(material: Material, problem: str, method: str) -> bool:
    """Return whether a run differs from the paper in more than the number of iterations."""
    (published,) = material.of("published", problem, method)
    return any(
        other_sizes(run.attributes["settings"], published.attributes["paper"])
        for run in material.of("run", problem, method)
    )
