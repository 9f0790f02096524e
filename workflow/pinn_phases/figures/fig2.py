"""Figure 2: the regimes of gradient-based optimisation, in the SNR of a real training.

One run alone, of the first seed: an abrupt rise stays one, where a median over seeds would smear
it. The run is one of Allen-Cahn, which goes through all three phases at laptop and paper scale.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_phases.figures import style
from pinn_phases.figures.base import FigureSettings, Material, Requirement
from pinn_phases.figures.curves import PHASES, median_boundary, over_phases, plot_runs
from pinn_phases.figures.listing import Section
from pinn_phases.figures.small_print import add_small_print, only
from pinn_phases.storage import Content

PROBLEM = "allen_cahn"
SECTION = Section.SIGNAL_AND_NOISE
REQUIREMENT = Requirement(problems=(PROBLEM,), kinds=("runs", "phases"), one_method=True)

CONDITIONS = (r"SNR $\gg$ 1", r"SNR < $\mathcal{O}$(1)", "after an abrupt rise")  # caption
HEADROOM = 30.0  # factor above the largest SNR, for the words at the top


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one curve, its phases, and the sides of SNR = 1."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.7))
    axes = figure.add_axes((0.075, 0.215, 0.885, 0.71))
    runs = material.of("run", PROBLEM, settings.phases_of)[:1]
    phases = material.of("phases", PROBLEM, settings.phases_of)[:1]
    plot_runs(axes, runs, "snr", window=settings.smoothing, **style.RATIOS["snr"])
    over_phases(axes, runs, phases, named=True)
    style.unit_line(axes)
    axes.set_ylabel("SNR")
    axes.set_ylim(top=axes.get_ylim()[1] * HEADROOM)
    _write_conditions(axes, phases)
    _name_sides(axes)
    add_small_print(figure, runs, only(settings.phases_of))
    return figure


def _write_conditions(axes: Axes, phases: list[Content]) -> None:
    """Write what makes a phase at the top of each that is reached."""
    first, last = axes.get_xlim()
    starts = [first, *(median_boundary(phases, name) for name in PHASES)]
    reached = [(s, c) for s, c in zip(starts, CONDITIONS, strict=True) if s is not None]
    ends = [*(start for start, _ in reached[1:]), last]
    for (start, condition), end in zip(reached, ends, strict=True):
        if end > start:
            middle = (start * end) ** 0.5  # of a logarithmic axis
            place = axes.get_xaxis_transform()
            axes.text(middle, 0.97, condition, transform=place, ha="center", va="top")


def _name_sides(axes: Axes) -> None:
    """Name the sides of SNR = 1 at the right rim."""
    for name, upwards in (("deterministic", True), ("stochastic", False)):
        axes.annotate(
            name,
            (1, 1),
            xycoords=axes.get_yaxis_transform(),
            xytext=(4, 4 if upwards else -4),  # points
            textcoords="offset points",
            rotation="vertical",
            ha="left",
            va="bottom" if upwards else "top",
            annotation_clip=False,
        )
