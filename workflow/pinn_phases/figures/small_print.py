"""What stands below a figure: which runs it was made from."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from pinn_phases.figures import style
from pinn_phases.methods.base import Method
from pinn_phases.plugins import METHODS, PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.reached import length_in_words
from pinn_phases.storage import Content


def add_small_print(figure: Figure, runs: Sequence[Content], *notes: str) -> None:
    """Write scale, seeds, iterations and points of the runs, and notes, at the lower rim.

    Of an unfinished training the iteration that it has reached is written beside their number.

    Several problems get a second line, with iterations and points of each.
    """
    settings = [run.attributes["settings"] for run in runs]
    seeds = sorted({s["seed"] for s in settings})
    seeds_text = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
    points = {s["problem"]: f"{s['training']['points']:,}" for s in settings}
    lengths = {
        name: length_in_words(
            run.attributes for run in runs if run.attributes["settings"]["problem"] == name
        )
        for name in points
    }
    scale = f"Scale {settings[0]['scale']}"
    if len(points) == 1:
        ((name, count),) = points.items()
        size = f"{count} collocation points"
        text = "; ".join([scale, lengths[name], size, seeds_text, *notes])
    else:
        each = (
            f"{_title(name)} {lengths[name].removesuffix(' iterations')}, {count}"
            for name, count in points.items()
        )
        text = "; ".join([scale, seeds_text, *notes])
        text += f"\nIterations, collocation points: {'; '.join(each)}"
    add_note(figure, text)


def add_note(figure: Figure, text: str) -> None:
    """Write a text of its own at the lower rim."""
    figure.text(
        0.99,
        0.05 / figure.get_figheight(),  # inches
        text,
        ha="right",
        va="bottom",
        fontsize=style.SMALL_POINTS,
        color="0.35",
    )


def only(method: str) -> str:
    """Say that a figure shows one method alone."""
    return f"{plugin_class(METHODS, method, Method).title} alone"


def _title(problem: str) -> str:
    return plugin_class(PROBLEMS, problem, Problem).title
