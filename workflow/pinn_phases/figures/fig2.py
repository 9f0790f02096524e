"""Figure 2: the regimes of gradient-based optimisation, in the SNR of a real training.

The figure shows a single run, because a median over seeds would smear an abrupt rise: the first run
in which all phases are found, preferably of the method that determines the phases. If there is no
such run, the figure shows the run with the most phases and names the missing ones.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_phases.analysis.boundaries import PHASES
from pinn_phases.figures.base import Material, Requirement
from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.curves import plot_runs
from pinn_phases.figures.drawing.listing import Section
from pinn_phases.figures.drawing.phase_marks import over_phases
from pinn_phases.figures.drawing.small_print import add_small_print
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.figures import FigureSettings
from pinn_phases.trained_with import method_title

SECTION = Section.SIGNAL_AND_NOISE
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz"), kinds=("runs", "phases"), any_problem=True
)

CONDITIONS = {  # caption
    "Fitting": r"SNR $\gg$ 1",
    "Diffusion": r"SNR < $\mathcal{O}$(1)",
    "Total diffusion": "after an abrupt rise",
    "Late decrease": r"signal $\to$ 0",
}


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one curve, its phases, and the sides of SNR = 1."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.95))
    axes = figure.add_axes((0.075, 0.25, 0.885, 0.61))
    run, phases = _chosen(material, settings.phases_of)
    plot_runs(axes, [run], "snr", window=settings.smoothing, **style.RATIOS["snr"])
    over_phases(axes, [run], [phases], named=True, words=CONDITIONS)
    style.unit_line(axes)
    axes.set_ylabel("SNR")
    _name_sides(axes)
    of = run.attributes["settings"]
    problem, method = plugin_class(PROBLEMS, of["problem"], Problem), of["method"]
    title = f"{problem.title}, {method_title(method)}, seed {of['seed']}"
    axes.set_title(title, loc="left", pad=23, weight="bold")
    lacking = [name.replace("_", " ") for name in PHASES if not phases.attributes.get(name)]
    found = f"no run has all phases; here not found: {', '.join(lacking)}" if lacking else ""
    add_small_print(figure, [run], *([found] if found else []))
    return figure


def _chosen(material: Material, phases_of: str) -> tuple[Content, Content]:
    """Return the first run with the most phases, and its phases."""
    pairs = [
        (run, phases)
        for method in sorted(material.methods(), key=lambda method: method != phases_of)
        for problem in REQUIREMENT.problems
        for run, phases in zip(
            material.of("run", problem, method), material.of("phases", problem, method), strict=True
        )
    ]
    return max(pairs, key=lambda pair: sum(bool(pair[1].attributes.get(n)) for n in PHASES))


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
