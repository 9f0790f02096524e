"""Figure A.14: signal and noise of the batch gradients of the Allen-Cahn equation, by layers.

The SNR of a layer is the ratio of two norms, of the mean and of the std over batches. Both are
shown for each layer and, in bold, for all parameters of one run: (a) with a moving average; (b) as
recorded, with a band from the smallest to the largest record.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import layer_count, plot_runs
from pinn_phases.figures.drawing.legends import add_layer_bar, add_legend
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import over_phases
from pinn_phases.figures.drawing.small_print import add_small_print, only
from pinn_phases.settings.figures import FigureSettings

PROBLEM = "allen_cahn"
LABELS = ("mean, all parameters", "std, all parameters")
SECTION = Section.SNR_DETAILS
REQUIREMENT = Requirement(problems=(PROBLEM,), kinds=("runs", "phases"), one_method=True)


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one method, layers from dark to light, line styles for mean and std."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 4.1))
    panels = figure.subplots(
        1,
        2,
        sharey=True,
        gridspec_kw={"left": 0.075, "right": 0.98, "top": 0.865, "bottom": 0.325, "wspace": 0.06},
    )
    windows = {"(a)  moving average": settings.smoothing, "(b)  as recorded, with range": 1}
    for axes, (title, window) in zip(panels, windows.items(), strict=True):
        _draw_panel(axes, material, settings.phases_of, window)
        axes.set_title(title, loc="left", pad=24, weight="bold")
    panels[0].set_ylabel("Norm of mean and std of the batch gradients")
    add_layer_bar(figure, style.layer_colours(layer_count(material.runs())))
    handles = [
        Line2D([], [], color=style.ALL_PARAMETERS[moment], linewidth=1.6, label=label, **looks)
        for (moment, looks), label in zip(style.MOMENTS.items(), LABELS, strict=True)
    ]
    add_legend(figure, handles, centre=0.68)
    add_small_print(figure, material.runs()[:1], only(settings.phases_of))
    return figure


def _draw_panel(axes: Axes, material: Material, method: str, window: int) -> None:
    """Draw both norms for every layer and for all parameters."""
    runs = material.of("run", PROBLEM, method)[:1]
    for moment, looks in style.MOMENTS.items():
        for layer, colour in enumerate(style.layer_colours(layer_count(runs))):
            thin = looks | {"color": colour, "linewidth": style.THIN, "alpha": 0.6}
            name = f"layers/gradient_{moment}"
            plot_runs(axes, runs, name, layer=layer, window=window, band=False, **thin)
    for moment, looks in style.MOMENTS.items():
        bold = looks | {"color": style.ALL_PARAMETERS[moment], "linewidth": 1.6}
        plot_runs(axes, runs, f"gradient_{moment}", window=window, band=window == 1, **bold)
    over_phases(axes, runs, material.of("phases", PROBLEM, method)[:1], named=True)
