"""Figure S.3: gradients of conditions and residual, which oppose each other or do not.

Not in the paper. Each column shows one problem and method, with its own phases. Top: SNR of the
total loss and of the residual. Middle: cosine between the gradients of residual and conditions;
values near -1 are shaded. Bottom: norms of these gradients and of their sum, and the noise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from pinn_phases.analysis.term_curves import OPPOSED, term_curves
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.columns import columns_of_panels
from pinn_phases.figures.drawing.curves import FEW, plot_rows, plot_runs
from pinn_phases.figures.drawing.legends import add_legend, phase_handles
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import over_phases
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.settings.figures import FigureSettings

SECTION = Section.NOT_IN_THE_PAPER
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz", "burgers", "cavity"),
    kinds=("runs", "phases", "terms"),
    any_problem=True,
)
BLOCK = 2.85  # inches: three panels and the margin below
HEIGHTS = (1.0, 0.62, 0.85)  # relative heights of the panels of a column
LABELS = ("SNR", "Cosine", "Gradient norm")
COSINE_LIMITS = (-1.08, 1.08)

Curves = Sequence[Mapping[str, NDArray[Any]]]


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a column for each problem and method."""
    methods = material.methods()
    problems = {run.attributes["settings"]["problem"] for run in material.runs()}
    shown = [(p, m) for p in REQUIREMENT.problems if p in problems for m in methods]
    figure, columns = columns_of_panels(shown, HEIGHTS, BLOCK)
    for (problem, method), column in zip(shown, columns, strict=True):
        _draw_column(column.panels, material, settings, problem, method)
        if not column.lowest:
            column.panels[-1].set_xlabel("")
        if column.first:
            for axes, label in zip(column.panels, LABELS, strict=True):
                axes.set_ylabel(label)
    phases = [material.of("phases", problem, method) for problem, method in shown]
    add_legend(figure, _handles(), centre=0.53, above=0.36)
    add_legend(figure, phase_handles(phases), centre=0.53)
    add_small_print(figure, material.runs())
    return figure


def _draw_column(
    panels: Sequence[Axes],
    material: Material,
    settings: FigureSettings,
    problem: str,
    method: str,
) -> None:
    """Draw SNR, cosine and gradient norms of one problem and method."""
    runs, terms = (material.of(kind, problem, method) for kind in ("run", "terms"))
    curves = [term_curves(r.arrays, t.arrays) for r, t in zip(runs, terms, strict=True)]
    snr, cosine, norms = panels
    plot_runs(snr, runs, "snr", window=settings.smoothing, **style.TERMS["total"])
    plot_rows(snr, curves, "snr_residual", **style.TERMS["residual"])
    _shade_opposition(cosine, curves)
    plot_rows(cosine, curves, "cosine", positive=False, **style.TERMS["cosine"])
    for name in ("conditions", "residual"):
        plot_rows(norms, curves, f"gradient_{name}", **style.TERMS[name])
    plot_runs(norms, runs, "gradient_mean", window=settings.smoothing, **style.TERMS["total"])
    plot_runs(norms, runs, "gradient_std", window=settings.smoothing, **style.TERMS["noise"])
    phases = material.of("phases", problem, method)
    for axes, scale in zip(panels, ("log", "linear", "log"), strict=True):
        over_phases(axes, runs, phases, named=False, lines=("total_diffusion",), scale=scale)
        axes.set_xlabel("Iteration" if axes is norms else "")
        axes.tick_params(labelbottom=axes is norms)
    for axes in (snr, norms):
        style.plain_log_ticks(axes.yaxis)
    style.unit_line(snr)
    cosine.set_ylim(*COSINE_LIMITS)
    cosine.set_yticks([-1, 0, 1])


def _shade_opposition(axes: Axes, curves: Curves) -> None:
    """Shade where the median cosine of the runs is near -1.

    Nothing is shaded if the runs have different iterations, or only few.
    """
    iteration = curves[0]["iteration"]
    same = all(np.array_equal(curve["iteration"], iteration) for curve in curves)
    if len(iteration) <= FEW or not same:
        return
    opposed = np.median([curve["cosine"] for curve in curves], axis=0) < OPPOSED
    looks = {"color": style.TERMS["cosine"]["color"], "alpha": 0.25, "linewidth": 0}
    axes.fill_between(iteration, *COSINE_LIMITS, where=opposed, **looks)


def _handles() -> list[Artist]:
    """Return the legend of the curves and of the shading."""
    names = {
        "total": "total loss",
        "residual": "residual",
        "conditions": "conditions",
        "noise": "std over batches",
        "cosine": "cosine",
    }
    lines = [Line2D([], [], **style.TERMS[key], label=label) for key, label in names.items()]
    colour = style.TERMS["cosine"]["color"]
    return [
        *lines,
        Patch(color=colour, alpha=0.25, linewidth=0, label=f"cosine < \N{MINUS SIGN}{-OPPOSED:g}"),
    ]
