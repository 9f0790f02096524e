"""The looks of all figures: sizes, fonts, colours."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from pinn_phases.storage import write_bytes

mpl.use("Agg")  # files only: no display is needed

TEXT_WIDTH = 7.0  # inches, both columns of a journal page
DPI = 300  # of the PNG, and of the parts of the PDF that are pixels
FONT_POINTS = 7.0
SMALL_POINTS = 5.5

# Colours that readers with any colour vision tell apart; the two methods keep theirs everywhere.
_PALETTE = sns.color_palette("colorblind")
_FIXED = {"vanilla": _PALETTE[3], "rba": _PALETTE[0]}
_OTHERS = [_PALETTE[i] for i in (2, 4, 5, 7, 8, 9)]
PHASE_SHADES = {"Fitting": "#f3e9d2", "Diffusion": "#ffffff", "Total diffusion": "#dcebdd"}
FIELD_MAP, RESIDUAL_MAP, WEIGHT_MAP = "RdBu_r", "magma", "viridis"


def set_style() -> None:
    """Apply the style to all figures of this process."""
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "font.size": FONT_POINTS,
            "axes.labelsize": FONT_POINTS,
            "axes.titlesize": FONT_POINTS,
            "xtick.labelsize": FONT_POINTS - 1,
            "ytick.labelsize": FONT_POINTS - 1,
            "legend.fontsize": FONT_POINTS - 0.5,
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
            "savefig.dpi": DPI,
            "pdf.fonttype": 42,  # text stays text
        },
    )


def method_colours(methods: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """Colour of each method: fixed for the paper's own, in order for others."""
    others = iter(_OTHERS)
    return {name: _FIXED[name] if name in _FIXED else next(others) for name in methods}


def log_axes(axes: Axes) -> None:
    """Show iterations from 1 on a logarithmic axis."""
    axes.set_xscale("log")
    axes.set_xlim(left=1)
    axes.set_xlabel("Iteration")


def plain_log_ticks(axis: Axis) -> None:
    """Label a logarithmic axis that spans few decades: 0.1, 0.2, 0.5, 1."""
    axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def save(figure: Figure, pdf: Path, png: Path, metadata: dict[str, Any]) -> None:
    """Write a figure as PDF and PNG, with what it was made from in the files' metadata."""
    words = "; ".join(f"{name}: {value}" for name, value in metadata.items())
    fixed = {"CreationDate": None}  # the same figure gives the same bytes
    for path, kind, notes in (
        (pdf, "pdf", {"Title": metadata["figure"], "Keywords": words, **fixed}),
        (png, "png", {"Title": metadata["figure"], "Description": words}),
    ):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata=notes)
        write_bytes(path, buffer.getbuffer())
