"""Training dynamics of one benchmark (Figures 6 to 9): error, SNR and phases; maps of snapshots.

Top: relative L2 error and SNR of each method, with the phases of one of them. Bottom: maps at three
iterations (a), (b), (c) for each method: the prediction with contours of the reference, the
residual relative to one of its quantiles, and the weights relative to their maximum. Each weight
fills the area closest to its collocation point. For several equations, the root of the sum of
squared residuals and the mean of the weights are shown.
"""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pinn_phases.figures.base import Material
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import plot_runs
from pinn_phases.figures.drawing.phase_marks import over_phases
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.settings.method_names import method_class, method_title

LETTERS = ("(a)", "(b)", "(c)")
COLUMNS = ("prediction", "residual", "weights")  # of each method
# Residuals are shown relative to this quantile, not to the maximum, which a few points on a front
# may determine. The maximum is written above the map.
RESIDUAL_QUANTILE = 0.99
HEIGHT = 7.75  # inches
LEFT, RIGHT = 0.09, 0.985  # fractions of the width
CURVES, MAPS = (5.68, 7.35), (1.2, 4.62)  # bottom and top, inches from the lower edge
CELLS = 200  # along each side of a map of weights
# Levels relative to the largest value of the reference.
SIGNED_CONTOURS, POSITIVE_CONTOURS = (-0.5, 0.5), (0.2, 0.5)
HEADROOM = 0.14  # added height of the axes of curves, for the letters of the snapshots
LETTER_WIDTH = 0.075  # of these letters, relative to the width of the axes


