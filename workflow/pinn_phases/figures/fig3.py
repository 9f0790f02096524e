"""Figure 3: gradients of three samples in a space of three parameters, for three values of SNR.

Nothing is trained: `gradients_of_ratio` constructs the vectors. The SNR in each title is computed
from the vectors by Eq. 8. The noise is smaller where the SNR is large, so that all panels can have
the same scale. Dotted lines from the tips to the horizontal plane show the depth.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]
from mpl_toolkits.mplot3d.proj3d import proj_transform  # type: ignore[import-untyped]

from pinn_phases.analysis.gradient_noise import gradients_of_ratio, signal_to_noise
from pinn_phases.arrays import Real
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.legends import NEAR_NOTE, add_legend
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.small_print import add_note
from pinn_phases.settings.figures import FigureSettings

SECTION = Section.SIGNAL_AND_NOISE
REQUIREMENT = Requirement(problems=(), kinds=())

CASES = {5.0: "samples agree", 0.0: "samples cancel out", 1.0: "signal equals noise"}  # by SNR
NOISE = {5.0: 0.3}  # by SNR, 1 for all others
DIRECTION = (0.7, 0.1, 0.75)  # of the mean, chosen to be well visible from the camera
# Deviations of samples 1 and 2 from the mean, neither parallel nor perpendicular to it, so that the
# samples differ in length and direction.
DEVIATIONS = ((-0.85, -0.55, 0.0), (0.6, 0.0, -0.8))
ELEVATION, AZIMUTH = 22.0, -58.0  # degrees, of the camera
COLOURS = (*style.SAMPLE_COLOURS, style.MEAN_COLOUR)
LOWER, UPPER = -0.9, 1.8  # limits of each axis
AXIS_LENGTH = 1.5  # of the lines that are drawn as axes
AXIS_LABELS = ((1.75, 0, 0), (0, 1.5, -0.3), (0, 0, 1.7))  # positions
ZOOM = 1.55  # fills the panel, which needs no space for a box and tick labels


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a panel per SNR, all with the same scale."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.65))
    sets = {
        snr: NOISE.get(snr, 1.0) * gradients_of_ratio(snr, DIRECTION, DEVIATIONS) for snr in CASES
    }
    for column, (snr, vectors) in enumerate(sets.items()):
        axes = figure.add_axes((0.005 + 0.33 * column, 0.2, 0.33, 0.75), projection="3d")
        assert isinstance(axes, Axes3D)
        _draw_axes(axes)
        _draw_vectors(axes, vectors)
        title = f"({'abc'[column]})  SNR = {signal_to_noise(vectors):.3g}: {CASES[snr]}"
        figure.text(0.165 + 0.33 * column, 0.94, title, ha="center", weight="bold")
    labels = [rf"$\nabla\mathcal{{L}}_{i}$ (sample {i})" for i in (1, 2, 3)]
    labels.append(r"$\nabla\mathcal{L}$ (mean)")
    handles = [
        Line2D([], [], color=colour, label=label)
        for colour, label in zip(COLOURS, labels, strict=True)
    ]
    add_legend(figure, handles, centre=0.5, above=NEAR_NOTE)
    add_note(
        figure,
        "Constructed vectors, no training; same scale in all panels; "
        "noise 0.3 in (a), 1 in (b) and (c)",
    )
    return figure


def _draw_vectors(axes: Axes3D, vectors: Real) -> None:
    """Draw the gradients of the samples and their mean from the origin; a zero mean as a dot."""
    arrows = np.vstack([vectors, vectors.mean(0)])
    for arrow, colour in zip(arrows, COLOURS, strict=True):
        if not arrow.any():
            axes.scatter(0, 0, 0, color=colour, s=14, depthshade=False)
            continue
        foot = arrow * (1, 1, 0)
        axes.plot(*zip(arrow, foot, (0, 0, 0), strict=True), color=colour, **style.DROP_LINE)
        start, tip = (proj_transform(*end, axes.get_proj())[:2] for end in ((0, 0, 0), arrow))
        looks = {"color": colour, **style.ARROWS}
        axes.annotate("", tip, start, annotation_clip=False, arrowprops=looks)


def _draw_axes(axes: Axes3D) -> None:
    """Draw three labelled axes from the origin, instead of Matplotlib's box."""
    axes.view_init(elev=ELEVATION, azim=AZIMUTH)
    axes.set_box_aspect((1, 1, 1), zoom=ZOOM)
    axes.set_axis_off()
    for limit in (axes.set_xlim, axes.set_ylim, axes.set_zlim):
        limit(LOWER, UPPER)
    for j, (unit, position) in enumerate(zip(np.eye(3), AXIS_LABELS, strict=True), start=1):
        axes.plot(*np.outer(unit, (0, AXIS_LENGTH)), color="0.7", linewidth=style.THIN, zorder=0)
        axes.text(*position, rf"$\theta_{j}$", color="0.35", ha="center", va="center")
