"""Figure 3: gradients of three samples in a space of three parameters, for three values of SNR.

Nothing is trained: `gradients_of_ratio` says how the vectors are made. All panels have the same
noise, so the mean is as long as the SNR is large. The SNR in a title is measured, by Eq. 8, from
the vectors that are drawn.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]

from pinn_phases.analysis.gradient_noise import Real, gradients_of_ratio, signal_to_noise
from pinn_phases.figures import style
from pinn_phases.figures.base import FigureSettings, Material, Requirement
from pinn_phases.figures.legends import add_legend
from pinn_phases.figures.listing import Section
from pinn_phases.figures.small_print import add_note

SECTION = Section.SIGNAL_AND_NOISE
REQUIREMENT = Requirement(problems=(), kinds=())

CASES = {2.0: "samples agree", 0.0: "samples cancel out", 1.0: "signal equals noise"}  # by SNR
DIRECTION = (0.7, 0.1, 0.75)  # of the mean, into the corner that is seen best
# Of samples 1 and 2, spread out for the eye; neither along nor across the mean, so that samples
# differ in length as well as in direction.
DEVIATIONS = ((-0.85, -0.55, 0.0), (0.6, 0.0, -0.8))
ELEVATION, AZIMUTH = 22.0, -58.0  # degrees, of the eye
COLOURS = (*style.SAMPLE_COLOURS, style.MEAN_COLOUR)
LOWER, UPPER = -0.8, 1.9  # of the visible part of each axis, in units of the noise
AXIS, NAME = 1.5, 1.75  # where the drawn axes end, and where their names stand
ZOOM = 1.3  # the panel holds no frame and no numbers


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: a panel for each SNR, all to the same scale."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.75))
    sets = {snr: gradients_of_ratio(snr, DIRECTION, DEVIATIONS) for snr in CASES}
    for column, (snr, vectors) in enumerate(sets.items()):
        axes = figure.add_axes((0.01 + 0.33 * column, 0.26, 0.31, 0.64), projection="3d")
        assert isinstance(axes, Axes3D)
        _draw_axes(axes)
        _draw_vectors(axes, vectors)
        title = f"({'abc'[column]})  SNR = {signal_to_noise(vectors):.3g}: {CASES[snr]}"
        figure.text(0.165 + 0.33 * column, 0.93, title, ha="center", weight="bold")
    labels = [f"$\\nabla_\\theta \\mathcal{{L}}_{{x_{i}}}$, sample {i}" for i in (1, 2, 3)]
    labels.append(r"$\nabla_\theta \mathcal{L}$, their mean")
    handles = [
        Line2D([], [], color=colour, label=label)
        for colour, label in zip(COLOURS, labels, strict=True)
    ]
    add_legend(figure, handles, centre=0.5)
    add_note(figure, "Computed vectors, to the same scale; no training")
    return figure


def _draw_vectors(axes: Axes3D, vectors: Real) -> None:
    """Draw the samples' gradients and their mean, from the origin; a dot for a mean of zero."""
    arrows = np.vstack([vectors, vectors.mean(0)])
    for arrow, colour in zip(arrows, COLOURS, strict=True):
        if not arrow.any():
            axes.scatter(0, 0, 0, color=colour, s=14, depthshade=False)
            continue
        axes.quiver(0, 0, 0, *arrow, color=colour, **style.ARROWS)


def _draw_axes(axes: Axes3D) -> None:
    """Draw three axes from the origin, with their names, in place of matplotlib's box."""
    axes.view_init(elev=ELEVATION, azim=AZIMUTH)
    axes.set_box_aspect((1, 1, 1), zoom=ZOOM)
    axes.set_axis_off()
    for limit in (axes.set_xlim, axes.set_ylim, axes.set_zlim):
        limit(LOWER, UPPER)
    for j, unit in enumerate(np.eye(3), start=1):
        axes.plot(*np.outer(unit, (0, AXIS)), color="0.7", linewidth=style.THIN, zorder=0)
        axes.text(*(unit * NAME), rf"$\theta_{j}$", color="0.35", ha="center", va="center")
