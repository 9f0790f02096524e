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
from pinn_phases.trained_with import method_title

RIM = 0.05  # inches between the small print and the lower rim, or what had to make room for it
LETTERS = int(0.97 * style.TEXT_WIDTH * 72 / (0.59 * style.FONT_POINTS))  # of a line, 0.59 wide


def add_small_print(figure: Figure, runs: Sequence[Content], *notes: str) -> None:
    """Write scale, seeds, iterations and points of the runs, and notes, at the lower rim.

    For unfinished trainings, it gives the iteration reached and the total number. Differences from
    the paper follow. Each of several problems has its own numbers.
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
    others: dict[str, list[str]] = {name: [] for name in points}
    for s in settings:
        said = others[s["problem"]]
        said.extend(text for text in not_the_papers(s) if text not in said)
    if len(points) == 1:
        ((name, count),) = points.items()
        size = f"{count} collocation points"
        own = _of_the_paper(others[name])
        lines = _filled([scale, lengths[name], size, seeds_text, *own, *notes])
    else:
        shared = [
            text for text in others[next(iter(others))] if all(text in o for o in others.values())
        ]
        each = [
            ", ".join(
                [
                    f"{_title(name)} {_numbers(lengths[name])} with {count}",
                    *(text for text in others[name] if text not in shared),
                ]
            )
            for name, count in points.items()
        ]
        each[0] = f"Iterations with collocation points: {each[0]}"
        own = _of_the_paper(shared) if any(others.values()) else []
        lines = _filled([scale, seeds_text, *own, *notes, *each])
    add_note(figure, "\n".join(lines))


def add_note(figure: Figure, text: str) -> None:
    """Write any text at the lower rim, below all that is drawn already."""
    note = figure.text(
        0.99,
        RIM / figure.get_figheight(),
        text,
        ha="right",
        va="bottom",
        fontsize=style.FONT_POINTS,
        color="0.35",
    )
    _make_room(figure, note)


def _make_room(figure: Figure, note: Text) -> None:
    """Grow the figure at its lower rim, if the note reaches into what is above it."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    above = [*figure.axes, *figure.legends, *(text for text in figure.texts if text is not note)]
    own = note.get_window_extent(renderer)
    boxes = [box for box in (one.get_tightbbox(renderer) for one in above) if box is not None]
    lowest = min((box.y0 for box in boxes if box.x0 < own.x1 and box.x1 > own.x0), default=own.y1)
    missing: float = (own.y1 - lowest) / figure.dpi  # inches
    if missing <= 0:
        return
    missing += RIM
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
        text.set_y(RIM / new if text is note else raised(text.get_position()[1]))
    figure.set_figheight(new)


def _of_the_paper(said: Sequence[str]) -> list[str]:
    """Explain the numbers in brackets, if there are any."""
    return ["in brackets: the paper's", *said] if said else []


def _numbers(length: str) -> str:
    """Remove the word "iteration" from a length in words."""
    return length.removesuffix(" iterations").removeprefix("to iteration ")


def _filled(parts: Sequence[str], mark: str = ";") -> list[str]:
    """Join parts to lines that fit a figure; a part that is longer is broken at commas."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) < LETTERS:
            lines[-1] += f"{mark} {part}"
        else:
            lines[-1] += mark
            lines.extend(_filled(part.split(", "), ",") if mark == ";" else [part])
    return lines


def only(method: str) -> str:
    """Note that a figure shows only one method."""
    return f"{method_title(method)} alone"


def _title(problem: str) -> str:
    return plugin_class(PROBLEMS, problem, Problem).title
