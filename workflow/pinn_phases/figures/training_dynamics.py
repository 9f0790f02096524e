"""Training dynamics of one benchmark (Figures 6 to 9): error and SNR over the phases, snapshots.

Above: relative L2 error and SNR of each method, with the phases of one of them. Below: at three
iterations (a), (b), (c) of a run, for each method, the prediction, the residual relative to one of
its quantiles, and the weights of the collocation points relative to their maximum. Where a problem
has several equations, the root of the sum of their squared residuals is shown, and the mean of
their weights.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from pinn_phases.figures import style
from pinn_phases.figures.base import FigureSettings, Material
from pinn_phases.figures.curves import plot_runs
from pinn_phases.figures.phase_marks import over_phases
from pinn_phases.figures.small_print import add_small_print
from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.storage import Content

LETTERS = ("(a)", "(b)", "(c)")
COLUMNS = ("prediction", "residual", "weights")  # of each method
# Residuals are shown relative to this quantile, not to their maximum, which a few points on a front
# may hold; the maximum is written into the map.
RESIDUAL_QUANTILE = 0.99


def draw(problem_name: str, material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure of one benchmark."""
    problem = plugin_class(PROBLEMS, problem_name, Problem)
    methods = material.methods()
    figure = Figure(figsize=(style.TEXT_WIDTH, 6.6))
    curves = figure.add_gridspec(1, 2, left=0.07, right=0.98, top=0.95, bottom=0.70, wspace=0.2)
    shown = [material.of("fields", problem_name, name)[0] for name in methods]
    scale = _prediction_scale(shown[0].arrays[f"fields/{problem.observable}"])
    for column, quantity in enumerate(("relative_l2", "snr")):
        axes = figure.add_subplot(curves[column])
        _draw_curves(axes, quantity, problem_name, material, settings)
        _mark_snapshots(axes, shown[0].arrays["iterations"])
    maps = figure.add_gridspec(
        len(LETTERS), len(methods), left=0.07, right=0.98, top=0.585, bottom=0.145, wspace=0.08
    )
    for column, (name, content) in enumerate(zip(methods, shown, strict=True)):
        for row in range(len(LETTERS)):
            cells = maps[row, column].subgridspec(1, len(COLUMNS), wspace=0.08)
            panels = [figure.add_subplot(cells[i]) for i in range(len(COLUMNS))]
            _draw_snapshot(panels, content, row, problem, scale)
            _label(panels, row, column, problem)
            if row == 0:
                title = plugin_class(METHODS, name, Method).title
                panels[1].annotate(
                    title, (0.5, 1.22), xycoords="axes fraction", ha="center", weight="bold"
                )
    _colour_bars(figure, problem.observable, scale)
    seed = shown[0].attributes["settings"]["seed"]
    add_small_print(figure, material.runs(), f"maps: seed {seed}")
    return figure


def _draw_curves(
    axes: Axes, quantity: str, problem: str, material: Material, settings: FigureSettings
) -> None:
    """One quantity of every method over the iterations, on the phases of one method."""
    methods = material.methods()
    window = settings.smoothing if quantity == "snr" else 1
    for name, colour in style.method_colours(methods).items():
        runs = material.of("run", problem, name)
        title = plugin_class(METHODS, name, Method).title
        plot_runs(axes, runs, quantity, window=window, color=colour, label=title)
    phases = material.of("phases", problem, settings.phases_of)
    over_phases(axes, material.runs(), phases, named=True)
    if quantity == "snr":
        style.unit_line(axes)
        axes.set_ylabel("SNR of the batch gradients")
    else:
        axes.set_ylabel(r"Relative $L^2$ error")
        style.plain_log_ticks(axes.yaxis)
        axes.legend(loc="lower left", frameon=False, borderaxespad=0.2)


def _mark_snapshots(axes: Axes, iterations: NDArray[np.integer]) -> None:
    """Mark the iterations of the snapshots by their letters."""
    for row, (letter, iteration) in enumerate(zip(LETTERS, iterations, strict=True)):
        axes.axvline(iteration, color="0.2", linewidth=0.5, linestyle=(0, (1, 2)))
        axes.annotate(
            letter,
            (iteration, 0.97 - 0.075 * row),  # one below the other: they may be close
            xycoords=("data", "axes fraction"),
            xytext=(-1.5, 0),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=style.SMALL_POINTS + 0.5,
            path_effects=[withStroke(linewidth=1.5, foreground="white")],  # legible on a curve
        )


