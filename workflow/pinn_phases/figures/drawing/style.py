"""Style of all figures: sizes, fonts, colours."""

import io
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import _mathtext
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from pinn_phases.figures.drawing.plain import add_installed, restore_defaults
from pinn_phases.files.storage import write_bytes

Looks = dict[str, Any]  # keyword arguments for Matplotlib's lines

TEXT_WIDTH = 178 / 25.4  # inches, both columns of a journal page
DPI = 300  # of the PNG, and of images within the PDF
FONT = "DejaVu Sans"  # comes with Matplotlib, and is embedded
FONT_POINTS = 7.0  # the smallest size that journals print
SUBSCRIPT_POINTS = 6.0  # minimum for subscripts, and for exponents of tick labels
THIN = 0.6  # width in points where there are many lines
MANY_DECADES = 2.5  # an axis with more needs no labels between the powers of ten

# Colours of the methods, as indices of seaborn's palette "colorblind", for readers with any colour
# vision.
_FIXED = {"vanilla": 3, "rba": 0}
_OTHERS = (2, 4, 5, 7, 8, 9)
PHASE_SHADES = {
    "Fitting": "#f3e9d2",
    "Diffusion": "#ffffff",
    "Total diffusion": "#dcebdd",
    "Late decrease": "#e4e0ee",
    "After fitting": "#f4f4f4",
    "No phase found": "#f4f4f4",
}
PHASE_HATCHES = {  # for greyscale prints, in which the shades look the same
    **dict.fromkeys(PHASE_SHADES, ""),
    **{"Fitting": r"\\\\\\", "Total diffusion": "//////", "Late decrease": "......"},
}
SIGNED_MAP, POSITIVE_MAP = "RdBu_r", "YlGnBu_r"  # of predictions with both signs, and with one
RESIDUAL_MAP, WEIGHT_MAP = "magma", "viridis"

# Colours that no method has. Any two differ by at least 34 in CIELAB, and the first three by 48.
# This also holds as simulated for missing red, green or blue cones (Machado et al. 2009).
_NEUTRAL = ("#332288", "#de8f05", "#56b4e9", "#882255")
RATIOS: dict[str, Looks] = {  # SNR and SRR, by their names in the history
    "snr": {"label": "SNR", "color": _NEUTRAL[0], "linestyle": "-"},
    "srr_batch": {
        "label": r"$\mathrm{SRR}_\mathcal{B}$",
        "color": _NEUTRAL[1],
        "linestyle": (0, (4, 1)),
    },
    "srr_adam": {
        "label": r"$\mathrm{SRR}_\mathcal{C}$",
        "color": _NEUTRAL[2],
        "linestyle": (0, (4, 1, 1, 1)),
    },
}
ALL_PARAMETERS = {"mean": _NEUTRAL[0], "std": _NEUTRAL[1]}  # distinct from the layers' colours
MOMENTS: dict[str, Looks] = {  # of the batch gradients, by their names in the history
    "mean": {"linestyle": "-"},
    "std": {"linestyle": (0, (2.5, 1.2))},
}
TERMS: dict[str, Looks] = {  # terms of the gradient of the loss, and what is derived from them
    "total": {"color": "0.15", "linewidth": 0.8, "linestyle": "-"},
    "residual": {"color": _NEUTRAL[1], "linewidth": 0.9, "linestyle": "-"},
    "conditions": {"color": _NEUTRAL[0], "linewidth": 0.9, "linestyle": (0, (2.5, 1.2))},
    "noise": {"color": "0.5", "linewidth": 0.8, "linestyle": ":"},
    "cosine": {"color": _NEUTRAL[3], "linewidth": 0.9, "linestyle": "-"},
}
PROBLEM_LINES = ("-", (0, (5, 1.2)), (0, (1.2, 1)), (0, (5, 1.2, 1, 1.2)))  # for greyscale prints
SAMPLE_COLOURS = _NEUTRAL[:3]  # in the models with three samples
PARAMETER_COLOURS = _NEUTRAL[:2]  # in the model with two parameters
MEAN_COLOUR = "0.15"  # of the mean over samples
ARROWS: Looks = {  # vectors; all heads have the same size
    "arrowstyle": "-|>,head_length=0.45,head_width=0.2",
    "linewidth": 1.3,
    "shrinkA": 0,
    "shrinkB": 0,
}
DROP_LINE: Looks = {"linestyle": (0, (1, 1.6)), "linewidth": 0.7}
LANDSCAPE_MAP = "Greys"
ON_LINES: Looks = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # box behind text
# Hidden layers from dark (first) to light, without colours that are too pale for a line. The output
# layer is nearly black.
LAYER_MAP, LAYER_END, OUTPUT_LAYER = "plasma", 0.78, (0.1, 0.1, 0.1)
PHASE_LINE: Looks = {"color": "0.35", "linestyle": "--", "linewidth": 0.7, "zorder": 1.0}

