"""Training dynamics of one benchmark (Figures 6 to 9): error and SNR over the phases, snapshots.

Above: relative L2 error and SNR of each method, with the phases of one of them. Below: at three
iterations (a), (b), (c) of a run, for each method, the prediction, the residual relative to one of
its quantiles, and the weights of the collocation points relative to their maximum.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pinn_phases.figures import style
from pinn_phases.figures.base import FigureSettings, Material
from pinn_phases.figures.curves import plot_runs, shade_phases
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
            _draw_snapshot(panels, content, row, problem)
            _label(panels, row, column, problem)
            if row == 0:
                title = plugin_class(METHODS, name, Method).title
                panels[1].annotate(
                    title, (0.5, 1.22), xycoords="axes fraction", ha="center", weight="bold"
                )
    _colour_bars(figure)
    _small_print(figure, material, problem_name)
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
    style.log_axes(axes)
    axes.set_yscale("log")
    last = max(
        run.arrays["history/iteration"][-1] for run in material.of("run", problem, methods[0])
    )
    axes.set_xlim(1, last)
    shade_phases(axes, material.of("phases", problem, settings.phases_of), float(last), named=True)
    if quantity == "snr":
        axes.axhline(1, color="0.5", linewidth=0.6, linestyle=":")
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
        )


def _draw_snapshot(
    panels: Sequence[Axes], content: Content, row: int, problem: type[Problem]
) -> None:
    """Prediction, relative residual and relative weights of one method at one iteration."""
    horizontal, vertical = problem.coordinates
    extent = (*problem.domain[horizontal], *problem.domain[vertical])
    prediction = content.arrays[f"prediction/{problem.fields[0]}"][row]
    residual = np.abs(content.arrays[f"residual/{problem.equations[0]}"][row])
    weights = content.arrays["weights"][row][0]
    points = content.arrays["points/collocation"]
    scale = np.quantile(residual, RESIDUAL_QUANTILE)
    image: dict[str, Any] = {"origin": "lower", "extent": extent, "aspect": "auto"}
    panels[0].imshow(prediction.T, cmap=style.FIELD_MAP, vmin=-1, vmax=1, **image)
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


def _colour_bars(figure: Figure) -> None:
    """One colour bar a column of maps, shared by both methods."""
    bars = (
        (r"prediction $u$", style.FIELD_MAP, Normalize(-1, 1)),
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


def _small_print(figure: Figure, material: Material, problem: str) -> None:
    """Say what the figure was made from."""
    runs = [run for name in material.methods() for run in material.of("run", problem, name)]
    settings = [run.attributes["settings"] for run in runs]
    seeds = sorted({s["seed"] for s in settings})
    training = settings[0]["training"]
    text = (
        f"Scale {settings[0]['scale']}; {training['iterations']:,} iterations; "
        f"{training['points']:,} collocation points; seed{'s' if len(seeds) > 1 else ''} "
        f"{', '.join(map(str, seeds))}; maps: seed {seeds[0]}"
    )
    figure.text(
        0.99, 0.008, text, ha="right", va="bottom", fontsize=style.SMALL_POINTS, color="0.35"
    )
