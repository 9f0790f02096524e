"""Small print below a figure: the runs that it shows."""

from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from pinn_phases.figures.drawing import style
from pinn_phases.figures.drawing.differences import not_the_papers
from pinn_phases.files.reached import length_in_words
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title

GAP = 0.05  # inches below the small print and, if the figure had to grow, above it
# Letters in a line that fills 0.97 of the width; a letter is on average 0.59 font sizes wide.
LETTERS = int(0.97 * style.TEXT_WIDTH * 72 / (0.59 * style.FONT_POINTS))
BRACKETS = "paper's values in brackets"
LABELS = 1.0  # inches below axes that its labels can reach, at most


def add_small_print(figure: Figure, runs: Sequence[Content], *notes: str) -> None:
    """Write scale, seeds, iterations and points of the runs, and notes, at the lower edge.

    The small print also lists settings that differ from the paper's. For unfinished trainings, it
    gives the iteration reached and the total number of iterations. If there are several problems,
    the numbers are given for each of them.
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
    differences: dict[str, list[str]] = {name: [] for name in points}  # by problem
    for s in settings:
        texts = differences[s["problem"]]
        texts.extend(text for text in not_the_papers(s) if text not in texts)
    brackets = [BRACKETS] if any(differences.values()) else []
    if len(points) == 1:
        ((name, count),) = points.items()
        size = f"{count} collocation points"
        parts = [scale, lengths[name], size, seeds_text, *brackets, *differences[name], *notes]
    else:
        first, *rest = differences.values()
        shared = [text for text in first if all(text in texts for texts in rest)]
        by_problem = []
        for name, count in points.items():
            numbers = f"{_title(name)} {_numbers(lengths[name])} / {count}"
            own = [text for text in differences[name] if text not in shared]
            by_problem.append(", ".join([numbers, *own]))
        by_problem[0] = f"iterations / collocation points: {by_problem[0]}"
        parts = [scale, seeds_text, *brackets, *shared, *notes, *by_problem]
    add_note(figure, "\n".join(_filled(parts)))


def add_note(figure: Figure, text: str) -> None:
    """Write a text at the lower edge of the figure, below everything that is already drawn."""
    note = figure.text(
        0.99,
        GAP / figure.get_figheight(),
        text,
        ha="right",
        va="bottom",
        fontsize=style.FONT_POINTS,
        color="0.35",
    )
    _make_room(figure, note)


def _make_room(figure: Figure, note: Text) -> None:
    """Extend the figure at its lower edge, if the note overlaps what is above it."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    own = note.get_window_extent(renderer)
    reach = own.y1 + LABELS * figure.dpi  # the labels of axes above it cannot overlap the note
    low_axes = (axes for axes in figure.axes if axes.bbox.y0 < reach)
    above = [*low_axes, *figure.legends, *(text for text in figure.texts if text is not note)]
    boxes = [box for artist in above if (box := artist.get_tightbbox(renderer)) is not None]
    lowest = min((box.y0 for box in boxes if box.x0 < own.x1 and box.x1 > own.x0), default=own.y1)
    missing: float = (own.y1 - lowest) / figure.dpi  # inches
    if missing <= 0:
        return
    missing += GAP
    old: float = figure.get_figheight()
    new = old + missing

    def raised(y: float) -> float:
        return (y * old + missing) / new

    for axes in figure.axes:
        left, bottom, width, height = axes.get_position(original=True).bounds
        axes.set_position((left, raised(bottom), width, height * old / new))
    for legend in figure.legends:
        anchor = legend.get_bbox_to_anchor().transformed(figure.transFigure.inverted())
        legend.set_bbox_to_anchor((anchor.x0, raised(anchor.y0)), figure.transFigure)
    for text in figure.texts:
        text.set_y(GAP / new if text is note else raised(text.get_position()[1]))
    figure.set_figheight(new)


def _numbers(length: str) -> str:
    """Return the numbers of a length in words, such as "96,811 of 300,000"."""
    return length.replace(" iterations", "").replace("to iteration ", "")


def _filled(parts: Sequence[str], mark: str = ";") -> list[str]:
    """Join parts into lines that fit the figure; a part longer than a line is broken at commas."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) < LETTERS:
            lines[-1] += f"{mark} {part}"
        else:
            lines[-1] += mark
            lines.extend(_filled(part.split(", "), ",") if mark == ";" else [part])
    return lines


def only(method: str) -> str:
    """Return the note that a figure shows only one method."""
    return f"{method_title(method)} only"


def _title(problem: str) -> str:
    return plugin_class(PROBLEMS, problem, Problem).title