PUBLISHED: Looks = {"color": "0.1", "linewidth": 1.1}  # the authors' curves, below ours


def set_style(font: str | None = None) -> str:
    """Apply the style to all figures of this process, and reset all other settings.

    Parameters
    ----------
    font
        Family of an installed font for text; formulas are then in STIX. If it is None or not
        installed, Matplotlib's default font is used, which is the same on every machine.

    Returns
    -------
    str
        The font family that is used.
    """
    # Imported here because it takes a second, which Snakemake should not spend if it draws nothing.
    import seaborn as sns

    restore_defaults()
    family = font if font is not None and add_installed(font) else FONT
    # The default factor of 0.7 turns 7 points into 5. Matplotlib has no setting for it; its version
    # is pinned, and a test checks the sizes.
    _mathtext.SHRINK_FACTOR = SUBSCRIPT_POINTS / FONT_POINTS
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "font.sans-serif": [family, FONT],
            "mathtext.fontset": "dejavusans" if family == FONT else "stixsans",
            "font.size": FONT_POINTS,
            "axes.labelsize": FONT_POINTS,
            "axes.titlesize": FONT_POINTS,
            "xtick.labelsize": FONT_POINTS,
            "ytick.labelsize": FONT_POINTS,
            "legend.fontsize": FONT_POINTS,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.minor.width": 0.4,
            "ytick.minor.width": 0.4,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "xtick.minor.size": 1.5,
            "ytick.minor.size": 1.5,
            "lines.linewidth": 1.0,
            "hatch.linewidth": 0.35,
            "pdf.fonttype": 42,  # embed fonts as TrueType, so that text can be searched and edited
        },
    )
    return family


def method_colours(methods: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """Return the colour of each method: fixed for the paper's methods, in order for others."""
    import seaborn as sns

    palette, others = sns.color_palette("colorblind"), cycle(_OTHERS)
    return {name: palette[_FIXED[name] if name in _FIXED else next(others)] for name in methods}


def optimiser_looks(optimisers: Sequence[str]) -> dict[str, Looks]:
    """Return colour and line style of each optimiser, in order, for up to four optimisers."""
    looks = zip(_NEUTRAL, PROBLEM_LINES, strict=True)
    return {
        name: {"color": colour, "linestyle": line, "linewidth": 0.9}
        for name, (colour, line) in zip(optimisers, looks, strict=False)
    }


def problem_colours(problems: Sequence[str]) -> dict[str, str]:
    """Return the colour of each problem, in order, for up to four problems."""
    return dict(zip(problems, _NEUTRAL[: len(problems)], strict=True))


def layer_colours(count: int) -> list[tuple[float, float, float]]:
    """Return the colour of each layer, from the first to the output layer."""
    hidden = [mpl.colormaps[LAYER_MAP](x)[:3] for x in np.linspace(0, LAYER_END, count - 1)]
    return [*hidden, OUTPUT_LAYER]


def log_axes(axes: Axes) -> None:
    """Make the horizontal axis a logarithmic axis of iterations that starts at 1."""
    axes.set_xscale("log")
    axes.set_xlim(left=1)
    axes.set_xlabel("Iteration")


def unit_line(axes: Axes) -> None:
    """Draw a line at the ratio 1, where signal equals noise."""
    axes.axhline(1, color="0.5", linewidth=0.6, linestyle=":")


def panel_letter(axes: Axes, letter: str, *, pad: float = 4.0, left: float = 0.0) -> None:
    """Write the letter of a panel above its upper left corner.

    Parameters
    ----------
    pad, left
        Points above the axes, and to the left of their left edge.
    """
    axes.annotate(
        letter,
        (0, 1),
        xycoords="axes fraction",
        xytext=(-left, pad),
        textcoords="offset points",
        ha="left",
        va="bottom",
        weight="bold",
    )


def plain_log_ticks(axis: Axis) -> None:
    """Label a logarithmic axis at 0.1, 0.2, 0.5, 1, ..., unless it spans too many decades."""
    lower, upper = axis.get_view_interval()
    if upper > lower * 10**MANY_DECADES:
        return
    axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def save(figure: Figure, pdf: Path, png: Path, metadata: dict[str, Any]) -> None:
    """Write a figure as PDF and PNG, with its provenance in the metadata."""
    title, text = metadata["figure"], "; ".join(f"{key}: {v}" for key, v in metadata.items())
    # Without a creation date, the same figure gives the same bytes.
    pdf_metadata = {"Title": title, "Keywords": text, "CreationDate": None}
    png_metadata = {"Title": title, "Description": text}
    for path, kind, fields in ((pdf, "pdf", pdf_metadata), (png, "png", png_metadata)):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=fields)
        write_bytes(path, buffer.getbuffer())