def _prediction_scale(solution: NDArray[np.float64]) -> dict[str, Any]:
    """Colour map and range that suit the exact solution, as `imshow` names them."""
    largest = float(f"{np.abs(solution).max():.2g}")  # two digits: the ends get round ticks
    if solution.min() < 0:
        return {"cmap": style.SIGNED_MAP, "vmin": -largest, "vmax": largest}
    return {"cmap": style.POSITIVE_MAP, "vmin": 0, "vmax": largest}


def _draw_snapshot(
    panels: Sequence[Axes],
    content: Content,
    row: int,
    problem: type[Problem],
    prediction_scale: Mapping[str, Any],
) -> None:
    """Prediction, relative residual and relative weights of one method at one iteration."""
    horizontal, vertical = problem.coordinates
    extent = (*problem.domain[horizontal], *problem.domain[vertical])
    prediction = content.arrays[f"prediction/{problem.observable}"][row]
    residuals = [content.arrays[f"residual/{name}"][row] for name in problem.equations]
    residual = np.linalg.norm(residuals, axis=0)
    weights = content.arrays["weights"][row].mean(0)  # (equations, points) to (points,)
    points = content.arrays["points/collocation"]
    scale = np.quantile(residual, RESIDUAL_QUANTILE)
    image: dict[str, Any] = {"origin": "lower", "extent": extent, "aspect": "auto"}
    panels[0].imshow(prediction.T, **prediction_scale, **image)
    panels[1].imshow(residual.T / scale, cmap=style.RESIDUAL_MAP, vmin=0, vmax=1, **image)
    panels[2].scatter(
        points[:, 0],
        points[:, 1],
        c=weights / weights.max(),
        cmap=style.WEIGHT_MAP,
        vmin=0,
        vmax=1,
        s=1.2,
        linewidths=0,
        rasterized=True,
    )
    panels[2].set(xlim=extent[:2], ylim=extent[2:])
    for axes, largest in ((panels[1], residual.max()), (panels[2], weights.max())):
        axes.annotate(
            f"max {largest:.2g}",
            (0.97, 0.95),
            xycoords="axes fraction",
            ha="right",
            va="top",
            fontsize=style.SMALL_POINTS,
            bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "linewidth": 0},
        )


def _label(panels: Sequence[Axes], row: int, column: int, problem: type[Problem]) -> None:
    """Axis labels at the rim, names of the columns above, letters at the left."""
    horizontal, vertical = problem.coordinates
    lower, upper = problem.domain[vertical]
    for axes, name in zip(panels, COLUMNS, strict=True):
        axes.set_xticks(problem.domain[horizontal])
        first, last = axes.get_xticklabels()
        first.set_horizontalalignment("left")  # clear of the neighbouring panel's
        last.set_horizontalalignment("right")
        axes.set_yticks([lower, (lower + upper) / 2, upper])
        axes.tick_params(labelleft=False, labelbottom=row == len(LETTERS) - 1)
        if row == 0:
            axes.set_title(name, pad=3)
        if row == len(LETTERS) - 1:
            axes.set_xlabel(f"${horizontal}$", labelpad=-4)
    if column == 0:
        panels[0].tick_params(labelleft=True)
        panels[0].set_ylabel(f"{LETTERS[row]}   ${vertical}$", labelpad=0)


def _colour_bars(figure: Figure, observable: str, prediction: Mapping[str, Any]) -> None:
    """One colour bar a column of maps, shared by all methods."""
    name = f"${observable}$" if len(observable) == 1 else observable  # a symbol, or a word
    limits = Normalize(prediction["vmin"], prediction["vmax"])
    bars = (
        (f"predicted {name}", prediction["cmap"], limits),
        (r"residual $|\mathcal{R}|$ / its 99 % quantile", style.RESIDUAL_MAP, Normalize(0, 1)),
        (r"weights $\lambda\,/\,\max\lambda$", style.WEIGHT_MAP, Normalize(0, 1)),
    )
    for i, (label, colours, norm) in enumerate(bars):
        axes = figure.add_axes((0.12 + 0.31 * i, 0.075, 0.2, 0.011))
        bar = figure.colorbar(
            ScalarMappable(norm, colours),
            cax=axes,
            orientation="horizontal",
            extend="max" if colours == style.RESIDUAL_MAP else "neither",
        )
        bar.set_label(label, labelpad=1)
        bar.outline.set_linewidth(0.4)
