"""Figure 2: the regimes of gradient-based optimisation, in the SNR of a real training.

The figure shows a single run, because a median over seeds would blur an abrupt rise. It is the
first run in which all phases are found, preferably with the method that determines the phases. If
there is no such run, the figure shows the run with the most phases and names the missing ones.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_phases.analysis.phases.names import PHASES
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
from pinn_phases.settings.method_names import method_title

SECTION = Section.SIGNAL_AND_NOISE
REQUIREMENT = Requirement(
    problems=("allen_cahn", "helmholtz"), kinds=("runs", "phases"), any_problem=True
)

CONDITIONS = {  # of the phases, from the caption of the paper's figure
    "Fitting": r"SNR $\gg$ 1",
    "Diffusion": r"SNR < $\mathcal{O}$(1)",
    "Total diffusion": "after an abrupt rise",
    "Late decrease": r"signal $\to$ 0",
}


def draw(material: Material, settings: FigureSettings) -> Figure:
    """Draw the figure: one curve, its phases, and the regimes above and below SNR = 1."""
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.95))
    axes = figure.add_axes((0.075, 0.25, 0.885, 0.61))
    run, phases = _choose_run(material, settings.phases_of)
    plot_runs(axes, [run], "snr", window=settings.smoothing, **style.RATIOS["snr"])
    over_phases(axes, [run], [phases], named=True, words=CONDITIONS)
    style.unit_line(axes)
    axes.set_ylabel("SNR")
    _label_regimes(axes)
    run_settings = run.attributes["settings"]
    problem = plugin_class(PROBLEMS, run_settings["problem"], Problem)
    method = method_title(run_settings["method"])
    title = f"{problem.title}, {method}, seed {run_settings['seed']}"
    axes.set_title(title, loc="left", pad=23, weight="bold")
    missing = [name.replace("_", " ") for name in PHASES if not phases.attributes.get(name)]
    if missing:
        notes = [f"no run has all phases; not found in this one: {', '.join(missing)}"]
    else:
        notes = []
    add_small_print(figure, [run], *notes)
    return figure


def _choose_run(material: Material, phases_of: str) -> tuple[Content, Content]:
    """Return the first of the runs with the most phases, and its phases."""
    pairs = [
        (run, phases)
        for method in sorted(material.methods(), key=lambda method: method != phases_of)
        for problem in REQUIREMENT.problems
        for run, phases in zip(
            material.of("run", problem, method), material.of("phases", problem, method), strict=True
        )
    ]
    return max(pairs, key=lambda pair: sum(bool(pair[1].attributes.get(n)) for n in PHASES))


def _label_regimes(axes: Axes) -> None:
    """Label the regimes above and below SNR = 1 at the right edge."""
    for name, above in (("deterministic", True), ("stochastic", False)):
        axes.annotate(
            name,
            (1, 1),
            xycoords=axes.get_yaxis_transform(),
            xytext=(4, 4 if above else -4),  # points
            textcoords="offset points",
            rotation="vertical",
            ha="left",
            va="bottom" if above else "top",
            annotation_clip=False,
        )