def draw(problem_name: str, material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure of one benchmark."""
    problem = plugin_class(PROBLEMS, problem_name, Problem)
    methods = material.methods()
    figure = Figure(figsize=(style.TEXT_WIDTH, HEIGHT))
    fields = [material.of("fields", problem_name, name)[0] for name in methods]
    sides: dict[str, Any] = {"left": LEFT, "right": RIGHT}
    curves = figure.add_gridspec(1, 2, **sides, **_between(CURVES), wspace=0.2)
    for column, quantity in enumerate(("relative_l2", "snr")):
        axes = figure.add_subplot(curves[column])
        _draw_curves(axes, quantity, problem_name, material, settings)
        _mark_snapshots(axes, fields[0].arrays["iterations"])
        style.panel_letter(axes, "AB"[column], pad=20)
    maps = figure.add_gridspec(
        len(LETTERS), len(methods), **sides, **_between(MAPS), wspace=0.08, hspace=0.2
    )
    scale = _prediction_scale(fields, problem.observable)
    for column, (name, content) in enumerate(zip(methods, fields, strict=True)):
        for row in range(len(LETTERS)):
            cells = maps[row, column].subgridspec(1, len(COLUMNS), wspace=0.08)
            panels = [figure.add_subplot(cells[i]) for i in range(len(COLUMNS))]
            _draw_snapshot(panels, content, row, problem, scale)
            _label(panels, row, column, problem, int(content.arrays["iterations"][row]))
            if row == 0:
                _write_column_titles(panels, name)
                style.panel_letter(panels[0], ascii_uppercase[2 + column], pad=31)
    _draw_colour_bars(figure, problem.observable, scale)
    seed = fields[0].attributes["settings"]["seed"]
    add_small_print(figure, material.runs(), f"maps: seed {seed}")
    return figure


def _between(inches: tuple[float, float]) -> dict[str, float]:
    """Return bottom and top in inches as fractions of the height, for a grid."""
    return {"bottom": inches[0] / HEIGHT, "top": inches[1] / HEIGHT}


def _draw_curves(
    axes: Axes, quantity: str, problem: str, material: Material, settings: FigureSettings
) -> None:
    """Draw one quantity of every method over the iterations, with the phases of one method."""
    methods = material.methods()
    window = settings.smoothing if quantity == "snr" else 1
    for name, colour in style.method_colours(methods).items():
        runs = material.of("run", problem, name)
        title = method_title(name)
        plot_runs(axes, runs, quantity, window=window, color=colour, label=title)
    phases = material.of("phases", problem, settings.phases_of)
    over_phases(axes, material.runs(), phases, named=True)
    lower, upper = axes.get_ylim()
    axes.set_ylim(lower, upper * (upper / lower) ** HEADROOM)
    if quantity == "snr":
        style.unit_line(axes)
        axes.set_ylabel("SNR of the batch gradients")
    else:
        axes.set_ylabel(r"Relative $L^2$ error")
        style.plain_log_ticks(axes.yaxis)
        axes.legend(loc="lower left", frameon=False, borderaxespad=0.2)


def _mark_snapshots(axes: Axes, iterations: NDArray[np.integer]) -> None:
    """Mark the iterations of the snapshots by dotted lines and letters above the curves."""
    position = np.log(iterations) / np.log(axes.get_xlim()[1])  # fractions of the axis
    for i in reversed(range(len(position) - 1)):
        position[i] = min(position[i], position[i + 1] - LETTER_WIDTH)
    for letter, iteration, x in zip(LETTERS, iterations, position, strict=True):
        axes.axvline(iteration, color="0.2", linewidth=0.6, linestyle=(0, (1, 2)))
        axes.annotate(
            letter,
            (x, 0.97),
            xycoords="axes fraction",
            xytext=(-1.5, 0),
            textcoords="offset points",
            ha="right",
            va="top",
            path_effects=[withStroke(linewidth=2, foreground="white")],  # legible on hatching
        )


def _prediction_scale(fields: Sequence[Content], observable: str) -> dict[str, Any]:
    """Return colour map, range and contour levels of the predictions.

    The range of the colours is that of the reference solution. The key "extend" tells which ends of
    the range predictions exceed, as `Figure.colorbar` expects it.
    """
    reference = fields[0].arrays[f"fields/{observable}"]
    upper = float(f"{np.abs(reference).max():.2g}")  # rounded to two digits for the ticks
    signed = bool(reference.min() < 0)
    lower = -upper if signed else 0.0
    predicted = [content.arrays[f"prediction/{observable}"] for content in fields]
    below = min(p.min() for p in predicted) < lower - 0.01 * upper
    above = max(p.max() for p in predicted) > 1.01 * upper
    return {
        "cmap": style.SIGNED_MAP if signed else style.POSITIVE_MAP,
        "vmin": lower,
        "vmax": upper,
        "levels": [upper * c for c in (SIGNED_CONTOURS if signed else POSITIVE_CONTOURS)],
        "extend": {(1, 1): "both", (1, 0): "min", (0, 1): "max", (0, 0): "neither"}[below, above],
    }


def _draw_snapshot(
    panels: Sequence[Axes],
    content: Content,
    row: int,
    problem: type[Problem],
    scale: Mapping[str, Any],
) -> None:
    """Draw prediction, relative residual and relative weights of one method at one iteration."""
    horizontal, vertical = problem.coordinates
    extent = (*problem.domain[horizontal], *problem.domain[vertical])
    prediction = content.arrays[f"prediction/{problem.observable}"][row]
    residuals = [content.arrays[f"residual/{name}"][row] for name in problem.equations]
    residual = np.linalg.norm(residuals, axis=0)
    weights = content.arrays["weights"][row].mean(0)  # (equations, points) to (points,)
    image: dict[str, Any] = {"origin": "lower", "extent": extent, "aspect": "auto"}
    colours = {name: scale[name] for name in ("cmap", "vmin", "vmax")}
    panels[0].imshow(prediction.T, **colours, **image)
    reference = content.arrays[f"fields/{problem.observable}"].T
    looks: dict[str, Any] = {"colors": "0.1", "linewidths": 0.5, "linestyles": "-"}
    panels[0].contour(reference, scale["levels"], extent=extent, **looks)
    relative = residual.T / np.quantile(residual, RESIDUAL_QUANTILE)
    panels[1].imshow(relative, cmap=style.RESIDUAL_MAP, vmin=0, vmax=1, **image)
    filled = _nearest(content.arrays["points/collocation"], weights / weights.max(), extent)
    panels[2].imshow(filled, cmap=style.WEIGHT_MAP, vmin=0, vmax=1, **image)
    for axes, largest in ((panels[1], residual.max()), (panels[2], weights.max())):
        axes.set_title(f"max {float(f'{largest:.2g}'):g}", pad=2)


def _nearest(
    points: NDArray[np.float64], values: NDArray[np.float64], extent: Sequence[float]
) -> NDArray[np.float64]:
    """Return the value of the nearest point at each cell of a map, shape (CELLS, CELLS).

    Distances are relative to the width and height of the map.
    """
    start, size = np.array(extent[::2]), np.diff(extent)[::2]
    centres = (np.arange(CELLS) + 0.5) / CELLS
    cells = np.stack(np.meshgrid(centres, centres), -1)  # (vertical, horizontal, 2)
    _, nearest = cKDTree((points - start) / size).query(cells)
    filled: NDArray[np.float64] = values[nearest]
    return filled


def _label(
    panels: Sequence[Axes], row: int, column: int, problem: type[Problem], iteration: int
) -> None:
    """Write labels on the outer axes, and letter and iteration on the left."""
    horizontal, vertical = problem.coordinates
    lower, upper = problem.domain[vertical]
    for axes in panels:
        if "t" not in problem.coordinates:
            axes.set_box_aspect(1)
        axes.set_xticks(problem.domain[horizontal])
        first, last = axes.get_xticklabels()
        first.set_horizontalalignment("left")  # so that it does not overlap that of the next panel
        last.set_horizontalalignment("right")
        axes.set_yticks([lower, (lower + upper) / 2, upper])
        axes.tick_params(labelleft=False, labelbottom=row == len(LETTERS) - 1)
        if row == len(LETTERS) - 1:
            axes.set_xlabel(f"${horizontal}$", labelpad=-5)
    if column == 0:
        panels[0].tick_params(labelleft=True)
        panels[0].set_ylabel(f"{LETTERS[row]} iteration {iteration:,}\n${vertical}$", labelpad=2)


def _write_column_titles(panels: Sequence[Axes], method: str) -> None:
    """Write the name of the method and the titles of its maps; tell if weights are not used."""
    # A method that uses its weights returns a factor for each point, others a single number.
    used = np.ndim(method_class(method).model_construct().multiplier(np.zeros(2))) > 0
    titles = [*COLUMNS[:2], COLUMNS[2] if used else "weights\n(not used)"]
    for axes, title in zip(panels, titles, strict=True):
        _write_above(axes, title, 11)
    _write_above(panels[1], method_title(method), 31, weight="bold")


def _write_above(axes: Axes, text: str, points: float, **looks: Any) -> None:
    """Write text in the middle above the axes, at a distance in points."""
    units: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(text, (0.5, 1), xytext=(0, points), ha="center", va="bottom", **units, **looks)


def _draw_colour_bars(figure: Figure, observable: str, prediction: Mapping[str, Any]) -> None:
    """Draw one colour bar for each kind of map, shared by all methods."""
    name = f"${observable}$" if len(observable) == 1 else observable  # a symbol, or a word
    limits = Normalize(prediction["vmin"], prediction["vmax"])
    levels = ", ".join(f"{level:.2g}" for level in prediction["levels"])
    levels = levels.replace("-", "\N{MINUS SIGN}")
    bars = (
        (f"predicted {name}; contours: reference {levels}", prediction["cmap"], limits),
        (r"residual $|\mathcal{R}|$ / its 99 % quantile", style.RESIDUAL_MAP, Normalize(0, 1)),
        (r"weights $\lambda\,/\,\max\lambda$", style.WEIGHT_MAP, Normalize(0, 1)),
    )
    for i, (label, colours, norm) in enumerate(bars):
        axes = figure.add_axes((0.12 + 0.31 * i, 0.78 / HEIGHT, 0.2, 0.08 / HEIGHT))
        bar = figure.colorbar(
            ScalarMappable(norm, colours),
            cax=axes,
            orientation="horizontal",
            extend=(prediction["extend"], "max", "neither")[i],
        )
        bar.set_label(label, labelpad=1)
        bar.outline.set_linewidth(0.4)
